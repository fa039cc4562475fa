import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { type Console, openConsole } from '../../../test/support/console.ts';
import { deb } from '../../../test/support/site.ts';
import { type Right, systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { BaselineService } from './service.ts';

const day = 86_400_000;
const start = Date.parse('2026-03-01T00:00:00Z');

let site: Console;
let baselines: BaselineService;
let made = 0;

// The clock of the test only rises, as that of a site does.
const clock = {
  ms: start,
  add: (ms: number): void => {
    clock.ms += ms;
    vi.setSystemTime(clock.ms);
  },
};

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: start });
  site = await openConsole();
  ({ baselines } = site.appliance);
});
afterAll(async () => {
  await site.close();
  vi.useRealTimers();
});

const newDevice = () => {
  made += 1;
  return site.device(`controller-${made}`);
};

const report = (device: number, collection: string, items: readonly Record<string, unknown>[]): void => {
  site.report(device, collection, items);
};

const asked = (name: string, value: string) => baselines.language.read([[name, value]]);
const open = (device: number) => baselines.deviations({ scope: wholeSite('job'), device, limit: 1_000 }).rows;
const told = (device: number): string[] =>
  open(device)
    .map(
      ({ operation, title, change }) =>
        `${operation} ${title} ${change.before?.['version']}>${change.after?.['version']}`,
    )
    .sort();

type Held = Map<string, string>;

/** Expected by hand: the content, and per thing the last accepted state as long as it lasts. */
const model = (
  content: Held,
  accepted: Map<string, { to: string | undefined; expiresAt: number | null }>,
  now: number,
) => {
  const expected = new Map(content);
  for (const [name, { to, expiresAt }] of accepted) {
    if (expiresAt !== null && expiresAt <= now) continue;
    if (to === undefined) expected.delete(name);
    else expected.set(name, to);
  }
  return expected;
};

