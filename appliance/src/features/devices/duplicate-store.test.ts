import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { openEngines } from '../../../test/support/engines.ts';
import { addDevices } from '../../../test/support/fleet.ts';
import type { Database } from '../../platform/database.ts';
import { wholeSite } from '../../platform/scope.ts';
import { duplicateFinder, verifySharedValues } from './duplicate-store.ts';

// Pairs of records are looked for where two shared something once: after anything that is written they are what a look at all
// values finds.

const devices = 5;
const device = fc.nat(devices - 1);
const value = fc.constantFrom('a', 'b');
const step = fc.oneof(
  fc.record({ does: fc.constantFrom('uuid' as const, 'serial' as const), device, value: fc.option(value) }),
  fc.record({ does: fc.constantFrom('mac' as const, 'dns' as const, 'name' as const), device, value }),
  // As a merge moves rows, and its undo puts them back.
  fc.record({ does: fc.constant('move' as const), device, to: device }),
  fc.record({ does: fc.constantFrom('drop' as const, 'new' as const), device }),
  fc.record({ does: fc.constantFrom('trim' as const, 'look' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const write = (db: Database, one: Step, of: (n: number) => number): void => {
  const run = (sql: string, ...params: unknown[]): void => void db.prepare(sql).run(...params);
  if (one.does === 'uuid' || one.does === 'serial')
    run(`update device set ${one.does} = ? where id = ?`, one.value, of(one.device));
  else if (one.does === 'mac') run('insert or ignore into device_mac values (?, ?)', one.value, of(one.device));
  else if (one.does === 'dns' || one.does === 'name')
    run('insert or ignore into device_hint values (?, ?, ?, 0)', one.does, one.value, of(one.device));
  else if (one.does === 'move')
    for (const table of ['device_mac', 'device_hint'])
      run(`update or ignore ${table} set device = ? where device = ?`, of(one.to), of(one.device));
  else if (one.does === 'drop') run('delete from device_mac where device = ?', of(one.device));
  else if (one.does === 'new')
    run(
      `insert into device (public_id, uuid, serial, created_at) select hex(randomblob(8)), uuid, serial, 0 from device where id = ?`,
      of(one.device),
    );
};

/** Every pair that shares a value, by a look at all of them. */
const shared = (db: Database): string[] => {
  const rows = db
    .prepare<[], { why: string; value: string; id: number }>(
      `select 'uuid' as why, uuid as value, id from device where uuid is not null
       union all select 'serial', serial, id from device where serial is not null
       union all select 'mac', mac, device from device_mac
       union all select 'dns', value, device from device_hint where kind = 'dns'`,
    )
    .all();
  return rows
    .flatMap((a) =>
      rows.flatMap((b) => (a.why === b.why && a.value === b.value && a.id < b.id ? [[a, b] as const] : [])),
    )
    .filter(([a]) => rows.filter((b) => a.why === b.why && a.value === b.value).length <= 8)
    .map(([a, b]) => `${a.id} ${b.id} ${a.why} ${a.value}`)
    .sort();
};

describe('pairs of records', () => {
  it('are all that share a value, whatever was written and taken away', { timeout: 60_000 }, async () => {
    const { db, close } = await openEngines();
    const finder = duplicateFinder(db);
    let found = 0;
    try {
      fc.assert(
        fc.property(fc.array(step, { minLength: 15, maxLength: 40 }), (steps) => {
          db.exec('delete from device_mac; delete from device_hint; delete from device; delete from shared_value');
          const ids = addDevices(
            db,
            Array.from({ length: devices }, () => ({})),
          );
          for (const one of [...steps, { does: 'look' as const }]) {
            if (one.does === 'trim') finder.trim();
            write(db, one, (n) => ids[n] as number);
            if (one.does !== 'look') continue;
            const wanted = shared(db);
            found += wanted.length;
            const pairs = finder
              .pairs(wholeSite('job'))
              .flatMap(({ one: a, two: b, why }) =>
                why.flatMap(({ reason, values }) => values.map((text) => `${a} ${b} ${reason} ${text}`)),
              );
            expect(pairs.sort()).toEqual(wanted);
            expect(verifySharedValues(db)).toEqual([]);
          }
        }),
        { numRuns: runs(150) },
      );
      expect(found).toBeGreaterThan(100);
      db.exec("insert into device_mac select 'c', id from device");
      db.exec('delete from shared_value');
      expect(verifySharedValues(db)).toContain('mac c is shared, and not noted so');
    } finally {
      close();
    }
  });
});
