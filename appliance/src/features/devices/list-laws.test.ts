import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { openAppliance } from '../../../test/support/appliance.ts';
import { addDevices, reportSection } from '../../../test/support/fleet.ts';
import { type Actor, scopeOf, systemActor } from '../../engine/objects/types.ts';
import type { Filter } from '../../platform/filter/types.ts';
import { type Scope, wholeSite } from '../../platform/scope.ts';
import { levels } from '../rules/types.ts';
import { COVERAGE_STATES, DECISIONS } from '../vulnerabilities/types.ts';
import { deviceFilters } from './filter.ts';
import { deviceList } from './list-queries.ts';
import { deviceRows } from './row-store.ts';
import { type Contact, contacts, type DeviceKind, type DeviceState, deviceSorts } from './types.ts';

// What a list finds by sets, texts and indexes, against a plain look at every device.

type Plain = {
  id: number;
  kind: DeviceKind;
  state: DeviceState;
  level: number;
  worst: number | null;
  group: number | undefined;
  name: string;
  addresses: string[];
  vendor: string;
  tags: string[];
  software: string[];
  user: string;
  seen: number | null;
};

/** More than stand in one block of a set. */
const count = 1_060;
const names = ['Насос', 'pump', 'Mixer', 'boiler', '10.0 line', 'ĀĒ', 'İstanbul'];
const tags = ['line', 'цех', 'rare'];
const software = ['bash', 'openssl', 'rare'];
const users = ['ayan', 'root'];
const vendors = ['debian', 'rhel', ''];
const states: DeviceState[] = ['managed', 'held', 'revoked', 'discovered', 'pending'];
const kinds: DeviceKind[] = ['computer', 'directory'];

const now = Date.UTC(2026, 10, 26);
const dayMs = 86_400_000;
const seenOf = (n: number): number | null => (n % 3 === 0 ? null : now - (n % 40) * dayMs);
/** The address that every device of the test's fleet came from. */
const cameFrom = '192.0.2.1';
const daysOf: Readonly<Record<Contact, number>> = { online: 0, 'not-1d': 1, 'not-7d': 7, 'not-30d': 30 };

let site: Awaited<ReturnType<typeof openAppliance>>;
let filters: ReturnType<typeof deviceFilters>;
let list: ReturnType<typeof deviceList>;
let fleet: Plain[];
let groups: string[];

beforeAll(async () => {
  site = await openAppliance();
  const { db, inventory, objects, personal, vulnerabilities } = site;
  filters = deviceFilters({ db, inventory, objects, personal, vulnerabilities, clock: () => now });
  list = deviceList(db, filters);
  const set = (sql: string, ...params: unknown[]): void => void db.prepare(sql).run(...params);
  groups = ['Завод', 'Hall', 'Cell'].map((name) => objects.create(systemActor, 'group', { name }).id);
  // Each below the one before.
  for (const at of [1, 2]) objects.update(systemActor, 'group', groups[at] ?? '', { parent: groups[at - 1] ?? null });
  const pick = <T>(from: readonly T[], n: number): T => from[n % from.length] as T;
  const ids = addDevices(
    db,
    Array.from({ length: count }, (_, n) => ({ hostname: `h${n % 17}`, lastSeenAt: seenOf(n) })),
  );
  db.transaction(() => {
    fleet = ids.map((id, n) => {
      const plain: Plain = {
        id,
        kind: n % 50 === 0 ? 'directory' : (kinds[0] as DeviceKind),
        state: n % 4 === 0 ? pick(states, n >> 2) : 'managed',
        level: (n * 7) % 8,
        worst: n % 5 === 0 ? n % 4 : null,
        group: n % 3 === 0 ? undefined : (n >> 2) % 3,
        name: `${pick(names, n * 3)} ${n % 23}`,
        addresses: n % 6 === 0 ? [] : [`10.0.${n % 7}.${n % 19}`, ...(n % 4 === 0 ? [`fe80::${n % 9}`] : [])],
        vendor: pick(vendors, n),
        tags: n % 90 === 0 ? ['rare', 'line'] : n % 2 === 0 ? [pick(tags.slice(0, 2), n >> 1)] : [],
        software: n % 400 === 0 ? ['rare', 'bash'] : n % 3 > 0 ? ['bash'] : n % 9 === 0 ? ['openssl'] : [],
        user: n % 5 === 0 ? pick(users, n) : '',
        seen: seenOf(n),
      };
      set('update device set kind = ?, state = ? where id = ?', plain.kind, plain.state, id);
      set(
        `insert into device_status (device, level, reasons, visible, updated_at) values (?, ?, '[]', 1, 0)`,
        id,
        plain.level,
      );
      if (plain.worst !== null)
        set('insert into device_findings values (?, ?, ?, 0, ?)', id, 1 + (n % 11), n % 3, plain.worst);
      if (plain.group !== undefined)
        set(
          `insert into object (kind, id, revision, created_at, updated_at, body)
             select 'device-decision', public_id, 1, 0, 0, ? from device where id = ?`,
          JSON.stringify({ group: groups[plain.group] }),
          id,
        );
      const ipv6 = plain.addresses.filter((address) => address.includes(':'));
      reportSection(inventory, id, 'identity', [
        { name: plain.name, ipv4: plain.addresses.filter((address) => !ipv6.includes(address)), ipv6 },
      ]);
      if (plain.vendor !== '') reportSection(inventory, id, 'platform', [{ vendor: plain.vendor, release: '9' }]);
      for (const tag of plain.tags) set(`insert into device_tag values (?, ?, 'hand')`, tag, id);
      if (n % 8 === 0) for (const tag of plain.tags) set(`insert into device_tag values (?, ?, 'rule')`, tag, id);
      if (plain.software.length > 0)
        reportSection(
          inventory,
          id,
          'software',
          plain.software.map((name) => ({ type: 'deb', name, version: String(n % 2), arch: 'amd64' })),
        );
      if (plain.user !== '') reportSection(inventory, id, 'accounts', [{ name: plain.user, uid: 1 }]);
      return plain;
    });
    deviceRows(db).remake();
  })();
  // Some of the first reports are entered into the index, some are not.
  inventory.enterPending(500);
  words = new Map(
    db
      .prepare<[], Words & { device: number }>('select device, search, addresses, os_search from device_row')
      .all()
      .map((row) => [row.device, row]),
  );
});
afterAll(() => site.stop());

