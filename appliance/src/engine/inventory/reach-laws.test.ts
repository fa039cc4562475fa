import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { openEngines } from '../../../test/support/engines.ts';
import { addDevices, reportSection } from '../../../test/support/fleet.ts';
import { type Scope, wholeSite } from '../../platform/scope.ts';
import { scopeOf } from '../objects/types.ts';
import type { Change } from './types.ts';

// What somebody with a part of the site reads of lists and of changes is what a look at each device there would leave: an item is there
// when one of them has it, and counts them alone.

/** Many that report nothing, so that their changes are read by going back through all of them; and few. */
const groups = { many: 520, busy: 14, quiet: 5 } as const;
type Group = keyof typeof groups;
const names = ['bash', 'curl', 'libssl', 'nginx', 'vim', 'zsh'];
const people = ['ayan', 'dana', 'ivan'];

/** By device the names and versions of its packages. */
const held = new Map<number, string[]>();
const users = new Map<number, string[]>();
const site = wholeSite('job');

const engines = await openEngines();
const { db, inventory } = engines;
const of = (Object.keys(groups) as Group[]).flatMap((group) => Array<Group>(groups[group]).fill(group));
const ids = addDevices(
  db,
  of.map(() => ({})),
);
const groupOf = new Map(ids.map((id, n) => [id, of[n] as Group]));
const setGroup = db.prepare('update device_row set group_id = ? where device = ?');
for (const [id, group] of groupOf) setGroup.run(group, id);
for (const group of Object.keys(groups)) db.prepare('insert into group_path values (?, ?)').run(group, group);
// Some of each group, and one without a group.
const reporting = ids.filter((_, n) => n < 6 || n >= groups.many);
setGroup.run(null, reporting[0]);
groupOf.delete(reporting[0] as number);
for (let round = 0; round < 3; round += 1)
  for (const [n, device] of reporting.entries()) {
    const packages = names.filter((_, at) => (n * 7 + at * 5 + round) % 3 > 0);
    const own = packages.map((name, at) => [name, String((n + at + round) % 2)] as const);
    // What one device alone has.
    if (n % 4 === 0) own.push([`tool-${n}`, '1']);
    reportSection(
      inventory,
      device,
      'software',
      own.map(([name, version]) => ({ type: 'deb', name, version, arch: 'amd64' })),
    );
    held.set(
      device,
      own.map((one) => one.join(' ')),
    );
    const accounts = people.filter((_, at) => (n + at + round) % 2 === 0);
    reportSection(
      inventory,
      device,
      'accounts',
      accounts.map((name, at) => ({ name, uid: at })),
    );
    users.set(device, accounts);
  }
inventory.enterPending(7);
const changes = inventory.changes({ scope: site, limit: 10_000 });
afterAll(() => engines.close());

const scopeIn = (roots: readonly Group[]): Scope =>
  scopeOf(
    { type: 'account', id: 'x', label: '', rights: new Set(), grants: [{ right: 'all', groups: roots, zones: [] }] },
    'devices:read',
  );
const inReach = (roots: readonly Group[]): number[] =>
  [...groupOf].flatMap(([device, group]) => (roots.includes(group) ? [device] : []));
const drawnRoots = fc.subarray(Object.keys(groups) as Group[], { minLength: 1 });

/** Every page of a list, one after the other. */
const pages = <R>(
  read: (paging: { limit: number; after?: string }) => { rows: R[]; total: number; next?: string },
  limit: number,
): { rows: R[]; totals: Set<number> } => {
  const rows: R[] = [];
  const totals = new Set<number>();
  for (let after: string | undefined, isMore = true; isMore; isMore = after !== undefined) {
    const page = read({ limit, ...(after === undefined ? {} : { after }) });
    rows.push(...page.rows);
    totals.add(page.total);
    after = page.next;
  }
  return { rows, totals };
};

