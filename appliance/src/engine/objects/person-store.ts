import { statements } from '../../platform/statements.ts';
// Which persons are behind an actor. Writers of what a second person approves store the answer with it (revisions,
// requests, approvals; `storedPersons`), and the gate (accounts/approve.ts) compares what was stored: a later change of accounts
// or tokens rewrites no authorship. Rows are added here and never changed.

import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { type Database, nowIn } from '../../platform/database.ts';
import type { AccountPersons, Body, PersonId } from './types.ts';

const subjectOf = (type: 'account' | 'token', id: string): string => `${type}:${id}`;

const addressOf = ({ email }: Body): string => (typeof email === 'string' ? email.trim() : '');

/** Looks persons up; writes nothing. */
function personsIn(db: Database): {
  ofSubject(subject: string): ReadonlySet<PersonId>;
  personsBehind: AccountPersons['personsBehind'];
} {
  const sql = statements(db);
  // Two accounts that once had one address are one person for good: changing it before the second act splits none.
  // Who made, promoted or reset an account alone stands behind it as well (touch-store.ts).
  const behind = sql.values<[{ subject: string; since: number }], PersonId>(
    `with recursive found(person) as (
       select person from person_of where subject = @subject
       union
       select same from found join person_same using (person) where at <= @since
       union
       select touch.person from found join person_of own using (person)
         join account_touch touch on own.subject = 'account:' || touch.account
         where touch.since <= @since
     ) select person from found`,
  );
  const ofSubject = (subject: string, since = Number.MAX_SAFE_INTEGER): ReadonlySet<PersonId> =>
    new Set(behind({ subject, since }));

  const personsBehind: AccountPersons['personsBehind'] = (actor, since) =>
    actor.type === 'account' || actor.type === 'token' ? ofSubject(subjectOf(actor.type, actor.id), since) : new Set();

  return { ofSubject, personsBehind };
}

export function accountPersons(parts: {
  db: Database;
  /** A keyed digest that sees no difference between capital and small letters: the address itself is personal. */
  blind: (address: string) => Buffer;
}): AccountPersons {
  const { db, blind } = parts;
  const sql = statements(db);
  const add = sql.run<[string, PersonId]>('insert or ignore into person_of (subject, person) values (?, ?)');
  const known = db.prepare<[string], { person: PersonId }>('select person from person_of where subject = ?');
  const setAddress = sql.run<[PersonId, Buffer]>(
    `insert into person_address (person, address) values (?, ?)
     on conflict (person) do update set address = excluded.address`,
  );
  const dropAddress = sql.run<[PersonId]>('delete from person_address where person = ?');
  const join = sql.run<[{ person: PersonId; at: number }]>(
    `insert or ignore into person_same (person, same, at)
       with pair(one, other) as (
         select own.person, other.person from person_address own
           join person_address other on other.address = own.address and other.person <> own.person
          where own.person = @person
       ) select one, other, @at from pair union all select other, one, @at from pair`,
  );
  const drop = sql.run<[string]>('delete from person_of where subject = ?');
  const dropTouches = sql.run<[string]>('delete from account_touch where account = ?');
  const dropSame = sql.run<[{ person: PersonId }]>('delete from person_same where person = @person or same = @person');

  const { ofSubject, personsBehind } = personsIn(db);

  return {
    personsBehind,
    written: (kind, id, body, actor) => {
      if (body === undefined) return;
      if (kind === 'account') {
        const subject = subjectOf('account', id);
        const own = known.get(subject)?.person ?? (Buffer.from(randomBytes(16)).toString('hex') as PersonId);
        add(subject, own);
        const address = addressOf(body);
        if (address === '') dropAddress(own);
        else setAddress(own, blind(address));
        join({ person: own, at: nowIn(db) });
      }
      if (kind === 'token') {
        // The author of a token may know its secret, and the account is the one that it acts for.
        const { account } = body;
        const own = typeof account === 'string' ? ofSubject(subjectOf('account', account)) : new Set<PersonId>();
        for (const person of [...own, ...personsBehind(actor)]) add(subjectOf('token', id), person);
      }
    },
    purged: (kind, id) => {
      if (kind !== 'account' && kind !== 'token') return;
      const [own] = known.all(subjectOf(kind, id));
      drop(subjectOf(kind, id));
      if (kind === 'account') dropTouches(id);
      if (kind === 'token' || own === undefined) return;
      dropAddress(own.person);
      dropSame({ person: own.person });
    },
  };
}
