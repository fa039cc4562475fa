import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

/** How far a receiver is. */
type Standing = {
  receiver: string;
  event: number;
  sent: number;
  missed: number;
  lastAt: number | null;
  error: string | null;
  errorAt: number | null;
  behindAt: number | null;
};

/** SQL of the positions of receivers. */
export function receiverStore(db: Database) {
  const sql = statements(db);
  return {
    of: sql.get<[receiver: string], Standing>(
      `select receiver, event, sent, missed, last_at as lastAt, error, error_at as errorAt, behind_at as behindAt
       from receiver_position where receiver = ?`,
    ),
    begin: sql.run<[receiver: string, event: number]>(
      'insert into receiver_position (receiver, event) values (?, ?) on conflict (receiver) do nothing',
    ),
    /** It has the events up to one; `lines` were handed over for it. */
    move: sql.run<[{ receiver: string; event: number; lines: number; at: number | null }]>(
      `update receiver_position set event = @event, sent = sent + @lines, last_at = coalesce(@at, last_at)
       where receiver = @receiver`,
    ),
    miss: sql.run<[events: number, receiver: string]>(
      'update receiver_position set missed = missed + ? where receiver = ?',
    ),
    fail: sql.run<[error: string, at: number, receiver: string]>(
      'update receiver_position set error = ?, error_at = ? where receiver = ?',
    ),
    setBehind: sql.run<[at: number | null, receiver: string]>(
      'update receiver_position set behind_at = ? where receiver = ?',
    ),
    /** Of receivers that are no more. */
    keepOnly: sql.changes<[receivers: readonly string[]]>(
      'delete from receiver_position where receiver not in (select value from json_each(?))',
    ),
  };
}
