import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
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
  const sql = statements(db);
  const add = sql.run<[string, string, string, string, number, number, string, number]>(
    `insert into import_draft (id, path, paths, name, size_bytes, uploaded, made_by, created_at)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return {
    find: sql.get<[id: string], Row, ImportDraft>(`select ${columns} from import_draft where id = ?`, toDraft),
    list: sql.all<[limit: number], Row, ImportDraft>(
      `select ${columns} from import_draft order by created_at desc, id limit ?`,
      toDraft,
    ),
    createdBefore: sql.all<[at: number], Row, ImportDraft>(
      `select ${columns} from import_draft where created_at < ?`,
      toDraft,
    ),
    add: (draft: Omit<ImportDraft, 'checkRun' | 'importRun' | 'stopped'>): void => {
      add(
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
    setCheck: sql.run<[id: string, run: number]>('update import_draft set check_run = ?2, stopped = 0 where id = ?1'),
    setImport: sql.run<[id: string, run: number]>('update import_draft set import_run = ?2, stopped = 0 where id = ?1'),
    stop: sql.run<[id: string]>('update import_draft set stopped = 1 where id = ?'),
    remove: sql.run<[id: string]>('delete from import_draft where id = ?'),
  };
};

export type ImportDraftStore = ReturnType<typeof importDraftStore>;
