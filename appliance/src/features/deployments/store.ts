import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import type { Changed } from '../../engine/changes/types.ts';
import type { Database } from '../../platform/database.ts';
import { allTrue, among } from '../../platform/list/condition.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import { mostActs } from './expected-time.ts';
import type { DeploymentTask, TaskState } from './types.ts';

export type TaskFile = { readonly sha256: string; readonly size: number };

type Row = Omit<DeploymentTask, 'result' | 'asksPermit'> & { result: string | null; asksPermit: number | null };
type OrderRow = {
  id: string;
  deployment: string;
  updateId: string;
  attempt: number;
  objects: string | null;
  actingAt: string | null;
};
/** An order without an end: when it was made, and since when it is being done. */
type OpenRow = Pick<OrderRow, 'id' | 'deployment' | 'updateId' | 'actingAt'> & { device: number; queuedAt: string };

type NewTask = {
  readonly id: string;
  readonly deployment: string;
  readonly device: number;
  readonly updateId: string;
  readonly skipped?: string;
  /** 0 where all go at once. */
  readonly ring: number;
  readonly at: string;
};

type Counted = { deployment: string; state: TaskState; tasks: number; bare: number };
/** `isCancelled`: a person took orders back. */
type Summary = { counts: Partial<Record<TaskState, number>>; isCancelled: boolean; devices: number };

const columns = `id, deployment, device, update_id AS updateId, state, reason, attempt, queued_at AS queuedAt,
  ring, started_at AS startedAt, finished_at AS finishedAt, verified_at AS verifiedAt, acting_at AS actingAt,
  asks_permit AS asksPermit, result`;

/** An order goes out, also once more, while its ring is open, and no ring of its rollout waits for a person. Ring 0: all at once. */
const inOpenRing = `(task.ring = 0 OR (
  EXISTS (SELECT 1 FROM deployment_ring r WHERE r.deployment = task.deployment AND r.ring = task.ring
    AND r.state IN ('open', 'soaking', 'passed'))
  AND NOT EXISTS (SELECT 1 FROM deployment_ring r WHERE r.deployment = task.deployment AND r.state IN ('failed', 'held'))))`;

const toTask = (row: Row): DeploymentTask => ({
  ...row,
  asksPermit: row.asksPermit === null ? null : row.asksPermit === 1,
  result: row.result === null ? null : (JSON.parse(row.result) as TaskResult),
});

