import type { Database } from '../../platform/database.ts';

/** SQL of notices recorded once, and of files that people attached. */
export const noticeStore = (db: Database) => {
  const add = db.prepare<[string, string, number, number]>(
    'insert into ot_notice (object, what, until, at) values (?, ?, ?, ?) on conflict do nothing',
  );
  const addFile = db.prepare<[string, string, number, number, string]>(
    'insert into ot_file (sha256, name, bytes, at, actor) values (?, ?, ?, ?, ?) on conflict do nothing',
  );
  const files = db.prepare<[number], AttachedFile>('select * from ot_file order by at desc, sha256 limit ?');
  const file = db.prepare<[string], AttachedFile>('select * from ot_file where sha256 = ?');
  return {
    /** False: recorded already. */
    add: (object: string, what: 'soon' | 'over', until: number, at: number): boolean =>
      add.run(object, what, until, at).changes > 0,
    addFile: (given: AttachedFile): void =>
      void addFile.run(given.sha256, given.name, given.bytes, given.at, given.actor),
    files: (most: number): AttachedFile[] => files.all(most),
    file: (sha256: string): AttachedFile | undefined => file.get(sha256),
  };
};

type AttachedFile = { sha256: string; name: string; bytes: number; at: number; actor: string };
export type NoticeStore = ReturnType<typeof noticeStore>;
