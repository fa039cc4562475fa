import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { KeptDay } from './types.ts';

/** Values of days, `YYYY-MM-DD`. */
export function trendStore(db: Database) {
  const sql = statements(db);
  const first = sql.value<[string], string | null>('select min(day) from daily_value where name = ?');
  return {
    put: sql.run<[name: string, day: string, value: number | null]>(
      `insert into daily_value (name, day, value) values (?, ?, ?)
     on conflict do update set value = excluded.value where value is not excluded.value`,
    ),
    dropBefore: sql.run<[day: string]>('delete from daily_value where day < ?'),
    from: sql.all<[name: string, day: string], KeptDay>(
      'select day, value from daily_value where name = ? and day >= ? order by day',
    ),
    first: (name: string): string | null => first(name) ?? null,
  };
}
