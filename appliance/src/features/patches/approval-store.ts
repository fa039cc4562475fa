import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
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
  const sql = statements(db);
  const columns = 'id, at, actor, name, sha256, preset, rows, changed, undone_at as undoneAt, undone_by as undoneBy';
  const addRow = sql.run<[number, number, number, string | null, number]>(
    'insert into ot_patch_import_row (import, patch, line, before, after_move) values (?, ?, ?, ?, ?)',
  );
  const rows = sql.all<[number], { patch: number; line: number; before: string | null; after_move: number }>(
    'select patch, line, before, after_move from ot_patch_import_row where import = ? order by patch desc',
  );
  return {
    insert: sql.insert<
      [
        given: {
          at: number;
          actor: string;
          name: string;
          sha256: string;
          preset: string;
          rows: number;
        },
      ]
    >(
      `insert into ot_patch_import (at, actor, name, sha256, preset, rows, changed)
     values (@at, @actor, @name, @sha256, @preset, @rows, 0)`,
    ),
    setChanged: sql.run<[id: number, changed: number]>('update ot_patch_import set changed = ?2 where id = ?1'),
    byId: sql.get<[id: number], ImportRow>(`select ${columns} from ot_patch_import where id = ?`),
    list: sql.all<[most: number], ImportRow>(`select ${columns} from ot_patch_import order by id desc limit ?`),
    between: sql.all<[from: number, to: number, most: number], ImportRow>(
      `select ${columns} from ot_patch_import where at >= ? and at < ? order by id limit ?`,
    ),
    undo: sql.run<[id: number, at: number, actor: string]>(
      'update ot_patch_import set undone_at = ?2, undone_by = ?3 where id = ?1',
    ),
    addRow: (id: number, row: ImportedRow): void =>
      addRow(id, row.patch, row.line, row.before && JSON.stringify(row.before), row.afterMove),
    rows: (id: number): ImportedRow[] =>
      rows(id).map((row) => ({
        patch: row.patch,
        line: row.line,
        before: row.before === null ? null : (JSON.parse(row.before) as Patch),
        afterMove: row.after_move,
      })),
  };
};

export type ApprovalStore = ReturnType<typeof approvalStore>;
