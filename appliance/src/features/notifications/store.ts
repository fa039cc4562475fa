import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { Counts, Severity, WorstEntry } from './types.ts';

/** A message as it is kept. */
export type StoredNotification = {
  readonly id: number;
  readonly account: string;
  readonly rule: string;
  readonly openedAt: number;
  readonly closesAt: number;
  readonly lastAt: number;
  readonly count: number;
  readonly counts: Counts;
  readonly worst: readonly WorstEntry[];
  readonly readAt: number | null;
};

type Row = Omit<StoredNotification, 'counts' | 'worst'> & { counts: string; worst: string };

const columns = `id, account, rule, opened_at as openedAt, closes_at as closesAt, last_at as lastAt, count, counts, worst,
  read_at as readAt`;

const shaped = (row: Row): StoredNotification => ({
  ...row,
  counts: JSON.parse(row.counts) as Partial<Record<Severity, number>>,
  worst: JSON.parse(row.worst) as WorstEntry[],
});

/** SQL of messages and of the position up to which events were looked at. */
export function notificationStore(db: Database) {
  const sql = statements(db);
  return {
    position: sql.value<[], number>('select event from notification_position where one = 1'),
    setPosition: sql.run<[event: number]>(
      'insert into notification_position (one, event) values (1, ?) on conflict (one) do update set event = excluded.event',
    ),
    /** The message of a rule whose window is open. */
    open: sql.get<[account: string, rule: string, now: number], Row, StoredNotification>(
      `select ${columns} from notification where account = ? and rule = ? and closes_at > ?
       order by closes_at desc limit 1`,
      shaped,
    ),
    add: sql.run<
      [
        row: {
          account: string;
          rule: string;
          openedAt: number;
          closesAt: number;
          lastAt: number;
          count: number;
          counts: string;
          worst: string;
        },
      ]
    >(
      `insert into notification (account, rule, opened_at, closes_at, last_at, count, counts, worst)
       values (:account, :rule, :openedAt, :closesAt, :lastAt, :count, :counts, :worst)`,
    ),
    /** More of the same window: what was read is new again. */
    extend: sql.run<[row: { id: number; lastAt: number; count: number; counts: string; worst: string }]>(
      `update notification set last_at = :lastAt, count = :count, counts = :counts, worst = :worst, read_at = null where id = :id`,
    ),
    inbox: sql.all<[account: string, before: number, limit: number], Row, StoredNotification>(
      `select ${columns} from notification where account = ? and id < ? order by id desc limit ?`,
      shaped,
    ),
    counted: sql.get<[account: string], { total: number; unread: number }>(
      `select count(*) as total, count(*) filter (where read_at is null) as unread from notification
       where account = ?`,
    ),
    read: sql.changes<[at: number, id: number, account: string]>(
      'update notification set read_at = coalesce(read_at, ?) where id = ? and account = ?',
    ),
    readAll: sql.changes<[at: number, account: string]>(
      'update notification set read_at = ? where account = ? and read_at is null',
    ),
    trim: sql.changes<[before: number]>('delete from notification where last_at < ?'),
    /** Of accounts that are gone for good. */
    dropOrphans: sql.changes<[]>(
      "delete from notification where account not in (select id from object where kind = 'account')",
    ),
    /** Devices of a group and of all below it. */
    devicesOfGroup: sql.values<[group: string], number>(
      'select device from device_row where group_id in (select grp from group_path where ancestor = ?)',
    ),
    deviceOf: sql.value<[publicId: string], number>('select id from device where public_id = ?'),
  };
}
