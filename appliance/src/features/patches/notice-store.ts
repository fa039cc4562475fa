import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

/** SQL of notices recorded once, and of files that people attached. */
export const noticeStore = (db: Database) => {
  const sql = statements(db);
  return {
    /** False: recorded already. */
    add: sql.did<[object: string, what: 'soon' | 'over', until: number, at: number]>(
      'insert into ot_notice (object, what, until, at) values (?, ?, ?, ?) on conflict do nothing',
    ),
    addFile: sql.run<[row: AttachedFile]>(
      'insert into ot_file (sha256, name, bytes, at, actor) values (:sha256, :name, :bytes, :at, :actor) on conflict do nothing',
    ),
    files: sql.all<[most: number], AttachedFile>('select * from ot_file order by at desc, sha256 limit ?'),
    file: sql.get<[sha256: string], AttachedFile>('select * from ot_file where sha256 = ?'),
  };
};

type AttachedFile = { sha256: string; name: string; bytes: number; at: number; actor: string };
export type NoticeStore = ReturnType<typeof noticeStore>;
