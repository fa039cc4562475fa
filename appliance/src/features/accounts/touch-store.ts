import type { PersonId } from '../../engine/objects/types.ts';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { Touch } from './types.ts';

// Who made, promoted or reset an account alone: such a person stands behind the account (objects/person-store.ts reads the rows), since
// the link of the account was theirs first. It ends when a third person confirms the account, or when its owner signed in
// with two factors, was told, and does so again after the days that the site sets.

export function accountTouches(db: Database) {
  const sql = statements(db);
  const add = sql.run<[string, PersonId, number, number]>(
    `insert into account_touch (account, person, since, at) values (?, ?, ?, ?)
     on conflict (account, person) do update set at = excluded.at, told_at = null`,
  );
  const of = sql.all<[string], Touch>(
    'select person, at, told_at as toldAt from account_touch where account = ? order by at',
  );
  const tell = sql.run<[number, string]>('update account_touch set told_at = ? where account = ? and told_at is null');
  const end = sql.run<[string, number]>(
    'delete from account_touch where account = ? and at <= ? and told_at is not null',
  );
  return {
    /** `isNew`: the account never had a password. */
    touch: (account: string, persons: ReadonlySet<PersonId>, at: number, isNew: boolean): void => {
      for (const person of persons) add(account, person, isNew ? 0 : at, at);
    },
    of: (account: string): Touch[] => of(account),
    /** The owner signed in with two factors: ends what is old enough, and says what the owner is told now. */
    signedIn: (account: string, now: number, vouchMs: number): Touch[] => {
      end(account, now - vouchMs);
      const news = of(account).filter(({ toldAt }) => toldAt === null);
      if (news.length > 0) tell(now, account);
      return news;
    },
    clear: sql.changes<[account: string]>('delete from account_touch where account = ?'),
  };
}

export type AccountTouches = ReturnType<typeof accountTouches>;
