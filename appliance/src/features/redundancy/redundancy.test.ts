import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiSite, openApiSite } from '../../../test/support/api-site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { pairHold } from './service.ts';
import type { RedundancyGroup } from './types.ts';

const hourMs = 3_600_000;

describe('the rule of redundant computers', () => {
  const member = (device: number, state: Partial<RedundancyGroup['members'][number]> = {}) => ({
    device,
    publicId: `d-${device}`,
    name: `n-${device}`,
    isHeard: true,
    isBusy: false,
    isExcused: false,
    isWaiting: false,
    ...state,
  });
  const group = (minAvailable: number, ...members: ReturnType<typeof member>[]): RedundancyGroup => ({
    id: 'g',
    name: 'g',
    minAvailable,
    order: [],
    members,
  });
  /** The last of two goes first. */
  const standbyFirst = (...members: ReturnType<typeof member>[]): RedundancyGroup => ({
    ...group(1, ...members),
    order: ['d-2'],
  });
  it.each([
    ['lets the first member of a healthy pair begin', group(1, member(1), member(2)), undefined],
    ['holds it while the other is worked on', group(1, member(1), member(2, { isBusy: true })), 'PAIR_BUSY'],
    ['holds it while the other is not heard', group(1, member(1), member(2, { isHeard: false })), 'PAIR_DOWN'],
    [
      'lets it begin once the dead one is excused',
      group(1, member(1), member(2, { isHeard: false, isExcused: true })),
      undefined,
    ],
    [
      'holds it while the standby has not been worked on',
      standbyFirst(member(1), member(2, { isWaiting: true })),
      'PAIR_ORDER',
    ],
    ['lets it begin once nothing waits for the standby', standbyFirst(member(1), member(2)), undefined],
    [
      'does not wait for a standby that is excused',
      standbyFirst(member(1), member(2, { isWaiting: true, isExcused: true }), member(3)),
      undefined,
    ],
    [
      'lets what is no standby begin in any order',
      { ...standbyFirst(member(1), member(3, { isWaiting: true })), order: ['d-9'] },
      undefined,
    ],
    ['goes on with a member that is at work', group(1, member(1, { isBusy: true }), member(2)), undefined],
    ['needs two of three others', group(2, member(1), member(2), member(3, { isHeard: false }), member(4)), undefined],
    ['holds where one of two is down', group(2, member(1), member(2), member(3, { isHeard: false })), 'PAIR_DOWN'],
    [
      'lets one at a time begin whatever is left',
      group(1, member(1), member(2), member(3, { isBusy: true })),
      'PAIR_BUSY',
    ],
  ])('%s', (_title, of, code) => {
    expect(pairHold(of, 1)?.code).toBe(code);
  });
});

