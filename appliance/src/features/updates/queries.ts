import type { Want } from '@sallyport/bundle-tools/documents/request';
import type { Database } from '../../platform/database.ts';
import { allTrue, type Condition } from '../../platform/list/condition.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import type { Installation } from './types.ts';

// Read model of updates. Reads request, unfulfilled (exchange) and task (deployments).

export type TaskState = {
  readonly id: string;
  readonly deployment: string;
  readonly device: number;
  readonly updateId: string;
  readonly state: Installation | 'skipped';
  readonly reason: string | null;
  readonly at: string;
};

export const updateQueries = (db: Database) => {
  const sql = statements(db);
  const openRequests = db.prepare<[], { wants: string }>(
    'SELECT wants FROM request WHERE closed_at IS NULL ORDER BY number DESC LIMIT 8',
  );
  const unfulfilled = sql.all<[], { kind: string; want: string; reason: string }>(
    'SELECT kind, want, reason FROM unfulfilled',
  );
  const read = (scope: Scope, ...asked: Condition[]): Iterable<TaskState> => {
    const { sql, params } = allTrue([...asked, devicesIn(scope, 'device')]);
    return db
      .prepare<unknown[], TaskState>(
        `SELECT id, deployment, device, update_id AS updateId, state, reason,
           coalesce(verified_at, finished_at, started_at, queued_at) AS at FROM task WHERE ${sql} ORDER BY queued_at, rowid`,
      )
      .iterate(...params);
  };
  /** The newest order per device and update counts; skipped ones say nothing about the device. */
  const newest = (rows: Iterable<TaskState>): Map<string, Map<number, TaskState>> => {
    const byUpdate = new Map<string, Map<number, TaskState>>();
    for (const row of rows) {
      if (row.state === 'skipped') continue;
      const devices = byUpdate.get(row.updateId) ?? new Map<number, TaskState>();
      devices.set(row.device, row);
      byUpdate.set(row.updateId, devices);
    }
    return byUpdate;
  };
  return {
    /** What open requests ask for, as `kind` + NUL + `id`; a platform's `newer` covers all that is newer there. */
    requested: (): ReadonlySet<string> =>
      new Set(
        openRequests
          .all()
          .flatMap(({ wants }) => (JSON.parse(wants) as Want[]).map(({ kind, id }) => `${kind}\0${id}`)),
      ),
    hasOpenRequest: (): boolean => openRequests.get() !== undefined,
    /** Reasons by `kind` + NUL + `id` of the want. */
    unfulfilled: (): ReadonlyMap<string, string> =>
      new Map(unfulfilled().map(({ kind, want, reason }) => [`${kind}\0${want}`, reason])),
    tasks: (scope: Scope): Map<string, Map<number, TaskState>> => newest(read(scope)),
    tasksOfUpdate: (id: string, scope: Scope): ReadonlyMap<number, TaskState> =>
      newest(read(scope, { sql: 'update_id = ?', params: [id] })).get(id) ?? new Map(),
    tasksOf: (device: number, scope: Scope): Map<string, Map<number, TaskState>> =>
      newest(read(scope, { sql: 'device = ?', params: [device] })),
  };
};

export type UpdateQueries = ReturnType<typeof updateQueries>;
