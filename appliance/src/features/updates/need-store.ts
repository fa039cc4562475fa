import { type Database, nowIn } from '../../platform/database.ts';
import { type DeviceSet, setOf } from '../../platform/device-set.ts';
import { compareIds, idBytes, idsOf, sortedIds } from '../../platform/id-array.ts';
import { pendingOf } from '../../platform/pending.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';

// Which devices need which update of the catalogue, by what was worked out for each when it was last looked at.

type Looked = { readonly device: number; readonly ids: readonly string[] };
type Held = { readonly numbers: Buffer; readonly security: number };

/** SQL of what devices need. */
export const needStore = (db: Database) => {
  const sql = statements(db);
  const setVersion = sql.run<[number]>('UPDATE update_need_state SET version = ?');
  const pending = pendingOf(db, 'updates');
  const addDue = sql.run<[number]>(
    `INSERT OR IGNORE INTO pending (entity, id, since)
     SELECT 'updates', device, ? FROM section WHERE collection = 'software' AND best = 1 AND device > 0`,
  );
  const addHolding = sql.run<[number]>(
    `INSERT OR IGNORE INTO pending (entity, id, since) SELECT 'updates', id, ? FROM update_need_of`,
  );
  const held = sql.get<[number], Held>('SELECT numbers, security FROM update_need_of WHERE id = ?');
  const isSecurity = sql.has<[string]>('SELECT 1 FROM catalog_update WHERE id = ? AND security = 1');
  const every = sql.all<[], Held & { id: number }>('SELECT id, numbers, security FROM update_need_of');
  const secureNumbers = sql.values<[], number>(
    'SELECT n.number FROM update_need n CROSS JOIN catalog_update u ON u.id = n.id WHERE u.security = 1',
  );
  const hold = sql.run<[number, Buffer, number]>(
    `INSERT INTO update_need_of (id, numbers, security) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET numbers = excluded.numbers, security = excluded.security`,
  );
  const letGo = sql.run<[number]>('DELETE FROM update_need_of WHERE id = ?');
  const numberOf = sql.value<[string], number>('SELECT number FROM update_need WHERE id = ?');
  const addNumber = sql.insert<[string]>('INSERT INTO update_need (id, devices) VALUES (?, 0)');
  const shift = sql.run<[number, number]>('UPDATE update_need SET devices = devices + ? WHERE number = ?');
  const dropNumbers = sql.run<[]>('DELETE FROM update_need WHERE devices = 0');
  const counts = sql.all<[], { number: number; id: string; devices: number }>(
    'SELECT number, id, devices FROM update_need',
  );
  const devicesOf = sql.values<[string], number>(
    'SELECT d.id FROM update_need n CROSS JOIN update_device d ON d.number = n.number WHERE n.id = ?',
  );
  const add = sql.run<[number, string]>('INSERT INTO update_device (number, id) SELECT ?, value FROM json_each(?)');
  const remove = sql.run<[number, string]>(
    'DELETE FROM update_device WHERE number = ? AND id IN (SELECT value FROM json_each(?))',
  );

  const numberFor = (id: string): number => numberOf(id) ?? addNumber(id);
  const heldBy = (device: number): number[] => {
    const row = held(device);
    return row === undefined ? [] : Array.from(idsOf(row.numbers));
  };
  const names = (): Map<number, string> => new Map(counts().map(({ number, id }) => [number, id]));

  return {
    /** The version of the catalogue that all of it was worked out with; 0: none. */
    version: sql.count<[]>('SELECT version FROM update_need_state'),
    /** Another catalogue is in force: every device has to be looked at. */
    restart: (of: number): void => {
      const now = nowIn(db);
      addDue(now);
      addHolding(now);
      setVersion(of);
    },
    /** Every device that another catalogue concerns: it has reported software, or something is kept of it. */
    concerned: sql.values<[], number>(
      `SELECT device FROM section WHERE collection = 'software' AND best = 1 AND device > 0
       UNION SELECT id FROM update_need_of`,
    ),
    /** Devices that have to be looked at, at most so many; -1: all. */
    due: pending.some,
    /** Notes devices whose software or platform changed. In the transaction of the change. */
    note: (devices: readonly number[]): void => pending.note(devices.filter((device) => device > 0)),
    /**
     * Keeps what devices need, and that they were looked at; each device once. The devices that need security updates and did not, or
     * another number of them.
     */
    put: (looked: readonly Looked[]): number[] => {
      pending.drop(looked.map(({ device }) => device));
      const numbers = new Map<string, number>();
      const secure = new Set<number>();
      const changes = new Map<number, { come: number[]; gone: number[] }>();
      const known = (id: string): number => {
        const number = numbers.get(id);
        if (number !== undefined) return number;
        const found = numberFor(id);
        numbers.set(id, found);
        if (isSecurity(id)) secure.add(found);
        return found;
      };
      const changeOf = (number: number) => {
        const change = changes.get(number) ?? { come: [], gone: [] };
        changes.set(number, change);
        return change;
      };
      const secured: number[] = [];
      for (const { device, ids } of looked) {
        const before = held(device);
        const now = sortedIds(ids.map(known));
        const security = now.reduce((n, number) => (secure.has(number) ? n + 1 : n), 0);
        const isSecured = security !== (before?.security ?? 0);
        if (isSecured) secured.push(device);
        const { added, removed } = compareIds(idsOf(before?.numbers ?? Buffer.alloc(0)), now);
        if (added.length === 0 && removed.length === 0 && !isSecured) continue;
        for (const number of added) changeOf(number).come.push(device);
        for (const number of removed) changeOf(number).gone.push(device);
        if (now.length === 0) letGo(device);
        else hold(device, idBytes(now), security);
      }
      // In the order of the rows: the devices of an update stand on the same pages.
      for (const [number, { come, gone }] of [...changes].sort(([a], [b]) => a - b)) {
        if (come.length > 0) add(number, JSON.stringify(come));
        if (gone.length > 0) remove(number, JSON.stringify(gone));
        shift(come.length - gone.length, number);
      }
      dropNumbers();
      return secured;
    },
    /** The updates that devices need, as of the last look at each. */
    of: (devices: readonly number[]): string[][] => {
      const byNumber = names();
      return devices.map((device) => heldBy(device).flatMap((number) => byNumber.get(number) ?? []));
    },
    /** How many updates a device needs, as of the last look at it. */
    countOf: (device: number): number => heldBy(device).length,
    isDue: pending.has,
    /** How many devices in reach need each update. */
    counts: (scope: Scope): Map<string, number> => {
      const all = counts();
      if (scope.site) return new Map(all.map(({ id, devices }) => [id, devices]));
      const { sql, params } = devicesIn(scope, 'id');
      const found = new Uint32Array(all.reduce((most, { number }) => Math.max(most, number), 0) + 1);
      const rows = db.prepare<unknown[], Buffer>(`SELECT numbers FROM update_need_of WHERE ${sql}`).pluck();
      for (const numbers of rows.iterate(...params))
        for (const number of idsOf(numbers)) found[number] = (found[number] ?? 0) + 1;
      return new Map(
        all.flatMap(({ number, id }): [string, number][] => {
          const devices = found[number] ?? 0;
          return devices === 0 ? [] : [[id, devices]];
        }),
      );
    },
    /** The devices that need an update. */
    devices: (id: string): DeviceSet => setOf(devicesOf(id)),
    /** What each device needs by what is kept of it; for `verify`. */
    everyOf: (): Map<number, string[]> => {
      const byNumber = names();
      return new Map(
        every().map(({ id, numbers }) => [id, Array.from(idsOf(numbers), (number) => byNumber.get(number) ?? '')]),
      );
    },
    /** Devices of which another number of security updates is kept than of those that are kept; for `verify`. */
    miscounted: (): number[] => {
      const secure = new Set(secureNumbers());
      return every().flatMap(({ id, numbers, security }) =>
        idsOf(numbers).filter((number) => secure.has(number)).length === security ? [] : [id],
      );
    },
    /** Devices of updates that no device needs; for `verify`. */
    strays: sql.count<[]>('SELECT count(*) FROM update_device WHERE number NOT IN (SELECT number FROM update_need)'),
  };
};

export type NeedStore = ReturnType<typeof needStore>;
