import type { Ctx } from './context.ts';

/** Protocols by which a controller is heard or asked; their names are the same in every language. */
const protocols: Readonly<Record<string, string>> = {
  arp: 'ARP',
  bacnet: 'BACnet/IP',
  dcp: 'PROFINET DCP',
  enip: 'EtherNet/IP',
  lldp: 'LLDP',
  mms: 'MMS (IEC 61850)',
  modbus: 'Modbus/TCP',
  opcua: 'OPC UA',
  'pnio-cm': 'PROFINET CM',
  s7: 'S7comm',
  snmp: 'SNMP',
};

/** The name of a protocol; what is none stays as it is. */
export const protocolName = (source: string): string => protocols[source] ?? source;

/** Where a value of a controller is from: a protocol, a form of file, or a person. */
export const sourceName = (ctx: Pick<Ctx, 'tDynamic'>, source: string): string =>
  protocols[source] ?? ctx.tDynamic(`imports.form.${source}`, {}, source);
