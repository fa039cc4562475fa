import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { advisory, part, range } from '../../../test/support/advisory-parts.ts';
import { addDevices } from '../../../test/support/fleet.ts';
import { openMatching } from '../../../test/support/matching-site.ts';
import { deb, debian13 } from '../../../test/support/site.ts';
import { type Database, openDatabase } from '../../platform/database.ts';
import { reaching } from '../../platform/scope.ts';
import { reachedTables } from './reach-store.ts';
import type { KeptDevice } from './types.ts';

// What is kept of a part of the site follows what changes: after anything that can happen to devices it is what a look that knows
// nothing finds.

const names = ['bash', 'openssl', 'tar', 'vim'];
const versions = ['3.5.0-1', '3.5.1-1', '3.5.2-1'];
const groups = ['east', 'west', null];
const devices = 6;

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('report' as const),
      device: fc.nat(devices - 1),
      has: fc.array(fc.constantFrom(undefined, ...versions), { minLength: names.length, maxLength: names.length }),
    }),
  },
  fc.record({ does: fc.constant('move' as const), device: fc.nat(devices - 1), group: fc.constantFrom(...groups) }),
  fc.record({
    does: fc.constantFrom('forget' as const, 'keep' as const, 'put back' as const, 'none' as const),
    device: fc.nat(devices - 1),
  }),
  fc.record({ does: fc.constantFrom('match' as const, 'trim' as const, 'large' as const) }),
  { weight: 4, arbitrary: fc.record({ does: fc.constant('look' as const) }) },
);

const lines = (db: Database, sql: string): string[] =>
  db
    .prepare<[], Record<string, unknown>>(sql)
    .all()
    .map((row) => JSON.stringify(row));

describe('the tables of a part of the site', () => {
  it('are, and the counts of its items, what a look that knows nothing finds', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40 }), async (steps) => {
        const open = await openMatching();
        const { db, inventory, report, paths } = open.site;
        const kept = new Map<number, KeptDevice | null>();
        const scope = reaching({ site: false, roots: ['east'], zones: [] });
        const connect = () => openDatabase(paths.database, { readonly: true });
        const held = connect();
        const fresh: Database[] = [];
        const tables = reachedTables(held, scope);
        const look = (own: Database, follow: ReturnType<typeof reachedTables>): string[] => {
          follow.refresh();
          follow.countDevices();
          return [
            ...lines(own, 'select * from component_count order by id'),
            // One that is left without a finding may stay, and counts nothing.
            ...lines(
              own,
              'select * from match_advisory where affected_fix + affected_none + review_fix + review_none > 0 order by adv',
            ),
            ...lines(own, 'select * from source_fix order by source'),
          ];
        };
        try {
          const ids = addDevices(
            db,
            Array.from({ length: devices }, () => ({})),
          );
          for (const group of ['east', 'west']) db.prepare('insert into group_path values (?, ?)').run(group, group);
          const setGroup = db.prepare('update device_row set group_id = ? where device = ?');
          for (const [n, id] of ids.entries()) setGroup.run(groups[n % 3], id);
          for (const id of ids) report(id, 'platform', [debian13]);
          const affected = (name: string, fixed: string) =>
            advisory(`A-${name}`, { package: name, ranges: [range(fixed)] });
          await open.publish(
            await part(
              '',
              names.map((name) => affected(name, '3.5.1-1')),
            ),
          );
          let rounds = 0;
          for (const one of [...steps, { does: 'look' as const }]) {
            const id = 'device' in one ? (ids[one.device] as number) : 0;
            if (one.does === 'report')
              report(
                id,
                'software',
                one.has.flatMap((version, n) => (version === undefined ? [] : [deb(names[n] ?? '', version)])),
              );
            else if (one.does === 'none') report(id, 'software', []);
            else if (one.does === 'move') setGroup.run(one.group, id);
            else if (one.does === 'forget') {
              inventory.forget(id);
              open.vulnerabilities.forget(id);
            } else if (one.does === 'keep') kept.set(id, open.vulnerabilities.keepOf(id));
            else if (one.does === 'put back') open.vulnerabilities.putBack(id, kept.get(id) ?? null);
            else if (one.does === 'trim')
              db.exec('delete from array_change where id < (select max(id) from array_change) - 2');
            // As of a change of more ids than are noted.
            else if (one.does === 'large')
              db.exec(
                'update array_change set added = null, removed = null where id = (select max(id) from array_change)',
              );
            else if (one.does === 'match') open.matchAll();
            else {
              rounds += 1;
              const own = connect();
              fresh.push(own);
              expect(look(held, tables)).toEqual(look(own, reachedTables(own, scope)));
              const counted = inventory.list({ collection: 'software', scope, limit: 100 }).rows;
              const wanted = new Map<string, number>();
              for (const device of db
                .prepare<[], number>("select device from device_row where group_id = 'east'")
                .pluck()
                .all())
                for (const item of inventory.section(device, 'software')) {
                  const name = `${item['name']} ${item['version']}`;
                  wanted.set(name, (wanted.get(name) ?? 0) + 1);
                }
              expect(new Map(counted.map((row) => [`${row['name']} ${row['version']}`, row._devices]))).toEqual(wanted);
            }
          }
          expect(rounds).toBeGreaterThan(0);
        } finally {
          for (const one of [held, ...fresh]) one.close();
          open.close();
        }
      }),
      { numRuns: runs(12) },
    );
  });
});
