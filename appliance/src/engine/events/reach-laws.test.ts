import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { openEngines } from '../../../test/support/engines.ts';
import { addDevices } from '../../../test/support/fleet.ts';
import type { Term } from '../../platform/filter/parameters.ts';
import { wholeSite } from '../../platform/scope.ts';
import { type Actor, scopeOf } from '../objects/types.ts';
import type { StoredEvent } from './types.ts';

// What somebody with a part of the site reads of the events is, in the same order, what a look at each of them would leave: of devices
// that are in reach now, with the records that became part of them, and what they did themselves.

/** Many devices, few with many events, few with few: each is read in another way. */
const groups = { many: 600, busy: 60, quiet: 8, apart: 32 } as const;
type Group = keyof typeof groups;
const reader = 'account:me';

const engines = await openEngines();
const { db, events } = engines;
const names = (Object.keys(groups) as Group[]).flatMap((group) => Array<Group>(groups[group]).fill(group));
const ids = addDevices(
  db,
  names.map(() => ({})),
);
const groupOf = new Map(ids.map((id, n) => [id, names[n] as Group]));
const setGroup = db.prepare('update device_row set group_id = ? where device = ?');
for (const [id, group] of groupOf) setGroup.run(group, id);
for (const group of Object.keys(groups)) db.prepare('insert into group_path values (?, ?)').run(group, group);
const device = (n: number): number => {
  // Three of ten are of the few busy ones.
  const [from, count] = n % 10 < 3 ? [groups.many, groups.busy] : [0, ids.length];
  return ids[from + ((n * 7) % count)] as number;
};
db.transaction(() => {
  for (let n = 0; n < 6_000; n += 1)
    if (n % 11 === 0)
      events.record('server-started', {
        actor: n % 22 === 0 ? reader : 'account:other',
        params: { version: `${n}` },
      });
    else if (n % 3 === 0)
      events.record('device-pending', {
        device: device(n),
        actor: reader,
        params: { device: 'd', address: `a${n}` },
      });
    else
      events.record('section-rejected', { device: device(n), params: { collection: 'software', code: `C${n % 7}` } });
  // One of `apart` and one of `many` became part of devices of `quiet` and `busy`; one of these is two again.
  const [quiet, busy] = [ids[groups.many + groups.busy] as number, ids[groups.many] as number];
  const merge = db.prepare(
    `insert into device_merge (keep, other, other_public_id, at, actor, data, undone_at) values (?, ?, '', 0, '', '', ?)`,
  );
  for (const [keep, other, undone] of [
    [quiet, ids.at(-1) as number, null],
    [quiet, ids.at(-2) as number, 1],
    [busy, ids[7] as number, null],
  ] as const) {
    merge.run(keep, other, undone);
    if (undone !== null) continue;
    db.prepare('delete from device_row where device = ?').run(other);
    groupOf.set(other, groupOf.get(keep) as Group);
  }
})();
const all = events.list({ scope: wholeSite('job'), limit: 10_000 }).rows;
afterAll(() => engines.close());

const fits: readonly (readonly [Term[], (event: StoredEvent) => boolean])[] = [
  [[], () => true],
  [[['type', 'section-rejected']], ({ type }) => type === 'section-rejected'],
  [[['q', 'C3']], ({ params }) => String(params['code']).includes('C3')],
  [[['severity', 'info']], ({ severity }) => severity === 'info'],
  [[['actor', reader]], ({ actor }) => actor === reader],
];

describe('events of a part of the site', () => {
  it('are those of its devices, with records that became part of them, and the reader’s own', () => {
    const { events } = engines;
    fc.assert(
      fc.property(
        fc.subarray(Object.keys(groups) as Group[], { minLength: 1 }),
        fc.constantFrom(...fits),
        fc.integer({ min: 20, max: 700 }),
        (roots, [terms, keeps], limit) => {
          const actor: Actor = {
            type: 'account',
            id: 'me',
            label: '',
            rights: new Set(),
            grants: [{ right: 'events:read', groups: roots, zones: [] }],
          };
          const wanted = all.filter(
            (event) =>
              keeps(event) &&
              (event.device === null ? event.actor === reader : roots.includes(groupOf.get(event.device) as Group)),
          );
          const query = { scope: scopeOf(actor, 'events:read'), reader, filter: events.language.read(terms), limit };
          const seen: number[] = [];
          for (let after: number | undefined, isMore = true; isMore; isMore = after !== undefined) {
            const page = events.list({ ...query, ...(after === undefined ? {} : { after }) });
            expect(page.total).toBe(wanted.length);
            seen.push(...page.rows.map(({ id }) => id));
            after = page.next;
          }
          expect(seen).toEqual(wanted.map(({ id }) => id));
        },
      ),
      { numRuns: runs(40) },
    );
  });

  it('are found by a name that one device in reach has alone, and by none of a device out of reach', () => {
    const { db, events } = engines;
    const count = (device: number): number => all.filter((event) => event.device === device).length;
    const ids = [...groupOf.keys()];
    const withEvents = (from: number): number => ids.slice(from).find((id) => count(id) > 0) as number;
    const [one, other] = [withEvents(100), withEvents(groups.many + 10)];
    const number = db.prepare<[number], string>('select public_id from device where id = ?').pluck();
    db.prepare("update device_row set name_key = 'press' where device in (?, ?)").run(one, other);
    const of = (text: string, ...roots: Group[]): number => {
      const grants = [{ right: 'events:read', groups: roots, zones: [] } as const];
      const scope = scopeOf({ type: 'account', id: 'x', label: '', rights: new Set(), grants }, 'events:read');
      return events.list({ scope, limit: 1, filter: events.language.read([['device', text]]) }).total;
    };
    expect(of('Press', 'many')).toBe(count(one));
    expect(of('Press', 'busy')).toBe(count(other));
    expect(of('Press', 'many', 'busy')).toBe(0);
    expect(of(number.get(one) ?? '', 'many')).toBe(count(one));
    expect(of(number.get(one) ?? '', 'busy')).toBe(0);
  });
});
