import type { Database } from '../../platform/database.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
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
  const columns = `id, keep, other, other_public_id as otherPublicId, at, actor, data, undone_at as undoneAt`;
  const device = db.prepare<[number], DeviceRow>('select * from device where id = ?');
  const insert = db.prepare<[number, number, string, number, string]>(
    `insert into device_merge (keep, other, other_public_id, at, actor, data) values (?, ?, ?, ?, ?, '')`,
  );
  const setData = db.prepare<[string, number]>('update device_merge set data = ? where id = ?');
  const addRows = db.prepare<[number, string, string, string]>(
    'insert into device_merge_rows (merge, name, moved, stashed) values (?, ?, ?, ?)',
  );
  const rows = db.prepare<[number], { name: string; moved: string; stashed: string }>(
    'select name, moved, stashed from device_merge_rows where merge = ? order by name',
  );
  const dropRows = db.prepare<[number]>('delete from device_merge_rows where merge = ?');
  const one = db.prepare<[number], MergeRow>(`select ${columns} from device_merge where id = ?`);
  const ofDevice = db.prepare<[number], MergeRow>(
    `select ${columns} from device_merge where keep = ? and undone_at is null order by id desc`,
  );
  const old = db.prepare<[number], MergeRow>(`select ${columns} from device_merge where undone_at is null and at < ?`);
  const byOther = db.prepare<[string], { keep: number }>(
    'select keep from device_merge where other_public_id = ? and undone_at is null order by id desc limit 1',
  );
  const partRecords = db
    .prepare<[string], string>(
      `select id from object_index where kind = 'hardware-record' and field = 'part' and value like ? order by id`,
    )
    .pluck();
  const records = db.prepare<[number], { id: number }>(
    `with recursive part (id) as (select ? union select m.other from device_merge m join part on m.keep = part.id
       where m.undone_at is null) select id from part`,
  );
  const setUndone = db.prepare<[number, string, number]>(
    `update device_merge set undone_at = ?, undone_by = ?, data = '' where id = ?`,
  );
  const removeMerge = db.prepare<[number]>('delete from device_merge where id = ?');
  const resembling = db.prepare<[number], number>('select id from device where resembles = ? order by id').pluck();
  const setResembles = db.prepare<[number | null, string]>(
    'update device set resembles = ? where id in (select value from json_each(?))',
  );
  const removeDevice = db.prepare<[number]>('delete from device where id = ?');
  const macsOf = db.prepare<[number, number]>(
    `update device set macs = (select json_group_array(mac) from
       (select mac from device_mac where device = ? order by mac)) where id = ?`,
  );
  const sourcesOf = db.prepare<[number], { id: number; source: string; state: string; agent: string }>(
    'select id, source, state, agent from device_source where device = ? order by id',
  );
  const setSourceState = db.prepare<[string, number]>('update device_source set state = ? where id = ?');
  const moveSources = db.prepare<[number, number, string]>(
    'update device_source set device = ? where device = ? and source in (select value from json_each(?))',
  );
  // A certificate goes with its client, also one that was renewed meanwhile.
  const moveCertificates = db.prepare<[number, number, number]>(
    `update device_certificate set device = ? where device = ?
       and source in (select id from device_source where device = ?)`,
  );
  return {
    device: (id: number): DeviceRow | undefined => device.get(id),
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
    removeDevice: (id: number): void => void removeDevice.run(id),
    insert: (merge: { keep: number; other: number; otherPublicId: string; at: number; actor: string }): number =>
      Number(insert.run(merge.keep, merge.other, merge.otherPublicId, merge.at, merge.actor).lastInsertRowid),
    setData: (id: number, data: unknown, moved: readonly MovedRows[]): void => {
      setData.run(JSON.stringify(data), id);
      for (const rows of moved) addRows.run(id, rows.name, JSON.stringify(rows.moved), JSON.stringify(rows.stashed));
    },
    rows: (id: number): MovedRows[] =>
      rows.all(id).map(({ name, moved, stashed }) => ({
        name,
        moved: JSON.parse(moved) as MovedRows['moved'],
        stashed: JSON.parse(stashed) as MovedRows['stashed'],
      })),
    one: (id: number): MergeRow | undefined => one.get(id),
    /** Merges into a device that are in force, the newest first. */
    ofDevice: (keep: number): MergeRow[] => ofDevice.all(keep),
    /** Merges in force into devices in reach, the newest first. */
    open: (scope: Scope, limit: number): MergeRow[] => {
      const { sql, params } = devicesIn(scope, 'keep');
      return db
        .prepare<unknown[], MergeRow>(
          `select ${columns} from device_merge where undone_at is null and ${sql} order by id desc limit ?`,
        )
        .all(...params, limit);
    },
    old: (before: number): MergeRow[] => old.all(before),
    keepOf: (otherPublicId: string): number | undefined => byOther.get(otherPublicId)?.keep,
    /** Objects about parts that name the device by its public id. */
    recordsOfParts: (publicId: string): string[] => partRecords.all(`device/${publicId}/%`),
    records: (device: number): number[] => records.all(device).map(({ id }) => id),
    setUndone: (id: number, at: number, by: string): void => {
      setUndone.run(at, by, id);
      dropRows.run(id);
    },
    remove: (id: number): void => void removeMerge.run(id),
    resembling: (id: number): number[] => resembling.all(id),
    setResembles: (ids: readonly number[], to: number | null): void => void setResembles.run(to, JSON.stringify(ids)),
    reassignMacs: (id: number): void => void macsOf.run(id, id),
    sources: (device: number) => sourcesOf.all(device),
    setSourceState: (id: number, state: string): void => void setSourceState.run(state, id),
    moveSources: (sources: readonly string[], from: number, to: number): void =>
      void moveSources.run(to, from, JSON.stringify(sources)),
    moveCertificates: (from: number, to: number): void => void moveCertificates.run(to, from, to),
  };
};

export type MergeStore = ReturnType<typeof mergeStore>;
