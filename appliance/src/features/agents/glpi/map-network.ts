import { isIP } from 'node:net';
import type { Item } from '../../../engine/inventory/types.ts';
import { cleanMacs, cleanSerial } from '../../../platform/hardware-identity.ts';
import { addressesOf, firstKnown, item, known, line, macOf } from './fields.ts';
import type { Row } from './message.ts';

/** Search tools write the address where a name server knows no name. */
export const dnsNameOf = (row: Row): string | undefined => {
  const name = line(row, 'dnshostname', 255)?.toLowerCase().replace(/\.$/, '');
  return name === undefined || isIP(name) !== 0 ? undefined : name;
};

/** Switches, routers and printers, as an agent read them over SNMP. */
export const networkDeviceIdentity = (rows: readonly Row[]): Item[] => {
  const [row = {}] = rows;
  const addresses = (version: 4 | 6): string[] => [...new Set(addressesOf(row, 'ips', version))].sort();
  return [
    item({
      name: line(row, 'name', 255) ?? dnsNameOf(row),
      dnsName: dnsNameOf(row)?.includes('.') ? dnsNameOf(row) : undefined,
      ipv4: addresses(4),
      ipv6: addresses(6),
      macs: cleanMacs([macOf(row, 'mac') ?? '']),
      networkLocation: known(row, 'location', 255),
      serial: cleanSerial(line(row, 'serial', 128)) ?? undefined,
    }),
  ];
};

export const networkDeviceParts = (rows: readonly Row[]): Item[] => {
  const [row = {}] = rows;
  const found = item({
    subtype: known(row, 'type', 100),
    maker: known(row, 'manufacturer'),
    model: firstKnown(row, ['model', 'description']),
    serial: known(row, 'serial'),
    mac: macOf(row, 'mac'),
    firmware: known(row, 'firmware', 100),
  });
  return Object.keys(found).length === 0 ? [] : [{ type: 'system', ...found }];
};

/** Ports with a name; what passes through them is left out. */
export const portItems = (rows: readonly Row[]): Item[] =>
  rows.flatMap((row) => {
    const name = firstKnown(row, ['ifname', 'ifdescr']);
    if (name === undefined) return [];
    return [
      item({ type: 'port', mac: macOf(row, 'mac'), slot: name.slice(0, 100), name: known(row, 'ifalias') ?? name }),
    ];
  });
