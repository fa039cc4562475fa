import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Database } from '../../platform/database.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import type { Ring, RingCounts } from './ring.ts';
import type { HoldReason, RingState } from './types.ts';

const dayMs = 86_400_000;
/** An order without a result for this long beyond its own time-out has fallen silent. */
const silentMs = dayMs;
/** How long an inventory has to show what an installer reported. */
const unverifiedMs = 2 * dayMs;

export type RingRow = Ring & {
  readonly ring: number;
  readonly reason: HoldReason | null;
  /** What the person wrote who held, resumed or passed it. */
  readonly comment: string | null;
  readonly decidedBy: string | null;
  readonly changedAtMs: number;
};

type HeldRing = {
  readonly deployment: string;
  readonly ring: number;
  readonly state: RingState;
  readonly reason: HoldReason;
  readonly comment: string | null;
  readonly sinceMs: number;
};

const columns = `ring, state, reason, comment, decided_by AS decidedBy, due_at AS dueAtMs, opened_at AS openedAtMs,
  soaking_at AS soakingAtMs, changed_at AS changedAtMs`;

/** Of each device in its ring, over its orders that are neither skipped nor taken back. */
const perDevice = (which: string): string => `SELECT t.ring, t.device,
    max(t.acting_at IS NOT NULL OR t.state IN ('installed', 'verified', 'failed')) AS reached,
    min(t.state NOT IN ('queued', 'running')) AS ended,
    min(t.state = 'verified') AS verified,
    max((t.state = 'failed' AND t.reason IS NOT 'SILENT') OR (t.state = 'installed' AND t.finished_at < :unverifiedSince)) AS failed,
    max((t.state IN ('queued', 'running') AND t.acting_at < :silentSince) OR t.reason IS 'SILENT')
      OR (max(t.state IN ('installed', 'verified')) AND coalesce(s.visible, 1) = 0) AS lost,
    max(t.state = 'installed' AND t.finished_at >= :unverifiedSince) AS unconfirmed,
    max(t.state IN ('installed', 'verified')) AND coalesce(s.visible, 1) = 1
      AND d.last_seen_at < r.soaking_at + :soakMs AS unheard
  FROM task t LEFT JOIN device_status s ON s.device = t.device LEFT JOIN device d ON d.id = t.device
    LEFT JOIN deployment_ring r ON r.deployment = t.deployment AND r.ring = t.ring
  WHERE t.deployment = :deployment AND t.is_out = 0 AND t.state NOT IN ('skipped', 'cancelled') AND ${which}
  GROUP BY t.ring, t.device`;

export const noCounts: RingCounts = {
  members: 0,
  reached: 0,
  ended: 0,
  verified: 0,
  failed: 0,
  lost: 0,
  unconfirmed: 0,
  unheard: 0,
};

type Look = { deployment: string; atMs: number; timeoutMs: number; soakMs: number };
type LookAtRing = Look & { ring: number };

const moments = ({ deployment, atMs, timeoutMs, soakMs }: Look) => ({
  deployment,
  soakMs,
  unverifiedSince: toTime(atMs - unverifiedMs),
  silentSince: toTime(atMs - silentMs - timeoutMs),
});

/** The rings of rollouts. */
export const ringStore = (db: Database) => {
  const sql = statements(db);
  const summed = (which: string): string =>
    `SELECT ring, count(*) AS members, total(reached) AS reached, total(reached AND (ended OR lost)) AS ended,
       total(reached AND verified AND NOT lost) AS verified, total(failed) AS failed, total(lost) AS lost,
       total(unconfirmed AND NOT failed) AS unconfirmed, total(coalesce(unheard, 0)) AS unheard FROM (${perDevice(which)}) GROUP BY ring`;
  const ofRing = 't.ring = :ring';
  const counts = sql.get<[ReturnType<typeof moments> & { ring: number }], RingCounts & { ring: number }>(
    summed(ofRing),
  );
  const badDevices = sql.values<[ReturnType<typeof moments> & { ring: number }], number>(
    `SELECT device FROM (${perDevice(ofRing)}) WHERE failed OR lost`,
  );
  return {
    add: sql.run<[deployment: string, ring: number, state: RingState, dueAtMs: number, changedAtMs: number]>(
      'INSERT INTO deployment_ring (deployment, ring, state, due_at, changed_at) VALUES (?, ?, ?, ?, ?)',
    ),
    of: sql.all<[deployment: string], RingRow>(
      `SELECT ${columns} FROM deployment_ring WHERE deployment = ? ORDER BY ring`,
    ),
    /** Deployments that time or results may move on: a ring is at work, and none waits for a person. */
    moving: sql.values<[], string>(
      `SELECT DISTINCT deployment FROM deployment_ring r WHERE state IN ('closed', 'open', 'soaking')
         AND NOT EXISTS (SELECT 1 FROM deployment_ring h WHERE h.deployment = r.deployment AND h.state IN ('failed', 'held'))`,
    ),
    /** Deployments with a ring that waits for a person. */
    held: sql.all<[], HeldRing>(
      `SELECT deployment, ring, state, reason, comment, changed_at AS sinceMs FROM deployment_ring WHERE state IN ('failed', 'held')
         ORDER BY changed_at, deployment`,
    ),
    /** Whether orders of a ring may begin: it was opened, and no ring of the rollout is failed or held. */
    isOpen: sql.value<[deployment: string, ring: number], number>(
      `SELECT EXISTS (SELECT 1 FROM deployment_ring WHERE deployment = ?1 AND ring = ?2 AND state IN ('open', 'soaking', 'passed'))
         AND NOT EXISTS (SELECT 1 FROM deployment_ring WHERE deployment = ?1 AND state IN ('failed', 'held'))`,
    ),
    move: sql.run<
      [
        {
          deployment: string;
          ring: number;
          state: RingState;
          reason: HoldReason | null;
          openedAtMs: number | null;
          soakingAtMs: number | null;
          comment: string | null;
          decidedBy: string | null;
          atMs: number;
        },
      ]
    >(
      `UPDATE deployment_ring SET state = :state, reason = :reason, opened_at = :openedAtMs, soaking_at = :soakingAtMs,
         comment = :comment, decided_by = :decidedBy, changed_at = :atMs WHERE deployment = :deployment AND ring = :ring`,
    ),
    stop: sql.run<[atMs: number, deployment: string]>(
      `UPDATE deployment_ring SET state = 'stopped', reason = NULL, changed_at = ? WHERE deployment = ? AND state <> 'passed'`,
    ),
    /** Over all of its devices: what a ring is judged by. */
    counts: (look: LookAtRing): RingCounts => counts({ ...moments(look), ring: look.ring }) ?? noCounts,
    /** Of each ring, its devices in reach. */
    countsIn: (look: Look, scope: Scope): ReadonlyMap<number, RingCounts> => {
      const { sql: reach, params } = devicesIn(scope, 't.device');
      const rows = db.prepare<unknown[], RingCounts & { ring: number }>(summed(reach)).all(moments(look), ...params);
      return new Map(rows.map(({ ring, ...rest }) => [ring, rest]));
    },
    /** Devices of a ring that failed or were lost. */
    bad: (look: LookAtRing): number[] => badDevices({ ...moments(look), ring: look.ring }),
    /** What became of a device counts no more. */
    takeOut: sql.run<[deployment: string, device: number]>(
      'UPDATE task SET is_out = 1 WHERE deployment = ? AND device = ?',
    ),
    devicesOf: sql.values<[deployment: string], number>(
      `SELECT DISTINCT device FROM task WHERE deployment = ? AND state <> 'skipped'`,
    ),
  };
};
