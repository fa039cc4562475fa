import type { Seen } from '../../discovery/types.ts';

// What the tables of a switch say of those behind its ports, as agents read them over SNMP.

type NetworkDeviceRow = Readonly<Record<string, unknown>>;

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

const macOf = (text: string | undefined): string | undefined => {
  const hex = (text ?? '').replace(/[^0-9a-fA-F]/g, '').toLowerCase();
  return hex.length === 12 && !/^0+$/.test(hex) ? (hex.match(/../g) ?? []).join(':') : undefined;
};

const defined = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
];

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
