import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import type { Changed } from '../../engine/changes/types.ts';
import type { Database } from '../../platform/database.ts';
import type { DeploymentTask, TaskState } from './types.ts';

export type TaskFile = { readonly sha256: string; readonly size: number };

type Row = Omit<DeploymentTask, 'result'> & { result: string | null };
type OrderRow = { id: string; deployment: string; updateId: string; attempt: number; objects: string | null };

const columns = `id, deployment, device, update_id AS updateId, state, reason, attempt, queued_at AS queuedAt,
  started_at AS startedAt, finished_at AS finishedAt, verified_at AS verifiedAt, result`;

const toTask = (row: Row): DeploymentTask => ({
  ...row,
  result: row.result === null ? null : (JSON.parse(row.result) as TaskResult),
});

/** The tasks of deployments. */
export const taskStore = (db: Database, changed: Changed) => {
  const add = db.prepare(
    `INSERT INTO task (id, deployment, device, update_id, state, reason, queued_at, finished_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const next = db.prepare<[number], OrderRow>(
    `SELECT id, deployment, update_id AS updateId, attempt, objects FROM task
     WHERE device = +? AND state IN ('queued', 'running') ORDER BY state = 'queued', queued_at, rowid LIMIT 1`,
  );
  const isWaiting = db
    .prepare<[number, number], number>(
      `SELECT EXISTS (SELECT 1 FROM task WHERE device = ? AND state = 'queued')
         OR EXISTS (SELECT 1 FROM task WHERE device = ? AND state = 'running')`,
    )
    .pluck();
  const setFiles = db.prepare('UPDATE task SET objects = ? WHERE id = ?');
  const one = db.prepare<[string, number], Row>(`SELECT ${columns} FROM task WHERE id = ? AND device = ?`);
  const ofDeployment = db.prepare<[string], Row>(`SELECT ${columns} FROM task WHERE deployment = ? ORDER BY rowid`);
  const ofDevice = db.prepare<[number, string], Row>(
    `SELECT ${columns} FROM task WHERE device = ? AND state = ? ORDER BY rowid`,
  );
  const live = db.prepare<[number], { objects: string }>(
    `SELECT objects FROM task WHERE device = ? AND state IN ('queued', 'running') AND objects IS NOT NULL`,
  );
  const inUse = db.prepare<[], { objects: string }>(
    `SELECT objects FROM task WHERE state IN ('queued', 'running') AND objects IS NOT NULL`,
  );
  const counts = db.prepare<[], { deployment: string; state: TaskState; count: number }>(
    'SELECT deployment, state, count(*) AS count FROM task GROUP BY deployment, state',
  );
  const countsOf = db.prepare<[string], { state: TaskState; count: number }>(
    'SELECT state, count(*) AS count FROM task WHERE deployment = ? GROUP BY state',
  );
  const begin = db.prepare(
    `UPDATE task SET state = 'running', started_at = coalesce(started_at, ?) WHERE id = ? AND device = ?
     AND state IN ('queued', 'running')`,
  );
  const finish = db
    .prepare<unknown[], number>(
      `UPDATE task SET state = ?, reason = ?, result = ?, started_at = coalesce(started_at, ?), finished_at = ? WHERE id = ?
       RETURNING device`,
    )
    .pluck();
  const keepLate = db.prepare('UPDATE task SET result = ? WHERE id = ?');
  const verify = db
    .prepare<[string, string, string], number>(
      `UPDATE task SET state = 'verified', reason = NULL, finished_at = coalesce(finished_at, ?), verified_at = ?
       WHERE id = ? RETURNING device`,
    )
    .pluck();
  const cancel = db
    .prepare<[string, string], number>(
      `UPDATE task SET state = 'cancelled', finished_at = ? WHERE deployment = ? AND state IN ('queued', 'running')
       RETURNING device`,
    )
    .pluck();
  const open = db.prepare<[string], { open: number }>(
    `SELECT count(*) AS open FROM task WHERE deployment = ? AND state IN ('queued', 'running')`,
  );
  return {
    add: (task: {
      id: string;
      deployment: string;
      device: number;
      updateId: string;
      skipped?: string;
      at: string;
    }): void => {
      const state: TaskState = task.skipped === undefined ? 'queued' : 'skipped';
      const end = task.skipped === undefined ? null : task.at;
      add.run(task.id, task.deployment, task.device, task.updateId, state, task.skipped ?? null, task.at, end);
      changed('task', [task.device]);
    },
    /** The running one, else the oldest queued one. */
    next: (device: number): (Omit<OrderRow, 'objects'> & { objects: readonly TaskFile[] | null }) | undefined => {
      const row = next.get(device);
      return row && { ...row, objects: row.objects === null ? null : (JSON.parse(row.objects) as TaskFile[]) };
    },
    /** Whether one is queued or running. */
    isWaiting: (device: number): boolean => isWaiting.get(device, device) === 1,
    setFiles: (id: string, objects: readonly TaskFile[]): void => {
      setFiles.run(JSON.stringify(objects), id);
    },
    find: (id: string, device: number): DeploymentTask | undefined => {
      const row = one.get(id, device);
      return row && toTask(row);
    },
    ofDeployment: (deployment: string): DeploymentTask[] => ofDeployment.all(deployment).map(toTask),
    installed: (device: number): DeploymentTask[] => ofDevice.all(device, 'installed').map(toTask),
    mayFetch: (device: number, sha256: string): boolean =>
      live
        .all(device)
        .some(({ objects }) => (JSON.parse(objects) as TaskFile[]).some((file) => file.sha256 === sha256)),
    inUse: (): string[] =>
      inUse.all().flatMap(({ objects }) => (JSON.parse(objects) as TaskFile[]).map(({ sha256 }) => sha256)),
    counts: () => counts.all(),
    countsOf: (deployment: string) => countsOf.all(deployment),
    begin: (id: string, device: number, at: string): void => {
      begin.run(at, id, device);
      changed('task', [device]);
    },
    finish: (
      id: string,
      end: { state: TaskState; reason: string | null; result: TaskResult | null; at: string },
    ): void => {
      const result = end.result === null ? null : JSON.stringify(end.result);
      changed('task', finish.all(end.state, end.reason, result, end.at, end.at, id));
    },
    keepLate: (id: string, result: TaskResult): void => {
      keepLate.run(JSON.stringify(result), id);
    },
    verify: (id: string, at: string): void => {
      changed('task', verify.all(at, at, id));
    },
    cancel: (deployment: string, at: string): number => {
      const devices = cancel.all(at, deployment);
      changed('task', devices);
      return devices.length;
    },
    isOpen: (deployment: string): boolean => (open.get(deployment)?.open ?? 0) > 0,
  };
};

export type TaskStore = ReturnType<typeof taskStore>;
