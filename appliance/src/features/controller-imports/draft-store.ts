import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { ControllerDraft, CsvOptions, Detected } from './types.ts';

type Row = Omit<ControllerDraft, 'csv' | 'stopped' | 'form'> & { csv: string | null; stopped: number; form: string };

const columns = `id, path, name, form, size_bytes as sizeBytes, csv, mapping, made_by as madeBy, created_at as createdAt,
  check_run as checkRun, apply_run as applyRun, stopped`;

const toDraft = (row: Row): ControllerDraft => ({
  ...row,
  form: row.form as Detected,
  csv: row.csv === null ? null : (JSON.parse(row.csv) as CsvOptions),
  stopped: row.stopped === 1,
});

/** SQL of files about controllers on their way in. */
export const controllerDraftStore = (db: Database) => {
  const sql = statements(db);
  const add = sql.run<[string, string, string, string, number, string, number]>(
    `insert into controller_import_draft (id, path, name, form, size_bytes, made_by, created_at) values (?, ?, ?, ?, ?, ?, ?)`,
  );
  const setCsv = sql.run<[string | null, string | null, string]>(
    'update controller_import_draft set csv = ?, mapping = ?, check_run = null where id = ?',
  );
  return {
    find: sql.get<[id: string], Row, ControllerDraft>(
      `select ${columns} from controller_import_draft where id = ?`,
      toDraft,
    ),
    list: sql.all<[limit: number], Row, ControllerDraft>(
      `select ${columns} from controller_import_draft order by created_at desc, id limit ?`,
      toDraft,
    ),
    oldestFirst: sql.all<[], Row, ControllerDraft>(
      `select ${columns} from controller_import_draft order by created_at, id`,
      toDraft,
    ),
    add: (
      draft: Pick<ControllerDraft, 'id' | 'path' | 'name' | 'form' | 'sizeBytes' | 'madeBy' | 'createdAt'>,
    ): void => {
      const { id, path, name, form, sizeBytes, madeBy, createdAt } = draft;
      add(id, path, name, form, sizeBytes, madeBy, createdAt);
    },
    setCsv: (id: string, csv: CsvOptions | null, mapping: string | null): void => {
      setCsv(csv === null ? null : JSON.stringify(csv), mapping, id);
    },
    setCheck: sql.run<[id: string, run: number]>(
      'update controller_import_draft set check_run = ?2, stopped = 0 where id = ?1',
    ),
    setApply: sql.run<[id: string, run: number]>(
      'update controller_import_draft set apply_run = ?2, stopped = 0 where id = ?1',
    ),
    stop: sql.run<[id: string]>('update controller_import_draft set stopped = 1 where id = ?'),
    remove: sql.run<[id: string]>('delete from controller_import_draft where id = ?'),
  };
};

export type ControllerDraftStore = ReturnType<typeof controllerDraftStore>;
