import type { Ctx } from './context.ts';

/** Protocols by which a controller is heard or asked; their names are the same in every language. */
const protocols: Readonly<Record<string, string>> = {
  ads: 'ADS',
  arp: 'ARP',
  bacnet: 'BACnet/IP',
  dcp: 'PROFINET DCP',
  dnp3: 'DNP3',
  enip: 'EtherNet/IP',
  fins: 'FINS',
  fox: 'Fox',
  goose: 'GOOSE (IEC 61850)',
  'hart-ip': 'HART-IP',
  iec104: 'IEC 60870-5-104',
  lldp: 'LLDP',
  melsec: 'MELSEC',
  mms: 'MMS (IEC 61850)',
  modbus: 'Modbus/TCP',
  opcua: 'OPC UA',
  oui: 'IEEE OUI',
  'pnio-cm': 'PROFINET CM',
  s7: 'S7comm',
  snmp: 'SNMP',
  synphasor: 'C37.118',
};

/** The name of a protocol; what is none stays as it is. */
export const protocolName = (source: string): string => protocols[source] ?? source;

/** Where a value of a controller is from: a protocol, a form of file, or a person. */
export const sourceName = (ctx: Pick<Ctx, 'tDynamic'>, source: string): string =>
  protocols[source] ?? ctx.tDynamic(`imports.form.${source}`, {}, source);
