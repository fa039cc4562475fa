import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { Session } from './types.ts';

/** Tries of one subject: since when, how many, and until when the next one waits. */
export type AttemptRow = { since: number; tries: number; until: number };

const columns = `hash, account, created_at as createdAt, used_at as usedAt, from_address as "from", way,
  authenticated_at as authenticatedAt, created_ran as createdRan, used_ran as usedRan,
  authenticated_ran as authenticatedRan, view_as as viewAs`;

/** Sessions and tries. */
export const accountStore = (db: Database) => {
  const sql = statements(db);

  const putAttempt = sql.run<[Buffer, number, number, number]>(
    `insert into login_attempt (subject, since, tries, until) values (?, ?, ?, ?)
     on conflict (subject) do update set since = excluded.since, tries = excluded.tries, until = excluded.until`,
  );
  const dropOldAttempts = sql.run<[number]>('delete from login_attempt where since < ?');
  const countAttempts = sql.count<[]>('select count(*) as n from login_attempt');
  const dropOldestAttempts = sql.run<[number]>(
    'delete from login_attempt where subject in (select subject from login_attempt order by since limit ?)',
  );

  return {
    /** The step of the newest one-time password that an account used. */
    lastStep: sql.count<[account: string]>('select step from totp_step where account = ?'),
    setLastStep: sql.run<[account: string, step: number]>(
      'insert into totp_step (account, step) values (?, ?) on conflict (account) do update set step = excluded.step',
    ),

    session: sql.get<[hash: Buffer], Session>(`select ${columns} from session where hash = ?`),
    sessionsOf: sql.all<[account: string], Session>(
      `select ${columns} from session where account = ? order by used_at desc`,
    ),
    /** The last used first. */
    allSessions: sql.all<[limit: number], Session>(`select ${columns} from session order by used_at desc limit ?`),
    addSession: sql.run<[row: Omit<Session, 'viewAs'>]>(
      `insert into session (hash, account, created_at, used_at, from_address, way, authenticated_at,
         created_ran, used_ran, authenticated_ran)
       values (:hash, :account, :createdAt, :usedAt, :from, :way, :authenticatedAt, :createdRan, :usedRan, :authenticatedRan)`,
    ),
    authenticateSession: sql.run<[hash: Buffer, at: number, ran: number]>(
      'update session set authenticated_at = ?2, authenticated_ran = ?3 where hash = ?1',
    ),
    viewAs: sql.run<[hash: Buffer, role: string | null]>('update session set view_as = ?2 where hash = ?1'),
    touch: sql.run<[hash: Buffer, at: number, ran: number]>(
      'update session set used_at = ?2, used_ran = ?3 where hash = ?1',
    ),
    dropSession: sql.did<[hash: Buffer]>('delete from session where hash = ?'),
    /** All sessions of an account but one. */
    dropSessionsOf: sql.changes<[account: string, except: Buffer | null]>(
      'delete from session where account = ? and hash is not ?',
    ),
    keepNewestSessions: sql.run<[account: string, count: number]>(
      `delete from session where hash in
       (select hash from session where account = ? order by created_at desc limit -1 offset ?)`,
    ),
    /** By the time that the appliance had run. */
    dropEnded: sql.run<[createdBefore: number, usedBefore: number]>(
      'delete from session where created_ran < ? or used_ran < ?',
    ),

    attempt: sql.get<[subject: Buffer], AttemptRow>('select since, tries, until from login_attempt where subject = ?'),
    putAttempt: (subject: Buffer, { since, tries, until }: AttemptRow): void => {
      putAttempt(subject, since, tries, until);
    },
    dropAttempt: sql.run<[subject: Buffer]>('delete from login_attempt where subject = ?'),
    /** Keeps the table small whatever is tried. */
    boundAttempts: (before: number, most: number): void => {
      dropOldAttempts(before);
      const surplus = countAttempts() - most;
      if (surplus > 0) dropOldestAttempts(surplus);
    },
  };
};

export type AccountStore = ReturnType<typeof accountStore>;
