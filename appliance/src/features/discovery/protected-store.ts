import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { ProtectedBecause } from './types.ts';

/** An address that left the records. `left_by`: `type:id`. */
export type ProtectedRow = {
  id: number;
  address: string;
  because: ProtectedBecause;
  object: string;
  label: string;
  left_at: number;
  left_by: string;
  batch: number | null;
  request: number | null;
};

export type ReleaseRow = { id: number; asked_at: number; asked_by: string; reason: string };

/** SQL of addresses that stay forbidden after they left the records, and of requests to release them. */
export const protectedStore = (db: Database) => {
  const sql = statements(db);
  return {
    addresses: sql.values<[], string>('select address from protected_address'),
    count: sql.count<[]>('select count(*) from protected_address'),
    has: sql.has<[address: string]>('select 1 from protected_address where address = ?'),
    /** One that left again is as one that left now: a request that names it names what was before. */
    put: sql.run<[row: Omit<ProtectedRow, 'id' | 'request'>]>(
      `insert into protected_address (address, because, object, label, left_at, left_by, batch)
     values (:address, :because, :object, :label, :left_at, :left_by, :batch)
     on conflict (address) do update set because = excluded.because, object = excluded.object, label = excluded.label,
       left_at = excluded.left_at, left_by = excluded.left_by, batch = excluded.batch, request = null`,
    ),
    rows: sql.all<[], ProtectedRow>('select * from protected_address order by left_at desc, id desc'),
    rowsOf: sql.all<[request: number], ProtectedRow>('select * from protected_address where request = ? order by id'),
    setRequest: sql.run<[request: number | null, ids: readonly number[]]>(
      'update protected_address set request = ? where id in (select value from json_each(?))',
    ),
    remove: sql.run<[request: number]>('delete from protected_address where request = ?'),
    addRequest: sql.insert<[at: number, by: string, reason: string]>(
      'insert into protected_release (asked_at, asked_by, reason) values (?, ?, ?)',
    ),
    /** Those that still name something, the oldest first. */
    requests: sql.all<[], ReleaseRow>(
      `select * from protected_release r where exists (select 1 from protected_address a where a.request = r.id) order by id`,
    ),
    removeRequest: sql.run<[id: number]>('delete from protected_release where id = ?'),
    /** Those that name nothing any more. */
    removeEmpty: sql.run<[]>(
      'delete from protected_release where id not in (select request from protected_address where request is not null)',
    ),
  };
};
