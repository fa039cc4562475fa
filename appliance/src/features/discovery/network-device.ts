import type { Item } from '../inventory/types.ts';
import type { FoundDevice, Seen } from './types.ts';

// What an agent that searched the network says of a device that it found (NETDISCOVERY and SNMP results of GLPI and
// FusionInventory agents): names in lower case, one row per device. Pure: who calls it decides what becomes of it.

export type NetworkDeviceRow = Readonly<Record<string, unknown>>;

const maxText = 255;

const textOf = (row: NetworkDeviceRow, ...names: readonly string[]): string | undefined => {
  for (const name of names) {
    const value = row[name];
    const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
    if (text !== '') return text.slice(0, maxText);
  }
  return undefined;
};

/** One or many, whatever the dialect made of it. */
const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

const partOf = (value: unknown): NetworkDeviceRow =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as NetworkDeviceRow) : {};

const kinds: Readonly<Record<string, NonNullable<Seen['kind']>>> = {
  networking: 'network',
  networkequipment: 'network',
  network: 'network',
  switch: 'network',
  router: 'network',
  printer: 'printer',
  phone: 'phone',
  computer: 'computer',
};

const macOf = (text: string | undefined): string | undefined => {
  const hex = (text ?? '').replace(/[^0-9a-fA-F]/g, '').toLowerCase();
  return hex.length === 12 && !/^0+$/.test(hex) ? (hex.match(/../g) ?? []).join(':') : undefined;
};

const defined = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
];

const set = (values: Record<string, unknown>): Item =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );

const addressesOf = (row: NetworkDeviceRow, info: NetworkDeviceRow): string[] => {
  const several = [row['ips'], info['ips']].flatMap((ips) =>
    listOf(ips).flatMap((entry) => (typeof entry === 'string' ? [entry] : listOf(partOf(entry)['ip']))),
  );
  return defined([textOf(row, 'ip'), ...several.map((entry) => textOf({ ip: entry }, 'ip'))]).filter(
    (address) => !/^(127\.|0\.0\.0\.0$|::1$)/.test(address),
  );
};

/** The device itself with its firmware, and the modules with a number of their own that SNMP lists. */
const hardwareOf = (row: NetworkDeviceRow, info: NetworkDeviceRow): Item[] => {
  const maker = textOf(info, 'manufacturer', 'vendor') ?? textOf(row, 'manufacturer', 'vendor');
  const system = set({
    subtype: textOf(info, 'type') ?? textOf(row, 'type'),
    maker,
    model: textOf(info, 'model') ?? textOf(row, 'model', 'modelsnmp') ?? textOf(row, 'description'),
    serial: textOf(info, 'serial') ?? textOf(row, 'serial'),
    mac: macOf(textOf(info, 'mac') ?? textOf(row, 'mac')),
    firmware: (textOf(info, 'firmware') ?? textOf(row, 'firmware'))?.slice(0, 100),
  });
  const firmwares = listOf(row['firmwares'])
    .map(partOf)
    .map((entry) =>
      set({
        type: 'firmware',
        maker: textOf(entry, 'manufacturer') ?? maker,
        model: textOf(entry, 'name'),
        firmware: textOf(entry, 'version')?.slice(0, 100),
      }),
    );
  const modules = listOf(partOf(row['components'])['component'])
    .map(partOf)
    .filter((entry) => textOf(entry, 'serial') !== undefined)
    .map((entry) =>
      set({
        type: textOf(entry, 'type')?.slice(0, 50) ?? 'module',
        maker: textOf(entry, 'manufacturer') ?? maker,
        model: textOf(entry, 'model', 'name', 'description'),
        serial: textOf(entry, 'serial'),
      }),
    );
  return [...(Object.keys(system).length === 0 ? [] : [{ type: 'system', ...system }]), ...firmwares, ...modules];
};

/** A device row of a discovery or an SNMP inventory; undefined for one that names nothing. */
export const networkDevice = (row: NetworkDeviceRow, found: { at: number; by: string }): FoundDevice | undefined => {
  const info = partOf(row['info']);
  const addresses = addressesOf(row, info);
  const macs = defined([macOf(textOf(row, 'mac')), macOf(textOf(info, 'mac'))]);
  const dnsName = textOf(row, 'dnshostname')?.toLowerCase().replace(/\.$/, '');
  const named = textOf(info, 'name') ?? textOf(row, 'snmphostname', 'name', 'netbiosname');
  const names = defined([named, dnsName === addresses[0] ? undefined : dnsName, textOf(row, 'netbiosname')]);
  if (addresses.length === 0 && macs.length === 0 && names.length === 0) return undefined;
  const kind = kinds[(textOf(info, 'type') ?? textOf(row, 'type') ?? '').toLowerCase()];
  const serial = textOf(info, 'serial') ?? textOf(row, 'serial') ?? null;
  const identity = set({
    name: names[0],
    dnsName: dnsName?.includes('.') ? dnsName : undefined,
    ipv4: addresses.filter((address) => !address.includes(':')),
    ipv6: addresses.filter((address) => address.includes(':')),
    macs,
    networkLocation: textOf(info, 'location') ?? textOf(row, 'location'),
  });
  return {
    seen: {
      method: 'agent',
      at: found.at,
      by: found.by,
      serial,
      macs,
      addresses,
      names,
      visible: true,
      ...(kind === undefined ? {} : { kind }),
    },
    sections: [
      { collection: 'identity', items: [identity] },
      { collection: 'hardware', items: hardwareOf(row, info) },
    ],
  };
};

/** Neighbours in a switch's table: the devices behind its ports, by MAC, and by name where LLDP or CDP says one. */
export const portNeighbours = (row: NetworkDeviceRow, found: { at: number; by: string }): Seen[] =>
  listOf(partOf(row['ports'])['port'] ?? row['network_ports'])
    .map(partOf)
    .flatMap((port) => listOf(partOf(port['connections'])['connection'] ?? port['connections']).map(partOf))
    .flatMap((connection): Seen[] => {
      const macs = defined(
        [...listOf(connection['mac']), connection['sysmac']].map((mac) =>
          macOf(typeof mac === 'string' ? mac : undefined),
        ),
      );
      const names = defined([textOf(connection, 'sysname')]);
      const addresses = defined([textOf(connection, 'ip')]);
      const seen = { method: 'agent' as const, at: found.at, by: found.by, visible: true };
      // Several MACs on one port are several devices, unless one neighbour names itself.
      if (names.length > 0 || addresses.length > 0) return [{ ...seen, macs, names, addresses, kind: 'network' }];
      return macs.map((mac) => ({ ...seen, macs: [mac], names: [], addresses: [] }));
    });
