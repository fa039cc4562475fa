import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { KeptDay } from './types.ts';

type KeptRow = Omit<KeptDay, 'dateInDoubt'> & { readonly dateInDoubt: number };

/** Values of days, `YYYY-MM-DD`. */
export function trendStore(db: Database) {
  const sql = statements(db);
  const first = sql.value<[string], string | null>('select min(day) from daily_value where name = ?');
  return {
    put: sql.run<[name: string, day: string, value: number | null, dateInDoubt: boolean]>(
      `insert into daily_value (name, day, value, date_in_doubt) values (?, ?, ?, ?)
     on conflict do update set value = excluded.value, date_in_doubt = excluded.date_in_doubt
     where value is not excluded.value or date_in_doubt <> excluded.date_in_doubt`,
    ),
    /** Days after one have not come yet. */
    doubtAfter: sql.run<[day: string]>('update daily_value set date_in_doubt = 1 where day > ? and date_in_doubt = 0'),
    dropBefore: sql.run<[day: string]>('delete from daily_value where day < ?'),
    from: sql.all<[name: string, day: string, to: string], KeptRow, KeptDay>(
      'select day, value, date_in_doubt as dateInDoubt from daily_value where name = ? and day between ? and ? order by day',
      (row) => ({ ...row, dateInDoubt: row.dateInDoubt === 1 }),
    ),
    first: (name: string): string | null => first(name) ?? null,
  };
}
