import type { Changed } from '../../engine/changes/types.ts';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

// Names and addresses by which a device that never spoke is found again. Weak: they only say where to look.

type Hints = { names: readonly string[]; addresses: readonly string[] };

const nameless = /^(?:localhost(?:\..*)?|unknown|none|null|ip6-localhost)?$/;
const maxNames = 16;
const maxAddresses = 64;

/** Full DNS names and first labels of host names, in one spelling. */
export const cleanNames = (names: readonly string[]): { dns: string[]; labels: string[] } => {
  const clean = names
    .map((name) => name.trim().toLowerCase().replace(/\.+$/, ''))
    .filter((name) => name.length <= 253 && !nameless.test(name) && !/^[\d.:]+$/.test(name))
    .slice(0, maxNames);
  return {
    dns: [...new Set(clean.filter((name) => name.includes('.')))],
    labels: [...new Set(clean.map((name) => name.split('.', 1)[0] ?? ''))].filter((label) => label !== ''),
  };
};

/** SQL over the hints. */
export const hintStore = (db: Database, changed: Changed) => {
  const sql = statements(db);
  const put = sql.run<[string, string, number, number]>(
    `insert into device_hint (kind, value, device, seen_at) values (?, ?, ?, ?)
     on conflict do update set seen_at = max(seen_at, excluded.seen_at)`,
  );
  const find = sql.values<[string, string], number>(
    `select distinct device from device_hint where kind = ? and value in (select value from json_each(?))
     order by device limit 100`,
  );
  const trim = sql.values<[number], number>(
    `delete from device_hint where kind = 'address' and seen_at < ? returning device`,
  );
  const devicesWith = (kind: 'dns' | 'name' | 'address', values: readonly string[]): number[] =>
    values.length === 0 ? [] : find(kind, JSON.stringify(values));
  return {
    put: (device: number, hints: Hints, now: number): void => {
      const { dns, labels } = cleanNames(hints.names);
      for (const name of dns) put('dns', name, device, now);
      for (const label of labels) put('name', label, device, now);
      const addresses = hints.addresses.slice(0, maxAddresses);
      for (const address of addresses) put('address', address, device, now);
      if (addresses.length > 0) changed('address', [device]);
    },
    devicesWith,
    trim: (before: number): number => {
      const devices = trim(before);
      changed('address', [...new Set(devices)]);
      return devices.length;
    },
  };
};

export type HintStore = ReturnType<typeof hintStore>;
