import type { Database } from '../../platform/database.ts';
import type { KeptDay } from './types.ts';

/** Values of days, `YYYY-MM-DD`. */
export function trendStore(db: Database) {
  const put = db.prepare<[string, string, number | null]>(
    `insert into daily_value (name, day, value) values (?, ?, ?)
     on conflict do update set value = excluded.value where value is not excluded.value`,
  );
  const drop = db.prepare<[string]>('delete from daily_value where day < ?');
  const from = db.prepare<[string, string], KeptDay>(
    'select day, value from daily_value where name = ? and day >= ? order by day',
  );
  const first = db.prepare<[string], string | null>('select min(day) from daily_value where name = ?').pluck();
  return {
    put: (name: string, day: string, value: number | null): void => void put.run(name, day, value),
    dropBefore: (day: string): void => void drop.run(day),
    from: (name: string, day: string): KeptDay[] => from.all(name, day),
    first: (name: string): string | null => first.get(name) ?? null,
  };
}
