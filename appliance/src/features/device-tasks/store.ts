import type { Database } from '../../platform/database.ts';
import { allTrue } from '../../platform/list/condition.ts';
import { devicesIn, type Limit, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import type { DeviceTaskState, TaskQuery } from './types.ts';

export type TaskRow = {
  id: string;
  device: number;
  kind: string;
  what: Buffer;
  reason: Buffer;
  output: Buffer | null;
  state: DeviceTaskState;
  code: string | null;
  askedAt: number;
  askedBy: string;
  confirmedAt: number | null;
  confirmedBy: string | null;
  endedAt: number | null;
  deadlineAt: number;
  reach: Limit;
};

/** SQL over orders about one device. */
export const deviceTaskStore = (db: Database) => {
  const sql = statements(db);
  const columns = `id, device, kind, what, reason, output, state, code, asked_at as askedAt, asked_by as askedBy,
    confirmed_at as confirmedAt, confirmed_by as confirmedBy, ended_at as endedAt, deadline_at as deadlineAt, reach`;
  const byId = (id: string, scope: Scope): TaskRow | undefined => {
    const { sql, params } = devicesIn(scope, 'device');
    return db
      .prepare<unknown[], TaskRow>(`select ${columns} from device_task where id = ? and ${sql}`)
      .get(id, ...params);
  };
  const list = ({ scope, device, limit }: TaskQuery): TaskRow[] => {
    const one = device === undefined ? [] : [{ sql: 'device = ?', params: [device] }];
    const { sql, params } = allTrue([...one, devicesIn(scope, 'device')]);
    return db
      .prepare<unknown[], TaskRow>(`select ${columns} from device_task where ${sql} order by asked_at desc, id limit ?`)
      .all(...params, limit);
  };
  const moves = (scope: Scope, limit: number): number[] => {
    const { sql, params } = devicesIn(scope, 'device');
    return db
      .prepare<unknown[], number>(
        `select distinct asked_at from device_task where kind = 'move-server' and ${sql} order by asked_at desc limit ?`,
      )
      .pluck()
      .all(...params, limit);
  };
  const moveStates = (scope: Scope, askedAt: number): { state: DeviceTaskState; devices: number }[] => {
    const { sql, params } = devicesIn(scope, 'device');
    return db
      .prepare<unknown[], { state: DeviceTaskState; devices: number }>(
        `select state, count(*) as devices from device_task where asked_at = ? and kind = 'move-server' and ${sql} group by state`,
      )
      .all(askedAt, ...params);
  };
  const ofMove = (scope: Scope, askedAt: number, limit: number): TaskRow[] => {
    const { sql, params } = devicesIn(scope, 'device');
    return db
      .prepare<unknown[], TaskRow>(
        `select ${columns} from device_task where asked_at = ? and kind = 'move-server' and ${sql}
         order by state = 'completed', device limit ?`,
      )
      .all(askedAt, ...params, limit);
  };
  return {
    insert: sql.run<[row: Omit<TaskRow, 'output' | 'code' | 'confirmedAt' | 'confirmedBy' | 'endedAt'>]>(
      `insert into device_task (id, device, kind, what, reason, state, asked_at, asked_by, deadline_at, reach)
     values (@id, @device, @kind, @what, @reason, @state, @askedAt, @askedBy, @deadlineAt, @reach)`,
    ),
    byId,
    /** The newest first. */
    list,
    /** The one to work on now. */
    next: sql.get<[device: number, now: number], TaskRow>(
      `select ${columns} from device_task where device = +? and state in ('queued', 'running') and deadline_at > ?
     order by asked_at, id limit 1`,
    ),
    /** Whether there is one to work on. */
    isWaiting: sql.has<[device: number, now: number]>(
      `select 1 from device_task where device = ? and state in ('queued', 'running') and deadline_at > ? limit 1`,
    ),
    late: sql.all<[now: number], TaskRow>(
      `select ${columns} from device_task where state in ('asked', 'queued', 'running') and deadline_at <= ?`,
    ),
    openOf: sql.count<[device: number]>(
      `select count(*) from device_task where device = ? and state in ('asked', 'queued', 'running')`,
    ),
    confirm: sql.did<[row: { id: string; at: number; by: string; deadlineAt: number }]>(
      `update device_task set state = 'queued', confirmed_at = @at, confirmed_by = @by, deadline_at = @deadlineAt
     where id = @id and state = 'asked'`,
    ),
    begin: sql.did<[id: string, deadlineAt: number]>(
      `update device_task set state = 'running', deadline_at = ?2 where id = ?1 and state = 'queued'`,
    ),
    end: sql.run<[row: { id: string; state: DeviceTaskState; code: string | null; output: Buffer | null; at: number }]>(
      `update device_task set state = @state, code = @code, output = @output, ended_at = @at where id = @id`,
    ),
    /** Cancels what waits of earlier orders to move. */
    dropMoves: sql.run<[device: number, at: number]>(
      `update device_task set state = 'cancelled', ended_at = ?2 where device = ?1 and kind = 'move-server' and state = 'queued'`,
    ),
    /** When the newest orders to move were given. */
    moves,
    moveStates,
    /** Of one order, those that have not moved first. */
    ofMove,
    old: sql.all<[before: number], { id: string; askedAt: number }>(
      'select id, asked_at as askedAt from device_task where asked_at < ?',
    ),
    drop: sql.run<[id: string]>('delete from device_task where id = ?'),
  };
};
