import type { Database } from '../../platform/database.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import type { Column, DeviceRow } from './merge-row.ts';
import type { MovedRows } from './moved-row-store.ts';

export type MergeRow = {
  id: number;
  keep: number;
  other: number;
  otherPublicId: string;
  at: number;
  actor: string;
  data: string;
  undoneAt: number | null;
};

/** SQL of merges and of the rows they touch. */
export const mergeStore = (db: Database) => {
  const sql = statements(db);
  const columns = `id, keep, other, other_public_id as otherPublicId, at, actor, data, undone_at as undoneAt`;
  const setData = sql.run<[string, number]>('update device_merge set data = ? where id = ?');
  const addRows = sql.run<[number, string, string, string]>(
    'insert into device_merge_rows (merge, name, moved, stashed) values (?, ?, ?, ?)',
  );
  const rows = sql.all<[number], { name: string; moved: string; stashed: string }>(
    'select name, moved, stashed from device_merge_rows where merge = ? order by name',
  );
  const dropRows = sql.run<[number]>('delete from device_merge_rows where merge = ?');
  const partRecords = sql.values<[string], string>(
    `select id from object_index where kind = 'hardware-record' and field = 'part' and value like ? order by id`,
  );
  const setUndone = sql.run<[number, string, number]>(
    `update device_merge set undone_at = ?, undone_by = ?, data = '' where id = ?`,
  );
  return {
    /** `reported`: JSON, the hardware UUIDs that its reports name, one for each source, '' where a report has none. */
    device: sql.get<[id: number], DeviceRow & { reported: string }>(
      `select d.*, (select json_group_array(coalesce(i."uuid", '')) from inv_identity i where i.device = d.id) as reported
       from device d where d.id = ?`,
    ),
    setColumns: (id: number, values: Partial<Record<Column, string | number | null>>): void => {
      const names = Object.keys(values);
      if (names.length === 0) return;
      db.prepare<unknown[]>(`update device set ${names.map((name) => `"${name}" = ?`).join(', ')} where id = ?`).run(
        ...Object.values(values),
        id,
      );
    },
    insertDevice: (row: DeviceRow): void => {
      const names = Object.keys(row);
      db.prepare<unknown[]>(
        `insert into device (${names.map((name) => `"${name}"`).join(', ')}) values (${names.map(() => '?').join(', ')})`,
      ).run(...Object.values(row));
    },
    removeDevice: sql.run<[id: number]>('delete from device where id = ?'),
    insert: sql.insert<[row: { keep: number; other: number; otherPublicId: string; at: number; actor: string }]>(
      `insert into device_merge (keep, other, other_public_id, at, actor, data) values (:keep, :other, :otherPublicId, :at, :actor, '')`,
    ),
    setData: (id: number, data: unknown, moved: readonly MovedRows[]): void => {
      setData(JSON.stringify(data), id);
      for (const rows of moved) addRows(id, rows.name, JSON.stringify(rows.moved), JSON.stringify(rows.stashed));
    },
    rows: (id: number): MovedRows[] =>
      rows(id).map(({ name, moved, stashed }) => ({
        name,
        moved: JSON.parse(moved) as MovedRows['moved'],
        stashed: JSON.parse(stashed) as MovedRows['stashed'],
      })),
    one: sql.get<[id: number], MergeRow>(`select ${columns} from device_merge where id = ?`),
    /** Merges into a device that are in force, the newest first. */
    ofDevice: sql.all<[keep: number], MergeRow>(
      `select ${columns} from device_merge where keep = ? and undone_at is null order by id desc`,
    ),
    /** Merges in force into devices in reach, the newest first. */
    open: (scope: Scope, limit: number): MergeRow[] => {
      const { sql, params } = devicesIn(scope, 'keep');
      return db
        .prepare<unknown[], MergeRow>(
          `select ${columns} from device_merge where undone_at is null and ${sql} order by id desc limit ?`,
        )
        .all(...params, limit);
    },
    old: sql.all<[before: number], MergeRow>(`select ${columns} from device_merge where undone_at is null and at < ?`),
    keepOf: sql.value<[otherPublicId: string], number>(
      'select keep from device_merge where other_public_id = ? and undone_at is null order by id desc limit 1',
    ),
    /** Objects about parts that name the device by its public id. */
    recordsOfParts: (publicId: string): string[] => partRecords(`device/${publicId}/%`),
    records: sql.values<[device: number], number>(
      `with recursive part (id) as (select ? union select m.other from device_merge m join part on m.keep = part.id
       where m.undone_at is null) select id from part`,
    ),
    setUndone: (id: number, at: number, by: string): void => {
      setUndone(at, by, id);
      dropRows(id);
    },
    remove: sql.run<[id: number]>('delete from device_merge where id = ?'),
    resembling: sql.values<[id: number], number>('select id from device where resembles = ? order by id'),
    setResembles: sql.run<[ids: readonly number[], to: number | null]>(
      'update device set resembles = ?2 where id in (select value from json_each(?1))',
    ),
    reassignMacs: sql.run<[id: number]>(
      `update device set macs = (select json_group_array(mac) from
       (select mac from device_mac where device = ?1 order by mac)) where id = ?1`,
    ),
    sources: sql.all<[device: number], { id: number; source: string; state: string; agent: string }>(
      'select id, source, state, agent from device_source where device = ? order by id',
    ),
    setSourceState: sql.run<[id: number, state: string]>('update device_source set state = ?2 where id = ?1'),
    moveSources: sql.run<[sources: readonly string[], from: number, to: number]>(
      'update device_source set device = ?3 where device = ?2 and source in (select value from json_each(?1))',
    ),
    // A certificate goes with its client, also one that was renewed meanwhile.
    moveCertificates: sql.run<[from: number, to: number]>(
      `update device_certificate set device = ?2 where device = ?1
       and source in (select id from device_source where device = ?2)`,
    ),
  };
};

export type MergeStore = ReturnType<typeof mergeStore>;