type Words = { search: string; addresses: string; os_search: string };
/** What stands in the row beside what was entered: read from it, so that the law is about finding and not about text. */
let words: Map<number, Words>;

/** Values of one name are alternatives; several names hold at once. */
type Asked = Partial<
  Record<
    | 'kind'
    | 'state'
    | 'status'
    | 'decision'
    | 'group'
    | 'os'
    | 'address'
    | 'tag'
    | 'software'
    | 'user'
    | 'contact'
    | 'q',
    string[]
  >
>;

/** `also`: with those that a list shows only when it is asked for them. */
const fits = (plain: Plain, filter: Asked, also = false): boolean => {
  const anyIn = <T>(asked: readonly T[] | undefined, test: (value: T) => boolean): boolean =>
    asked === undefined || asked.length === 0 || asked.some(test);
  const row = words.get(plain.id) as Words;
  const below = (asked: string): number =>
    ['завод', 'hall', 'cell'].findIndex((name) => name.includes(asked.toLowerCase()));
  return (
    plain.kind !== 'directory' &&
    anyIn(filter.kind, (kind) => kind === plain.kind) &&
    (filter.state?.length ? filter.state.includes(plain.state) : also || plain.state !== 'revoked') &&
    anyIn(filter.status, (level) => level === levels[plain.level]) &&
    anyIn(filter.decision, (worst) => plain.worst !== null && worst === DECISIONS[plain.worst]) &&
    anyIn(filter.group, (name) => plain.group !== undefined && below(name) !== -1 && plain.group >= below(name)) &&
    anyIn(filter.os, (text) => row.os_search.includes(text.toLowerCase())) &&
    anyIn(filter.address, (text) => `${row.addresses} ${cameFrom}`.includes(` ${text.toLowerCase()}`)) &&
    anyIn(filter.tag, (tag) => plain.tags.includes(tag)) &&
    anyIn(filter.software, (name) => plain.software.includes(name)) &&
    anyIn(filter.user, (name) => plain.user === name) &&
    anyIn(filter.contact, (contact) => {
      const days = plain.seen === null ? Number.POSITIVE_INFINITY : (now - plain.seen) / dayMs;
      return contact === 'online' ? days === 0 : days >= daysOf[contact as Contact];
    }) &&
    anyIn(filter.q, (text) => row.search.includes(text.trim().toLowerCase()))
  );
};

