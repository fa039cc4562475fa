import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { openAppliance } from '../../../test/support/appliance.ts';
import { addDevices, reportSection } from '../../../test/support/fleet.ts';
import { scopeOf, systemActor } from '../../engine/objects/types.ts';
import type { Filter } from '../../platform/filter/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { ruleStore } from '../rules/store.ts';
import { hintStore } from './hint-store.ts';
import { deviceList } from './list-queries.ts';
import { deviceRows, verifyDeviceRows } from './row-store.ts';
import { deviceStore } from './store.ts';
import { deviceSorts } from './types.ts';

const site = await openAppliance();
const list = deviceList(site.db, site.deviceFilters);
afterAll(() => site.stop());

const publicId = (device: number): string =>
  site.db.prepare<[number], string>('select public_id from device where id = ?').pluck().get(device) ?? '';
const set = (sql: string, ...params: unknown[]): void => void site.db.prepare(sql).run(...params);
const decide = (device: number, body: { displayName?: string; group?: string | null }): void =>
  void site.objects.put(systemActor, 'device-decision', publicId(device), body);
const byNumber = (a: number, b: number): number => a - b;
const deb = (name: string, version = '1') => ({ type: 'deb', name, version, arch: 'amd64' });
/** The filter of parameters with one or more values each. */
const asked = (parameters: Record<string, readonly string[]>): Filter | undefined =>
  site.deviceFilters.read(
    Object.entries(parameters).flatMap(([name, values]) => values.map((value) => [name, value] as const)),
  );
const all = (parameters: Parameters<typeof asked>[0], sort: (typeof deviceSorts)[number] = 'name') =>
  list.all({ scope: wholeSite('job'), filter: asked(parameters), sort, descending: false });

