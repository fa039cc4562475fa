import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

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
  const sql = statements(db);
  const add = sql.insert<[number, number, number, string, string]>(
    'insert into controller_merge (keep, other, at, actor, data) values (?, ?, ?, ?, ?)',
  );
  const remove = sql.run<[number, number]>('delete from controller_merge where keep = ? or other = ?');
  const pair = sql.get<[number, number], PairRow>('select * from controller_pair where one = ? and two = ?');
  const setPair = sql.run<[number, number, number, number, string, string | null]>(
    `insert into controller_pair (one, two, same, at, actor, reason) values (?, ?, ?, ?, ?, ?)
     on conflict (one, two) do update set same = excluded.same, at = excluded.at, actor = excluded.actor, reason = excluded.reason`,
  );
  const apart = sql.all<[], { one: number; two: number }>('select one, two from controller_pair where same = 0');
  const removePair = sql.run<[number, number]>('delete from controller_pair where one = ? and two = ?');
  const removePairs = sql.run<[number, number]>('delete from controller_pair where one = ? or two = ?');
  const removeAgreed = sql.run<[number]>('delete from controller_agreed where controller = ?');
  const ordered = (a: number, b: number): [number, number] => (a < b ? [a, b] : [b, a]);
  return {
    add: (keep: number, other: number, at: number, actor: string, data: unknown): number =>
      add(keep, other, at, actor, JSON.stringify(data)),
    byId: sql.get<[id: number], MergeRow>(`select ${mergeColumns} from controller_merge where id = ?`),
    /** In force, the newest first. */
    ofKeep: sql.all<[controller: number], MergeRow>(
      `select ${mergeColumns} from controller_merge where keep = ? and undone_at is null order by id desc`,
    ),
    ofOther: sql.all<[controller: number], MergeRow>(
      `select ${mergeColumns} from controller_merge where other = ? and undone_at is null order by id desc`,
    ),
    list: sql.all<[before: number, limit: number], MergeRow>(
      `select ${mergeColumns} from controller_merge where id < ? order by id desc limit ?`,
    ),
    undo: sql.run<[id: number, at: number, actor: string]>(
      'update controller_merge set undone_at = ?2, undone_by = ?3 where id = ?1',
    ),
    pair: (a: number, b: number) => pair(...ordered(a, b)),
    /** The pairs that are two controllers, each as `one two`. */
    apart: (): ReadonlySet<string> => new Set(apart().map(({ one, two }) => `${one} ${two}`)),
    setPair: (a: number, b: number, same: boolean, at: number, actor: string, reason: string | null): void =>
      setPair(...ordered(a, b), Number(same), at, actor, reason),
    restorePair: (a: number, b: number, before: PairRow | null): void => {
      if (before === null) removePair(...ordered(a, b));
      else setPair(before.one, before.two, before.same, before.at, before.actor, before.reason);
    },
    /** Nothing of a record stays. */
    forget: (controller: number): void => {
      remove(controller, controller);
      removePairs(controller, controller);
      removeAgreed(controller);
    },
  };
};

export type MergeStore = ReturnType<typeof mergeStore>;
