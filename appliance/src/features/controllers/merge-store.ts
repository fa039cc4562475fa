import type { Database } from '../../platform/database.ts';

export type MergeRow = {
  id: number;
  keep: number;
  other: number;
  at: number;
  actor: string;
  data: string;
  undone_at: number | null;
  undone_by: string | null;
};

export type PairRow = { one: number; two: number; same: number; at: number; actor: string; reason: string | null };

const mergeColumns = 'id, keep, other, at, actor, data, undone_at, undone_by';

/** SQL of merges and of people's decisions about pairs of records. */
export const mergeStore = (db: Database) => {
  const add = db.prepare<[number, number, number, string, string]>(
    'insert into controller_merge (keep, other, at, actor, data) values (?, ?, ?, ?, ?)',
  );
  const byId = db.prepare<[number], MergeRow>(`select ${mergeColumns} from controller_merge where id = ?`);
  const ofKeep = db.prepare<[number], MergeRow>(
    `select ${mergeColumns} from controller_merge where keep = ? and undone_at is null order by id desc`,
  );
  const ofOther = db.prepare<[number], MergeRow>(
    `select ${mergeColumns} from controller_merge where other = ? and undone_at is null order by id desc`,
  );
  const list = db.prepare<[number, number], MergeRow>(
    `select ${mergeColumns} from controller_merge where id < ? order by id desc limit ?`,
  );
  const undo = db.prepare<[number, string, number]>(
    'update controller_merge set undone_at = ?, undone_by = ? where id = ?',
  );
  const remove = db.prepare<[number, number]>('delete from controller_merge where keep = ? or other = ?');
  const pair = db.prepare<[number, number], PairRow>('select * from controller_pair where one = ? and two = ?');
  const setPair = db.prepare<[number, number, number, number, string, string | null]>(
    `insert into controller_pair (one, two, same, at, actor, reason) values (?, ?, ?, ?, ?, ?)
     on conflict (one, two) do update set same = excluded.same, at = excluded.at, actor = excluded.actor, reason = excluded.reason`,
  );
  const removePair = db.prepare<[number, number]>('delete from controller_pair where one = ? and two = ?');
  const removePairs = db.prepare<[number, number]>('delete from controller_pair where one = ? or two = ?');
  const removeAgreed = db.prepare<[number]>('delete from controller_agreed where controller = ?');
  const ordered = (a: number, b: number): [number, number] => (a < b ? [a, b] : [b, a]);
  return {
    add: (keep: number, other: number, at: number, actor: string, data: unknown): number =>
      Number(add.run(keep, other, at, actor, JSON.stringify(data)).lastInsertRowid),
    byId: (id: number) => byId.get(id),
    /** In force, the newest first. */
    ofKeep: (controller: number) => ofKeep.all(controller),
    ofOther: (controller: number) => ofOther.all(controller),
    list: (before: number, limit: number) => list.all(before, limit),
    undo: (id: number, at: number, actor: string): void => void undo.run(at, actor, id),
    pair: (a: number, b: number) => pair.get(...ordered(a, b)),
    setPair: (a: number, b: number, same: boolean, at: number, actor: string, reason: string | null): void =>
      void setPair.run(...ordered(a, b), Number(same), at, actor, reason),
    restorePair: (a: number, b: number, before: PairRow | null): void => {
      if (before === null) removePair.run(...ordered(a, b));
      else setPair.run(before.one, before.two, before.same, before.at, before.actor, before.reason);
    },
    /** Nothing of a record stays. */
    forget: (controller: number): void => {
      remove.run(controller, controller);
      removePairs.run(controller, controller);
      removeAgreed.run(controller);
    },
  };
};

export type MergeStore = ReturnType<typeof mergeStore>;
