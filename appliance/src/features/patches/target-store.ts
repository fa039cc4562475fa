import type { Database } from '../../platform/database.ts';
import { controllersIn, type Scope } from '../../platform/scope.ts';
import type { Answer, Answered, CheckItem, GivenCheck, Snapshot, Target } from './types.ts';

type TargetRow = Omit<Target, 'before' | 'after'> & { before: string | null; after: string | null };
const targetColumns = `patch, controller, added_at as addedAt, added_by as addedBy, before, after,
  installed_at as installedAt, verified_at as verifiedAt`;

type CheckRow = {
  patch: number;
  controller: string;
  item: string;
  answer: string;
  note: string;
  value: string | null;
  actor: string;
  at: number;
};

const snapshot = (text: string | null): Snapshot | null => (text === null ? null : (JSON.parse(text) as Snapshot));

const toTarget = (row: TargetRow): Target => ({
  ...row,
  before: snapshot(row.before),
  after: snapshot(row.after),
});

const toCheck = (row: CheckRow): GivenCheck => ({
  ...row,
  item: row.item as CheckItem,
  answer: row.answer as Answer,
});

/** SQL of the controllers that patches are for, and of their checklists. */
export const targetStore = (db: Database) => {
  const ofPatch = (patch: number, scope: Scope): TargetRow[] => {
    const { sql, params } = controllersIn(scope, 'controller', 'public_id');
    return db
      .prepare<unknown[], TargetRow>(
        `select ${targetColumns} from ot_patch_target where patch = ? and ${sql} order by controller`,
      )
      .all(patch, ...params);
  };
  const countOf = (scope: Scope): { patch: number; n: number }[] => {
    const { sql, params } = controllersIn(scope, 'controller', 'public_id');
    return db
      .prepare<unknown[], { patch: number; n: number }>(
        `select patch, count(*) as n from ot_patch_target where ${sql} group by patch`,
      )
      .all(...params);
  };
  const add = db.prepare<[number, string, number, string]>(
    'insert into ot_patch_target (patch, controller, added_at, added_by) values (?, ?, ?, ?) on conflict do nothing',
  );
  const drop = db.prepare<[number, string]>('delete from ot_patch_target where patch = ? and controller = ?');
  const install = db.prepare<[number, string, number, string]>(
    'update ot_patch_target set installed_at = ?, before = ?, after = null, verified_at = null where patch = ? and controller = ?',
  );
  const verify = db.prepare<[number, string, number, string]>(
    'update ot_patch_target set verified_at = ?, after = ? where patch = ? and controller = ?',
  );
  const answers = db.prepare<[number, string], CheckRow>(
    'select * from ot_patch_check where patch = ? and controller = ? order by id',
  );
  const answer = db.prepare(
    `insert into ot_patch_check (patch, controller, item, answer, note, value, actor, at)
     values (@patch, @controller, @item, @answer, @note, @value, @actor, @at)`,
  );
  const checksBetween = db.prepare<[number, number, number], CheckRow>(
    'select * from ot_patch_check where at >= ? and at < ? order by id limit ?',
  );
  return {
    ofPatch: (patch: number, scope: Scope): Target[] => ofPatch(patch, scope).map(toTarget),
    counts: (scope: Scope): ReadonlyMap<number, number> => new Map(countOf(scope).map(({ patch, n }) => [patch, n])),
    add: (patch: number, controller: string, at: number, actor: string): boolean =>
      add.run(patch, controller, at, actor).changes > 0,
    drop: (patch: number, controller: string): boolean => drop.run(patch, controller).changes > 0,
    install: (patch: number, controller: string, at: number, before: Snapshot): void =>
      void install.run(at, JSON.stringify(before), patch, controller),
    verify: (patch: number, controller: string, at: number, after: Snapshot): void =>
      void verify.run(at, JSON.stringify(after), patch, controller),
    answers: (patch: number, controller: string): Answered[] => answers.all(patch, controller).map(toCheck),
    answer: (given: GivenCheck): void => void answer.run(given),
    checksBetween: (from: number, to: number, most: number): GivenCheck[] =>
      checksBetween.all(from, to, most).map(toCheck),
  };
};

export type TargetStore = ReturnType<typeof targetStore>;