describe('rows of the list of devices', () => {
  const devices = { ids: [] as number[], groups: [] as string[] };
  let writers: {
    rules: ReturnType<typeof ruleStore>;
    devices: ReturnType<typeof deviceStore>;
    hints: ReturnType<typeof hintStore>;
  };
  beforeAll(() => {
    writers = {
      rules: ruleStore(site.db),
      devices: deviceStore(site.db, site.changed),
      hints: hintStore(site.db, site.changed),
    };
    devices.ids = addDevices(site.db, [{}, {}, {}, {}]);
    devices.groups = ['Цех 1', 'Цех 2'].map((name) => site.objects.create(systemActor, 'group', { name }).id);
  });

  const device = fc.integer({ min: 0, max: 3 });
  const text = fc.constantFrom('', 'Pump', 'pump', 'Насос', 'Ä');
  const address = fc.constantFrom('10.0.0.9', '10.0.0.10', '192.0.2.1', 'fe80::1');
  type Step = (ids: readonly number[]) => void;
  const group = (index: number): string => devices.groups[index] ?? '';
  const steps: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ n: device, name: text, ipv4: fc.array(address, { maxLength: 3 }) }).map(
      ({ n, name, ipv4 }): Step =>
        (ids) =>
          reportSection(site.inventory, ids[n] ?? 0, 'identity', [{ ...(name === '' ? {} : { name }), ipv4 }]),
    ),
    fc
      .record({ n: device, vendor: fc.constantFrom('debian', 'rhel', 'windows'), release: fc.constantFrom('12', '') })
      .map(
        ({ n, vendor, release }): Step =>
          (ids) =>
            reportSection(site.inventory, ids[n] ?? 0, 'platform', [
              { vendor, ...(release === '' ? {} : { release }) },
            ]),
      ),
    fc.record({ n: device, displayName: text, at: fc.integer({ min: -1, max: 1 }) }).map(
      ({ n, displayName, at }): Step =>
        (ids) =>
          decide(ids[n] ?? 0, {
            displayName,
            group: at < 0 || site.objects.find('group', group(at)) === undefined ? null : group(at),
          }),
    ),
    fc.record({ at: fc.integer({ min: 0, max: 1 }), name: fc.constantFrom('A', 'Б', 'в') }).map(
      ({ at, name }): Step =>
        () =>
          void (
            site.objects.find('group', group(at)) !== undefined &&
            site.objects.update(systemActor, 'group', group(at), { name: `${name} ${at}` })
          ),
    ),
    fc.record({ at: fc.integer({ min: 0, max: 1 }) }).map(
      ({ at }): Step =>
        () => {
          // One that is used cannot go.
          for (const device of devices.ids) decide(device, { group: null });
          if (site.objects.find('group', group(at)) === undefined)
            site.objects.restore(systemActor, 'group', group(at));
          else site.objects.remove(systemActor, 'group', group(at));
        },
    ),
    fc.record({ n: device, level: fc.integer({ min: 0, max: 7 }) }).map(
      ({ n, level }): Step =>
        (ids) => {
          const row = { device: ids[n] ?? 0, level, reasons: '[]', visible: 1, dueAt: null, aged: 0, updatedAt: 0 };
          writers.rules.putStatus(row);
          site.changed('status', [row.device]);
        },
    ),
    fc.record({ n: device, worst: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }) }).map(
      ({ n, worst }): Step =>
        (ids) => {
          const id = ids[n] ?? 0;
          const load = worst === undefined ? undefined : { findings: worst + 1, act: worst, attend: 0, worst };
          site.changed('status', writers.rules.putFindings([id], new Map(load === undefined ? [] : [[id, load]])));
        },
    ),
    fc.record({ n: device, state: fc.constantFrom('managed', 'held', 'revoked') }).map(
      ({ n, state }): Step =>
        (ids) => {
          const id = ids[n] ?? 0;
          if (state === 'managed') writers.devices.approve(id, 0);
          else if (state === 'held') writers.devices.hold(id, 'key-with-other-hardware');
          else writers.devices.revoke(id, 0);
        },
    ),
    fc.record({ n: device, value: address }).map(
      ({ n, value }): Step =>
        (ids) =>
          writers.hints.put(ids[n] ?? 0, { names: [], addresses: [value] }, 0),
    ),
    fc
      .record({
        n: device,
        tag: fc.constantFrom('line', 'цех'),
        source: fc.constantFrom('hand', 'rule'),
        on: fc.boolean(),
      })
      .map(
        ({ n, tag, source, on }): Step =>
          (ids) =>
            on
              ? set('insert or ignore into device_tag values (?, ?, ?)', tag, ids[n], source)
              : set('delete from device_tag where tag = ? and device = ? and source = ?', tag, ids[n], source),
      ),
    fc.record({ n: device }).map(
      ({ n }): Step =>
        (ids) =>
          site.inventory.forget(ids[n] ?? 0),
    ),
  );

  it('are what the data say, whoever changed them and in whatever order', () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 12 }), (sequence) => {
        for (const step of sequence) step(devices.ids);
        expect(verifyDeviceRows(site.db)).toEqual([]);
      }),
      { numRuns: runs(25) },
    );
  });

  it('go with their device', () => {
    const [gone = 0] = addDevices(site.db, [{}]);
    set('delete from device where id = ?', gone);
    expect(site.db.prepare('select count(*) from device_row where device = ?').pluck().get(gone)).toBe(0);
  });

  it('are noticed when they are not', () => {
    const [device = 0] = devices.ids;
    set('update device_row set level = 9 where device = ?', device);
    expect(verifyDeviceRows(site.db)).toHaveLength(1);
    site.changed('device', [device]);
    expect(verifyDeviceRows(site.db)).toEqual([]);
  });

  it('of many devices are derived in turn, and are not behind for that', () => {
    const many = addDevices(
      site.db,
      Array.from({ length: 450 }, () => ({})),
    );
    set(`update device set hostname = 'renamed-' || id`);
    site.changed('device', many);
    const rows = deviceRows(site.db);
    expect(rows.isBehind()).toBe(true);
    while (rows.run({ budgetMs: 0 }).more) expect(rows.isFarBehind()).toBe(false);
    for (const id of devices.ids) site.changed('device', [id]);
    expect(verifyDeviceRows(site.db)).toEqual([]);
  });
});

