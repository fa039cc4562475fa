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
  // Of an order to move that was agreed to, the devices beside the first one wait for it.
  const state = `case when state = 'asked' and kind = 'move-server' and confirmed_at is not null then 'held' else state end`;
  const columns = `id, device, kind, what, reason, output, ${state} as state, code, asked_at as askedAt, asked_by as askedBy,
    confirmed_at as confirmedAt, confirmed_by as confirmedBy, ended_at as endedAt, deadline_at as deadlineAt, reach`;
  const byId = (id: string, scope: Scope): TaskRow | undefined => {
    const { sql, params } = devicesIn(scope, 'device');
    return db
      .prepare<unknown[], TaskRow>(`select ${columns} from device_task where id = ? and ${sql}`)
      .get(id, ...params);
  };
  const list = ({ scope, device, waits, limit }: TaskQuery): TaskRow[] => {
    const one = device === undefined ? [] : [{ sql: 'device = ?', params: [device] }];
    const open = waits === undefined ? [] : [{ sql: `state = 'asked' and kind = ?`, params: [waits] }];
    const { sql, params } = allTrue([...one, ...open, devicesIn(scope, 'device')]);
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
        `select ${state} as state, count(*) as devices from device_task
         where asked_at = ? and kind = 'move-server' and ${sql} group by 1`,
      )
      .all(askedAt, ...params);
  };
  const ofMove = (scope: Scope, askedAt: number, limit: number): TaskRow[] => {
    const { sql, params } = devicesIn(scope, 'device');
    return db
      .prepare<unknown[], TaskRow>(
        `select ${columns} from device_task where asked_at = ? and kind = 'move-server' and ${sql}
         order by device_task.state = 'completed', device_task.state = 'asked', device limit ?`,
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
    /** What a device has of other orders to move that were agreed to and have not begun. */
    otherMoves: sql.all<[device: number, askedAt: number], TaskRow>(
      `select ${columns} from device_task
       where device = ?1 and kind = 'move-server' and asked_at <> ?2
         and (state = 'queued' or state = 'asked' and confirmed_at is not null)`,
    ),
    /** All of an order are held until the first one was heard at the new address. */
    agreeMove: sql.did<[row: { askedAt: number; at: number; by: string; deadlineAt: number }]>(
      `update device_task set confirmed_at = @at, confirmed_by = @by, deadline_at = @deadlineAt
       where asked_at = @askedAt and kind = 'move-server' and state = 'asked' and confirmed_at is null`,
    ),
    beginMove: sql.did<[id: string]>(
      `update device_task set state = 'queued' where id = ? and state = 'asked' and confirmed_at is not null`,
    ),
    releaseMove: sql.did<[row: { askedAt: number; deadlineAt: number }]>(
      `update device_task set state = 'queued', deadline_at = @deadlineAt
       where asked_at = @askedAt and kind = 'move-server' and state = 'asked' and confirmed_at is not null`,
    ),
    heldOfMove: sql.all<[askedAt: number, limit: number], TaskRow>(
      `select ${columns} from device_task
       where asked_at = ? and kind = 'move-server' and state = 'asked' and confirmed_at is not null order by id limit ?`,
    ),
    endHeld: (row: { askedAt: number; code: string; at: number }): number =>
      db
        .prepare<[typeof row]>(
          `update device_task set state = 'cancelled', code = @code, ended_at = @at
           where asked_at = @askedAt and kind = 'move-server' and state = 'asked' and confirmed_at is not null`,
        )
        .run(row).changes,
    /** A device that is at work on an order. */
    atWorkOfMove: sql.get<[askedAt: number], { device: number }>(
      `select device from device_task where asked_at = ? and kind = 'move-server' and state in ('queued', 'running') limit 1`,
    ),
    openOfMove: sql.all<[askedAt: number], TaskRow>(
      `select ${columns} from device_task
       where asked_at = ? and kind = 'move-server' and state in ('asked', 'queued', 'running') order by device`,
    ),
    /** The orders of which a second person has not agreed to anything, the newest first. */
    askedMoves: ({ now, limit }: { now: number; limit: number }): number[] =>
      db
        .prepare<[number, number], number>(
          `select distinct asked_at from device_task
           where state = 'asked' and kind = 'move-server' and confirmed_at is null and deadline_at > ? order by asked_at desc limit ?`,
        )
        .pluck()
        .all(now, limit),
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

export type DeviceTaskStore = ReturnType<typeof deviceTaskStore>;
