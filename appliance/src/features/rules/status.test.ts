import { afterAll, describe, expect, it } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { addDevices, reportSection } from '../../../test/support/fleet.ts';
import { makeGroups } from '../../../test/support/rules/fleet.ts';
import { type Body, systemActor } from '../../engine/objects/types.ts';
import { ruleService } from './service.ts';
import { levels } from './types.ts';

const hourMs = 3_600_000;
const clock = { now: Date.parse('2026-11-24T10:00:00Z') };

const site = await openAppliance();
const rules = ruleService({ ...site, clock: () => clock.now });
makeGroups(site);
afterAll(() => site.stop());

type Said = { key: string; params?: Record<string, unknown> };

const statusOf = (device: number): { level: string | undefined; reasons: string[]; said: Said[] } => {
  rules.recomputePending();
  const row = site.db
    .prepare<[number], { level: number; reasons: string }>('select level, reasons from device_status where device = ?')
    .get(device);
  const said = JSON.parse(row?.reasons ?? '[]') as Said[];
  return { level: levels[row?.level ?? -1], reasons: said.map(({ key }) => key.replace('devices.reason.', '')), said };
};

/** A healthy device of a group. */
const healthy = (group: string | null, state = 'managed'): number => {
  const [device = 0] = addDevices(site.db, [{ lastSeenAt: clock.now, state }]);
  reportSection(site.inventory, device, 'software', [{ type: 'deb', name: 'bash', version: '5.2', arch: 'amd64' }]);
  if (group !== null) site.objects.put(systemActor, 'device-decision', site.devices.byId(device).publicId, { group });
  return device;
};
const conditions = (id: string, body: Body): void => {
  site.objects.put(systemActor, 'status-conditions', id, { name: id, ...body });
};

describe('without conditions of its own a site has those that are built in', () => {
  it.each([
    ['nothing', 'ok', [], () => healthy(null)],
    ['held', 'critical', ['held'], () => healthy(null, 'held')],
    ['pending', 'waiting', ['pending'], () => healthy(null, 'pending')],
    ['revoked', 'info', ['revoked'], () => healthy(null, 'revoked')],
    ['discovered', 'info', ['discovered'], () => healthy(null, 'discovered')],
    [
      'in charge without an approval, never heard',
      'not-visible',
      ['neverSeen'],
      () => addDevices(site.db, [{}])[0] ?? 0,
    ],
    [
      'not heard for long, with a restart pending',
      'warning',
      ['restartPending', 'notVisible'],
      () => {
        const [device = 0] = addDevices(site.db, [{ lastSeenAt: clock.now - 2 * hourMs }]);
        reportSection(site.inventory, device, 'activity', [{ restartPending: true }]);
        return device;
      },
    ],
    ['no inventory', 'warning', ['noInventory'], () => addDevices(site.db, [{ lastSeenAt: clock.now }])[0] ?? 0],
    [
      'an order that failed',
      'warning',
      ['deploymentFailed'],
      () => {
        const device = healthy(null);
        site.db
          .prepare(
            `insert into task (id, deployment, device, update_id, state, queued_at) values (?, 'd', ?, 'u', 'failed', '2026')`,
          )
          .run(`t-${device}`, device);
        site.changed('task', [device]);
        return device;
      },
    ],
    [
      'an agent that enrolled again',
      'warning',
      ['reenrolling'],
      () => {
        const device = healthy(null);
        site.db
          .prepare(
            `insert into device_source (device, source, client_id, state, first_seen_at) values (?, 'native', ?, 'pending', 0)`,
          )
          .run(device, `c-${device}`);
        site.changed('client', [device]);
        return device;
      },
    ],
  ] as const)('%s', (_what, level, reasons, make) => {
    expect(statusOf(make())).toMatchObject({ level, reasons });
  });
});

