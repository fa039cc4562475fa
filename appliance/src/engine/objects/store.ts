import type { Database } from '../../platform/database.ts';
import type { Condition } from '../../platform/list/condition.ts';
import { listBuilder } from '../../platform/list/list-queries.ts';
import { statements } from '../../platform/statements.ts';
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

/** What a field is asked to be. */
type IndexedValue = { field: string; value: IndexValue | boolean | null; indexed: boolean };

export const conditionOf = (kind: string, { field, value, indexed }: IndexedValue): Condition => {
  if (value === null) return { sql: `json_extract(body, '$.${field}') is null`, params: [] };
  if (indexed)
    return {
      sql: 'id in (select id from object_index where kind = ? and field = ? and value = ?)',
      params: [kind, field, value],
    };
  return { sql: `json_extract(body, '$.${field}') = ?`, params: [typeof value === 'boolean' ? Number(value) : value] };
};

export const holding = (search: { text: string; ids: readonly string[]; fields: readonly string[] }): Condition => {
  const pattern = likePattern(search.text);
  const likes = search.fields.map((field) => `json_extract(body, '$.${field}') like ? escape '\\'`);
  return {
    sql: `(${["title like ? escape '\\'", 'id in (select value from json_each(?))', ...likes].join(' or ')})`,
    params: [pattern, JSON.stringify(search.ids), ...likes.map(() => pattern)],
  };
};

/** SQL expression of a declared field or a column; field names come from declarations, never from input. */
export const orderExpression = (field: string): string =>
  ({ createdAt: 'created_at', updatedAt: 'updated_at', id: 'id', title: 'title collate nocase' })[field] ??
  `json_extract(body, '$.${field}') collate nocase`;

/** SQL of objects, their index and revisions. */
export const objectStore = (db: Database) => {
  const sql = statements(db);
  const allRevisions = db.prepare<[], RevisionRow>('select * from object_revision order by kind, id, revision');
  const clearIndex = sql.run<[string, string]>('delete from object_index where kind = ? and id = ?');
  const addIndex = sql.run<[string, string, IndexValue, string]>(
    'insert or ignore into object_index (kind, field, value, id) values (?, ?, ?, ?)',
  );
  const tombstones = sql.all<[string | null, string | null], ObjectRow & { actor: string }>(
    `select object.*, object_revision.actor from object
       join object_revision using (kind, id, revision)
      where object.deleted_at is not null and (? is null or object.kind = ?)
      order by object.deleted_at desc, object.kind, object.id`,
  );
  const purgeObject = sql.run<[string, string]>('delete from object where kind = ? and id = ?');
  const purgeRevisions = sql.run<[string, string]>('delete from object_revision where kind = ? and id = ?');

  return {
    byId: sql.get<[kind: string, id: string], ObjectRow>('select * from object where kind = ? and id = ?'),
    write: sql.run<[row: ObjectRow]>(
      `insert into object (kind, id, revision, created_at, updated_at, deleted_at, title, body)
     values (@kind, @id, @revision, @created_at, @updated_at, @deleted_at, @title, @body)
     on conflict (kind, id) do update set revision = excluded.revision, updated_at = excluded.updated_at,
       deleted_at = excluded.deleted_at, title = excluded.title, body = excluded.body`,
    ),
    addRevision: sql.run<[row: RevisionRow]>(
      `insert into object_revision (kind, id, revision, at, actor, persons, from_address, operation, comment, salt, body)
     values (@kind, @id, @revision, @at, @actor, @persons, @from_address, @operation, @comment, @salt, @body)`,
    ),
    revision: sql.get<[kind: string, id: string, number: number], RevisionRow>(
      'select * from object_revision where kind = ? and id = ? and revision = ?',
    ),
    revisions: sql.all<[kind: string, id: string], RevisionRow>(
      'select * from object_revision where kind = ? and id = ? order by revision desc',
    ),
    allRevisions: () => allRevisions.iterate(),
    setIndex: (kind: string, id: string, rows: ReadonlyArray<{ field: string; value: IndexValue }>): void => {
      clearIndex(kind, id);
      for (const row of rows) addIndex(kind, row.field, row.value, id);
    },
    clearIndexField: sql.run<[kind: string, id: string, field: string]>(
      'delete from object_index where kind = ? and id = ? and field = ?',
    ),
    byIndex: sql.values<[kind: string, field: string, value: IndexValue], string>(
      'select id from object_index where kind = ? and field = ? and value = ? limit 2',
    ),
    /** Live objects of a kind that have an id in a list; at most two. */
    naming: sql.values<[kind: string, field: string, id: string], string>(
      `select id from object where kind = ? and deleted_at is null
       and exists (select 1 from json_each(object.body, '$.' || ?) where value = ?) limit 2`,
    ),
    tombstones: (kind: string | undefined) => tombstones(kind ?? null, kind ?? null),
    expired: sql.all<[before: number], { kind: string; id: string }>(
      'select kind, id from object where deleted_at is not null and deleted_at < ?',
    ),
    purge: (kind: string, id: string): void => {
      clearIndex(kind, id);
      purgeRevisions(kind, id);
      purgeObject(kind, id);
    },
    /** A page of the objects of a kind, in the order of an expression and of their ids. */
    page: (query: {
      kind: string;
      deleted: boolean;
      where: readonly Condition[];
      order: { sql: string; descending: boolean };
      after: string | undefined;
      limit: number;
    }): { rows: ObjectRow[]; total: number; next?: string } => {
      const { kind, order, limit, after } = query;
      const list = listBuilder<ObjectRow, 'asked'>(db, {
        from: 'object',
        id: 'id',
        select: '*',
        orders: { asked: { keys: [order.sql, 'id'], nullable: true } },
      });
      const where = [
        { sql: `kind = ? and deleted_at is ${query.deleted ? 'not ' : ''}null`, params: [kind] },
        ...query.where,
      ];
      return list.page({ sort: 'asked', descending: order.descending, where, limit, after });
    },
  };
};

export type ObjectStore = ReturnType<typeof objectStore>;
