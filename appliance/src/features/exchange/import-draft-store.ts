import type { Database } from '../../platform/database.ts';
import type { ImportDraft } from './types.ts';

type Row = Omit<ImportDraft, 'uploaded' | 'stopped' | 'paths'> & { uploaded: number; stopped: number; paths: string };

const columns = `id, path, paths, name, size_bytes as sizeBytes, uploaded, made_by as madeBy, created_at as createdAt,
  check_run as checkRun, import_run as importRun, stopped`;

const toDraft = (row: Row): ImportDraft => {
  const paths = JSON.parse(row.paths) as string[];
  return {
    ...row,
    paths: paths.length === 0 ? [row.path] : paths,
    uploaded: row.uploaded === 1,
    stopped: row.stopped === 1,
  };
};

/** Bundles on their way through the import page. */
export const importDraftStore = (db: Database) => {
  const byId = db.prepare<[string], Row>(`select ${columns} from import_draft where id = ?`);
  const list = db.prepare<[number], Row>(`select ${columns} from import_draft order by created_at desc, id limit ?`);
  const older = db.prepare<[number], Row>(`select ${columns} from import_draft where created_at < ?`);
  const add = db.prepare<[string, string, string, string, number, number, string, number]>(
    `insert into import_draft (id, path, paths, name, size_bytes, uploaded, made_by, created_at)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const setCheck = db.prepare<[number, string]>('update import_draft set check_run = ?, stopped = 0 where id = ?');
  const setImport = db.prepare<[number, string]>('update import_draft set import_run = ?, stopped = 0 where id = ?');
  const stop = db.prepare<[string]>('update import_draft set stopped = 1 where id = ?');
  const remove = db.prepare<[string]>('delete from import_draft where id = ?');
  return {
    find: (id: string): ImportDraft | undefined => {
      const row = byId.get(id);
      return row && toDraft(row);
    },
    list: (limit: number): ImportDraft[] => list.all(limit).map(toDraft),
    createdBefore: (at: number): ImportDraft[] => older.all(at).map(toDraft),
    add: (draft: Omit<ImportDraft, 'checkRun' | 'importRun' | 'stopped'>): void => {
      add.run(
        draft.id,
        draft.path,
        JSON.stringify(draft.paths),
        draft.name,
        draft.sizeBytes,
        draft.uploaded ? 1 : 0,
        draft.madeBy,
        draft.createdAt,
      );
    },
    setCheck: (id: string, run: number): void => {
      setCheck.run(run, id);
    },
    setImport: (id: string, run: number): void => {
      setImport.run(run, id);
    },
    stop: (id: string): void => {
      stop.run(id);
    },
    remove: (id: string): void => {
      remove.run(id);
    },
  };
};

export type ImportDraftStore = ReturnType<typeof importDraftStore>;