/** The tasks of deployments. */
export const taskStore = (db: Database, changed: Changed) => {
  const sql = statements(db);
  const add = sql.run(
    `INSERT INTO task (id, deployment, device, update_id, state, reason, queued_at, finished_at, ring)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  // Orders are written before their deployment, which makes them valid (service.ts).
  const isValid = `EXISTS (SELECT 1 FROM object WHERE kind = 'deployment' AND id = task.deployment)`;
  const next = sql.get<[number], OrderRow>(
    `SELECT id, deployment, update_id AS updateId, attempt, objects, acting_at AS actingAt FROM task
     WHERE device = +? AND ${isValid} AND state IN ('queued', 'running') AND ${inOpenRing}
     ORDER BY state = 'queued', queued_at, rowid LIMIT 1`,
  );
  const isWaiting = sql.value<[number], number>(
    `SELECT EXISTS (SELECT 1 FROM task WHERE device = ? AND state IN ('queued', 'running') AND ${isValid} AND ${inOpenRing})`,
  );
  const unfinished = sql.values<[], string>(
    `SELECT DISTINCT deployment FROM task WHERE state = 'queued' AND NOT ${isValid}`,
  );
  const drop = sql.values<[string, number], number>(
    `DELETE FROM task WHERE rowid IN (SELECT rowid FROM task WHERE deployment = ? LIMIT ?) RETURNING device`,
  );
  const inHand = sql.get<[number], { id: string; attempt: number }>(
    `SELECT id, attempt FROM task WHERE device = +? AND state IN ('queued', 'running') AND objects IS NOT NULL
     ORDER BY state = 'queued', queued_at, rowid LIMIT 1`,
  );
  const ofDeployment = (deployment: string, scope: Scope): DeploymentTask[] => {
    const { sql, params } = devicesIn(scope, 'device');
    return db
      .prepare<unknown[], Row>(`SELECT ${columns} FROM task WHERE deployment = ? AND ${sql} ORDER BY rowid`)
      .all(deployment, ...params)
      .map(toTask);
  };
  /** The devices in reach with an order of a deployment that was not begun, and whether their ring is open. */
  const waiting = (deployment: string, scope: Scope): { device: number; isOpen: number }[] => {
    const { sql, params } = devicesIn(scope, 'device');
    return db
      .prepare<unknown[], { device: number; isOpen: number }>(
        `SELECT device, max(${inOpenRing}) AS isOpen FROM task
         WHERE deployment = ? AND state IN ('queued', 'running') AND acting_at IS NULL AND ${sql} GROUP BY device`,
      )
      .all(deployment, ...params);
  };
  const isInOpenRing = sql.value<[string], number>(`SELECT ${inOpenRing} FROM task WHERE id = ?`);
  /** What came of some deployments. */
  const summaries = (deployments: readonly string[], scope: Scope): Map<string, Summary> => {
    const { sql, params } = allTrue([among('deployment', deployments), devicesIn(scope, 'device')]);
    const rows = db
      .prepare<unknown[], Counted>(
        `SELECT deployment, state, count(*) AS tasks, sum(reason IS NULL) AS bare FROM task WHERE ${sql} GROUP BY deployment, state`,
      )
      .all(...params);
    const devices = db
      .prepare<unknown[], [string, number]>(
        `SELECT deployment, count(DISTINCT device) FROM task WHERE ${sql} AND state <> 'skipped' GROUP BY deployment`,
      )
      .raw()
      .all(...params);
    const found = new Map<string, Summary>();
    for (const { deployment, state, tasks, bare } of rows) {
      const one = found.get(deployment) ?? { counts: {}, isCancelled: false, devices: 0 };
      found.set(deployment, one);
      one.counts[state] = tasks;
      // An order of a device that has left has a reason, and is no word about the deployment.
      if (state === 'cancelled' && bare > 0) one.isCancelled = true;
    }
    for (const [deployment, n] of devices) {
      const one = found.get(deployment);
      if (one !== undefined) one.devices = n;
    }
    return found;
  };
  /** The deployments with an order to a device in reach. */
  const seen = (scope: Scope): Set<string> => {
    const { sql, params } = devicesIn(scope, 'device');
    return new Set(
      db
        .prepare<unknown[], string>(`SELECT DISTINCT deployment FROM task WHERE ${sql}`)
        .pluck()
        .all(...params),
    );
  };
  // An inventory counts from the irreversible step on: also one that comes before the result.
  const toShow = sql.all<[number], Row>(
    `SELECT ${columns} FROM task WHERE device = ? AND (state = 'installed' OR (state IN ('queued', 'running') AND acting_at IS NOT NULL))
     ORDER BY queued_at`,
  );
  const show = sql.run<[at: string | null, id: string]>('UPDATE task SET verified_at = ? WHERE id = ?');
  const live = sql.all<[number], { objects: string }>(
    `SELECT objects FROM task WHERE device = ? AND state IN ('queued', 'running') AND objects IS NOT NULL`,
  );
  const inUse = sql.all<[], { objects: string }>(
    `SELECT objects FROM task WHERE state IN ('queued', 'running') AND objects IS NOT NULL`,
  );
  const begin = sql.run(
    `UPDATE task SET state = 'running', started_at = coalesce(started_at, ?) WHERE id = ? AND device = ?
     AND state IN ('queued', 'running')`,
  );
  const finish = sql.values<unknown[], number>(
    `UPDATE task SET state = ?, reason = ?, result = ?, started_at = coalesce(started_at, ?), finished_at = ?, verified_at = NULL
       WHERE id = ? RETURNING device`,
  );
  const hand = sql.run(
    `UPDATE task SET objects = ?2, asks_permit = ?3, acting_at = coalesce(acting_at, ?4),
       state = iif(?4 IS NULL, state, 'running'), started_at = coalesce(started_at, ?4) WHERE id = ?1`,
  );
  const act = sql.values<[string, string], number>(
    'UPDATE task SET acting_at = ?2 WHERE id = ?1 AND acting_at IS NULL RETURNING device',
  );
  const again = sql.values<[string, string], number>(
    `UPDATE task SET state = 'queued', attempt = attempt + 1, objects = NULL, acting_at = NULL, asks_permit = NULL,
       started_at = NULL, verified_at = NULL, result = ?2
     WHERE id = ?1 RETURNING device`,
  );
  const old = sql.all<[string, string], OpenRow>(
    `SELECT id, deployment, device, update_id AS updateId, queued_at AS queuedAt, acting_at AS actingAt FROM task
     WHERE state IN ('queued', 'running') AND (acting_at < ?1 OR (acting_at IS NULL AND queued_at < ?2)) LIMIT 1000`,
  );
  // No act takes longer than its time limit: a computer was off meanwhile, or a clock was set. One set back says nothing at all.
  const acts = sql.values<[string, number], number>(
    `SELECT min(unixepoch(finished_at) - unixepoch(acting_at),
       60 * coalesce((SELECT body ->> '$.timeoutMinutes' FROM object WHERE kind = 'deployment' AND id = task.deployment), 30)) FROM task
     WHERE update_id = ? AND acting_at IS NOT NULL AND finished_at IS NOT NULL
       AND state IN ('installed', 'verified', 'failed') AND reason IS NOT 'SILENT' AND finished_at >= acting_at
     ORDER BY finished_at DESC LIMIT ?`,
  );
  const keepLate = sql.run('UPDATE task SET result = ? WHERE id = ?');
  const verify = sql.values<[string, string, string], number>(
    `UPDATE task SET state = 'verified', reason = NULL, finished_at = coalesce(finished_at, ?), verified_at = ?
       WHERE id = ? RETURNING device`,
  );
  const cancel = (deployment: string, at: string, scope: Scope): number[] => {
    const { sql, params } = devicesIn(scope, 'device');
    return db
      .prepare<unknown[], number>(
        `UPDATE task SET state = 'cancelled', finished_at = ? WHERE deployment = ? AND state IN ('queued', 'running') AND ${sql}
         RETURNING device`,
      )
      .pluck()
      .all(at, deployment, ...params);
  };
  const takeBack = sql.changes<[at: string, deployment: string, device: number]>(
    `UPDATE task SET state = 'cancelled', reason = 'TAKEN_OUT', finished_at = ?
     WHERE deployment = ? AND device = ? AND state = 'queued' AND acting_at IS NULL`,
  );
  const orderAgain = sql.changes<[at: string, deployment: string, device: number]>(
    `UPDATE task SET state = 'queued', reason = NULL, attempt = attempt + 1, objects = NULL, acting_at = NULL, asks_permit = NULL,
       queued_at = ?, started_at = NULL, finished_at = NULL, verified_at = NULL
     WHERE deployment = ? AND device = ? AND (state IN ('failed', 'installed') OR (state IN ('queued', 'running') AND acting_at IS NOT NULL))`,
  );
  const open = sql.count<[string]>(
    `SELECT count(*) AS open FROM task WHERE deployment = ? AND state IN ('queued', 'running')`,
  );
  return {
    add: (tasks: readonly NewTask[]): void => {
      for (const task of tasks) {
        const state: TaskState = task.skipped === undefined ? 'queued' : 'skipped';
        const end = task.skipped === undefined ? null : task.at;
        add(task.id, task.deployment, task.device, task.updateId, state, task.skipped ?? null, task.at, end, task.ring);
      }
      changed('task', [...new Set(tasks.map(({ device }) => device))]);
    },
    /** The deployments that were never made, and have orders. */
    unfinished,
    /** Takes some orders of such a deployment away; how many. */
    drop: (deployment: string, most: number): number => {
      const devices = drop(deployment, most);
      changed('task', [...new Set(devices)]);
      return devices.length;
    },
    /** The running one, else the oldest queued one. */
    next: (device: number): (Omit<OrderRow, 'objects'> & { objects: readonly TaskFile[] | null }) | undefined => {
      const row = next(device);
      return row && { ...row, objects: row.objects === null ? null : (JSON.parse(row.objects) as TaskFile[]) };
    },
    /** What was handed out and has no result. */
    inHand,
    /** Whether one is queued or running. */
    isWaiting: (device: number): boolean => isWaiting(device) === 1,
    /** Handed out with these files; `actingAt`: to an agent that asks for no permit. */
    hand: (id: string, files: readonly TaskFile[], asksPermit: boolean, actingAt: string | null): void =>
      hand(id, JSON.stringify(files), asksPermit ? 1 : 0, actingAt),
    /** The permit was given: the step counts as begun. False where it was before. */
    act: (id: string, at: string): boolean => {
      const devices = act(id, at);
      changed('task', devices);
      return devices.length > 0;
    },
    /** Back into the queue, as its next attempt. */
    again: (id: string, result: TaskResult): void => {
      changed('task', again(id, JSON.stringify(result)));
    },
    /** What the last acts of an update took, in seconds. */
    actSeconds: (updateId: string): number[] => acts(updateId, mostActs),
    /** Orders being done since before one time, and those made before another that are not. */
    old,
    find: sql.get<[id: string, device: number], Row, DeploymentTask>(
      `SELECT ${columns} FROM task WHERE id = ? AND device = ?`,
      toTask,
    ),
    /** The orders to devices in reach. */
    ofDeployment,
    waiting,
    isInOpenRing: (id: string): boolean => isInOpenRing(id) === 1,
    summaries,
    seen,
    /** Orders whose step was begun, and that no inventory has shown yet, or whose result has not come. */
    toShow: (device: number): DeploymentTask[] => toShow(device).map(toTask),
    /** Whether the newest inventory after the step shows what a device that is still at work was ordered. */
    show,
    mayFetch: (device: number, sha256: string): boolean =>
      live(device).some(({ objects }) => (JSON.parse(objects) as TaskFile[]).some((file) => file.sha256 === sha256)),
    inUse: (): string[] =>
      inUse().flatMap(({ objects }) => (JSON.parse(objects) as TaskFile[]).map(({ sha256 }) => sha256)),
    countsOf: sql.all<[deployment: string], { state: TaskState; count: number }>(
      'SELECT state, count(*) AS count FROM task WHERE deployment = ? GROUP BY state',
    ),
    begin: (id: string, device: number, at: string): void => {
      begin(at, id, device);
      changed('task', [device]);
    },
    finish: (
      id: string,
      end: { state: TaskState; reason: string | null; result: TaskResult | null; at: string },
    ): void => {
      const result = end.result === null ? null : JSON.stringify(end.result);
      changed('task', finish(end.state, end.reason, result, end.at, end.at, id));
    },
    keepLate: (id: string, result: TaskResult): void => {
      keepLate(JSON.stringify(result), id);
    },
    verify: (id: string, at: string): void => {
      changed('task', verify(at, at, id));
    },
    /** Takes back what a device that a person took out has not begun. */
    takeBack: (deployment: string, device: number, at: string): void => {
      if (takeBack(at, deployment, device) > 0) changed('task', [device]);
    },
    /** Puts what a device failed at, fell silent at, or does not show, into the queue once more; how many orders these are. */
    orderAgain: (deployment: string, device: number, at: string): number => {
      const count = orderAgain(at, deployment, device);
      if (count > 0) changed('task', [device]);
      return count;
    },
    /** Takes back what has not ended on devices in reach. */
    cancel: (deployment: string, at: string, scope: Scope): void => {
      changed('task', cancel(deployment, at, scope));
    },
    isOpen: (deployment: string): boolean => open(deployment) > 0,
    countOf: sql.count<[deployment: string]>('SELECT count(*) FROM task WHERE deployment = ?'),
  };
};

export type TaskStore = ReturnType<typeof taskStore>;
