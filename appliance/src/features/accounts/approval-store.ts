import { type PersonId, readPersons, storedPersons } from '../../engine/objects/types.ts';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

type ApprovalRow = {
  act: string;
  thing: string;
  type: 'author' | 'approver';
  at: number;
  actor: string;
  persons: ReadonlySet<PersonId>;
  onePerson: boolean;
};

type Stored = Omit<ApprovalRow, 'persons' | 'onePerson'> & { persons: string; onePerson: number };

/** Who asked for and who approved what takes two persons: rows are added, never changed. */
export function approvalStore(db: Database) {
  const sql = statements(db);
  const add = sql.run<[Stored]>(
    `insert into approval (act, thing, type, at, actor, persons, one_person)
     values (@act, @thing, @type, @at, @actor, @persons, @onePerson)`,
  );
  const of = sql.all<[string, string], Stored>(
    `select act, thing, type, at, actor, persons, one_person as onePerson from approval
      where act = ? and thing = ? order by id`,
  );
  return {
    add: (row: Omit<ApprovalRow, 'onePerson'> & { onePerson?: boolean }): void => {
      add({ ...row, persons: storedPersons(row.persons), onePerson: row.onePerson === true ? 1 : 0 });
    },
    /** In the order in which they were written. */
    of: (act: string, thing: string): ApprovalRow[] =>
      of(act, thing).map((row) => ({ ...row, persons: readPersons(row.persons), onePerson: row.onePerson === 1 })),
    trim: sql.changes<[before: number]>('delete from approval where at < ?'),
  };
}

export type ApprovalStore = ReturnType<typeof approvalStore>;
