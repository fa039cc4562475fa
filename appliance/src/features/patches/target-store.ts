import type { Database } from '../../platform/database.ts';
import { controllersIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import type { Answer, CheckItem, GivenCheck, Snapshot, Target } from './types.ts';

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
  const sql = statements(db);
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
  const install = sql.run<[number, string, number, string]>(
    'update ot_patch_target set installed_at = ?, before = ?, after = null, verified_at = null where patch = ? and controller = ?',
  );
  const verify = sql.run<[number, string, number, string]>(
    'update ot_patch_target set verified_at = ?, after = ? where patch = ? and controller = ?',
  );
  return {
    ofPatch: (patch: number, scope: Scope): Target[] => ofPatch(patch, scope).map(toTarget),
    counts: (scope: Scope): ReadonlyMap<number, number> => new Map(countOf(scope).map(({ patch, n }) => [patch, n])),
    add: sql.did<[patch: number, controller: string, at: number, actor: string]>(
      'insert into ot_patch_target (patch, controller, added_at, added_by) values (?, ?, ?, ?) on conflict do nothing',
    ),
    drop: sql.did<[patch: number, controller: string]>(
      'delete from ot_patch_target where patch = ? and controller = ?',
    ),
    install: (patch: number, controller: string, at: number, before: Snapshot): void =>
      install(at, JSON.stringify(before), patch, controller),
    verify: (patch: number, controller: string, at: number, after: Snapshot): void =>
      verify(at, JSON.stringify(after), patch, controller),
    answers: sql.all<[patch: number, controller: string], CheckRow, GivenCheck>(
      'select * from ot_patch_check where patch = ? and controller = ? order by id',
      toCheck,
    ),
    answer: sql.run<[given: GivenCheck]>(
      `insert into ot_patch_check (patch, controller, item, answer, note, value, actor, at)
     values (@patch, @controller, @item, @answer, @note, @value, @actor, @at)`,
    ),
    checksBetween: sql.all<[from: number, to: number, most: number], CheckRow, GivenCheck>(
      'select * from ot_patch_check where at >= ? and at < ? order by id limit ?',
      toCheck,
    ),
  };
};

export type TargetStore = ReturnType<typeof targetStore>;
