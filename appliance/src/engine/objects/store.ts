import type { Database } from '../../platform/database.ts';
import { likePattern } from '../../platform/text.ts';

export type ObjectRow = {
  kind: string;
  id: string;
  revision: number;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
  title: string | null;
  body: string;
};

export type RevisionRow = {
  kind: string;
  id: string;
  revision: number;
  at: number;
  actor: string;
  persons: string;
  from_address: string | null;
  operation: string;
  comment: string | null;
  salt: Buffer;
  body: string;
};

type IndexValue = string | number | Buffer;

export type Condition = { field: string; value: IndexValue | boolean | null; indexed: boolean };

export type Order = { sql: string; descending: boolean };

/** SQL expression of a declared field or a column; field names come from declarations, never from input. */
export const orderExpression = (field: string): string =>
  ({ createdAt: 'created_at', updatedAt: 'updated_at', id: 'id', title: 'title collate nocase' })[field] ??
  `json_extract(body, '$.${field}') collate nocase`;

/** SQL of objects, their index and revisions. */
export const objectStore = (db: Database) => {
  const byId = db.prepare<[string, string], ObjectRow>('select * from object where kind = ? and id = ?');
  const upsert = db.prepare(
    `insert into object (kind, id, revision, created_at, updated_at, deleted_at, title, body)
     values (@kind, @id, @revision, @created_at, @updated_at, @deleted_at, @title, @body)
     on conflict (kind, id) do update set revision = excluded.revision, updated_at = excluded.updated_at,
       deleted_at = excluded.deleted_at, title = excluded.title, body = excluded.body`,
  );
  const addRevision = db.prepare(
    `insert into object_revision (kind, id, revision, at, actor, persons, from_address, operation, comment, salt, body)
     values (@kind, @id, @revision, @at, @actor, @persons, @from_address, @operation, @comment, @salt, @body)`,
  );
  const revision = db.prepare<[string, string, number], RevisionRow>(
    'select * from object_revision where kind = ? and id = ? and revision = ?',
  );
  const revisions = db.prepare<[string, string], RevisionRow>(
    'select * from object_revision where kind = ? and id = ? order by revision desc',
  );
  const allRevisions = db.prepare<[], RevisionRow>('select * from object_revision order by kind, id, revision');
  const clearIndex = db.prepare<[string, string]>('delete from object_index where kind = ? and id = ?');
  const clearIndexField = db.prepare<[string, string, string]>(
    'delete from object_index where kind = ? and id = ? and field = ?',
  );
  const addIndex = db.prepare<[string, string, IndexValue, string]>(
    'insert or ignore into object_index (kind, field, value, id) values (?, ?, ?, ?)',
  );
  const byIndex = db.prepare<[string, string, IndexValue], { id: string }>(
    'select id from object_index where kind = ? and field = ? and value = ? limit 2',
  );
  const setTitle = db.prepare<[string | null, string, string]>('update object set title = ? where kind = ? and id = ?');
  const tombstones = db.prepare<[string | null, string | null], ObjectRow & { actor: string }>(
    `select object.*, object_revision.actor from object
       join object_revision using (kind, id, revision)
      where object.deleted_at is not null and (? is null or object.kind = ?)
      order by object.deleted_at desc, object.kind, object.id`,
  );
  const expired = db.prepare<[number], { kind: string; id: string }>(
    'select kind, id from object where deleted_at is not null and deleted_at < ?',
  );
  const purgeObject = db.prepare<[string, string]>('delete from object where kind = ? and id = ?');
  const purgeRevisions = db.prepare<[string, string]>('delete from object_revision where kind = ? and id = ?');

  return {
    byId: (kind: string, id: string) => byId.get(kind, id),
    write: (row: ObjectRow): void => {
      upsert.run(row);
    },
    addRevision: (row: RevisionRow): void => {
      addRevision.run(row);
    },
    revision: (kind: string, id: string, number: number) => revision.get(kind, id, number),
    revisions: (kind: string, id: string) => revisions.all(kind, id),
    allRevisions: () => allRevisions.iterate(),
    setIndex: (kind: string, id: string, rows: ReadonlyArray<{ field: string; value: IndexValue }>): void => {
      clearIndex.run(kind, id);
      for (const row of rows) addIndex.run(kind, row.field, row.value, id);
    },
    clearIndexField: (kind: string, id: string, field: string): void => {
      clearIndexField.run(kind, id, field);
    },
    byIndex: (kind: string, field: string, value: IndexValue): string[] =>
      byIndex.all(kind, field, value).map((row) => row.id),
    setTitle: (kind: string, id: string, title: string | null): void => {
      setTitle.run(title, kind, id);
    },
    tombstones: (kind: string | undefined) => tombstones.all(kind ?? null, kind ?? null),
    expired: (before: number) => expired.all(before),
    purge: (kind: string, id: string): void => {
      clearIndex.run(kind, id);
      purgeRevisions.run(kind, id);
      purgeObject.run(kind, id);
    },
    page: (query: {
      kind: string;
      deleted: boolean;
      conditions: readonly Condition[];
      search: { text: string; ids: readonly string[]; fields: readonly string[] } | undefined;
      order: Order;
      after: { value: string | number | null; id: string } | undefined;
      limit: number;
    }): { rows: ObjectRow[]; total: number; keys: Array<string | number | null> } => {
      const parts = ['kind = ?', query.deleted ? 'deleted_at is not null' : 'deleted_at is null'];
      const params: unknown[] = [query.kind];
      for (const { field, value, indexed } of query.conditions) {
        if (value === null) {
          parts.push(`json_extract(body, '$.${field}') is null`);
        } else if (indexed) {
          parts.push('id in (select id from object_index where kind = ? and field = ? and value = ?)');
          params.push(query.kind, field, value);
        } else {
          parts.push(`json_extract(body, '$.${field}') = ?`);
          params.push(typeof value === 'boolean' ? Number(value) : value);
        }
      }
      if (query.search !== undefined) {
        const pattern = likePattern(query.search.text);
        const likes = query.search.fields.map((field) => `json_extract(body, '$.${field}') like ? escape '\\'`);
        parts.push(
          `(${["title like ? escape '\\'", 'id in (select value from json_each(?))', ...likes].join(' or ')})`,
        );
        params.push(pattern, JSON.stringify(query.search.ids), ...likes.map(() => pattern));
      }
      const where = parts.join(' and ');
      const total =
        db.prepare<unknown[], { n: number }>(`select count(*) as n from object where ${where}`).get(...params)?.n ?? 0;
      const { sql, descending } = query.order;
      const direction = descending ? 'desc' : 'asc';
      let page = where;
      if (query.after !== undefined) {
        const { value, id } = query.after;
        const beyond = descending ? '<' : '>';
        // Null sorts before everything.
        if (value === null) {
          page += descending ? ` and (${sql} is null and id < ?)` : ` and (${sql} is not null or id > ?)`;
          params.push(id);
        } else {
          const nulls = descending ? ` or ${sql} is null` : '';
          page += ` and (${sql} ${beyond} ? or (${sql} = ? and id ${beyond} ?)${nulls})`;
          params.push(value, value, id);
        }
      }
      const rows = db
        .prepare<unknown[], ObjectRow & { sort_key: string | number | null }>(
          `select *, ${sql} as sort_key from object where ${page} order by ${sql} ${direction}, id ${direction} limit ?`,
        )
        .all(...params, query.limit);
      return { rows, total, keys: rows.map((row) => row.sort_key) };
    },
  };
};

export type ObjectStore = ReturnType<typeof objectStore>;
