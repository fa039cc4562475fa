import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { Erasure } from './types.ts';

export type ErasureRow = {
  id: string;
  reference: string;
  state: Erasure['state'];
  sealed: Buffer | null;
  reason: string;
  asked_by: string;
  asked_at: number;
  decided_by: string | null;
  decided_at: number | null;
  rows: number;
  devices: number;
  key_from: number | null;
};

/** SQL of requests to erase, and of what names a person's key in the change log. */
export const personStore = (db: Database) => {
  const sql = statements(db);
  const decide = sql.run<[Erasure['state'], string, number, number, number, number | null, string]>(
    `update person_erasure set state = ?, sealed = null, decided_by = ?, decided_at = ?, rows = ?, devices = ?, key_from = ? where id = ?`,
  );
  const changes = db.prepare<[string, string], { before_row: string | null; after_row: string | null }>(
    `select before_row, after_row from change_log where device in (select value from json_each(?))
       and +collection in (select value from json_each(?)) and (before_row is not null or after_row is not null)`,
  );
  return {
    insert: sql.run<[row: ErasureRow]>(
      `insert into person_erasure (id, reference, state, sealed, reason, asked_by, asked_at, decided_by, decided_at, rows, devices, key_from)
     values (@id, @reference, @state, @sealed, @reason, @asked_by, @asked_at, @decided_by, @decided_at, @rows, @devices, @key_from)`,
    ),
    decide: (
      id: string,
      state: Erasure['state'],
      by: string,
      at: number,
      counts: Pick<ErasureRow, 'rows' | 'devices' | 'key_from'>,
    ): void => decide(state, by, at, counts.rows, counts.devices, counts.key_from, id),
    byId: sql.get<[id: string], ErasureRow>('select * from person_erasure where id = ?'),
    list: sql.all<[limit: number], ErasureRow>('select * from person_erasure order by asked_at desc, id limit ?'),
    /** Logged rows of some collections on some devices. */
    changes: (devices: readonly number[], collections: readonly string[]) =>
      changes.iterate(JSON.stringify(devices), JSON.stringify(collections)),
  };
};
