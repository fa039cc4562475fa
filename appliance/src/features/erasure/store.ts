import type { Database } from '../../platform/database.ts';
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
  const insert = db.prepare<[ErasureRow]>(
    `insert into person_erasure (id, reference, state, sealed, reason, asked_by, asked_at, decided_by, decided_at, rows, devices, key_from)
     values (@id, @reference, @state, @sealed, @reason, @asked_by, @asked_at, @decided_by, @decided_at, @rows, @devices, @key_from)`,
  );
  const decide = db.prepare<[Erasure['state'], string, number, number, number, number | null, string]>(
    `update person_erasure set state = ?, sealed = null, decided_by = ?, decided_at = ?, rows = ?, devices = ?, key_from = ? where id = ?`,
  );
  const byId = db.prepare<[string], ErasureRow>('select * from person_erasure where id = ?');
  const list = db.prepare<[number], ErasureRow>('select * from person_erasure order by asked_at desc, id limit ?');
  const changes = db.prepare<[string, string], { before_row: string | null; after_row: string | null }>(
    `select before_row, after_row from change_log where device in (select value from json_each(?))
       and +collection in (select value from json_each(?)) and (before_row is not null or after_row is not null)`,
  );
  return {
    insert: (row: ErasureRow): void => void insert.run(row),
    decide: (
      id: string,
      state: Erasure['state'],
      by: string,
      at: number,
      counts: Pick<ErasureRow, 'rows' | 'devices' | 'key_from'>,
    ): void => void decide.run(state, by, at, counts.rows, counts.devices, counts.key_from, id),
    byId: (id: string) => byId.get(id),
    list: (limit: number) => list.all(limit),
    /** Logged rows of some collections on some devices. */
    changes: (devices: readonly number[], collections: readonly string[]) =>
      changes.iterate(JSON.stringify(devices), JSON.stringify(collections)),
  };
};
