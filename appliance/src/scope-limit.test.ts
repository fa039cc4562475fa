import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { introduce, signedIn, testGate } from '../../test/support/persons.ts';
import { type ApiSite, openApiSite } from '../test/support/api-site.ts';
import { type Actor, type Right, systemActor } from './engine/objects/types.ts';
import { deviceTaskService } from './features/device-tasks/service.ts';
import { sampleService } from './features/queries/samples.ts';
import { queryService } from './features/queries/service.ts';
import { wholeSite } from './platform/scope.ts';

// What a person with rights over a hall has asked for acts where that person reached then: a device that was moved away since gets
// no order, and one that was moved within the hall does.

let site: ApiSite;
let groups: { hall: string; line: string; other: string };
let device: { id: number; publicId: string };

const everything = wholeSite('job');
const inHall = (name: string, ...rights: Right[]): Actor => ({
  ...signedIn(name),
  rights: new Set(),
  grants: rights.map((right) => ({ right, groups: [groups.hall], zones: [] })),
});
const moveTo = (group: string): void => {
  site.appliance.objects.put(systemActor, 'device-decision', device.publicId, { group });
};

beforeAll(async () => {
  site = await openApiSite();
  introduce(site.appliance.db, 'anna', 'boris');
  const { objects, db } = site.appliance;
  const hall = objects.create(systemActor, 'group', { name: 'Hall' }).id;
  const line = objects.create(systemActor, 'group', { name: 'Line', parent: hall }).id;
  groups = { hall, line, other: objects.create(systemActor, 'group', { name: 'Other' }).id };
  device = site.device('hmi-1', 'auto');
  db.prepare(
    `insert into device_source (device, source, key_digest, client_id, state, first_seen_at)
     values (?, 'osquery', 'k', 'c', 'approved', 0)`,
  ).run(device.id);
});
beforeEach(() => moveTo(groups.hall));
afterAll(() => site.close());

describe('an order of who reaches a hall', () => {
  it('for a log is cancelled before the device gets it, once the device has left', () => {
    const { db } = site.appliance;
    const tasks = deviceTaskService({ ...site.appliance, gate: testGate(db) });
    const ask = () =>
      tasks.ask(inHall('anna', 'devices:write'), device.publicId, { kind: 'show-log', lines: 5 }, 'x').id;
    const [left, stays] = [ask(), ask()];
    moveTo(groups.other);
    expect(tasks.queue.next(device.id)).toBeNull();
    for (const id of [left, stays])
      expect(tasks.get(id, everything)).toMatchObject({ state: 'cancelled', code: 'OUT_OF_REACH' });
    moveTo(groups.hall);
    const again = ask();
    moveTo(groups.line);
    expect(tasks.queue.next(device.id)?.id).toBe(again);
    const ofSite = tasks.ask(signedIn('anna'), device.publicId, { kind: 'show-log', lines: 5 }, 'x').id;
    tasks.cancel(signedIn('anna'), again);
    moveTo(groups.other);
    expect(tasks.queue.next(device.id)?.id).toBe(ofSite);
  });

  it('for a file fails before the device is told, once the device has left', () => {
    const { db, personal, events } = site.appliance;
    const samples = sampleService({ db, personal, events, gate: testGate(db) });
    const approved = (): string => {
      const wanted = { device: device.id, path: '/srv/x', reason: 'odd' };
      const { id } = samples.ask(inHall('anna', 'queries:write'), wanted);
      samples.decide(signedIn('boris'), id, 'approve');
      return id;
    };
    const left = approved();
    moveTo(groups.other);
    expect(samples.takeOpen(device.id)).toEqual([]);
    expect(samples.get(left, everything)).toMatchObject({ state: 'failed', code: 'OUT_OF_REACH' });
    moveTo(groups.hall);
    const stays = approved();
    moveTo(groups.line);
    expect(samples.takeOpen(device.id).map(({ id }) => id)).toEqual([stays]);
  });

  it('by SQL is not told to a device that has left, and stops for those in reach alone', () => {
    const { db, personal, events } = site.appliance;
    const queries = queryService({ db, personal, events, pollSeconds: () => 60 });
    const anna = inHall('anna', 'queries:write');
    const { id } = queries.run(anna, { sql: 'select 1', waitSeconds: 60 });
    moveTo(groups.other);
    expect(queries.takeOpen(device.id)).toEqual([]);
    moveTo(groups.line);
    expect(queries.takeOpen(device.id).map((open) => open.id)).toEqual([id]);

    const stranger = site.device('hmi-2', 'auto');
    db.prepare(
      `insert into device_source (device, source, key_digest, client_id, state, first_seen_at)
       values (?, 'osquery', 'k2', 'c2', 'approved', 0)`,
    ).run(stranger.id);
    const both = queries.run(signedIn('boris'), { sql: 'select 2', waitSeconds: 60 });
    expect(both.counts.expected).toBe(2);
    expect(queries.stop(anna, both.id)).toMatchObject({ state: 'stopped', counts: { expected: 1 } });
    expect(queries.get(both.id, everything)).toMatchObject({ state: 'running', stoppedAt: null });
    expect(queries.takeOpen(device.id).map((open) => open.id)).not.toContain(both.id);
    expect(queries.takeOpen(stranger.id).map((open) => open.id)).toEqual([both.id]);
    expect(queries.stop(signedIn('boris'), both.id).state).toBe('stopped');
  });
});