describe('the list of devices', () => {
  let ids: number[];
  beforeEach(() => {
    set('delete from device');
    set("delete from object where kind = 'device-decision'");
    set("delete from object_index where kind = 'device-decision'");
    set("delete from object_revision where kind = 'device-decision'");
    ids = addDevices(
      site.db,
      Array.from({ length: 23 }, (_, n) => ({
        hostname: `${n % 3 === 0 ? 'Pump' : 'mixer'}-${n % 5}`,
        lastSeenAt: n % 4 === 0 ? null : 1_000 * (n % 6),
        state: n === 5 ? 'revoked' : n % 7 === 0 ? 'pending' : 'managed',
      })),
    );
  });

  it.each(deviceSorts.flatMap((sort) => [false, true].map((descending) => ({ sort, descending }))))(
    'is paged by $sort, descending $descending, without a gap or a repeat',
    ({ sort, descending }) => {
      const query = { scope: wholeSite('job'), filter: undefined, sort, descending };
      const seen: number[] = [];
      let after: string | undefined;
      do {
        const page = list.page({ ...query, limit: 4, ...(after === undefined ? {} : { after }) });
        expect(page.total).toBe(22);
        seen.push(...page.ids);
        after = page.next;
      } while (after !== undefined);
      expect(seen).toEqual(list.all(query));
      expect(new Set(seen).size).toBe(22);
      expect(list.all({ ...query, descending: !descending })).toEqual(seen.toReversed());
    },
  );

  it('sorts names in any script without their case, addresses by their numbers, silence last', () => {
    const [a = 0, b = 0, c = 0] = ids.slice(1, 4);
    for (const [device, name, ip] of [
      [a, 'Яма', '10.0.0.10'],
      [b, 'юла', '10.0.0.9'],
      [c, 'Яблоко', '9.1.1.1'],
    ] as const) {
      decide(device, { displayName: name });
      reportSection(site.inventory, device, 'identity', [{ ipv4: [ip] }]);
    }
    const only = (sort: (typeof deviceSorts)[number]) => all({}, sort).filter((id) => [a, b, c].includes(id));
    expect(only('name')).toEqual([b, c, a]);
    expect(only('address')).toEqual([c, b, a]);
    const seen = all({}, 'seen').map((id) =>
      site.db.prepare<[number], number | null>('select last_seen_at from device where id = ?').pluck().get(id),
    );
    expect(seen).toEqual(seen.toSorted((x, y) => (y ?? 0) - (x ?? 0)));
  });

  it('filters by software and its version, tag, group with those below, user, address and text at once', () => {
    const [a = 0, b = 0, c = 0, d = 0] = ids.slice(1);
    for (const [device, version] of [
      [a, '1'],
      [b, '1'],
      [c, '2'],
    ] as const)
      reportSection(site.inventory, device, 'software', [deb('OpenSSL', version), deb(`own-${device}`)]);
    expect(all({ software: ['openssl'] }).sort(byNumber)).toEqual([a, b, c].sort(byNumber));
    site.inventory.enterPending(1_000);
    expect(all({ software: ['openssl/1'] }).sort(byNumber)).toEqual([a, b].sort(byNumber));
    reportSection(site.inventory, b, 'software', [deb('OpenSSL', '2')]);
    expect(all({ software: ['openssl/1'] })).toEqual([a]);
    expect(all({ software: ['openssl/1', `own-${c}`] }).sort(byNumber)).toEqual([a, c].sort(byNumber));
    expect(site.inventory.verify()).toEqual([]);

    for (const device of [a, b, d]) set(`insert into device_tag values ('line', ?, 'hand')`, device);
    expect(all({ tag: ['line'] }).sort(byNumber)).toEqual([a, b, d].sort(byNumber));
    expect(all({ tag: ['line'], software: ['openssl'], status: ['ok', 'waiting'] }).sort(byNumber)).toEqual(
      [a, b].sort(byNumber),
    );

    const plant = site.objects.create(systemActor, 'group', { name: 'Завод' }).id;
    const hall = site.objects.create(systemActor, 'group', { name: 'Цех 9', parent: plant }).id;
    // A circle of groups has an end.
    set('update object set body = ? where id = ?', JSON.stringify({ name: 'Завод', parent: hall }), plant);
    decide(a, { group: plant });
    decide(b, { group: hall });
    expect(all({ group: ['завод'] }).sort(byNumber)).toEqual([a, b].sort(byNumber));
    set('update object set body = ? where id = ?', JSON.stringify({ name: 'Завод' }), plant);
    expect(all({ group: [hall] })).toEqual([b]);

    reportSection(site.inventory, c, 'accounts', [{ name: 'ayan', uid: 1 }]);
    reportSection(site.inventory, d, 'sessions', [{ account: 'ayan', startedAt: '2026-11-24T10:00:00Z' }]);
    expect(all({ user: ['ayan'] }).sort(byNumber)).toEqual([c, d].sort(byNumber));
    expect(all({ user: ['aya'] })).toEqual([]);

    reportSection(site.inventory, c, 'identity', [
      { name: 'boiler', ipv4: ['10.1.2.3', '172.16.0.7'], ipv6: ['fe80::7'] },
    ]);
    expect(all({ address: ['172.16.'] })).toEqual([c]);
    expect(all({ address: ['FE80'] })).toEqual([c]);
    expect(all({ address: ['6.0.7'] })).toEqual([]);
    expect(all({ q: ['BOIL'] })).toEqual([c]);
    expect(all({ state: ['revoked'] })).toEqual([ids[5]]);
    expect(all({ 'software.version': ['2'] }).sort(byNumber)).toEqual([b, c].sort(byNumber));
    expect(all({ software: ['openssl<2'] })).toEqual([a]);
    expect(all({ where: ['(tag = line or user = ayan) and not (group in Завод or software = OPENSSL)'] })).toEqual([d]);
  });

  it('gives the first by a part of what is searched, those whose name begins with it before the others', () => {
    const group = site.objects.create(systemActor, 'group', { name: 'Named' }).id;
    const names = ['zulu 2', 'a zulu', 'Zulu 1', 'b 50%', 'zulu 3'];
    const [second = 0, part = 0, first = 0, percent = 0, revoked = 0] = addDevices(
      site.db,
      names.map(() => ({})),
    );
    for (const [at, device] of [second, part, first, percent, revoked].entries())
      decide(device, { displayName: names[at] ?? '', ...(device === part || device === second ? { group } : {}) });
    set(`update device set state = 'revoked' where id = ?`, revoked);
    site.changed('device', [revoked]);
    const whole = wholeSite('job');
    expect(list.named('ZULU', 9, whole)).toEqual([first, second, part]);
    expect(list.named('zulu', 2, whole)).toEqual([first, second]);
    expect(list.named('0%', 9, whole)).toEqual([percent]);
    expect(list.named('50_', 9, whole)).toEqual([]);
    const ofGroup = { right: 'all', groups: [group], zones: [] } as const;
    const scope = scopeOf(
      { type: 'account', id: 'x', label: '', rights: new Set(), grants: [ofGroup] },
      'devices:read',
    );
    expect(list.named('zulu', 9, scope)).toEqual([second, part]);
    expect(list.named('zulu', 1, scope)).toEqual([second]);
  });

  it('finds what most devices have and what few have alike', () => {
    const many = addDevices(
      site.db,
      Array.from({ length: 2_100 }, (_, n) => ({ hostname: `many-${n}` })),
    );
    site.db.transaction(() => {
      for (const [n, device] of many.entries())
        reportSection(site.inventory, device, 'software', [deb('bash'), ...(n % 700 === 0 ? [deb('rare')] : [])]);
    })();
    const rare = many.filter((_, n) => n % 700 === 0).sort(byNumber);
    for (const settled of [false, true]) {
      expect(all({ software: ['bash'] }).sort(byNumber), `settled ${settled}`).toEqual(many.toSorted(byNumber));
      expect(all({ software: ['rare'] }).sort(byNumber)).toEqual(rare);
      expect(list.count(asked({ software: ['bash'], q: ['many-1'] }), wholeSite('job'))).toBe(
        many.filter((_, n) => String(n).startsWith('1')).length,
      );
      while (site.inventory.enterPending(500) > 0);
    }
    for (const device of many.slice(0, 1_500)) site.inventory.forget(device);
    expect(all({ software: ['bash'] }).sort(byNumber)).toEqual(many.slice(1_500).toSorted(byNumber));
    expect(site.inventory.verify()).toEqual([]);
  });

  it('refuses a cursor that it has not made', () => {
    for (const after of ['x', 'WzFd', Buffer.from('[1,{},2]').toString('base64url')])
      expect(() =>
        list.page({ scope: wholeSite('job'), filter: undefined, sort: 'status', descending: false, limit: 1, after }),
      ).toThrow('cursor');
  });
});