describe('the inventory of a part of the site', () => {
  it('has the shared items of its devices, counted among these', () => {
    const { inventory } = engines;
    fc.assert(
      fc.property(
        drawnRoots,
        fc.constantFrom('name', 'version', '_devices'),
        fc.boolean(),
        fc.constantFrom(undefined, 'l', 'tool', 'none'),
        fc.integer({ min: 1, max: 9 }),
        (roots, sort, descending, search, limit) => {
          const scope = scopeIn(roots);
          const asked = {
            collection: 'software',
            sort,
            descending,
            ...(search === undefined ? {} : { search }),
          } as const;
          const { rows, totals } = pages((paging) => inventory.list({ ...asked, ...paging, scope }), limit);
          const counts = new Map<string, number>();
          for (const device of inReach(roots))
            for (const item of held.get(device) ?? []) counts.set(item, (counts.get(item) ?? 0) + 1);
          const wanted = [...counts].filter(([item]) => item.split(' ')[0]?.includes(search ?? ''));
          const found = rows.map((row) => [`${row.name} ${row.version}`, row._devices] as const);
          expect(new Map(found)).toEqual(new Map(wanted));
          expect(found).toHaveLength(wanted.length);
          expect([...totals]).toEqual([wanted.length]);
          const whole = inventory.list({ ...asked, scope: site, limit: 10_000 }).rows.map(({ id }) => id);
          const shown = rows.map(({ id }) => id);
          // In the order of the whole, where that does not follow from the counts.
          if (sort !== '_devices') expect(shown).toEqual(whole.filter((id) => shown.includes(id)));
          else {
            const order = rows.toSorted((a, b) => Number(a._devices) - Number(b._devices) || a.id - b.id);
            expect(rows).toEqual(descending ? order.toReversed() : order);
          }
          // The search in everything finds the same, those first whose name begins with the text.
          const text = search ?? 's';
          const named = inventory.named('software', text, 10_000, scope).map((row) => `${row.name} ${row.version}`);
          const holding = [...counts.keys()].filter((item) => item.split(' ')[0]?.includes(text));
          expect(named.toSorted()).toEqual(holding.toSorted());
          expect(named).toEqual([
            ...named.filter((item) => item.startsWith(text)),
            ...named.filter((item) => !item.startsWith(text)),
          ]);
          const first = inventory.named('software', text, limit, scope).map((row) => `${row.name} ${row.version}`);
          expect(first).toEqual(named.slice(0, limit));
          for (const { id, name, version } of rows) {
            const having = inReach(roots).filter((device) => held.get(device)?.includes(`${name} ${version}`));
            expect(inventory.itemDevices('software', id, scope)).toEqual(having);
          }
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it('counts the items of one device among the devices in reach', () => {
    const { inventory } = engines;
    fc.assert(
      fc.property(
        drawnRoots,
        fc.nat(),
        fc.constantFrom('name', '_devices'),
        fc.integer({ min: 1, max: 9 }),
        (roots, at, sort, limit) => {
          const scope = scopeIn(roots);
          const reporting = inReach(roots).filter((one) => held.has(one));
          const device = reporting[at % reporting.length] as number;
          const asked = { collection: 'software', sort, scope, device } as const;
          const { rows, totals } = pages((paging) => inventory.list({ ...asked, ...paging }), limit);
          const items = new Set(held.get(device));
          const count = (item: string): number =>
            reporting.filter((other) => held.get(other)?.includes(item) === true).length;
          expect(new Map(rows.map((row) => [`${row.name} ${row.version}`, row._devices]))).toEqual(
            new Map([...items].map((item) => [item, count(item)])),
          );
          expect([...totals]).toEqual([items.size]);
        },
      ),
      { numRuns: runs(40) },
    );
  });

  it('has the rows of its devices, and says how many report', () => {
    const { inventory } = engines;
    fc.assert(
      fc.property(drawnRoots, fc.boolean(), fc.integer({ min: 1, max: 9 }), (roots, descending, limit) => {
        const scope = scopeIn(roots);
        const asked = { collection: 'accounts', sort: 'uid', descending, personal: true } as const;
        const { rows, totals } = pages((paging) => inventory.list({ ...asked, ...paging, scope }), limit);
        const devices = inReach(roots);
        const wanted = devices.flatMap((device) => (users.get(device) ?? []).map((name) => `${device} ${name}`));
        const found = rows.map((row) => `${row._device} ${row.name}`);
        expect(new Set(found)).toEqual(new Set(wanted));
        expect(found).toHaveLength(wanted.length);
        expect([...totals]).toEqual([wanted.length]);
        const reporting = devices.filter((device) => held.has(device));
        expect(inventory.reporting('software', scope)).toBe(reporting.length);
        expect(inventory.counts(scope).find(({ collection }) => collection === 'software')).toEqual({
          collection: 'software',
          devices: reporting.length,
          rows: reporting.reduce((sum, device) => sum + (held.get(device)?.length ?? 0), 0),
        });
      }),
      { numRuns: runs(30) },
    );
  });

  it('has changed as its devices have', () => {
    const { inventory } = engines;
    const query = fc.record(
      {
        collection: fc.subarray(['software', 'accounts'], { minLength: 1 }),
        operation: fc.subarray(['first', 'added', 'removed', 'changed'] as const, { minLength: 1 }),
        title: fc.constantFrom('bash', 'tool-0', 'none'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(drawnRoots, query, fc.integer({ min: 1, max: 40 }), (roots, asked, limit) => {
        const scope = scopeIn(roots);
        const devices = new Set(inReach(roots));
        const mine = changes.filter(({ device }) => devices.has(device));
        const wanted = mine.filter(
          (change) =>
            (asked.collection?.includes(change.collection) ?? true) &&
            (asked.operation?.includes(change.operation) ?? true) &&
            (asked.title === undefined ||
              (change.collection === 'software' &&
                [change.before, change.after].some((item) => item?.['name'] === asked.title))),
        );
        const found: Change[] = [];
        for (let after: number | undefined, isMore = true; isMore; isMore = found.length % limit === 0 && isMore) {
          const page = inventory.changes({ ...asked, scope, limit, ...(after === undefined ? {} : { after }) });
          found.push(...page);
          after = page.at(-1)?.id;
          isMore = page.length === limit;
        }
        expect(found.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
        expect(inventory.aboutChanges(scope)).toBe(mine.length);
      }),
      { numRuns: runs(60) },
    );
  });
});
