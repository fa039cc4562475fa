import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { FailureCode, TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DeploymentSite, openDeployments } from '../../../test/support/deployment-site.ts';
import { admin } from '../../../test/support/engines.ts';
import { wholeSite } from '../../platform/scope.ts';

const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 10, 2);
const update = 'a'.repeat(32);

const failed = (attempt: number, code: FailureCode): TaskResult => ({ attempt, steps: [], state: 'failed', code });

describe('an order that changes a computer', () => {
  let made: DeploymentSite;
  let queue: DeploymentSite['deployments']['queue'];
  const held = { opening: {} as Parameters<typeof setOpening>[0], clockHeldMs: 0, atMs: 0 };
  const setOpening = (opening: { state: 'none' } | { state: 'closed' } | { state: 'open'; minutesLeft: number }) => {
    held.opening = opening;
  };
  const open = (minutesLeft = 60): void => setOpening({ state: 'open', minutesLeft });
  const close = (): void => setOpening({ state: 'closed' });

  beforeEach(async () => {
    held.clockHeldMs = 0;
    held.atMs = startMs;
    open();
    made = await openDeployments(2, () => held.atMs, {
      openAt: () => () => held.opening,
      pairs: () => () => undefined,
      time: () => ({ believedMs: held.atMs, heldForMs: held.clockHeldMs }),
    });
    ({ queue } = made.deployments);
    made.updates.approve(admin, [update]);
  });
  afterEach(() => made.site.close());

  const create = async (): Promise<string> =>
    (await made.deployments.create(admin, { updates: [update], devices: ['device-1'] })).id;
  const orderOf = (deployment: string) => made.deployments.tasks(deployment, wholeSite('job'))[0];
  const handed = (asksPermit = true) => {
    const task = queue.next(1, asksPermit);
    if (task === null) throw new Error('nothing was handed out');
    return task;
  };
  const ask = (id: string, attempt = 1) => queue.mayAct(1, id, { attempt, step: 'install' });

  it.each([
    ['without a window', () => setOpening({ state: 'none' })],
    ['while its window is closed', close],
    ['where less than the expected time is left', () => open(14)],
    [
      'while the clock was set lately',
      () => {
        held.clockHeldMs = 1;
      },
    ],
  ])('is not handed out %s, and nothing waits for the agent', async (_when, hold) => {
    await create();
    hold();
    for (const asksPermit of [true, false]) expect(queue.next(1, asksPermit)).toBeNull();
    expect(queue.isWaiting(1)).toBe(false);
    held.clockHeldMs = 0;
    open(15);
    expect(queue.isWaiting(1)).toBe(true);
    expect(queue.next(1, true)).toMatchObject({ action: 'install-package', attempt: 1 });
  });

  it('is begun by one permit, which ends with the window', async () => {
    const deployment = await create();
    const { id } = handed();
    expect(orderOf(deployment)).toMatchObject({ actingAt: null, asksPermit: true });
    expect(ask(id)).toEqual({ go: true, mustEndBy: '2026-11-02T01:00:00Z' });
    expect(orderOf(deployment)).toMatchObject({ actingAt: '2026-11-02T00:00:00Z' });
    expect(ask(id)).toEqual({ go: false, why: 'spent' });
    expect(queue.mayAct(2, id, { attempt: 1, step: 'install' })).toBeUndefined();
  });

  it.each<[string, (deployment: string) => void, string]>([
    ['its window has closed', close, 'WINDOW_CLOSED'],
    ['less than the expected time is left', () => open(14), 'WINDOW_SHORT'],
    [
      'the clock was set',
      () => {
        held.clockHeldMs = 1;
      },
      'CLOCK_HELD',
    ],
    ['it was cancelled', (deployment) => made.deployments.cancel(admin, deployment), 'ended'],
    ['its update is not approved any more', () => made.updates.decline(admin, [update]), 'not-approved'],
  ])('gets no permit after %s', async (_when, meanwhile, why) => {
    const deployment = await create();
    const { id } = handed();
    meanwhile(deployment);
    expect(ask(id)).toEqual({ go: false, why });
    expect(orderOf(deployment)?.actingAt).toBeNull();
  });

  /** Acts of an update that took so many minutes each. */
  const past = (minutes: readonly number[], updateId = update): void => {
    for (const [index, one] of minutes.entries())
      made.site.db
        .prepare(
          `INSERT INTO task (id, deployment, device, update_id, state, queued_at, acting_at, finished_at)
           VALUES (?, 'before', 9, ?, 'verified', '2026-10-01T00:00:00Z', '2026-10-01T00:00:00Z', ?)`,
        )
        .run(
          `${updateId}-${index}-${minutes.length}`,
          updateId,
          toTime(Date.UTC(2026, 9, 1) + Math.max(0, one * 60_000 - 1_000 * (index % 2))),
        );
  };
  const times = (n: number, minutes: number): number[] => Array.from({ length: n }, () => minutes);

  it.each<[string, number[], number]>([
    ['what nine of ten of its last acts took', [...times(9, 20), 50], 20],
    ['less than a quarter of an hour, where they took less', times(10, 3), 3],
    ['a quarter of an hour, where few were done', times(9, 3), 15],
    ['the longest of few, where that was longer', [3, 25], 25],
    ['a minute at least', times(10, 0), 1],
    ['no longer than its time limit, where the computer was off meanwhile', [3, 9_000], 30],
  ])('is expected to take %s', async (_what, minutes, expected) => {
    past(minutes);
    past(times(10, 200), 'c'.repeat(32));
    const deployment = await create();
    open(expected - 1);
    expect(queue.isWaiting(1)).toBe(false);
    expect(queue.next(1, true)).toBeNull();
    const [order] = made.deployments.tasks(deployment, wholeSite('job'));
    expect(order && made.deployments.holds()(order)).toMatchObject({ code: 'WINDOW_SHORT', expectedMinutes: expected });
    expect(made.deployments.held(deployment, wholeSite('job'))).toMatchObject({
      gate: 'WINDOW_SHORT',
      expectedMinutes: expected,
    });
    expect(made.deployments.preview({ updates: [update] }, wholeSite('job'))).toMatchObject({
      gate: 'WINDOW_SHORT',
      expectedMinutes: expected,
    });
    open(expected);
    const { id } = handed();
    open(expected - 1);
    expect(ask(id)).toEqual({ go: false, why: 'WINDOW_SHORT' });
    open(expected);
    expect(ask(id)).toMatchObject({ go: true });
  });

  it('is judged by the last fifty acts, and not by what fell silent', async () => {
    past(times(60, 1));
    made.site.db
      .prepare("UPDATE task SET finished_at = '2026-10-02T00:00:00Z', reason = 'SILENT', state = 'failed'")
      .run();
    past(times(20, 28));
    past(times(50, 20));
    const { db } = made.site;
    db.prepare(
      "UPDATE task SET acting_at = '2026-10-05T00:00:00Z', finished_at = '2026-10-05T00:20:00Z' WHERE id LIKE '%-50'",
    ).run();
    await create();
    open(19);
    expect(queue.isWaiting(1)).toBe(false);
    open(20);
    expect(queue.isWaiting(1)).toBe(true);
  });

  it('gets none for another attempt, nor before it was handed out', async () => {
    const deployment = await create();
    const id = orderOf(deployment)?.id ?? '';
    expect(ask(id)).toMatchObject({ go: false });
    handed();
    expect(ask(id, 2)).toMatchObject({ go: false });
    expect(ask(id)).toMatchObject({ go: true });
  });

  it('waits for the next window where it got none, and ends after three attempts', async () => {
    const deployment = await create();
    for (const attempt of [1, 2, 3]) {
      open();
      const task = handed();
      expect(task.attempt).toBe(attempt);
      close();
      expect(ask(task.id, attempt)).toMatchObject({ go: false });
      expect(queue.result(1, task.id, failed(attempt, 'WINDOW_CLOSED'))).toBe('ok');
      expect(queue.isWaiting(1)).toBe(false);
    }
    expect(orderOf(deployment)).toMatchObject({ state: 'failed', reason: 'WINDOW_CLOSED', attempt: 3 });
  });

  it('is tried again after a failure before the permit, and never after it', async () => {
    const first = await create();
    const { id } = handed();
    queue.result(1, id, failed(1, 'AGENT_RESTARTED'));
    expect(queue.result(1, id, failed(1, 'AGENT_RESTARTED'))).toBe('repeat');
    expect(orderOf(first)).toMatchObject({ state: 'queued', attempt: 2, actingAt: null });
    expect(handed()).toMatchObject({ id, attempt: 2 });
    expect(ask(id, 2)).toMatchObject({ go: true });
    queue.result(1, id, failed(2, 'AGENT_RESTARTED'));
    expect(orderOf(first)).toMatchObject({ state: 'failed', reason: 'AGENT_RESTARTED', attempt: 2 });
    expect(queue.isWaiting(1)).toBe(false);
  });

  it('is not tried again after a failure that stays', async () => {
    const deployment = await create();
    queue.result(1, handed().id, failed(1, 'NOT_LISTED'));
    expect(orderOf(deployment)).toMatchObject({ state: 'failed', reason: 'NOT_LISTED', attempt: 1 });
  });

  it('is begun by being handed to an agent that asks no permit, which gets it in a window alone', async () => {
    const deployment = await create();
    const task = handed(false);
    expect(orderOf(deployment)).toMatchObject({ actingAt: '2026-11-02T00:00:00Z', asksPermit: false });
    expect(queue.inHand(1)).toEqual({ id: task.id, attempt: 1 });
    close();
    // Its answer may have been lost: delivered once more, it would begin now.
    expect(queue.next(1, false)).toBeNull();
    expect(queue.inHand(1)).toEqual({ id: task.id, attempt: 1 });
    open();
    expect(queue.next(1, false)).toEqual(task);
    expect(ask(task.id)).toMatchObject({ go: false });
    queue.result(1, task.id, failed(1, 'FETCH_FAILED'));
    expect(orderOf(deployment)).toMatchObject({ state: 'failed', reason: 'FETCH_FAILED', attempt: 1 });
  });

  it('is left to people where its computer stands in for another, and its agent asks no permit', async () => {
    const asked: unknown[] = [];
    made.site.close();
    made = await openDeployments(2, () => held.atMs, {
      openAt: () => () => held.opening,
      pairs: () => (device, change) => {
        asked.push(change);
        return device === 1 && change.asksPermit !== true ? 'BY_HAND' : undefined;
      },
      time: () => ({ believedMs: held.atMs, heldForMs: 0 }),
    });
    ({ queue } = made.deployments);
    made.updates.approve(admin, [update]);
    const wanted = { updates: [update] };
    expect(made.deployments.preview(wanted, wholeSite('job'))).toMatchObject({ devices: 1, byHand: 1 });
    const { id } = await made.deployments.create(admin, wanted);
    const orders = made.deployments.tasks(id, wholeSite('job'));
    expect(orders.map(({ device, state, reason }) => [device, state, reason])).toEqual([
      [1, 'skipped', 'BY_HAND'],
      [2, 'queued', null],
    ]);
    // Its agent was older when it was ordered, or the group was made since.
    made.site.db.prepare("UPDATE task SET state = 'queued', reason = NULL, finished_at = NULL").run();
    expect(queue.next(1, false)).toBeNull();
    const [order] = made.deployments.tasks(id, wholeSite('job'));
    expect(order && made.deployments.holds()(order)).toMatchObject({ code: 'BY_HAND' });
    expect(queue.next(1, true)).not.toBeNull();
    expect(asked).toContainEqual({ minutes: 15, isAgent: false, asksPermit: false });
  });

  it('that is not approved any more is cancelled and not handed out', async () => {
    const deployment = await create();
    made.updates.decline(admin, [update]);
    expect(queue.next(1, true)).toBeNull();
    expect(orderOf(deployment)).toMatchObject({ state: 'cancelled', reason: 'NOT_APPROVED' });
  });

  it('ends where no device takes it, or none answers, and not by a clock that was set', async () => {
    const [never, silent] = [await create(), await create()];
    const of = (deployment: string) => orderOf(deployment)?.id;
    const task = handed();
    expect(task.id).toBe(of(never));
    ask(task.id);
    held.atMs += dayMs;
    made.deployments.endOld();
    expect(orderOf(never)).toMatchObject({ state: 'queued' });
    held.atMs += 30 * 60_000;
    held.clockHeldMs = 1;
    made.deployments.endOld();
    expect(orderOf(never)).toMatchObject({ state: 'queued' });
    held.clockHeldMs = 0;
    made.deployments.endOld();
    expect(orderOf(never)).toMatchObject({ state: 'failed', reason: 'SILENT' });
    expect(orderOf(silent)).toMatchObject({ state: 'queued' });
    held.atMs = startMs + 91 * dayMs;
    made.deployments.endOld();
    expect(orderOf(silent)).toMatchObject({ state: 'cancelled', reason: 'NOT_TAKEN' });
  });
});