describe('a redundancy group of a site', () => {
  let site: ApiSite;
  let devices: { id: number; publicId: string }[];
  beforeEach(async () => {
    site = await openApiSite();
    devices = ['scada-a', 'scada-b', 'scada-c'].map((name) => site.device(name));
    for (const { id } of devices) setStatus(id, true);
  });
  afterEach(() => site.close());

  const setStatus = (device: number, isVisible: boolean): void => {
    site.appliance.db
      .prepare(
        `INSERT OR REPLACE INTO device_status (device, level, reasons, visible, updated_at) VALUES (?, 5, '[]', ?, 0)`,
      )
      .run(device, Number(isVisible));
  };
  const order = (device: number, state: string, times: { acting?: number; finished?: number }): void => {
    const { acting, finished } = times;
    site.appliance.db
      .prepare(
        `INSERT INTO task (id, deployment, device, update_id, state, queued_at, acting_at, finished_at) VALUES (?, 'd', ?, 'u', ?, ?, ?, ?)`,
      )
      .run(
        `${device}-${state}-${acting ?? 0}`,
        device,
        state,
        toTime(site.appliance.time.now() - 48 * hourMs),
        acting === undefined ? null : toTime(acting),
        finished === undefined ? null : toTime(finished),
      );
  };
  const idOf = (n: number): number => devices[n]?.id ?? 0;
  const publicIdOf = (n: number): string => devices[n]?.publicId ?? '';
  const hold = (n: number) => site.appliance.redundancy.hold(idOf(n))?.code;
  const pair = (more: Record<string, unknown> = {}): string =>
    site.appliance.objects.create(systemActor, 'redundancy-group', {
      name: 'scada',
      devices: [publicIdOf(0), publicIdOf(1)],
      ...more,
    }).id;

  it('holds a member from the permit of the other until its soak is over', () => {
    const now = site.appliance.time.now();
    pair();
    expect([hold(0), hold(1), hold(2)]).toEqual([undefined, undefined, undefined]);
    order(idOf(0), 'running', { acting: now });
    expect([hold(0), hold(1)]).toEqual([undefined, 'PAIR_BUSY']);
    site.appliance.db.prepare("UPDATE task SET state = 'installed', finished_at = ?").run(toTime(now - 30 * hourMs));
    // What no inventory shows yet is not healthy, however long ago it was.
    expect(hold(1)).toBe('PAIR_BUSY');
    site.appliance.db.prepare("UPDATE task SET state = 'verified', finished_at = ?").run(toTime(now - 23 * hourMs));
    expect(hold(1)).toBe('PAIR_BUSY');
    site.appliance.db.prepare('UPDATE task SET finished_at = ?').run(toTime(now - 25 * hourMs));
    expect(hold(1)).toBeUndefined();
  });

  it('holds while the other is not heard, or nothing is known of it', () => {
    pair();
    setStatus(idOf(1), false);
    expect([hold(0), hold(1)]).toEqual(['PAIR_DOWN', undefined]);
    site.appliance.db.prepare('DELETE FROM device_status WHERE device = ?').run(idOf(1));
    expect(hold(0)).toBe('PAIR_DOWN');
  });

  it('keeps members by their ids, named as people name them, and refuses what is not there', () => {
    const { objects } = site.appliance;
    const id = pair({ devices: ['SCADA-A', ' scada-b'] });
    expect(objects.get('redundancy-group', id).body['devices']).toEqual([publicIdOf(0), publicIdOf(1)]);
    const refused = (body: Record<string, unknown>): unknown => {
      try {
        return pair({ name: 'other', ...body });
      } catch (error) {
        return (error as { details?: { fields?: unknown } }).details;
      }
    };
    expect(JSON.stringify(refused({ devices: ['scada-a', 'scada-x'] }))).toMatch(/noDeviceNear.*scada-x/);
    site.device('scada-a');
    expect(JSON.stringify(refused({ devices: ['scada-a', 'scada-b'] }))).toMatch(/severalDevices.*scada-a/);
    // What stands there may stay.
    objects.update(systemActor, 'redundancy-group', id, { description: 'in hall 2' });
    const excuse = { name: 'b', group: id, device: 'scada-b', until: '2030-01-01T00:00:00Z', reason: 'broken' };
    const made = objects.create(systemActor, 'redundancy-excuse', excuse).id;
    expect(objects.get('redundancy-excuse', made).body['device']).toBe(publicIdOf(1));
  });

  it('is worked on in the order that it names, first the standby', () => {
    pair({ order: ['scada-b'] });
    expect([hold(0), hold(1)]).toEqual([undefined, undefined]);
    order(idOf(0), 'queued', {});
    expect([hold(0), hold(1)]).toEqual([undefined, undefined]);
    order(idOf(1), 'queued', {});
    expect([hold(0), hold(1)]).toEqual(['PAIR_ORDER', undefined]);
    expect(site.appliance.redundancy.stuck()).toMatchObject([{ hold: { code: 'PAIR_ORDER', other: 'scada-b' } }]);
    // A ring that is not open holds nothing else up.
    site.appliance.db.prepare('UPDATE task SET ring = 2 WHERE device = ?').run(idOf(1));
    expect([hold(0), hold(1)]).toEqual([undefined, undefined]);
    site.appliance.db.prepare('UPDATE task SET ring = 0').run();
    order(idOf(1), 'running', { acting: site.appliance.time.now() });
    expect(hold(0)).toBe('PAIR_BUSY');
  });

  it('names only members in its order', () => {
    expect(() => pair({ order: [publicIdOf(2)] })).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });

  it('leaves a member whose agent asks no permit to people, but for the upgrade of its agent', () => {
    pair();
    const { db, redundancy } = site.appliance;
    const setAgent = (n: number, agent: string): void =>
      void db.prepare("UPDATE device_source SET agent = ? WHERE device = ? AND source = 'native'").run(agent, idOf(n));
    setAgent(0, '0.2.1');
    setAgent(1, '0.3.0');
    setAgent(2, '0.2.0');
    const look = redundancy.look();
    const change = { isAgent: false };
    expect([0, 1, 2].map((n) => look(idOf(n), change))).toEqual(['BY_HAND', undefined, undefined]);
    expect(look(idOf(0), { isAgent: true })).toBeUndefined();
    // What it says when it asks for an order counts for more.
    expect(look(idOf(0), { ...change, asksPermit: true })).toBeUndefined();
    expect(look(idOf(1), { ...change, asksPermit: false })).toBe('BY_HAND');
    expect(look(idOf(1), { isAgent: true, asksPermit: false })).toBeUndefined();
    // Agents of others ask nothing.
    db.prepare("UPDATE device_source SET source = 'glpi' WHERE device = ?").run(idOf(1));
    expect(redundancy.look()(idOf(1), change)).toBe('BY_HAND');
    setStatus(idOf(1), false);
    expect(look(idOf(0), { isAgent: true })).toBe('PAIR_DOWN');
  });

  it('is refused where none of it could ever be touched', () => {
    expect(() => pair({ minAvailable: 2 })).toThrow(expect.objectContaining({ code: 'INVALID' }));
    expect(() => pair({ devices: [publicIdOf(0)] })).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });

  it('gets looser only for members that two persons excused', () => {
    const { objects, redundancy } = site.appliance;
    const id = pair({ devices: [0, 1, 2].map(publicIdOf), minAvailable: 2 });
    const inUse = expect.objectContaining({ code: 'IN_USE' });
    expect(() => objects.update(systemActor, 'redundancy-group', id, { minAvailable: 1 })).toThrow(inUse);
    expect(() => objects.update(systemActor, 'redundancy-group', id, { soakHours: 0 })).toThrow(inUse);
    expect(() =>
      objects.update(systemActor, 'redundancy-group', id, { devices: [0, 1].map(publicIdOf), minAvailable: 1 }),
    ).toThrow(inUse);
    expect(() => objects.remove(systemActor, 'redundancy-group', id)).toThrow(inUse);
    objects.update(systemActor, 'redundancy-group', id, { soakHours: 48, name: 'scada servers' });
    const excuse = objects.create(systemActor, 'redundancy-excuse', {
      name: 'scada-c',
      group: id,
      device: publicIdOf(2),
      until: toTime(site.appliance.time.now() + hourMs),
      reason: 'scrapped',
    });
    expect(redundancy.groups()[0]?.members[2]?.isExcused).toBe(false);
    site.appliance.db
      .prepare(`UPDATE object SET body = json_set(body, '$.agreedBy', 'account:x') WHERE id = ?`)
      .run(excuse.id);
    expect(redundancy.groups()[0]?.members[2]?.isExcused).toBe(true);
    setStatus(idOf(2), false);
    expect(hold(0)).toBeUndefined();
    setStatus(idOf(1), false);
    expect(hold(0)).toBe('PAIR_DOWN');
  });

  it('that cannot move for a day is an item', () => {
    pair();
    setStatus(idOf(1), false);
    expect(site.appliance.redundancy.stuck()).toEqual([]);
    order(idOf(0), 'queued', {});
    expect(site.appliance.redundancy.stuck()).toMatchObject([
      { waiting: 1, hold: { code: 'PAIR_DOWN', other: 'scada-b' } },
    ]);
  });
});
