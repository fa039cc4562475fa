import { afterAll, describe, expect, it } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { addDevices, reportSection } from '../../../test/support/fleet.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { ruleService } from './service.ts';

const hourMs = 3_600_000;
const start = Date.parse('2026-11-24T10:00:00Z');

const clock = { now: start };

const site = await openAppliance();
const rules = ruleService({ ...site, clock: () => clock.now });
afterAll(() => site.stop());

type Status = { level: number; keys: string[]; visible: number };

const statusOf = (device: number): Status | undefined => {
  const row = site.db
    .prepare<[number], { level: number; reasons: string; visible: number }>(
      'select * from device_status where device = ?',
    )
    .get(device);
  if (row === undefined) return undefined;
  const keys = (JSON.parse(row.reasons) as { key: string }[]).map(({ key }) => key.replace('devices.reason.', ''));
  return { level: row.level, keys, visible: row.visible };
};

const heard = (device: number): void => {
  site.db.prepare('update device set last_seen_at = ?, seq = seq + 1 where id = ?').run(clock.now, device);
  site.changed('heard', [device]);
};

describe('the status of devices', () => {
  it('is there for every device after a sweep, in batches', () => {
    addDevices(
      site.db,
      Array.from({ length: 600 }, () => ({ lastSeenAt: clock.now })),
    );
    expect(rules.isBehind()).toBe(true);
    rules.recomputePending();
    expect(rules.isBehind()).toBe(false);
    expect(site.db.prepare('select count(*) from device_status').pluck().get()).toBe(600);
  });

  it('follows an inventory, a state, silence, and being heard again', () => {
    const [device = 0] = addDevices(site.db, [{ lastSeenAt: clock.now }]);
    rules.recomputePending();
    expect(statusOf(device)).toEqual({ level: 1, keys: ['noInventory'], visible: 1 });
    reportSection(site.inventory, device, 'software', [{ type: 'deb', name: 'bash', version: '5', arch: 'amd64' }]);
    rules.recomputePending();
    expect(statusOf(device)).toEqual({ level: 6, keys: [], visible: 1 });
    clock.now += 2 * hourMs;
    rules.recomputePending();
    expect(statusOf(device)).toEqual({ level: 3, keys: ['notVisible'], visible: 0 });
    heard(device);
    rules.recomputePending();
    expect(statusOf(device)).toEqual({ level: 6, keys: [], visible: 1 });
    site.db.prepare("update device set state = 'held' where id = ?").run(device);
    site.changed('device', [device]);
    rules.recomputePending();
    expect(statusOf(device)).toEqual({ level: 0, keys: ['held'], visible: 1 });
    site.db.prepare('delete from device where id = ?').run(device);
    rules.recomputePending();
    expect(statusOf(device)).toBeUndefined();
  });

  it('is looked at again when support of its release ends, with nothing heard or brought', () => {
    const [device = 0] = addDevices(site.db, [{ lastSeenAt: clock.now }]);
    const turnsAt = clock.now + hourMs / 4;
    const looks: number[] = [];
    const ending = ruleService({
      ...site,
      clock: () => clock.now,
      vulnerabilities: {
        loads: site.vulnerabilities.loads,
        coverage: (devices) => {
          if (devices.includes(device)) looks.push(clock.now);
          const left = clock.now < turnsAt ? { turnsAt } : {};
          return new Map(
            devices.map((one) => [one, { state: 'judged', reasons: [], judgedBy: [], system: true, ...left }]),
          );
        },
      },
    });
    ending.recomputePending();
    clock.now = turnsAt - 1;
    ending.recomputePending();
    expect(looks).toHaveLength(1);
    clock.now = turnsAt;
    ending.recomputePending();
    ending.recomputePending();
    expect(looks.slice(1)).toEqual([turnsAt]);
  });

  it('looks at a device that keeps being heard no more often than its time-out asks', () => {
    const [device = 0] = addDevices(site.db, [{ lastSeenAt: clock.now }]);
    rules.recomputePending();
    for (let n = 0; n < 10; n += 1) {
      clock.now += 60_000;
      heard(device);
      expect(rules.isBehind()).toBe(false);
    }
  });

  it('follows what stands, not what a transaction wrote that was taken back', () => {
    const { objects } = site;
    const id = (name: string): string => objects.create(systemActor, 'group', { name }).id;
    const taken = site.db.transaction(() => {
      expect(rules.groupName(id('Taken back'))).toBe('Taken back');
      throw new Error('taken back');
    });
    expect(taken).toThrow('taken back');
    expect(rules.groupName(id('Stands'))).toBe('Stands');
  });

  it('takes marks of one device from several sides at once', () => {
    const [device = 0] = addDevices(site.db, [{ lastSeenAt: clock.now }]);
    const { objects } = site;
    const name = site.devices.byId(device).publicId;
    objects.put(systemActor, 'device-decision', name, { displayName: 'a' });
    objects.put(systemActor, 'device-decision', name, { displayName: 'b' });
    reportSection(site.inventory, device, 'activity', [{ restartPending: true }]);
    rules.recomputePending();
    expect(statusOf(device)?.keys).toEqual(['restartPending', 'noInventory']);
  });

  it('is written by one process and found by another', async () => {
    const [device = 0] = addDevices(site.db, [{ lastSeenAt: clock.now }]);
    const other = await site.again();
    const theirs = ruleService({ ...other, clock: () => clock.now });
    theirs.recomputePending();
    await other.close();
    expect(statusOf(device)).toMatchObject({ level: 1 });
    expect(rules.isBehind()).toBe(false);
  });
});
