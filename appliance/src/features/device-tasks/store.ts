import type { Database } from '../../platform/database.ts';
import { allTrue } from '../../platform/list/condition.ts';
import { devicesIn, type Limit, type Scope } from '../../platform/scope.ts';
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
  const columns = `id, device, kind, what, reason, output, state, code, asked_at as askedAt, asked_by as askedBy,
    confirmed_at as confirmedAt, confirmed_by as confirmedBy, ended_at as endedAt, deadline_at as deadlineAt, reach`;
  const insert = db.prepare(
    `insert into device_task (id, device, kind, what, reason, state, asked_at, asked_by, deadline_at, reach)
     values (@id, @device, @kind, @what, @reason, @state, @askedAt, @askedBy, @deadlineAt, @reach)`,
  );
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
  const next = db.prepare<[number, number], TaskRow>(
    `select ${columns} from device_task where device = +? and state in ('queued', 'running') and deadline_at > ?
     order by asked_at, id limit 1`,
  );
  const isWaiting = db
    .prepare<[number, number], number>(
      `select 1 from device_task where device = ? and state in ('queued', 'running') and deadline_at > ? limit 1`,
    )
    .pluck();
  const late = db.prepare<[number], TaskRow>(
    `select ${columns} from device_task where state in ('asked', 'queued', 'running') and deadline_at <= ?`,
  );
  const openOf = db
    .prepare<[number], number>(
      `select count(*) from device_task where device = ? and state in ('asked', 'queued', 'running')`,
    )
    .pluck();
  const confirm = db.prepare(
    `update device_task set state = 'queued', confirmed_at = @at, confirmed_by = @by, deadline_at = @deadlineAt
     where id = @id and state = 'asked'`,
  );
  const begin = db.prepare<[number, string]>(
    `update device_task set state = 'running', deadline_at = ? where id = ? and state = 'queued'`,
  );
  const end = db.prepare(
    `update device_task set state = @state, code = @code, output = @output, ended_at = @at where id = @id`,
  );
  const dropMoves = db.prepare<[number, number]>(
    `update device_task set state = 'cancelled', ended_at = ? where device = ? and kind = 'move-server' and state = 'queued'`,
  );
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
  const old = db.prepare<[number], { id: string; askedAt: number }>(
    'select id, asked_at as askedAt from device_task where asked_at < ?',
  );
  const drop = db.prepare<[string]>('delete from device_task where id = ?');
  return {
    insert: (row: Omit<TaskRow, 'output' | 'code' | 'confirmedAt' | 'confirmedBy' | 'endedAt'>): void =>
      void insert.run(row),
    byId,
    /** The newest first. */
    list,
    /** The one to work on now. */
    next: (device: number, now: number): TaskRow | undefined => next.get(device, now),
    /** Whether there is one to work on. */
    isWaiting: (device: number, now: number): boolean => isWaiting.get(device, now) !== undefined,
    late: (now: number): TaskRow[] => late.all(now),
    openOf: (device: number): number => openOf.get(device) ?? 0,
    confirm: (row: { id: string; at: number; by: string; deadlineAt: number }): boolean => confirm.run(row).changes > 0,
    begin: (id: string, deadlineAt: number): boolean => begin.run(deadlineAt, id).changes > 0,
    end: (row: { id: string; state: DeviceTaskState; code: string | null; output: Buffer | null; at: number }): void =>
      void end.run(row),
    /** Cancels what waits of earlier orders to move. */
    dropMoves: (device: number, at: number): void => void dropMoves.run(at, device),
    /** When the newest orders to move were given. */
    moves,
    moveStates,
    /** Of one order, those that have not moved first. */
    ofMove,
    old: (before: number): { id: string; askedAt: number }[] => old.all(before),
    drop: (id: string): void => void drop.run(id),
  };
};
