import type { Database } from '../../platform/database.ts';
import type { Patch } from './types.ts';

export type ImportRow = {
  id: number;
  at: number;
  actor: string;
  name: string;
  sha256: string;
  preset: string;
  rows: number;
  changed: number;
  undoneAt: number | null;
  undoneBy: string | null;
};

type ImportedRow = { patch: number; line: number; before: Patch | null; afterMove: number };

/** SQL of imported lists and of what they changed. */
export const approvalStore = (db: Database) => {
  const columns = 'id, at, actor, name, sha256, preset, rows, changed, undone_at as undoneAt, undone_by as undoneBy';
  const insert = db.prepare(
    `insert into ot_patch_import (at, actor, name, sha256, preset, rows, changed)
     values (@at, @actor, @name, @sha256, @preset, @rows, 0)`,
  );
  const setChanged = db.prepare<[number, number]>('update ot_patch_import set changed = ? where id = ?');
  const byId = db.prepare<[number], ImportRow>(`select ${columns} from ot_patch_import where id = ?`);
  const list = db.prepare<[number], ImportRow>(`select ${columns} from ot_patch_import order by id desc limit ?`);
  const between = db.prepare<[number, number, number], ImportRow>(
    `select ${columns} from ot_patch_import where at >= ? and at < ? order by id limit ?`,
  );
  const undo = db.prepare<[number, string, number]>(
    'update ot_patch_import set undone_at = ?, undone_by = ? where id = ?',
  );
  const addRow = db.prepare<[number, number, number, string | null, number]>(
    'insert into ot_patch_import_row (import, patch, line, before, after_move) values (?, ?, ?, ?, ?)',
  );
  const rows = db.prepare<[number], { patch: number; line: number; before: string | null; after_move: number }>(
    'select patch, line, before, after_move from ot_patch_import_row where import = ? order by patch desc',
  );
  return {
    insert: (given: {
      at: number;
      actor: string;
      name: string;
      sha256: string;
      preset: string;
      rows: number;
    }): number => Number(insert.run(given).lastInsertRowid),
    setChanged: (id: number, changed: number): void => void setChanged.run(changed, id),
    byId: (id: number): ImportRow | undefined => byId.get(id),
    list: (most: number): ImportRow[] => list.all(most),
    between: (from: number, to: number, most: number): ImportRow[] => between.all(from, to, most),
    undo: (id: number, at: number, actor: string): void => void undo.run(at, actor, id),
    addRow: (id: number, row: ImportedRow): void =>
      void addRow.run(id, row.patch, row.line, row.before && JSON.stringify(row.before), row.afterMove),
    rows: (id: number): ImportedRow[] =>
      rows.all(id).map((row) => ({
        patch: row.patch,
        line: row.line,
        before: row.before === null ? null : (JSON.parse(row.before) as Patch),
        afterMove: row.after_move,
      })),
  };
};

export type ApprovalStore = ReturnType<typeof approvalStore>;
