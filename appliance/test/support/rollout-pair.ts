import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { AppError } from '../../src/platform/errors.ts';
import { wholeSite } from '../../src/platform/scope.ts';
import { completed, lineUpdate, openDeployments } from './deployment-site.ts';
import { admin } from './engines.ts';
import { type SimulatedLimits, type SimulatedState, simulatedRollout } from './rollout-simulator.ts';
import { deb } from './site.ts';

// One rollout twice: by the engine over real tables, and by the simulator. Both go through the same history.

const minuteMs = 60_000;
const visibilityMs = 180 * minuteMs;
const ofSite = wholeSite('job');
const failure: TaskResult = { attempt: 1, steps: [], state: 'failed', code: 'EXIT' };
const shown = [deb('line', '1.1-1'), deb('other', '1.0-1'), deb('helper', '2.0-1')];

/** How the order of one device goes. */
export type Outcome = 'verified' | 'installed' | 'failed' | 'silent' | 'absent';
export type Step =
  | { act: 'round'; outcomes: readonly Outcome[] }
  | { act: 'hand' | 'install' | 'fail' | 'show' | 'die' | 'return'; device: number }
  /** Time goes by; in a jump of the clock no device is heard. */
  | { act: 'wait' | 'jump'; minutes: number }
  | { act: 'resume' | 'pass' | 'hold' };

/** One device of a ring, as the tables have it. */
type OrderRow = { ring: number; device: number; state: string; isStarted: number; isOut: number; isVisible: number };

/** Called where the engine has looked: the states before and after. */
type Watch = (before: readonly SimulatedState[], after: readonly SimulatedState[]) => void;

