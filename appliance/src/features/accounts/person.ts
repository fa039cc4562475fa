// Which persons are behind an actor. Whoever writes what a second person approves stores the answer with it (revisions,
// requests, approvals; `storedPersons`), and the gate (approve.ts) compares what was stored: a later change of accounts
// or tokens rewrites no authorship. Rows are added here and never changed.

import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import type { Database } from '../../platform/database.ts';
import type { Actor, Body, PersonId, Revision } from '../objects/types.ts';

export type AccountPersons = {
  /** Device, system and a command line without log-in are no persons: nobody is behind them. */
  personsBehind(actor: Pick<Actor, 'type' | 'id'>): ReadonlySet<PersonId>;
  /** Told of every write of an account or token, in its transaction. */
  written(kind: string, id: string, body: Body | undefined, actor: Pick<Actor, 'type' | 'id'>): void;
  /** The object is gone for ever; what was stored with acts stays. */
  purged(kind: string, id: string): void;
};

/** As a column keeps it. */
export function storedPersons(persons: ReadonlySet<PersonId>): string {
  return JSON.stringify([...persons].sort());
}

export function readPersons(stored: string | null | undefined): ReadonlySet<PersonId> {
  const parsed: unknown = JSON.parse(stored ?? '[]');
  return new Set(Array.isArray(parsed) ? parsed.filter((one): one is PersonId => typeof one === 'string') : []);
}

/**
 * Everybody who wrote these revisions, newest first, as it was stored then. Nobody where a command line without log-in wrote
 * the newest: it may have been whoever approves; a person who saves it after that takes it upon himself.
 */
export function authorsOf(revisions: ReadonlyArray<Pick<Revision, 'actor' | 'persons'>>): ReadonlySet<PersonId> {
  if (revisions[0]?.actor.startsWith('cli:') === true) return new Set();
  return unitePersons(revisions.map(({ persons }) => persons));
}

/**
 * Of an object's revisions, newest first: those since the last that only wrote an approval into its internal `fields`. Where
 * there is none since, what was approved may have come to mean something else, and its authors count again.
 */
export function sinceApproved<T extends Pick<Revision, 'operation' | 'body'>>(
  revisions: readonly T[],
  fields: readonly string[],
): readonly T[] {
  const part = ({ body }: T, isApproval: boolean): string =>
    JSON.stringify(
      Object.entries(body)
        .filter(([name, value]) => fields.includes(name) === isApproval && value !== null)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  const isApproval = (at: number): boolean => {
    const [one, before] = [revisions[at], revisions[at + 1]];
    if (one?.operation !== 'update' || before === undefined || part(one, false) !== part(before, false)) return false;
    return part(one, true) !== part(before, true) && part(one, true) !== '[]';
  };
  const first = revisions.findIndex((_one, at) => !isApproval(at));
  const end = revisions.findIndex((_one, at) => at > first && isApproval(at));
  return revisions.slice(first, end === -1 ? undefined : end);
}

/** Nobody is behind both, and somebody is behind each. */
export function areTwoPersons(one: ReadonlySet<PersonId>, other: ReadonlySet<PersonId>): boolean {
  return one.size > 0 && other.size > 0 && ![...one].some((person) => other.has(person));
}

export function unitePersons(sets: Iterable<ReadonlySet<PersonId>>): ReadonlySet<PersonId> {
  return new Set([...sets].flatMap((set) => [...set]));
}

const subjectOf = (type: 'account' | 'token', id: string): string => `${type}:${id}`;

const addressOf = ({ email }: Body): string => (typeof email === 'string' ? email.trim() : '');

/** Looks persons up; writes nothing. */
export function personsIn(db: Database): {
  ofSubject(subject: string): ReadonlySet<PersonId>;
  personsBehind: AccountPersons['personsBehind'];
} {
  // Two accounts that once had one address are one human for good: to change it before the second act parts nobody.
  // Who made, promoted or reset an account alone stands behind it as well (touch-store.ts).
  const behind = db.prepare<[string], { person: PersonId }>(
    `with recursive found(person) as (
       select person from person_of where subject = ?
       union
       select same from found join person_same using (person)
       union
       select touch.person from found join person_of own using (person)
         join account_touch touch on own.subject = 'account:' || touch.account
     ) select person from found`,
  );
  const ofSubject = (subject: string): ReadonlySet<PersonId> =>
    new Set(behind.all(subject).map(({ person }) => person));

  const personsBehind = (actor: Pick<Actor, 'type' | 'id'>): ReadonlySet<PersonId> =>
    actor.type === 'account' || actor.type === 'token' ? ofSubject(subjectOf(actor.type, actor.id)) : new Set();

  return { ofSubject, personsBehind };
}

export function accountPersons(parts: {
  db: Database;
  /** A keyed digest that sees no difference between capital and small letters: the address itself is personal. */
  blind: (address: string) => Buffer;
}): AccountPersons {
  const { db, blind } = parts;
  const add = db.prepare<[string, PersonId]>('insert or ignore into person_of (subject, person) values (?, ?)');
  const known = db.prepare<[string], { person: PersonId }>('select person from person_of where subject = ?');
  const setAddress = db.prepare<[PersonId, Buffer]>(
    `insert into person_address (person, address) values (?, ?)
     on conflict (person) do update set address = excluded.address`,
  );
  const dropAddress = db.prepare<[PersonId]>('delete from person_address where person = ?');
  const join = db.prepare<[PersonId]>(
    `insert or ignore into person_same (person, same)
       with pair(one, other) as (
         select own.person, other.person from person_address own
           join person_address other on other.address = own.address and other.person <> own.person
          where own.person = ?
       ) select one, other from pair union all select other, one from pair`,
  );
  const drop = db.prepare<[string]>('delete from person_of where subject = ?');
  const dropTouches = db.prepare<[string]>('delete from account_touch where account = ?');
  const dropSame = db.prepare<{ person: PersonId }>('delete from person_same where person = @person or same = @person');

  const { ofSubject, personsBehind } = personsIn(db);

  return {
    personsBehind,
    written: (kind, id, body, actor) => {
      if (body === undefined) return;
      if (kind === 'account') {
        const subject = subjectOf('account', id);
        const own = known.get(subject)?.person ?? (Buffer.from(randomBytes(16)).toString('hex') as PersonId);
        add.run(subject, own);
        const address = addressOf(body);
        if (address === '') dropAddress.run(own);
        else setAddress.run(own, blind(address));
        join.run(own);
      }
      if (kind === 'token') {
        // Whoever made or changed it may know its secret, and the account is the one that it acts for.
        const { account } = body;
        const own = typeof account === 'string' ? ofSubject(subjectOf('account', account)) : new Set<PersonId>();
        for (const person of [...own, ...personsBehind(actor)]) add.run(subjectOf('token', id), person);
      }
    },
    purged: (kind, id) => {
      if (kind !== 'account' && kind !== 'token') return;
      const [own] = known.all(subjectOf(kind, id));
      drop.run(subjectOf(kind, id));
      if (kind === 'account') dropTouches.run(id);
      if (kind === 'token' || own === undefined) return;
      dropAddress.run(own.person);
      dropSame.run({ person: own.person });
    },
  };
}
