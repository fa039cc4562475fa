import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, authorsOf, byWhom, scopeOf } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { isReached, type Scope } from '../../platform/scope.ts';
import type { Approvable, ApprovalGate, Hindrance } from '../accounts/types.ts';
import { assignRings } from './assign-rings.ts';
import { defaultLimits, judgeRing, ringPower } from './ring.ts';
import { noCounts, type RingRow, ringStore } from './ring-store.ts';
import {
  type HoldReason,
  type NewDeployment,
  ONE_DEVICE_FIRST,
  type RingLimits,
  type RingPlan,
  type RingView,
} from './types.ts';

// Rollouts: a deployment whose orders go out ring by ring. A ring opens when the one before has passed; what is failed or
// held gives out nothing more until another person than its author resumes or passes it, or somebody takes it back.

const KIND = 'deployment';
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const minuteMs = 60_000;
/** The share of devices that a bad update silences, for which a plan says how surely each ring notices it. */
const assumedFaultPercent = 5;
const limitNames = Object.keys(defaultLimits) as (keyof RingLimits)[];

type RolloutParts = {
  db: Database;
  objects: Pick<ObjectService, 'find' | 'get' | 'revisions'>;
  events: Pick<EventService, 'record'>;
  gate: Pick<ApprovalGate, 'assertMayApprove' | 'hindrance'>;
  clock: () => number;
  /** Public ids of the devices of a group; NOT_FOUND where it is not in reach. */
  groupMembers: (group: string, scope: Scope) => readonly string[];
  /** NOT_FOUND for a deployment without an order in reach. */
  assertSeen: (deployment: string, scope: Scope) => void;
  /** Takes back what a device has not begun. */
  endWaiting: (deployment: string, device: number) => void;
  /** Orders again what a device failed at; how many orders these are. */
  orderAgain: (deployment: string, device: number) => number;
};

export type Rollouts = ReturnType<typeof rollouts>;

