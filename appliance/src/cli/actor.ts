// Who a command acts as: the account that `sallyport login` signed in for this user of the operating system, else only the
// user's name. Read access to the data directory is enough for what takes one person; what takes two needs accounts.

import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir } from '@sallyport/bundle-tools/platform/files';
import type { Actor, Right } from '../engine/objects/types.ts';
import type { AccountService } from '../features/accounts/service.ts';
import { MACHINE, type SignedIn } from '../features/accounts/types.ts';
import { AppError } from '../platform/errors.ts';

/** How long a log-in at the command line lasts. */
export const cliSessionMs = 30 * 60_000;

/** Who a command acts as over this session, if there is one. */
export function actorOf(session: SignedIn | undefined): Actor {
  if (session !== undefined) return session.actor;
  // Root's commands run as the service's user; who gave them is as claimed.
  const username = env('SALLYPORT_CLAIMED_USER') ?? userInfo().username;
  return { type: 'cli', id: username, label: username, rights: new Set<Right>(['all']) };
}

/**
 * One file for each data directory, in the user's runtime folder, which ends with the user's sessions. Root's commands have no right
 * in root's home: their sessions lie with the data, a file for each who gave them.
 */
function sessionFile(dataDir: string): string {
  const claimed = env('SALLYPORT_CLAIMED_USER');
  if (claimed !== undefined)
    return join(dataDir, 'sessions', `${createHash('sha256').update(claimed).digest('hex').slice(0, 16)}.session`);
  const folder = env('XDG_RUNTIME_DIR') ?? join(homedir(), '.cache');
  const name = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 16);
  return join(folder, 'sallyport', `${name}.session`);
}

/** The cookie in it; a file that others could have written or read is none. */
function readSession(path: string): string | undefined {
  try {
    const stat = lstatSync(path);
    const isOwn = stat.isFile() && stat.uid === userInfo().uid && (stat.mode & 0o077) === 0;
    return isOwn ? readFileSync(path, 'utf8').trim() : undefined;
  } catch {
    return undefined;
  }
}

/** The living session of this user over a data directory, if there is one. */
export function resumeSession(
  accounts: Pick<AccountService, 'resume' | 'sessionRan'>,
  dataDir: string,
): SignedIn | undefined {
  const cookie = readSession(sessionFile(dataDir));
  const found = cookie === undefined ? undefined : accounts.resume(cookie, MACHINE);
  return found === undefined || accounts.sessionRan(found) >= cliSessionMs ? undefined : found;
}

/** Signs an account in for the commands that follow. UNAUTHENTICATED, RATE_LIMITED. */
export async function signIn(
  accounts: Pick<AccountService, 'login' | 'logout' | 'resume'>,
  dataDir: string,
  credentials: { name: string; password: string; code: string },
): Promise<Actor> {
  const path = sessionFile(dataDir);
  const { cookie } = await accounts.login({ ...credentials, from: MACHINE, old: readSession(path) });
  const made = accounts.resume(cookie, MACHINE);
  if (made === undefined) throw new AppError('INTERNAL', 'the session that was just made is not there');
  if (made.needsTwoStep) {
    accounts.logout(made);
    throw new AppError('FORBIDDEN', 'the site asks for a second factor: set it up in the console first');
  }
  ensureDir(dirname(path), 0o700);
  rmSync(path, { force: true });
  writeFileSync(path, `${cookie}\n`, { mode: 0o600, flag: 'wx' });
  return made.actor;
}

/** Ends the session; whether there was one. */
export function signOut(accounts: Pick<AccountService, 'logout' | 'resume'>, dataDir: string): boolean {
  const path = sessionFile(dataDir);
  const cookie = readSession(path);
  const found = cookie === undefined ? undefined : accounts.resume(cookie, MACHINE);
  if (found !== undefined) accounts.logout(found);
  rmSync(path, { force: true });
  return found !== undefined;
}