const difference = (before: Held, after: Held): string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${name} ${before.get(name)}>${after.get(name)}`)
    .sort();

// Few things and many steps: chains of acceptances that end one by one are what is hard.
const names = ['a', 'b'];
const sections = fc.dictionary(fc.constantFrom(...names), fc.constantFrom('1', '2', '3'), { minKeys: 1 });
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('report' as const), held: sections }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('accept' as const),
        names: fc.subarray(names, { minLength: 1 }),
        days: fc.option(fc.integer({ min: 1, max: 3 }), { nil: null }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('approve' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 3 }) }) },
  ),
  { minLength: 8, maxLength: 24 },
);

/** Accepted to go for a day, back in another version, which is accepted for good; then the day is over. */
const goneAndBack: [Record<string, string>, Array<(typeof steps extends fc.Arbitrary<infer S> ? S : never)[number]>] = [
  { b: '1' },
  [
    { do: 'report', held: { a: '1' } },
    { do: 'accept', names: ['b'], days: 1 },
    { do: 'report', held: { a: '1', b: '3' } },
    { do: 'accept', names: ['b'], days: null },
    { do: 'wait', days: 1 },
  ],
];

/** A section in the two storages: packages that the site shares, accounts of the device with personal names. */
const storages = {
  software: (held: Held) => [...held].map(([name, version]) => deb(name, version)),
  accounts: (held: Held) => [...held].map(([name, uid]) => ({ name, uid: Number(uid) })),
};

describe('the law', () => {
  it.each(['software', 'accounts'] as const)(
    'deviations are what differs from the baseline after any reports, acceptances and approvals: %s',
    (collection) => {
      const field = collection === 'software' ? 'version' : 'uid';
      fc.assert(
        fc.property(sections, steps, (first, all) => {
          const { id, publicId } = newDevice();
          let now: Held = new Map(Object.entries(first));
          report(id, collection, storages[collection](now));
          baselines.approveDevice(systemActor, publicId, { collections: [collection] });
          let content: Held = new Map(now);
          let accepted = new Map<string, { to: string | undefined; expiresAt: number | null }>();
          const nameOf = (title: string | null, change: ReturnType<typeof open>[number]['change']): string => {
            if (title !== null) return title;
            // Withheld, as everywhere: the test looks at the row with the right to.
            const uid = String(change.before?.['uid'] ?? change.after?.['uid']);
            return `uid-${uid}`;
          };
          for (const step of all) {
            if (step.do === 'report') {
              now = new Map(Object.entries(step.held));
              report(id, collection, storages[collection](now));
            } else if (step.do === 'approve') {
              baselines.approveDevice(systemActor, publicId, { collections: [collection] });
              content = new Map(now);
              accepted = new Map();
            } else if (step.do === 'wait') {
              clock.add(step.days * day);
              baselines.recomputePending();
            } else {
              const expiresAt = step.days === null ? null : clock.ms + step.days * day;
              const expected = model(content, accepted, clock.ms);
              const differing = difference(expected, now).map((line) => line.split(' ')[0] ?? '');
              // Accounts are chosen by the order in which the model has them: their names are not told.
              const chosen =
                collection === 'software'
                  ? open(id).filter(({ title, change }) => step.names.includes(nameOf(title, change)))
                  : step.names.length > 2
                    ? open(id)
                    : [];
              if (chosen.length === 0) continue;
              baselines.accept(
                systemActor,
                chosen.map((one) => one.id),
                { reason: 'agreed', scope: 'device', expiresAt },
              );
              for (const name of collection === 'software' ? step.names : names) {
                if (!differing.includes(name)) continue;
                const to = now.get(name);
                if (to === content.get(name)) accepted.delete(name);
                else accepted.set(name, { to, expiresAt });
              }
            }
            const wanted = difference(model(content, accepted, clock.ms), now).map(
              (line) => line.split(' ').at(-1) ?? '',
            );
            const found = open(id).map(({ change }) => `${change.before?.[field]}>${change.after?.[field]}`);
            expect(found.sort()).toEqual(wanted.sort());
            if (collection === 'software')
              expect(
                open(id)
                  .map(({ title, change }) => `${title} ${change.before?.['version']}>${change.after?.['version']}`)
                  .sort(),
              ).toEqual(difference(model(content, accepted, clock.ms), now));
            expect(baselines.deviationsOf(id)).toBe(wanted.length);
          }
        }),
        { numRuns: runs(30), examples: [goneAndBack] },
      );
      expect(baselines.verify()).toEqual([]);
    },
  );
});

describe('a baseline', () => {
  it('is a revision with its reason, and tells when a device begins and ceases to differ', () => {
    const { id, publicId } = newDevice();
    report(id, 'software', [deb('bash', '5'), deb('openssl', '3')]);
    const { revision } = baselines.approveDevice(systemActor, publicId, {
      collections: ['software'],
      comment: 'commissioning',
      expiresAt: clock.ms + 365 * day,
    });
    expect(revision).toBe(1);
    expect(site.appliance.objects.revisions('baseline', `device:${publicId}`)[0]).toMatchObject({
      operation: 'create',
      comment: 'commissioning',
    });
    report(id, 'software', [deb('bash', '6'), deb('vim', '9')]);
    expect(told(id)).toEqual(['added vim undefined>9', 'changed bash 5>6', 'removed openssl 3>undefined']);
    report(id, 'software', [deb('bash', '5'), deb('openssl', '3')]);
    expect(open(id)).toEqual([]);
    const told_ = site.appliance.events
      .list({ scope: wholeSite('job'), device: id, type: ['device-deviates', 'device-conforms'], limit: 10 })
      .rows.map(({ type, params }) => [type, params['n'] ?? null]);
    expect(told_).toEqual([
      ['device-conforms', null],
      ['device-deviates', 3],
    ]);
    expect(
      baselines
        .deviations({ scope: wholeSite('job'), device: id, filter: asked('state', 'closed'), limit: 10 })
        .rows.map(({ outcome }) => outcome),
    ).toEqual(['gone', 'gone', 'gone']);
  });

  it('approved anew is a revision also when nothing differs', () => {
    const { id, publicId } = newDevice();
    report(id, 'software', [deb('bash', '5')]);
    baselines.approveDevice(systemActor, publicId, { collections: ['software'] });
    clock.add(day);
    expect(baselines.approveDevice(systemActor, publicId, { collections: ['software'] }).revision).toBe(2);
  });

  it('goes on with the time of a deviation whose version moves on: the clock of 35 days is not set back', () => {
    const { id, publicId } = newDevice();
    report(id, 'software', [deb('bash', '5')]);
    baselines.approveDevice(systemActor, publicId, { collections: ['software'] });
    report(id, 'software', [deb('bash', '5'), deb('vim', '1')]);
    const [before] = open(id);
    const since = clock.ms;
    baselines.setWorkOrder(systemActor, [before?.id ?? 0], 'WO-17');
    clock.add(20 * day);
    report(id, 'software', [deb('bash', '5'), deb('vim', '2')]);
    expect(open(id)).toMatchObject([
      { id: before?.id, since, workOrder: { text: 'WO-17' }, change: { after: { version: '2' } } },
    ]);
    clock.add(16 * day);
    expect(
      baselines.deviations({ scope: wholeSite('job'), device: id, filter: asked('age', '35'), limit: 10 }).total,
    ).toBe(1);
    expect(
      baselines.deviations({ scope: wholeSite('job'), device: id, filter: asked('age', '40'), limit: 10 }).total,
    ).toBe(0);
    expect(
      baselines.deviations({ scope: wholeSite('job'), device: id, filter: asked('order', 'false'), limit: 10 }).total,
    ).toBe(0);
  });

  it('takes an acceptance that goes on from an earlier one as one with it, so that each ends by itself', () => {
    const { id, publicId } = newDevice();
    const acceptAll = (days: number | null): void =>
      void baselines.accept(
        systemActor,
        open(id).map((one) => one.id),
        { reason: 'agreed', scope: 'device', expiresAt: days === null ? null : clock.ms + days * day },
      );
    report(id, 'software', [deb('bash', '5'), deb('less', '1')]);
    baselines.approveDevice(systemActor, publicId, { collections: ['software'] });
    report(id, 'software', [deb('bash', '6')]);
    acceptAll(2);
    report(id, 'software', [deb('bash', '7'), deb('less', '1')]);
    acceptAll(null);
    // The way back to the content needs nothing in force.
    expect(baselines.acceptances(`device:${publicId}`).map(({ title, expiresAt }) => [title, expiresAt])).toEqual([
      ['bash', null],
    ]);
    clock.add(3 * day);
    baselines.recomputePending();
    expect(told(id)).toEqual([]);
    report(id, 'software', [deb('bash', '5'), deb('less', '1')]);
    expect(told(id)).toEqual(['changed bash 7>5']);
  });

  it('goes back to what a revision expected', () => {
    const { id, publicId } = newDevice();
    report(id, 'software', [deb('bash', '5')]);
    baselines.approveDevice(systemActor, publicId, { collections: ['software'] });
    report(id, 'software', [deb('bash', '6')]);
    baselines.accept(systemActor, [open(id)[0]?.id ?? 0], { reason: 'patch day', scope: 'device' });
    expect(open(id)).toEqual([]);
    expect(baselines.acceptances(`device:${publicId}`)).toMatchObject([{ title: 'bash', reason: 'patch day' }]);
    baselines.revert(systemActor, `device:${publicId}`, 1);
    expect(told(id)).toEqual(['changed bash 5>6']);
    expect(baselines.verify()).toEqual([]);
  });

  it('withholds personal values, and keeps them encrypted', () => {
    const { id, publicId } = newDevice();
    report(id, 'accounts', [{ name: 'operator-secret', uid: 1000 }]);
    baselines.approveDevice(systemActor, publicId, { collections: ['accounts'] });
    report(id, 'accounts', [{ name: 'intruder-secret', uid: 1001 }]);
    expect(
      open(id).map(({ title, change }) => [title, change.before?.['name'] ?? change.after?.['name'] ?? null]),
    ).toEqual([
      [null, null],
      [null, null],
    ]);
    const stored = ['baseline_content', 'deviation']
      .flatMap((table) => site.appliance.db.prepare(`select * from ${table}`).all())
      .map((row) => JSON.stringify(row))
      .join('');
    expect(stored).not.toContain('-secret');
  });

  it('that somebody changed behind its back is found', () => {
    const { id, publicId } = newDevice();
    report(id, 'software', [deb('bash', '5')]);
    baselines.approveDevice(systemActor, publicId, { collections: ['software'] });
    report(id, 'software', [deb('bash', '6')]);
    const { db } = site.appliance;
    const held = db
      .prepare<[string], { members: Buffer }>('select members from baseline_content where baseline = ?')
      .get(`device:${publicId}`);
    const now = db
      .prepare<[number], { members: Buffer }>(
        'select a.items as members from section s join device_software a on a.section = s.id where s.device = ?',
      )
      .get(id);
    const put = db.prepare('update baseline_content set members = ? where baseline = ?');
    put.run(now?.members, `device:${publicId}`);
    expect(baselines.verify()).toEqual([`baseline device:${publicId}: its content is not what was approved`]);
    put.run(held?.members, `device:${publicId}`);
    expect(baselines.verify()).toEqual([]);
  });

  it('keeps the items that it names though no device has them', () => {
    const { id, publicId } = newDevice();
    report(id, 'software', [deb('only-here', '1'), deb('stays', '1')]);
    baselines.approveDevice(systemActor, publicId, { collections: ['software'] });
    report(id, 'software', [deb('stays', '1')]);
    site.appliance.db.prepare('delete from change_log where device = ?').run(id);
    site.appliance.inventory.trim();
    expect(told(id)).toEqual(['removed only-here 1>undefined']);
    expect(baselines.verify()).toEqual([]);
  });

  it('of a device that is gone stays to be read and removed; merged sections are compared anew', () => {
    const { devices, inventory } = site.appliance;
    const { id, publicId } = newDevice();
    const seen = { method: 'agent' as const, at: clock.ms, facts: { hostname: 'by-name-alone' }, clientId: 'one' };
    const introduced = devices.introduce(systemActor, seen)?.device.id ?? 0;
    const other = devices.approve(systemActor, introduced);
    report(id, 'software', [deb('bash', '5')]);
    report(other.id, 'hardware', [{ type: 'memory', model: 'DDR4' }]);
    baselines.approveDevice(systemActor, publicId, { collections: ['software'] });
    baselines.approveDevice(systemActor, other.publicId, { collections: ['hardware'] });
    devices.merge(systemActor, id, other.id);
    baselines.recomputePending();
    expect(inventory.section(id, 'hardware')).toHaveLength(1);
    expect(baselines.list(wholeSite('job')).map((one) => one.id)).toContain(`device:${other.publicId}`);
    expect(baselines.coverage(`device:${other.publicId}`, wholeSite('job'))).toEqual([]);
    baselines.remove(systemActor, `device:${other.publicId}`);
    expect(open(id)).toEqual([]);
  });

  it('asks for the right to write', () => {
    const { id, publicId } = newDevice();
    report(id, 'software', [deb('bash', '5')]);
    const reader = { ...systemActor, rights: new Set<Right>(['devices:read']) };
    const options = { collections: ['software'] };
    expect(() => baselines.approveDevice(reader, publicId, options)).toThrow(/devices:write/);
    expect(() => baselines.accept(reader, [1], { reason: 'x', scope: 'device' })).toThrow(/devices:write/);
    expect(() => baselines.approveDevice(systemActor, publicId, { collections: ['identity'] })).toThrow();
    expect(() => baselines.approveDevice(systemActor, publicId, { collections: ['nothing'] })).toThrow();
    expect(() => baselines.approveDevice(systemActor, publicId, { collections: [] })).toThrow();
  });
});

describe('a baseline of a group', () => {
  const inGroup = (group: string, ...held: Record<string, unknown>[][]) =>
    held.map((items) => {
      const device = newDevice();
      site.appliance.objects.put(systemActor, 'device-decision', device.publicId, { group });
      report(device.id, 'software', items);
      return device;
    });

  it('holds for its devices and those of groups under it; the nearest counts; moving a device looks again', () => {
    const { objects } = site.appliance;
    const line = objects.create(systemActor, 'group', { name: `line ${made}` }).id;
    const cell = objects.create(systemActor, 'group', { name: `cell ${made}`, parent: line }).id;
    const [reference, other] = inGroup(line, [deb('scada', '7')], [deb('scada', '6')]);
    const [below] = inGroup(cell, [deb('scada', '7'), deb('chess', '1')]);
    if (reference === undefined || other === undefined || below === undefined) throw new Error('no device');
    baselines.approveGroup(systemActor, line, { collections: ['software'], reference: reference.publicId });
    expect([told(reference.id), told(other.id), told(below.id)]).toEqual([
      [],
      ['changed scada 7>6'],
      ['added chess undefined>1'],
    ]);
    expect(
      baselines.coverage(`group:${line}`, wholeSite('job')).map(({ device, deviations }) => [device, deviations]),
    ).toEqual([
      [reference.id, 0],
      [other.id, 1],
      [below.id, 1],
    ]);
    baselines.approveDevice(systemActor, other.publicId, { collections: ['software'] });
    expect(told(other.id)).toEqual([]);
    objects.put(systemActor, 'device-decision', below.publicId, { group: null });
    baselines.recomputePending();
    expect(told(below.id)).toEqual([]);
    expect(
      baselines.deviations({ scope: wholeSite('job'), device: below.id, filter: asked('state', 'closed'), limit: 5 })
        .rows[0]?.outcome,
    ).toBe('uncovered');
    baselines.remove(systemActor, `group:${line}`);
    expect(() => baselines.get(`group:${line}`, wholeSite('job'))).toThrow();
  });

  it('has exceptions by name, and takes an acceptance for one device or for all', () => {
    const group = site.appliance.objects.create(systemActor, 'group', { name: `exceptions ${made}` }).id;
    const [reference, one, two] = inGroup(
      group,
      [deb('scada', '7')],
      [deb('scada', '7'), deb('vim-tiny', '9'), deb('less', '1')],
      [deb('scada', '8'), deb('less', '1')],
    );
    if (reference === undefined || one === undefined || two === undefined) throw new Error('no device');
    const options = { collections: ['software'], reference: reference.publicId, allowed: ['software vim*'] };
    baselines.approveGroup(systemActor, group, options);
    expect([told(one.id), told(two.id)]).toEqual([
      ['added less undefined>1'],
      ['added less undefined>1', 'changed scada 7>8'],
    ]);
    const [less] = open(one.id);
    baselines.accept(systemActor, [less?.id ?? 0], { reason: 'a pager', scope: 'group' });
    expect([told(reference.id), told(one.id), told(two.id)]).toEqual([[], [], ['changed scada 7>8']]);
    const [scada] = open(two.id);
    baselines.accept(systemActor, [scada?.id ?? 0], { reason: 'pilot', scope: 'device', expiresAt: clock.ms + day });
    expect(told(two.id)).toEqual([]);
    report(one.id, 'software', [deb('scada', '8')]);
    expect(told(one.id)).toEqual(['changed scada 7>8']);
    clock.add(2 * day);
    expect(baselines.isBehind()).toBe(true);
    baselines.recomputePending();
    expect(told(two.id)).toEqual(['changed scada 7>8']);
    expect(baselines.isBehind()).toBe(false);
    const more = { collections: ['software', 'hardware'] };
    expect(() => baselines.approveGroup(systemActor, group, more)).toThrow();
    // Edited: what is allowed changes, the content and what was accepted stay.
    baselines.approveGroup(systemActor, group, { collections: ['software'], allowed: ['software scada'] });
    expect([told(one.id), told(two.id)]).toEqual([[], []]);
    expect(baselines.verify()).toEqual([]);
  });
});

describe('an exception of many stars', () => {
  // With an expression in its place, six stars and 120 letters hold the intake for a minute, seven for half an hour.
  it('and a name that was made for it are compared at once', () => {
    const { id, publicId } = newDevice();
    report(id, 'software', [deb('less', '1')]);
    const allowed = [`software ${'a*'.repeat(60)}b`, 'software A*C'];
    baselines.approveDevice(systemActor, publicId, { collections: ['software'], allowed });
    report(id, 'software', [deb('less', '1'), deb('a'.repeat(240), '1'), deb('aac', '1'), deb('aacd', '1')]);
    expect(
      open(id)
        .map(({ title }) => String(title).slice(0, 4))
        .sort(),
    ).toEqual(['aaaa', 'aacd']);
  });
});

describe('the status', () => {
  it('names deviations as a reason, and no longer when they are accepted', () => {
    const { rules, db } = site.appliance;
    const { id, publicId } = newDevice();
    report(id, 'software', [deb('bash', '5')]);
    baselines.approveDevice(systemActor, publicId, { collections: ['software'] });
    report(id, 'software', [deb('bash', '6'), deb('vim', '9')]);
    const reasons = (): string => {
      rules.recomputePending();
      return db.prepare<[number], string>('select reasons from device_status where device = ?').pluck().get(id) ?? '';
    };
    expect(reasons()).toContain('"devices.reason.deviates","params":{"n":2}');
    baselines.accept(
      systemActor,
      open(id).map((one) => one.id),
      { reason: 'patch day', scope: 'device' },
    );
    expect(reasons()).not.toContain('deviates');
  });
});