export const rolloutPair = async (size: number, limits: SimulatedLimits, rings: readonly string[]) => {
  let nowMs = Date.parse('2026-11-02T00:00:00Z');
  const fixture = await openDeployments(size, () => nowMs);
  const { deployments, site, updates } = fixture;
  const { queue, rollouts } = deployments;
  const { db } = site;
  const devices = Array.from({ length: size }, (_, index) => index + 1);
  updates.approve(admin, [lineUpdate]);
  const { maxFailures, ...given } = limits;
  const { id } = await deployments.create(admin, {
    updates: [lineUpdate],
    rings: [...rings],
    ...given,
    ...(maxFailures === null ? {} : { maxFailures }),
  });
  const ringOf = new Map(deployments.tasks(id, ofSite).map((task) => [task.device, task.ring]));
  const simulated = simulatedRollout(
    Array.from({ length: Math.max(...ringOf.values()) }, () => limits),
    devices.map((device) => ({ ring: (ringOf.get(device) ?? 0) - 1, visibilityMs, timeoutMs: 30 * minuteMs })),
    nowMs,
  );

  // These devices have no rows of their own; what the status says of one is what is read.
  db.pragma('foreign_keys = off');
  // No crash is tried here, and a history writes some thousand times.
  db.pragma('synchronous = off');
  const setVisible = db.prepare(
    `INSERT OR REPLACE INTO device_status (device, level, reasons, visible, updated_at) VALUES (?, 3, '[]', ?, 0)`,
  );
  const setHeard = db.prepare(
    'INSERT OR REPLACE INTO device (id, public_id, created_at, last_seen_at) VALUES (?, ?, 0, ?)',
  );
  const stateOf = db
    .prepare<[string, number], string>('SELECT state FROM task WHERE deployment = ? AND device = ?')
    .pluck();
  const orderRows = db.prepare<[string], OrderRow>(
    `SELECT t.ring, t.device, t.state, t.started_at IS NOT NULL AS isStarted, t.is_out AS isOut,
       coalesce(s.visible, 1) AS isVisible FROM task t LEFT JOIN device_status s USING (device)
     WHERE t.deployment = ? ORDER BY t.device`,
  );
  const ringStates = db
    .prepare<[string], SimulatedState>('SELECT state FROM deployment_ring WHERE deployment = ? ORDER BY ring')
    .pluck();

  const heardAtMs = new Map(devices.map((device) => [device, nowMs]));
  const dead = new Set<number>();
  const visible = new Set(devices);
  const orders = new Map<number, string>();
  const states = (): SimulatedState[] => ringStates.all(id);
  const isStanding = (): boolean => states().some((state) => state === 'failed' || state === 'held');
  const isIn = (device: number, state: string): boolean => !dead.has(device) && stateOf.get(id, device) === state;
  const heard = (device: number): void => {
    heardAtMs.set(device, nowMs);
    setHeard.run(device, `d-${device}`, nowMs);
    simulated.heard(device - 1, nowMs);
  };

  const hand = (device: number): void => {
    if (!isIn(device, 'queued') || !queue.isWaiting(device)) return;
    heard(device);
    const order = queue.next(device);
    if (order === null) throw new Error(`device ${device} waits and gets nothing`);
    orders.set(device, order.id);
    queue.state(device, order.id, 'running');
    simulated.hand(device - 1, nowMs);
  };
  const install = (device: number): void => {
    if (!isIn(device, 'running')) return;
    heard(device);
    queue.result(device, orders.get(device) ?? '', completed);
    simulated.installed(device - 1, nowMs);
  };
  const fail = (device: number): void => {
    if (!isIn(device, 'running')) return;
    heard(device);
    queue.result(device, orders.get(device) ?? '', failure);
    simulated.failed(device - 1, nowMs);
  };
  const show = (device: number): void => {
    if (!isIn(device, 'installed')) return;
    heard(device);
    fixture.report(device, 'software', shown);
    simulated.verified(device - 1, nowMs);
  };
  const ofDevice = {
    hand,
    install,
    fail,
    show,
    die: (device: number) => void dead.add(device),
    return: (device: number) => void dead.delete(device),
  };

  let known = states();
  let watch: Watch = () => undefined;
  const look = (): void => {
    for (const device of devices) {
      const isVisible = (heardAtMs.get(device) ?? 0) > nowMs - visibilityMs;
      if (isVisible === visible.has(device)) continue;
      setVisible.run(device, Number(isVisible));
      if (isVisible) visible.add(device);
      else visible.delete(device);
    }
    rollouts.tick();
    simulated.look(nowMs);
    const before = known;
    known = states();
    watch(before, known);
  };
  const person = (act: 'resume' | 'pass' | 'hold'): void => {
    const isMoving = known.some((state) => state === 'closed' || state === 'open' || state === 'soaking');
    if (act === 'hold' ? isStanding() || !isMoving : !isStanding()) return;
    if (act === 'resume') {
      const isResumed = simulated.resume(nowMs);
      try {
        rollouts.resume(admin, id, 'looked at');
        if (!isResumed) throw new Error('a ring without a device was resumed');
      } catch (error) {
        if (isResumed || !(error instanceof AppError)) throw error;
      }
      return;
    }
    rollouts[act](admin, id, 'looked at');
    simulated[act](nowMs);
  };

  for (const device of devices) setHeard.run(device, `d-${device}`, nowMs);
  // The first ring of the engine opened when the deployment was made.
  look();
  return {
    devices,
    close: (): void => site.close(),
    /** What is called from now on at each look. */
    watch: (called: Watch): void => {
      watch = called;
    },
    states,
    simulatedStates: simulated.states,
    isStanding,
    orders: (): OrderRow[] => orderRows.all(id),
    rings: () => rollouts.of(id, ofSite),
    /** Devices that would get a new order now. */
    open: (): number[] => devices.filter((device) => stateOf.get(id, device) === 'queued' && queue.isWaiting(device)),
    simulatedOpen: (): number[] => devices.filter((device) => simulated.mayHand(device - 1)),
    next: queue.next,
    take: (step: Step): void => {
      if (step.act === 'round') {
        for (const [index, outcome] of step.outcomes.entries()) {
          const device = index + 1;
          if (outcome !== 'absent') hand(device);
          if (outcome === 'installed' || outcome === 'verified') install(device);
          if (outcome === 'verified') show(device);
          if (outcome === 'failed') fail(device);
          look();
        }
      } else if ('device' in step) ofDevice[step.act](step.device);
      else if ('minutes' in step) {
        nowMs += step.minutes * minuteMs;
        if (step.act === 'wait') for (const device of devices) if (!dead.has(device)) heard(device);
      } else person(step.act);
      look();
    },
  };
};
