import { isIP } from 'node:net';
import { cleanMacs } from '../../../platform/hardware-identity.ts';
import type { Seen } from '../../discovery/types.ts';
import type { Node } from './answers.ts';
import { addressesOf, known, line, rowsIn } from './fields.ts';
import type { Message, Row } from './message.ts';

// What OCS agents know of others, in a form of their own: what they read over SNMP because they were asked to, and what their
// `ipdiscover` saw on the segment because another server had asked for it. That one is never asked for here: it looks at all
// of an interface's network, and cannot be kept to a confirmed range.

const maxHosts = 4_096;

/** Hosts beside the sender in an inventory; OCS itself takes none without both addresses. */
export const segmentHosts = (message: Message, now: number): Seen[] =>
  (message.sections.get('ipdiscover') ?? [])
    .flatMap((row) => rowsIn(row, 'h'))
    .slice(0, maxHosts)
    .flatMap((host) => {
      const addresses = addressesOf(host, 'i', 4);
      const macs = cleanMacs([line(host, 'm', 40) ?? '']);
      if (addresses.length === 0 || macs.length === 0) return [];
      const names = [known(host, 'n', 255)].filter((name) => name !== undefined && isIP(name) === 0) as string[];
      return [{ method: 'agent', at: now, by: message.deviceId, macs, addresses, names, visible: true }];
    });

/** The values that are read of each device, under the names that they come back by. */
const values: Readonly<Record<string, string>> = {
  NAME: '1.3.6.1.2.1.1.5.0',
  DESCRIPTION: '1.3.6.1.2.1.1.1.0',
  LOCATION: '1.3.6.1.2.1.1.6.0',
  /** All of its addresses, and all of its hardware addresses. */
  IPADDR: '1.3.6.1.2.1.4.20.1.1',
  MACADDR: '1.3.6.1.2.1.2.2.1.6',
  SERIALNUMBER: '1.3.6.1.2.1.47.1.1.1.1.11.1',
  PRINTERSERIAL: '1.3.6.1.2.1.43.5.1.1.17.1',
};
const anyDevice = { TABLE_TYPE_NAME: 'snmp_default', CONDITION_OID: '1.3.6.1.2.1.1.1.0', CONDITION_VALUE: '' };

const param = (attributes: Record<string, string>): Node => ({ name: 'PARAM', attributes });

/** Asks an OCS agent to read these addresses over SNMP. It sends the community to all of them, so one is all that it is told. */
export const snmpOrder = (addresses: readonly string[], community: string): Node => ({
  name: 'OPTION',
  content: [
    { name: 'NAME', content: 'SNMP' },
    ...addresses.map((address) => param({ TYPE: 'DEVICE', IPADDR: address, MACADDR: '' })),
    param({ TYPE: 'COMMUNITY', VERSION: '2c', NAME: community }),
    ...Object.entries(values).map(([label, oid]) =>
      param({ TYPE: 'SNMP_TYPE', ...anyDevice, LABEL_NAME: label, OID: oid }),
    ),
  ],
});

const listIn = (row: Row, name: string): string[] => (line(row, name, 4_096) ?? '').split(' - ');

/** The agents before 2.8 have a device's own in `common`, and beside it a section that says what it is. */
const kinds: ReadonlyArray<readonly [section: string, type: string]> = [
  ['printers', 'PRINTER'],
  ['switchs', 'NETWORKING'],
  ['switchinfos', 'NETWORKING'],
  ['firewalls', 'NETWORKING'],
  ['loadbalancers', 'NETWORKING'],
  ['computers', 'COMPUTER'],
];

const olderDevice = (row: Row): Row => {
  const [common = {}] = rowsIn(row, 'common');
  const kind = kinds.find(([section]) => rowsIn(row, section).length > 0);
  const [part = {}] = kind === undefined ? [] : rowsIn(row, kind[0]);
  return {
    ip: common['ipaddr'],
    mac: common['macaddr'],
    name: common['name'],
    description: common['description'],
    location: common['location'],
    serial: known(part, 'serialnumber') ?? known(part, 'serialnumer'),
    manufacturer: part['manufacturer'],
    model: part['reference'],
    type: kind?.[1],
  };
};

const newerDevice =
  (isAsked: (address: string) => boolean) =>
  (row: Row): Row => {
    const printerSerial = known(row, 'printerserial');
    return {
      ip: listIn(row, 'ipaddr').find(isAsked),
      mac: cleanMacs(listIn(row, 'macaddr'))[0],
      name: row['name'],
      description: row['description'],
      location: row['location'],
      serial: printerSerial ?? known(row, 'serialnumber'),
      type: printerSerial === undefined ? 'NETWORKING' : 'PRINTER',
    };
  };

/** The devices of an answer, in the form of a search, so far as they are at addresses that were asked about. */
export const snmpDevices = (message: Message, isAsked: (address: string) => boolean): Row[] =>
  [
    ...(message.sections.get('device') ?? []).map(olderDevice),
    ...(message.sections.get(anyDevice.TABLE_TYPE_NAME) ?? []).map(newerDevice(isAsked)),
  ].filter((row) => isAsked(line(row, 'ip', 45) ?? ''));