const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values], { maxLength: 2 });
const filterParts = fc.record(
  {
    kind: some(['computer', 'printer']),
    state: some(states),
    status: some(levels),
    decision: some(DECISIONS),
    group: some(['ЗАВОД', 'hal', 'cell', 'none such']),
    os: some(['debian', 'RED HAT', '9', 'x']),
    address: some(['10.0.3', 'FE80', '10', '0.3', '192.']),
    tag: some([...tags, 'none']),
    software: some([...software, 'none']),
    user: some([...users, 'none']),
    contact: some(contacts),
    q: some(['насос', 'PUMP 1', '10.0 line', '10.0.', 'h1', 'ā', 'nothing at all', '1', ' pump ']),
  },
  { requiredKeys: [] },
);
/** At most three parts at once: all of them find nothing. */
const drawnFilters: fc.Arbitrary<Asked> = fc
  .tuple(filterParts, fc.uniqueArray(fc.nat(11), { maxLength: 3 }))
  .map(([parts, at]) => Object.fromEntries(Object.entries(parts).filter((_, n) => at.includes(n))) as Asked);

const everything = wholeSite('job');

const filterOf = (asked: Asked, scope: Scope = everything): Filter | undefined =>
  filters
    .within(scope)
    .read(Object.entries(asked).flatMap(([name, values]) => values.map((value) => [name, value] as const)));

/** A person with the right over some groups. */
const readerOf = (roots: readonly string[]): Actor => ({
  ...systemActor,
  rights: new Set(),
  grants: [{ right: 'devices:read', groups: roots, zones: [] }],
});

/** Groups of which each is below the one before, from the highest of some on. */
const reaches = (roots: readonly number[], { group }: Plain): boolean =>
  group !== undefined && roots.some((root) => group >= root);

/** A site of which only what is in reach is left: what stands above it has no name there. */
const cut = (plain: Plain, roots: readonly number[], drawn: Asked): boolean => {
  const top = Math.min(...roots);
  const { group: texts, ...rest } = drawn;
  const left = ['Завод', 'Hall', 'Cell'].slice(top, (plain.group ?? 0) + 1).map((name) => name.toLowerCase());
  return (
    fits(plain, rest as Asked) &&
    (texts === undefined ||
      texts.length === 0 ||
      texts.some((text) => left.some((name) => name.includes(text.toLowerCase()))))
  );
};