/** Ring by ring, over the orders of deployments. */
export const rollouts = (parts: RolloutParts) => {
  const { db, objects, events, gate, clock } = parts;
  const store = ringStore(db);

  const bodyOf = (deployment: string): Readonly<Record<string, unknown>> => objects.get(KIND, deployment).body;
  const nameOf = (deployment: string): string => String(bodyOf(deployment)['name'] ?? deployment);
  const timeoutMs = (deployment: string): number => Number(bodyOf(deployment)['timeoutMinutes'] ?? 30) * minuteMs;

  /** Those of the limits that an object has; what is absent has its default. */
  const givenLimits = (body: Readonly<Record<string, unknown>>): Partial<RingLimits> =>
    Object.fromEntries(limitNames.flatMap((name) => (typeof body[name] === 'number' ? [[name, body[name]]] : [])));
  const limitsOf = (deployment: string): RingLimits => ({
    ...defaultLimits,
    ...(bodyOf(deployment)['rollout'] as RingPlan | undefined),
  });

  /** What the devices of a rollout are looked at by, now. */
  const lookAt = (deployment: string) => ({
    deployment,
    atMs: clock(),
    timeoutMs: timeoutMs(deployment),
    soakMs: limitsOf(deployment).soakHours * hourMs,
  });

  /** The rings and limits that are wanted: those given, else those of the plan; undefined where all go at once. */
  const planOf = (wanted: NewDeployment): RingPlan | undefined => {
    if (wanted.ringPlan === undefined || wanted.ringPlan === '') {
      const { rings = [] } = wanted;
      return rings.length === 0 ? undefined : { rings, ...givenLimits(wanted) };
    }
    if (wanted.rings !== undefined) throw invalid({ rings: { key: 'validation.ringsTwice' } });
    if (wanted.ringPlan === ONE_DEVICE_FIRST) return { rings: ['1'], ...givenLimits(wanted) };
    const plan = objects.find('ring-plan', wanted.ringPlan)?.body;
    if (plan === undefined) throw invalid({ ringPlan: { key: 'validation.reference' } });
    return { rings: plan['rings'] as string[], ...givenLimits(plan), ...givenLimits(wanted) };
  };

  const assign = (
    plan: RingPlan,
    updates: readonly string[],
    devices: readonly { device: number; publicId: string }[],
    scope: Scope,
  ) =>
    assignRings(
      devices,
      plan.rings,
      updates.toSorted().join(' '),
      (group) => new Set(parts.groupMembers(group, scope)),
    );

  /** How surely a ring of this size is held by an update that silences `assumedFaultPercent` of the devices, in percent. */
  const powerPercent = (members: number, limits: RingLimits): number =>
    Math.floor(ringPower(members, limits.maxLost, assumedFaultPercent / 100) * 100);

  const record = (type: 'ring-opened' | 'ring-passed', deployment: string, ring: number): void =>
    void events.record(type, { params: { deployment: nameOf(deployment), ring } });

  const move = (
    deployment: string,
    row: RingRow,
    to: Partial<Pick<RingRow, 'reason' | 'comment' | 'decidedBy' | 'openedAtMs' | 'soakingAtMs'>> &
      Pick<RingRow, 'state'>,
  ): void =>
    store.move({
      deployment,
      ring: row.ring,
      openedAtMs: row.openedAtMs,
      soakingAtMs: row.soakingAtMs,
      reason: null,
      comment: null,
      decidedBy: null,
      ...to,
      atMs: clock(),
    });

  /** Moves the rings of one rollout on as far as time and results say. */
  const look = (deployment: string): void => {
    const rows = store.of(deployment);
    if (rows.length === 0 || rows.some(({ state }) => state === 'failed' || state === 'held')) return;
    const limits = limitsOf(deployment);
    let isPreviousPassed = true;
    for (const row of rows) {
      // What has passed or was stopped is counted no more.
      if (row.state === 'passed' || row.state === 'stopped') {
        isPreviousPassed = row.state === 'passed';
        continue;
      }
      let current = row;
      // Open, then soaking, then passed: each as soon as it holds.
      for (;;) {
        const look = { ...lookAt(deployment), ring: row.ring };
        const counts = current.state === 'closed' ? noCounts : store.counts(look);
        const verdict = judgeRing(current, counts, limits, { atMs: look.atMs, isPreviousPassed });
        if (verdict.state === current.state) break;
        const next = {
          state: verdict.state,
          reason: verdict.reason ?? null,
          openedAtMs: verdict.state === 'open' ? (current.openedAtMs ?? look.atMs) : current.openedAtMs,
          soakingAtMs: verdict.state === 'soaking' ? look.atMs : verdict.state === 'open' ? null : current.soakingAtMs,
        };
        move(deployment, current, next);
        if (current.state === 'closed') record('ring-opened', deployment, row.ring);
        if (next.state === 'passed') record('ring-passed', deployment, row.ring);
        if (next.reason !== null) recordHold(deployment, row.ring, next.reason);
        current = { ...current, ...next };
      }
      if (current.state === 'failed' || current.state === 'held') return;
      isPreviousPassed = current.state === 'passed';
      if (current.state === 'closed') return;
    }
  };

  const recordHold = (deployment: string, ring: number, reason: HoldReason): void =>
    void events.record('rollout-held', { params: { deployment: nameOf(deployment), ring, reason } });

  const assertReached = (deployment: string, scope: Scope): void => {
    if (scope.site) return;
    for (const device of store.devicesOf(deployment))
      if (!isReached(db, scope, device))
        throw new AppError(
          'FORBIDDEN',
          'the deployment has orders to devices out of your reach: a person of the whole site decides',
        );
  };

  /** The ring that is open, else the next one. */
  const ringAtWork = (rows: readonly RingRow[]): RingRow | undefined =>
    rows.findLast(({ state }) => state === 'open' || state === 'soaking') ??
    rows.find(({ state }) => state === 'closed');
  const heldRing = (deployment: string): RingRow => {
    const row = store.of(deployment).find(({ state }) => state === 'failed' || state === 'held');
    if (row === undefined) throw new AppError('CONFLICT', 'the deployment is not held: there is nothing to resume');
    return row;
  };

  const approvable = (deployment: string): Approvable => {
    const row = heldRing(deployment);
    const devices = store.devicesOf(deployment);
    return {
      act: 'rollout-continue',
      thing: `${deployment}@${row.ring}.${row.changedAtMs}`,
      ...(devices.length === 0 ? {} : { devices }),
      authors: [authorsOf(objects.revisions(KIND, deployment))],
      since: row.changedAtMs,
    };
  };

  /** Another person than the author decides about the ring that is held. */
  const decide = (
    actor: Actor,
    deployment: string,
    type: 'rollout-resumed' | 'ring-passed-by-person',
    comment: string,
    act: (row: RingRow) => void,
  ): void =>
    immediate(db, () => {
      parts.assertSeen(deployment, scopeOf(actor, 'deployments:read'));
      const row = heldRing(deployment);
      gate.assertMayApprove(actor, approvable(deployment));
      act(row);
      events.record(type, { ...byWhom(actor), params: { deployment: nameOf(deployment), ring: row.ring, comment } });
      look(deployment);
    });

  return {
    planOf,
    /** Rings of devices that would get an order, with what each bears and how surely it notices a bad update. */
    preview: (
      plan: RingPlan,
      updates: readonly string[],
      devices: readonly { device: number; publicId: string }[],
      scope: Scope,
    ) => {
      const limits = { ...defaultLimits, ...plan };
      const { rings, sizes } = assign(plan, updates, devices, scope);
      return { rings, sizes: sizes.map((members) => ({ members, powerPercent: powerPercent(members, limits) })) };
    },
    /** In the transaction that made the orders. The first ring opens at once. */
    start: (deployment: string, rings: number): void => {
      const atMs = clock();
      const { daysBetween } = limitsOf(deployment);
      for (let ring = 1; ring <= rings; ring += 1)
        store.add(deployment, ring, 'closed', atMs + (ring - 1) * daysBetween * dayMs, atMs);
      look(deployment);
    },
    /** Whether an order may begin now; a deployment without rings has ring 0, which is always open. */
    isOpen: (deployment: string, ring: number): boolean => ring === 0 || store.isOpen(deployment, ring) === 1,
    look: (deployment: string): void => immediate(db, () => look(deployment)),
    /** Each minute. */
    tick: (): void => {
      for (const deployment of store.moving()) immediate(db, () => look(deployment));
    },
    /** Counted are the devices in reach; the state is that of the whole ring. */
    of: (deployment: string, scope: Scope): RingView[] => {
      const limits = limitsOf(deployment);
      const rows = store.of(deployment);
      if (rows.length === 0) return [];
      const countsOf = store.countsIn(lookAt(deployment), scope);
      return rows.map((row) => {
        const counts = countsOf.get(row.ring) ?? noCounts;
        return {
          ring: row.ring,
          state: row.state,
          reason: row.reason,
          comment: row.comment,
          decidedBy: row.decidedBy,
          dueAt: row.dueAtMs,
          openedAt: row.openedAtMs,
          soakUntil: row.soakingAtMs === null ? null : row.soakingAtMs + limits.soakHours * hourMs,
          changedAt: row.changedAtMs,
          ...counts,
          powerPercent: powerPercent(counts.members, limits),
        };
      });
    },
    /** When what has not ended is late, by the limits of a rollout; null where it has no deadline. */
    lateAtMs: (deployment: string, rollout: unknown): number | null => {
      const { deadlineDays, graceDays } = { ...defaultLimits, ...(rollout as RingPlan | undefined) };
      const base = deadlineDays === null ? undefined : store.of(deployment)[0];
      return base === undefined || deadlineDays === null ? null : base.dueAtMs + (deadlineDays + graceDays) * dayMs;
    },
    held: store.held,
    approvable,
    heldIds: (): ReadonlySet<string> => new Set(store.held().map(({ deployment }) => deployment)),
    hindrance: (actor: Actor, deployment: string): Hindrance | undefined =>
      gate.hindrance(actor, approvable(deployment)),
    /** After a return to an older database: what was held or failed since is not known, so a person looks at each rollout. */
    holdAll: (): void => {
      for (const deployment of store.moving()) {
        const row = ringAtWork(store.of(deployment));
        if (row === undefined) continue;
        move(deployment, row, { state: 'held', reason: 'RETURNED' });
        recordHold(deployment, row.ring, 'RETURNED');
      }
    },
    /** Nothing more is handed out until another person resumes; who may order may hold. */
    hold: (actor: Actor, deployment: string, comment: string): void => {
      const scope = scopeOf(actor, 'deployments:write');
      immediate(db, () => {
        parts.assertSeen(deployment, scope);
        const rows = store.of(deployment);
        if (rows.length === 0) throw new AppError('CONFLICT', 'the deployment has no rings: cancel it instead');
        if (rows.some(({ state }) => state === 'failed' || state === 'held'))
          throw new AppError('CONFLICT', 'the deployment is held already');
        const row = ringAtWork(rows);
        if (row === undefined)
          throw new AppError('CONFLICT', 'every ring has passed or was stopped: there is nothing to hold');
        // After what is the same whatever else the deployment is for: a refusal for reach tells that there is more.
        assertReached(deployment, scope);
        move(deployment, row, { state: 'held', reason: 'PERSON', comment, decidedBy: actorRef(actor) });
        events.record('rollout-held-by-person', {
          ...byWhom(actor),
          params: { deployment: nameOf(deployment), ring: row.ring, comment },
        });
      });
    },
    /**
     * What failed is taken out of the numbers, or ordered `again`, and the ring goes on. CONFLICT where no device would be left:
     * such a ring could say nothing of the update.
     */
    resume: (actor: Actor, deployment: string, comment: string, again = false): void =>
      decide(actor, deployment, 'rollout-resumed', comment, (row) => {
        const look = { ...lookAt(deployment), ring: row.ring };
        for (const device of store.bad(look)) {
          if (again && parts.orderAgain(deployment, device) > 0) continue;
          store.takeOut(deployment, device);
          parts.endWaiting(deployment, device);
        }
        if (row.openedAtMs !== null && store.counts(look).members === 0)
          throw new AppError(
            'CONFLICT',
            `no device of ring ${row.ring} would be left: order again what failed, take the ring for passed, or take the deployment back`,
          );
        // Opened anew: patience and soak begin again. A ring that was held before it opened waits for its turn.
        move(deployment, row, {
          state: row.openedAtMs === null ? 'closed' : 'open',
          openedAtMs: row.openedAtMs === null ? null : clock(),
          soakingAtMs: null,
          ...defined({ decidedBy: actorRef(actor), comment }),
        });
      }),
    /** The ring is taken for passed as it stands. */
    pass: (actor: Actor, deployment: string, comment: string): void =>
      decide(actor, deployment, 'ring-passed-by-person', comment, (row) => {
        if (row.openedAtMs === null)
          throw new AppError('CONFLICT', 'the ring was held before it opened: resume it, and it opens on its day');
        move(deployment, row, { state: 'passed', decidedBy: actorRef(actor), comment });
      }),
    /** The orders were taken back over the whole site. */
    stop: (deployment: string): void => store.stop(clock(), deployment),
  };
};
