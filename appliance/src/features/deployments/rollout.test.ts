import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { completed, lineUpdate, openDeployments } from '../../../test/support/deployment-site.ts';
import { admin } from '../../../test/support/engines.ts';
import { deb } from '../../../test/support/site.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { NewDeployment } from './types.ts';
import { deploymentWork } from './work.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const size = 20;

describe('a rollout', () => {
  let nowMs = 0;
  let fixture: Awaited<ReturnType<typeof openDeployments>>;
  beforeEach(async () => {
    nowMs = Date.parse('2026-11-02T00:00:00Z');
    fixture = await openDeployments(size, () => nowMs);
    fixture.updates.approve(admin, [lineUpdate]);
  });
  afterEach(() => fixture.site.close());

  const all = Array.from({ length: size }, (_, index) => index + 1);
  const create = async (wanted: Partial<NewDeployment> = { rings: ['1', '25%'] }) =>
    (await fixture.deployments.create(admin, { updates: [lineUpdate], ...wanted })).id;
  const waiting = (): number[] => all.filter((device) => fixture.deployments.queue.isWaiting(device));
  const states = (id: string) => fixture.deployments.rollouts.of(id, wholeSite('job')).map(({ state }) => state);
  const begin = (device: number) => {
    const order = fixture.deployments.queue.next(device);
    if (order === null) throw new Error(`device ${device} has no order`);
    fixture.deployments.queue.state(device, order.id, 'running');
    return order;
  };
  const install = (device: number): void => {
    const order = begin(device);
    fixture.deployments.queue.result(device, order.id, completed);
    fixture.report(device, 'software', [deb('line', '1.1-1'), deb('other', '1.0-1'), deb('helper', '2.0-1')]);
  };
  const fail = (device: number): void => {
    const order = begin(device);
    fixture.deployments.queue.result(device, order.id, { attempt: 1, steps: [], state: 'failed', code: 'EXIT' });
  };
  const pass = (ms: number): void => {
    nowMs += ms;
    fixture.deployments.rollouts.tick();
  };
  const types = () =>
    fixture.site.events
      .list({ scope: wholeSite('job'), limit: 100 })
      .rows.map(({ type, params }) => [type, params['reason']]);

  it('shows before what it does then', async () => {
    const preview = fixture.deployments.preview({ updates: [lineUpdate], rings: ['1', '25%'] }, wholeSite('job'));
    expect(preview.rings).toEqual([
      { members: 1, powerPercent: 5 },
      { members: 5, powerPercent: 22 },
      { members: 14, powerPercent: 51 },
    ]);
    const id = await create();
    expect(fixture.deployments.rollouts.of(id, wholeSite('job')).map(({ members }) => members)).toEqual([1, 5, 14]);
    expect(waiting()).toHaveLength(1);
  });

  it('opens a ring after the one before has passed its soak', async () => {
    const id = await create();
    const [first = 0] = waiting();
    install(first);
    expect(waiting()).toEqual([]);
    pass(0);
    expect(states(id)).toEqual(['soaking', 'closed', 'closed']);
    pass(dayMs - 1);
    expect(waiting()).toEqual([]);
    pass(1);
    expect(states(id)).toEqual(['passed', 'open', 'closed']);
    expect(waiting()).toHaveLength(5);
    for (const device of waiting()) install(device);
    pass(0);
    pass(dayMs);
    expect(states(id)).toEqual(['passed', 'passed', 'open']);
    for (const device of waiting()) install(device);
    pass(0);
    pass(dayMs);
    expect(states(id)).toEqual(['passed', 'passed', 'passed']);
    expect(fixture.deployments.get(id, wholeSite('job')).state).toBe('finished');
  });

  it('is held by a failure, at once, and hands out nothing until a person resumes it', async () => {
    const id = await create({ rings: ['4'] });
    const [first = 0, second = 0] = waiting();
    fail(first);
    expect(states(id)).toEqual(['failed', 'closed']);
    expect(waiting()).toEqual([]);
    expect(fixture.deployments.queue.next(second)).toBeNull();
    expect(fixture.deployments.get(id, wholeSite('job')).state).toBe('held');
    expect(types()).toContainEqual(['rollout-held', 'FAILURES']);
    pass(99 * dayMs);
    expect(waiting()).toEqual([]);
    fixture.deployments.rollouts.resume(admin, id, 'looked at');
    expect(states(id)).toEqual(['open', 'closed']);
    expect(waiting()).toHaveLength(3);
    expect(fixture.deployments.rollouts.of(id, wholeSite('job'))[0]).toMatchObject({ members: 3, failed: 0 });
  });

  it('gives no permit for what was handed out before it was held, and says that its ring is not open', async () => {
    const { queue, held, rollouts, tasks, holds } = fixture.deployments;
    const id = await create({ rings: ['4'] });
    const [first = 0, second = 0] = waiting();
    const order = queue.next(second, true);
    expect(rollouts.of(id, wholeSite('job'))[0]).toMatchObject({ reached: 0 });
    fail(first);
    const ask = () => queue.mayAct(second, order?.id ?? '', { attempt: 1, step: 'install' });
    expect(ask()).toEqual({ go: false, why: 'held' });
    const [waits] = tasks(id, wholeSite('job')).filter(({ device }) => device === second);
    expect(waits && holds()(waits)).toEqual({ code: 'RING_CLOSED', opensAt: null, expectedMinutes: 15 });
    expect(held(id, wholeSite('job'))).toMatchObject({ gate: 'RING_CLOSED', held: { RING_CLOSED: size - 1 } });
    rollouts.resume(admin, id, 'looked at');
    expect(ask()).toMatchObject({ go: true });
    expect(rollouts.of(id, wholeSite('job'))[0]).toMatchObject({ reached: 1 });
  });

  it('verifies what an inventory shows between the permit and the result, and nothing that one showed before', async () => {
    const { queue, tasks } = fixture.deployments;
    const id = await create({});
    const taskOf = (device: number) => tasks(id, wholeSite('job')).find((task) => task.device === device);
    const show = (device: number): void => {
      fixture.report(device, 'software', [deb('line', '1.1-1'), deb('other', '1.0-1'), deb('helper', '2.0-1')]);
    };
    const permit = (device: number): string => {
      const order = queue.next(device, true);
      queue.mayAct(device, order?.id ?? '', { attempt: 1, step: 'install' });
      return order?.id ?? '';
    };
    const first = permit(1);
    show(1);
    expect(taskOf(1)?.state).not.toBe('verified');
    queue.result(1, first, completed);
    expect(taskOf(1)).toMatchObject({ state: 'verified', reason: null });

    const second = queue.next(2, true)?.id ?? '';
    show(2);
    queue.mayAct(2, second, { attempt: 1, step: 'install' });
    queue.result(2, second, completed);
    expect(taskOf(2)).toMatchObject({ state: 'installed', verifiedAt: null });

    const third = permit(3);
    show(3);
    fixture.report(3, 'software', [deb('line', '1.0-1'), deb('other', '1.0-1')]);
    queue.result(3, third, completed);
    expect(taskOf(3)).toMatchObject({ state: 'installed', verifiedAt: null });

    const fourth = permit(4);
    show(4);
    queue.result(4, fourth, { attempt: 1, steps: [], state: 'failed', code: 'EXIT' });
    expect(taskOf(4)).toMatchObject({ state: 'failed', verifiedAt: null });
  });

  it('is at work from hand-out with an agent that asks no permit, and that one is told to stop once the rollout is held', async () => {
    const { queue, rollouts, tasks } = fixture.deployments;
    const id = await create({ rings: ['3'] });
    const [first = 0, second = 0, third = 0] = waiting();
    const orderOf = (device: number) => tasks(id, wholeSite('job')).find((task) => task.device === device);
    const order = queue.next(second, false);
    const asked = queue.next(third, true);
    if (order === null || asked === null) throw new Error('no order');
    expect(orderOf(second)).toMatchObject({ state: 'running', startedAt: '2026-11-02T00:00:00Z' });
    expect(orderOf(third)).toMatchObject({ state: 'queued', startedAt: null });
    expect(queue.cancelled(second, [order.id])).toEqual([]);
    fail(first);
    expect(states(id)).toEqual(['failed', 'closed']);
    // Were the answer lost, it would begin now.
    expect(queue.next(second, false)).toBeNull();
    expect(queue.cancelled(second, [order.id])).toEqual([order.id]);
    // The permit stops it.
    expect(queue.cancelled(third, [asked.id])).toEqual([]);
    queue.result(second, order.id, { attempt: 1, steps: [], state: 'failed', code: 'CANCELLED' });
    expect(orderOf(second)).toMatchObject({ state: 'queued', attempt: 2, actingAt: null, reason: null });
    expect(rollouts.of(id, wholeSite('job'))[0]).toMatchObject({ failed: 1 });
    rollouts.resume(admin, id, 'looked at');
    expect(queue.next(second, false)).toMatchObject({ id: order.id, attempt: 2 });
    expect(queue.cancelled(second, [order.id])).toEqual([]);
    // One that installs already is not stopped in the middle, and falls silent like any other.
    pass(dayMs + 31 * 60_000);
    expect(rollouts.of(id, wholeSite('job'))[0]).toMatchObject({ lost: 1, state: 'failed' });
  });

  it('counts a device as lost that was permitted and sent no result, also once its order has ended', async () => {
    const { queue, endOld, rollouts } = fixture.deployments;
    const id = await create({ rings: ['2'], maxLost: 1 });
    const [first = 0] = waiting();
    const order = queue.next(first, true);
    queue.mayAct(first, order?.id ?? '', { attempt: 1, step: 'install' });
    pass(dayMs + 31 * 60_000);
    const counts = () => rollouts.of(id, wholeSite('job'))[0];
    expect(counts()).toMatchObject({ lost: 1, failed: 0 });
    endOld();
    expect(counts()).toMatchObject({ lost: 1, failed: 0 });
    expect(states(id)).toEqual(['open', 'closed']);
  });

  it('is held by a device that falls silent at work', async () => {
    const id = await create({ rings: ['2'] });
    const [first = 0] = waiting();
    begin(first);
    pass(dayMs + 30 * 60_000 - 1_000);
    expect(states(id)).toEqual(['open', 'closed']);
    pass(2_000);
    expect(states(id)).toEqual(['failed', 'closed']);
    expect(types()).toContainEqual(['rollout-held', 'LOST']);
  });

  it('is held by a device that was done and is not heard any more', async () => {
    const id = await create({ rings: ['2'] });
    const [first = 0, second = 0] = waiting();
    install(first);
    install(second);
    pass(0);
    // These devices have no rows of their own here; what the status says of them is what is read.
    fixture.site.db.pragma('foreign_keys = off');
    fixture.site.db
      .prepare(
        'INSERT OR REPLACE INTO device_status (device, level, reasons, visible, updated_at) VALUES (?, 3, ?, 0, 0)',
      )
      .run(first, '[]');
    pass(0);
    expect(states(id)).toEqual(['failed', 'closed']);
  });

  it('is watched until each device was heard after its soak, however short that is', async () => {
    const { db } = fixture.site;
    const id = await create({ rings: ['2'], soakHours: 1 });
    const [first = 0, second = 0] = waiting();
    db.pragma('foreign_keys = off');
    const hear = (device: number): void =>
      void db
        .prepare('INSERT OR REPLACE INTO device (id, public_id, created_at, last_seen_at) VALUES (?, ?, 0, ?)')
        .run(device, `d-${device}`, nowMs);
    for (const device of [first, second]) {
      install(device);
      hear(device);
    }
    pass(0);
    pass(hourMs);
    expect(states(id)).toEqual(['soaking', 'closed']);
    hear(first);
    pass(5 * hourMs);
    expect(states(id)).toEqual(['soaking', 'closed']);
    expect(fixture.deployments.rollouts.of(id, wholeSite('job'))[0]).toMatchObject({ unheard: 1 });
    // Past its visibility time it is lost.
    const status = 'INSERT INTO device_status (device, level, reasons, visible, updated_at) VALUES (?, 3, ?, 0, 0)';
    db.prepare(status).run(second, '[]');
    pass(0);
    expect(states(id)).toEqual(['failed', 'closed']);
    db.prepare('UPDATE device_status SET visible = 1').run();
    hear(second);
    fixture.deployments.rollouts.resume(admin, id, 'it is back');
    pass(0);
    pass(hourMs);
    hear(first);
    hear(second);
    pass(0);
    expect(states(id)).toEqual(['passed', 'open']);
  });

  it('is held where no inventory shows what was installed', async () => {
    const id = await create({ rings: ['1'] });
    const [first = 0] = waiting();
    fixture.deployments.queue.result(first, begin(first).id, completed);
    pass(0);
    pass(dayMs);
    expect(states(id)).toEqual(['soaking', 'closed']);
    pass(dayMs + 1_000);
    expect(types()).toContainEqual(['rollout-held', 'FAILURES']);
  });

  it('never passes a ring that was not reached; a person may', async () => {
    const id = await create({ rings: ['4'] });
    pass(14 * dayMs);
    expect(fixture.deployments.rollouts.of(id, wholeSite('job'))[0]).toMatchObject({
      state: 'held',
      reason: 'NOT_REACHED',
    });
    fixture.deployments.rollouts.pass(admin, id, 'they are switched off');
    expect(states(id)).toEqual(['passed', 'open']);
    expect(waiting()).toHaveLength(size);
  });

  it('is held by a person, and taken back', async () => {
    const id = await create();
    fixture.deployments.rollouts.hold(admin, id, 'line 3 reports errors');
    expect(waiting()).toEqual([]);
    expect(() => fixture.deployments.rollouts.hold(admin, id, 'again')).toThrow(
      expect.objectContaining({ code: 'CONFLICT' }),
    );
    fixture.deployments.cancel(admin, id);
    expect(states(id)).toEqual(['stopped', 'stopped', 'stopped']);
    expect(fixture.deployments.get(id, wholeSite('job')).state).toBe('cancelled');
    expect(() => fixture.deployments.rollouts.resume(admin, id, 'on')).toThrow(
      expect.objectContaining({ code: 'CONFLICT' }),
    );
  });

  it('is not taken for passed before it opened', async () => {
    const id = await create({ rings: ['1'], daysBetween: 3 });
    const [first = 0] = waiting();
    install(first);
    pass(0);
    pass(dayMs);
    expect(states(id)).toEqual(['passed', 'closed']);
    fixture.deployments.rollouts.hold(admin, id, 'not this week');
    const conflict = expect.objectContaining({ code: 'CONFLICT' });
    expect(() => fixture.deployments.rollouts.pass(admin, id, 'go on')).toThrow(conflict);
    fixture.deployments.rollouts.resume(admin, id, 'go on');
    expect(states(id)).toEqual(['passed', 'closed']);
    pass(2 * dayMs);
    expect(states(id)).toEqual(['passed', 'open']);
  });

  it('gives nothing more to a device that a person took out', async () => {
    const id = await create({ rings: ['4'] });
    const [first = 0] = waiting();
    const other =
      "INSERT INTO task (id, deployment, device, update_id, state, queued_at, ring) VALUES ('x', ?, ?, ?, 'queued', ?, 1)";
    fixture.site.db.prepare(other).run(id, first, lineUpdate, '2026-11-03T00:00:00Z');
    fail(first);
    expect(states(id)).toEqual(['failed', 'closed']);
    fixture.deployments.rollouts.resume(admin, id, 'it is broken');
    expect(waiting()).not.toContain(first);
    expect(fixture.deployments.tasks(id, wholeSite('job')).find((task) => task.id === 'x')).toMatchObject({
      state: 'cancelled',
      reason: 'TAKEN_OUT',
    });
  });

  it('is not resumed where no device would be left, and orders again what failed where a person wants it', async () => {
    const { queue, rollouts, tasks } = fixture.deployments;
    const id = await create({ rings: ['1'] });
    const [first = 0] = waiting();
    const orderOf = () => tasks(id, wholeSite('job')).find(({ device }) => device === first);
    fail(first);
    expect(() => rollouts.resume(admin, id, 'the disk was full')).toThrow(
      expect.objectContaining({
        code: 'CONFLICT',
        message: expect.stringMatching(/no device of ring 1 would be left/),
      }),
    );
    expect(states(id)).toEqual(['failed', 'closed']);
    expect(orderOf()).toMatchObject({ state: 'failed', attempt: 1 });
    rollouts.resume(admin, id, 'the disk was full', true);
    expect(states(id)).toEqual(['open', 'closed']);
    expect(waiting()).toEqual([first]);
    expect(orderOf()).toMatchObject({ state: 'queued', attempt: 2, reason: null, finishedAt: null, actingAt: null });
    // What comes late of the attempt before is no result of this one.
    expect(queue.result(first, orderOf()?.id ?? '', completed)).toBe('repeat');
    const order = begin(first);
    expect(order.attempt).toBe(2);
    queue.result(first, order.id, { ...completed, attempt: 2 });
    fixture.report(first, 'software', [deb('line', '1.1-1'), deb('other', '1.0-1'), deb('helper', '2.0-1')]);
    pass(0);
    pass(dayMs);
    expect(states(id)).toEqual(['passed', 'open']);
  });

  it('orders a silent device again, and takes out one whose update is there', async () => {
    const { queue, rollouts, tasks } = fixture.deployments;
    const id = await create({ rings: ['2'] });
    const [silent = 0, gone = 0] = waiting();
    begin(silent);
    install(gone);
    fixture.site.db.pragma('foreign_keys = off');
    fixture.site.db
      .prepare("INSERT INTO device_status (device, level, reasons, visible, updated_at) VALUES (?, 3, '[]', 0, 0)")
      .run(gone);
    pass(2 * dayMs);
    fixture.deployments.endOld();
    expect(states(id)).toEqual(['failed', 'closed']);
    rollouts.resume(admin, id, 'both were switched off', true);
    expect(waiting()).toEqual([silent]);
    expect(queue.next(silent)?.attempt).toBe(2);
    expect(rollouts.of(id, wholeSite('job'))[0]).toMatchObject({ members: 1, lost: 0 });
    expect(tasks(id, wholeSite('job')).find(({ device }) => device === gone)?.state).toBe('verified');
  });

  it('is late after its deadline and grace, which forces nothing', async () => {
    const { objects } = fixture.site;
    const plan = objects.create(admin, 'ring-plan', {
      name: 'by friday',
      rings: ['2'],
      deadlineDays: 3,
      graceDays: 1,
    }).id;
    const id = await create({ ringPlan: plan });
    const scope = wholeSite('job');
    const read = () => fixture.deployments.get(id, scope);
    expect(read()).toMatchObject({ lateAt: '2026-11-06T00:00:00Z', late: 0 });
    const [first = 0] = waiting();
    install(first);
    pass(4 * dayMs - 1_000);
    expect(read().late).toBe(0);
    const [item] = deploymentWork({ deployments: fixture.deployments }).filter(
      ({ name }) => name === 'deployment-late',
    );
    expect(item?.find(admin, () => [] as never)).toEqual([]);
    pass(1_000);
    expect(read()).toMatchObject({ late: size - 1, state: 'running' });
    expect(item?.find(admin, () => [] as never)).toMatchObject([{ key: id, targets: size - 1, dueAt: nowMs }]);
    expect(states(id)).toEqual(['open', 'closed']);
    expect(waiting()).toHaveLength(1);
    fixture.deployments.cancel(admin, id);
    expect(read().late).toBe(0);
    expect(item?.find(admin, () => [] as never)).toEqual([]);
    expect(fixture.deployments.get(await create(), scope)).toMatchObject({ lateAt: null, late: 0 });
  });

  it('gives no order for a package that the group of a device does not take, until that ends', async () => {
    const { objects, db } = fixture.site;
    const { preview, tasks, queue } = fixture.deployments;
    const scope = wholeSite('job');
    const parent = objects.create(admin, 'group', { name: 'Line 1' }).id;
    const group = objects.create(admin, 'group', { name: 'Panels', parent }).id;
    db.pragma('foreign_keys = off');
    for (const device of all)
      db.prepare(
        `INSERT INTO device_row (device, group_id, state, kind, level, findings_key, act_key, name_key, group_key, os_key, address_key,
           addresses, os_search, search)
         VALUES (?, ?, 'managed', 'computer', 0, 0, 0, '', '', '', '', '', '', '')`,
      ).run(device, device <= 2 ? group : null);
    db.prepare('INSERT INTO group_path (ancestor, grp) VALUES (?, ?)').run(parent, group);
    const exclude = (packages: readonly string[], until: string) =>
      objects.create(admin, 'package-exclusion', { name: packages.join(), group: parent, packages, until, reason: 'a' })
        .id;
    const [before] = [await create({})];
    exclude(['other'], '2027-01-01T00:00:00Z');
    expect(preview({ updates: [lineUpdate] }, scope)).toMatchObject({ devices: size, excluded: 0 });
    exclude(['line'], '2026-11-04T00:00:00Z');
    expect(preview({ updates: [lineUpdate] }, scope)).toMatchObject({ devices: size - 2, excluded: 2 });
    const id = await create({ rings: ['1'] });
    const reasons = (deployment: string) =>
      tasks(deployment, scope).flatMap(({ device, state, reason }) =>
        reason === null ? [] : [[device, state, reason]],
      );
    expect(reasons(id)).toEqual([
      [1, 'skipped', 'EXCLUDED'],
      [2, 'skipped', 'EXCLUDED'],
    ]);
    // What was ordered before it is not begun any more.
    expect(queue.next(1)).toBeNull();
    const order = queue.next(3, true);
    expect(order).not.toBeNull();
    expect(reasons(before)).toEqual([[1, 'cancelled', 'EXCLUDED']]);
    exclude(['line'], '2026-11-04T00:00:00Z');
    db.prepare('UPDATE device_row SET group_id = ? WHERE device = 3').run(group);
    expect(queue.mayAct(3, order?.id ?? '', { attempt: 1, step: 'install' })).toEqual({ go: false, why: 'excluded' });
    pass(2 * dayMs);
    expect(preview({ updates: [lineUpdate] }, scope)).toMatchObject({ excluded: 0 });
  });

  it('takes the rings of a plan as it was then', async () => {
    const { objects } = fixture.site;
    const plan = objects.create(admin, 'ring-plan', { name: 'careful', rings: ['2'], soakHours: 1 }).id;
    const id = await create({ ringPlan: plan });
    objects.update(admin, 'ring-plan', plan, { soakHours: 99 });
    for (const device of waiting()) install(device);
    pass(0);
    pass(hourMs);
    expect(states(id)).toEqual(['passed', 'open']);
  });

  it('refuses what is no ring, a plan that is not there, and both at once', async () => {
    const invalid = expect.objectContaining({ code: 'INVALID' });
    expect(() => fixture.site.objects.create(admin, 'ring-plan', { name: 'x', rings: ['many'] })).toThrow(invalid);
    await expect(create({ ringPlan: 'gone' })).rejects.toThrow(invalid);
    await expect(create({ ringPlan: 'one-device-first', rings: ['1'] })).rejects.toThrow(invalid);
  });

  it('leaves a deployment without rings as it was', async () => {
    const id = await create({});
    expect(waiting()).toHaveLength(size);
    fail(1);
    expect(waiting()).toHaveLength(size - 1);
    expect(fixture.deployments.rollouts.of(id, wholeSite('job'))).toEqual([]);
    expect(() => fixture.deployments.rollouts.hold(admin, id, 'x')).toThrow(
      expect.objectContaining({ code: 'CONFLICT' }),
    );
  });
});
