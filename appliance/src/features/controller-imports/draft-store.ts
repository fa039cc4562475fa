import type { Database } from '../../platform/database.ts';
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
  const byId = db.prepare<[string], Row>(`select ${columns} from controller_import_draft where id = ?`);
  const list = db.prepare<[number], Row>(
    `select ${columns} from controller_import_draft order by created_at desc, id limit ?`,
  );
  const oldest = db.prepare<[], Row>(`select ${columns} from controller_import_draft order by created_at, id`);
  const add = db.prepare<[string, string, string, string, number, string, number]>(
    `insert into controller_import_draft (id, path, name, form, size_bytes, made_by, created_at) values (?, ?, ?, ?, ?, ?, ?)`,
  );
  const setCsv = db.prepare<[string | null, string | null, string]>(
    'update controller_import_draft set csv = ?, mapping = ?, check_run = null where id = ?',
  );
  const setCheck = db.prepare<[number, string]>(
    'update controller_import_draft set check_run = ?, stopped = 0 where id = ?',
  );
  const setApply = db.prepare<[number, string]>(
    'update controller_import_draft set apply_run = ?, stopped = 0 where id = ?',
  );
  const stop = db.prepare<[string]>('update controller_import_draft set stopped = 1 where id = ?');
  const remove = db.prepare<[string]>('delete from controller_import_draft where id = ?');
  return {
    find: (id: string): ControllerDraft | undefined => {
      const row = byId.get(id);
      return row && toDraft(row);
    },
    list: (limit: number): ControllerDraft[] => list.all(limit).map(toDraft),
    oldestFirst: (): ControllerDraft[] => oldest.all().map(toDraft),
    add: (
      draft: Pick<ControllerDraft, 'id' | 'path' | 'name' | 'form' | 'sizeBytes' | 'madeBy' | 'createdAt'>,
    ): void => {
      const { id, path, name, form, sizeBytes, madeBy, createdAt } = draft;
      add.run(id, path, name, form, sizeBytes, madeBy, createdAt);
    },
    setCsv: (id: string, csv: CsvOptions | null, mapping: string | null): void => {
      setCsv.run(csv === null ? null : JSON.stringify(csv), mapping, id);
    },
    setCheck: (id: string, run: number): void => {
      setCheck.run(run, id);
    },
    setApply: (id: string, run: number): void => {
      setApply.run(run, id);
    },
    stop: (id: string): void => {
      stop.run(id);
    },
    remove: (id: string): void => {
      remove.run(id);
    },
  };
};

export type ControllerDraftStore = ReturnType<typeof controllerDraftStore>;