describe('a list of devices', () => {
  it('is, for who reaches some groups, that of a site in which nothing else is', () => {
    const roots = fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(drawnFilters, roots, fc.constantFrom(...deviceSorts), fc.boolean(), (drawn, at, sort, descending) => {
        const scope = scopeOf(readerOf(at.map((one) => groups[one] ?? '')), 'devices:read');
        const query = { scope, filter: filterOf(drawn, scope), sort, descending };
        const wanted = fleet.filter((plain) => reaches(at, plain) && cut(plain, at, drawn)).map(({ id }) => id);
        const all = list.all(query);
        expect(all.toSorted((a, b) => a - b)).toEqual(wanted);
        expect(list.count(query.filter, scope)).toBe(wanted.length);
        const whole = list.all({ ...query, filter: filterOf({ ...drawn, group: [] }), scope: everything });
        const unnamed = list.all({ ...query, filter: filterOf({ ...drawn, group: [] }, scope) });
        // In the order of the whole, without what is out of reach.
        expect(unnamed).toEqual(whole.filter((id) => unnamed.includes(id)));
        const first = list.page({ ...query, limit: 40 });
        expect(first).toMatchObject({ ids: all.slice(0, 40), total: wanted.length });
        expect(first.next === undefined).toBe(wanted.length <= 40);
      }),
      { numRuns: runs(200) },
    );
  });

  it('counts what is in reach', () => {
    for (const at of [[0], [1], [2], [1, 2]]) {
      const scope = scopeOf(readerOf(at.map((one) => groups[one] ?? '')), 'devices:read');
      const mine = fleet.filter((plain) => reaches(at, plain));
      const shown = mine.filter(({ kind }) => kind !== 'directory');
      expect(list.counts(scope).reduce((sum, { devices }) => sum + devices, 0)).toBe(shown.length);
      expect(list.withFindings(scope)).toBe(mine.filter(({ worst }) => worst !== null).length);
      const worst = list.worstCounts(scope);
      for (const rank of [0, 1, 2, 3]) expect(worst[rank] ?? 0).toBe(mine.filter((one) => one.worst === rank).length);
    }
  });

  it('counts by coverage what the list of it shows', () => {
    site.db.exec(`insert into device_coverage (device, state, system, reasons, judged_by)
      select id, id / 3 % 3, 1, '[]', '[]' from device where id % 4 > 0`);
    for (const at of [[0], [2], undefined]) {
      const scope =
        at === undefined ? everything : scopeOf(readerOf(at.map((one) => groups[one] ?? '')), 'devices:read');
      const listed = COVERAGE_STATES.map((value) => [value, list.count({ field: 'coverage', op: '=', value }, scope)]);
      expect(list.coverageCounts(scope)).toEqual(Object.fromEntries(listed));
      expect(listed.every(([, n]) => Number(n) > 0)).toBe(true);
    }
    site.db.exec('delete from device_coverage');
  });

  it('finds by any filter what a look at every device finds, counts it, and pages it in the order of its file', () => {
    fc.assert(
      fc.property(drawnFilters, fc.constantFrom(...deviceSorts), fc.boolean(), (drawn, sort, descending) => {
        const wanted = fleet.filter((plain) => fits(plain, drawn)).map(({ id }) => id);
        const filter = filterOf(drawn);
        const query = { scope: everything, filter, sort, descending };
        const all = list.all(query);
        expect(all.toSorted((a, b) => a - b)).toEqual(wanted);
        expect(list.count(filter, everything)).toBe(wanted.length);
        const first = list.page({ ...query, limit: 40 });
        expect(first).toMatchObject({ ids: all.slice(0, 40), total: wanted.length });
        if (first.next !== undefined)
          expect(list.page({ ...query, limit: 40, after: first.next }).ids).toEqual(all.slice(40, 80));
        else expect(wanted.length).toBeLessThanOrEqual(40);
      }),
      { numRuns: runs(300) },
    );
  });

  it('finds by a filter with or and not in it what the same finds one device after the other', () => {
    const part = drawnFilters.filter((drawn) => Object.values(drawn).some((values) => values.length > 0));
    fc.assert(
      fc.property(part, part, part, (one, other, third) => {
        const [a, b, c] = [one, other, third].map((drawn) => filterOf(drawn) as Filter);
        const filter: Filter = { any: [{ all: [a as Filter, { not: b as Filter }] }, c as Filter] };
        const isShown = (plain: Plain): boolean =>
          plain.kind !== 'directory' &&
          (plain.state !== 'revoked' || [one, other, third].some(({ state = [] }) => state.length > 0));
        const holds = (plain: Plain, drawn: Asked): boolean => fits({ ...plain, kind: 'computer' }, drawn, true);
        const wanted = fleet.filter(
          (plain) => isShown(plain) && ((holds(plain, one) && !holds(plain, other)) || holds(plain, third)),
        );
        expect(
          list.all({ scope: everything, filter, sort: 'seen', descending: false }).toSorted((x, y) => x - y),
        ).toEqual(wanted.map(({ id }) => id));
      }),
      { numRuns: runs(150) },
    );
  });

  it('orders by the keys of the rows, ties by the number of the device', () => {
    const keys = {
      status: ['level', 'name_key'],
      name: ['name_key'],
      group: ['group_key', 'name_key'],
      os: ['os_key', 'name_key'],
      address: ['address_key', 'name_key'],
      act: ['act_key', 'name_key'],
      findings: ['findings_key', 'name_key'],
      seen: ['-coalesce((select last_seen_at from device where id = device), 0)'],
    } as const;
    for (const sort of deviceSorts)
      for (const filter of [undefined, filterOf({ tag: ['rare'] })]) {
        const among = new Set(list.all({ scope: everything, filter, sort: 'name', descending: false }));
        const plain = site.db
          .prepare<[], number>(`select device from device_row order by ${keys[sort].join(', ')}, device`)
          .pluck()
          .all()
          .filter((id) => among.has(id));
        expect(list.all({ scope: everything, filter, sort, descending: false }), sort).toEqual(plain);
        expect(list.all({ scope: everything, filter, sort, descending: true }), sort).toEqual(plain.toReversed());
      }
  });

  it('counts states, levels and worst decisions as a look at every device does', () => {
    const plain = new Map<string, number>();
    for (const { state, level, kind } of fleet) {
      if (kind === 'directory') continue;
      const key = `${state} ${level}`;
      plain.set(key, (plain.get(key) ?? 0) + 1);
    }
    expect(new Map(list.counts(everything).map((row) => [`${row.state} ${row.level}`, row.devices]))).toEqual(plain);
    expect(list.worstCounts(everything)).toEqual(
      [0, 1, 2, 3].map((worst) => fleet.filter((one) => one.worst === worst).length),
    );
  });
});