describe('sets of conditions', () => {
  it('are inherited by the groups below, added to or in place of what comes from above', () => {
    const [outside, top, leaf] = [healthy(null), healthy('g-top'), healthy('g-leaf')];
    conditions('top', { group: 'g-top', conditions: 'critical "Bash is here": software.name = bash' });
    expect(statusOf(outside).level).toBe('ok');
    expect(statusOf(top)).toMatchObject({
      level: 'critical',
      said: [{ key: 'devices.reason.own', params: { text: 'Bash is here' } }],
    });
    expect(statusOf(leaf).reasons).toEqual(['own']);
    conditions('leaf', {
      group: 'g-leaf',
      combine: 'replace',
      conditions: 'warning "Old": some software (name = bash and version < "5.3")',
    });
    expect(statusOf(leaf)).toMatchObject({ level: 'warning', said: [{ params: { text: 'Old' } }] });
    expect(statusOf(top).level).toBe('critical');
    conditions('left', { group: 'g-left', combine: 'replace', conditions: '# nothing matters here' });
    conditions('leaf', { combine: 'add' });
    expect(statusOf(leaf).said).toMatchObject([{ key: 'devices.reason.own', params: { text: 'Old' } }]);
    expect(rules.effective('g-left').lines).toEqual([]);
    // Moved elsewhere, it is judged there.
    site.objects.put(systemActor, 'device-decision', site.devices.byId(leaf).publicId, { group: 'g-top' });
    expect(statusOf(leaf).level).toBe('critical');
    for (const id of ['top', 'left', 'leaf']) site.objects.remove(systemActor, 'status-conditions', id);
    expect(statusOf(leaf)).toMatchObject({ level: 'ok' });
  });

  it('have a time-out of visibility, which counts by time alone', () => {
    const [slow, usual] = [healthy('g-leaf'), healthy(null)];
    conditions('slow', { group: 'g-top', notVisibleHours: 10 });
    clock.now += 3 * hourMs;
    expect(statusOf(usual)).toMatchObject({ said: [{ key: 'devices.reason.notVisible', params: { hours: 2 } }] });
    expect(statusOf(slow).level).toBe('ok');
    clock.now += 7 * hourMs;
    expect(statusOf(slow)).toMatchObject({ said: [{ key: 'devices.reason.notVisible', params: { hours: 10 } }] });
    site.objects.remove(systemActor, 'status-conditions', 'slow');
  });

  it('ask for tags and groups, and follow them', () => {
    const device = healthy('g-left');
    conditions('site', { conditions: 'info @pending: tag = spare and group in Top' });
    expect(statusOf(device).level).toBe('ok');
    site.objects.create(systemActor, 'tag-rule', { name: 'r', tag: 'spare', condition: 'group in Left' });
    expect(statusOf(device)).toMatchObject({ level: 'info', reasons: ['pending'] });
    // The name of a group is how people write it; what is kept stays right when it is renamed.
    site.objects.update(systemActor, 'group', 'g-top', { name: 'Renamed' });
    expect(statusOf(device).level).toBe('info');
    expect(
      rules.show('status-conditions', String(site.objects.get('status-conditions', 'site').body['conditions'])),
    ).toBe('info @pending: tag = spare and group in Renamed');
    site.objects.remove(systemActor, 'status-conditions', 'site');
  });

  it('are refused with what is wrong in which line', () => {
    const refused = (body: Body): unknown => {
      try {
        conditions('wrong', body);
        return undefined;
      } catch (error) {
        return (error as { details: { fields: unknown } }).details.fields;
      }
    };
    const at = (text: string) => refused({ conditions: text });
    expect(at('critical: state = held')).toMatchObject({
      conditions: { key: 'condition.fault.line', params: { at: 1 } },
    });
    expect(at('#\nloud "x": state = held')).toMatchObject({
      conditions: { key: 'condition.fault.level', params: { at: 2 } },
    });
    expect(at('critical @nothing: state = held')).toMatchObject({ conditions: { key: 'condition.fault.reason' } });
    expect(at('critical "x": stat = held')).toMatchObject({
      conditions: { key: 'condition.fault.unknownField', params: { at: 15, text: '1: stat' } },
    });
    conditions('first', { notVisibleHours: 2 });
    expect(refused({ notVisibleHours: 3 })).toEqual({ group: { key: 'validation.taken' } });
    site.objects.remove(systemActor, 'status-conditions', 'first');
  });
});

it('a device that was let in and is not heard waits for a day, then it is not visible', () => {
  const [device = 0] = addDevices(site.db, [{ state: 'pending' }]);
  site.devices.approve(systemActor, device);
  const approvedAt = site.devices.byId(device).approvedAt ?? 0;
  clock.now = approvedAt + 23 * hourMs;
  expect(statusOf(device)).toMatchObject({ level: 'waiting', reasons: ['neverSeen'] });
  clock.now = approvedAt + 25 * hourMs;
  expect(statusOf(device)).toMatchObject({ level: 'not-visible', reasons: ['neverSeen'] });
});
