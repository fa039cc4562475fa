import type { Database } from '../../platform/database.ts';
import type { DeviceTaskState } from './types.ts';

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
};

/** SQL over orders about one device. */
export const deviceTaskStore = (db: Database) => {
  const columns = `id, device, kind, what, reason, output, state, code, asked_at as askedAt, asked_by as askedBy,
    confirmed_at as confirmedAt, confirmed_by as confirmedBy, ended_at as endedAt, deadline_at as deadlineAt`;
  const insert = db.prepare(
    `insert into device_task (id, device, kind, what, reason, state, asked_at, asked_by, deadline_at)
     values (@id, @device, @kind, @what, @reason, @state, @askedAt, @askedBy, @deadlineAt)`,
  );
  const byId = db.prepare<[string], TaskRow>(`select ${columns} from device_task where id = ?`);
  const ofDevice = db.prepare<[number, number], TaskRow>(
    `select ${columns} from device_task where device = ? order by asked_at desc, id limit ?`,
  );
  const all = db.prepare<[number], TaskRow>(`select ${columns} from device_task order by asked_at desc, id limit ?`);
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
  const old = db.prepare<[number], string>('select id from device_task where asked_at < ?').pluck();
  const drop = db.prepare<[string]>('delete from device_task where id = ?');
  return {
    insert: (row: Omit<TaskRow, 'output' | 'code' | 'confirmedAt' | 'confirmedBy' | 'endedAt'>): void =>
      void insert.run(row),
    byId: (id: string): TaskRow | undefined => byId.get(id),
    ofDevice: (device: number, limit: number): TaskRow[] => ofDevice.all(device, limit),
    all: (limit: number): TaskRow[] => all.all(limit),
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
    old: (before: number): string[] => old.all(before),
    drop: (id: string): void => void drop.run(id),
  };
};
