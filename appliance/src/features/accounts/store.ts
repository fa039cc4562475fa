import type { Database } from '../../platform/database.ts';
import type { Session } from './types.ts';

/** Tries of one subject: since when, how many, and until when the next one waits. */
export type AttemptRow = { since: number; tries: number; until: number };

const columns = `hash, account, created_at as createdAt, used_at as usedAt, from_address as "from", way,
  authenticated_at as authenticatedAt, view_as as viewAs`;

/** Sessions and tries. */
export const accountStore = (db: Database) => {
  const session = db.prepare<[Buffer], Session>(`select ${columns} from session where hash = ?`);
  const sessionsOf = db.prepare<[string], Session>(
    `select ${columns} from session where account = ? order by used_at desc`,
  );
  const allSessions = db.prepare<[number], Session>(`select ${columns} from session order by used_at desc limit ?`);
  const addSession = db.prepare<[Buffer, string, number, number, string | null, string, number]>(
    `insert into session (hash, account, created_at, used_at, from_address, way, authenticated_at)
     values (?, ?, ?, ?, ?, ?, ?)`,
  );
  const authenticateSession = db.prepare<[number, Buffer]>('update session set authenticated_at = ? where hash = ?');
  const viewAs = db.prepare<[string | null, Buffer]>('update session set view_as = ? where hash = ?');
  const touch = db.prepare<[number, Buffer]>('update session set used_at = ? where hash = ?');
  const dropSession = db.prepare<[Buffer]>('delete from session where hash = ?');
  const dropSessionsOf = db.prepare<[string, Buffer | null]>('delete from session where account = ? and hash is not ?');
  const dropOldestOf = db.prepare<[string, number]>(
    `delete from session where hash in
       (select hash from session where account = ? order by created_at desc limit -1 offset ?)`,
  );
  const dropEnded = db.prepare<[number, number]>('delete from session where created_at < ? or used_at < ?');

  const attempt = db.prepare<[Buffer], AttemptRow>('select since, tries, until from login_attempt where subject = ?');
  const putAttempt = db.prepare<[Buffer, number, number, number]>(
    `insert into login_attempt (subject, since, tries, until) values (?, ?, ?, ?)
     on conflict (subject) do update set since = excluded.since, tries = excluded.tries, until = excluded.until`,
  );
  const dropAttempt = db.prepare<[Buffer]>('delete from login_attempt where subject = ?');
  const dropOldAttempts = db.prepare<[number]>('delete from login_attempt where since < ?');
  const countAttempts = db.prepare<[], { n: number }>('select count(*) as n from login_attempt');
  const dropOldestAttempts = db.prepare<[number]>(
    'delete from login_attempt where subject in (select subject from login_attempt order by since limit ?)',
  );

  const lastStep = db.prepare<[string], { step: number }>('select step from totp_step where account = ?');
  const setLastStep = db.prepare<[string, number]>(
    'insert into totp_step (account, step) values (?, ?) on conflict (account) do update set step = excluded.step',
  );

  return {
    /** The step of the newest one-time password that an account used. */
    lastStep: (account: string): number => lastStep.get(account)?.step ?? 0,
    setLastStep: (account: string, step: number): void => {
      setLastStep.run(account, step);
    },

    session: (hash: Buffer): Session | undefined => {
      return session.get(hash);
    },
    sessionsOf: (account: string): Session[] => sessionsOf.all(account),
    /** The last used first. */
    allSessions: (limit: number): Session[] => allSessions.all(limit),
    addSession: (row: Omit<Session, 'viewAs'>): void => {
      addSession.run(row.hash, row.account, row.createdAt, row.usedAt, row.from, row.way, row.authenticatedAt);
    },
    authenticateSession: (hash: Buffer, at: number): void => {
      authenticateSession.run(at, hash);
    },
    viewAs: (hash: Buffer, role: string | null): void => {
      viewAs.run(role, hash);
    },
    touch: (hash: Buffer, at: number): void => {
      touch.run(at, hash);
    },
    dropSession: (hash: Buffer): boolean => dropSession.run(hash).changes > 0,
    /** All sessions of an account but one. */
    dropSessionsOf: (account: string, except: Buffer | null): number => dropSessionsOf.run(account, except).changes,
    keepNewestSessions: (account: string, count: number): void => {
      dropOldestOf.run(account, count);
    },
    dropEnded: (createdBefore: number, usedBefore: number): void => {
      dropEnded.run(createdBefore, usedBefore);
    },

    attempt: (subject: Buffer) => attempt.get(subject),
    putAttempt: (subject: Buffer, { since, tries, until }: AttemptRow): void => {
      putAttempt.run(subject, since, tries, until);
    },
    dropAttempt: (subject: Buffer): void => {
      dropAttempt.run(subject);
    },
    /** Keeps the table small whatever is tried. */
    boundAttempts: (before: number, most: number): void => {
      dropOldAttempts.run(before);
      const surplus = (countAttempts.get()?.n ?? 0) - most;
      if (surplus > 0) dropOldestAttempts.run(surplus);
    },
  };
};

export type AccountStore = ReturnType<typeof accountStore>;
