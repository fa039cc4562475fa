// Accounts: which person is behind a request, and what that person may do.
//
// An account is an object (kind `account`), so its changes have revisions; its password is an Argon2id hash in a secret
// field. A session is a random cookie of which only the hash is kept; it ends by log-out, by idle time, by age, when the
// password changes and when the account is disabled or deleted. Roles are read at every request, so a right that is
// taken away is gone at once. An API token acts for an account and may be limited further, never widened. A wrong name,
// a wrong password and a disabled account look the same from outside, in words and in time.

import type { Actor, Right } from '../objects/types.ts';
import { areas } from '../objects/types.ts';
import type { Touch } from './touch-store.ts';

/** How a session was opened. */
export type SessionWay = 'password' | 'two-step' | 'link';

export type Session = {
  /** SHA-256 of the cookie's value. */
  hash: Buffer;
  account: string;
  createdAt: number;
  usedAt: number;
  from: string | null;
  way: SessionWay;
  /** When the person last gave password and code. */
  authenticatedAt: number;
};

/** A request with a living session. */
export type SignedIn = {
  actor: Actor;
  session: Session;
  csrf: string;
  /** The site asks for two-step verification and this account has none yet. */
  needsTwoStep: boolean;
};

/** What a log-in hands to the browser: the session, and what shows later that it was logged in here. */
export type NewSession = {
  cookie: string;
  maxAgeSeconds: number;
  known: string;
  actor: Actor;
  /** Who made, promoted or reset the account since its owner last signed in with two factors: told at this log-in. */
  told?: readonly Touch[];
};

/** `asksCode`: the second factor is asked for beside the new password. */
export type LinkPurpose = { account: string; name: string; expiresAt: number; asksCode: boolean };

const allAreas = (access: 'read' | 'write'): Right[] => areas.map((area): Right => `${area}:${access}`);

/** Every right that a role can name. */
export const allRights: readonly Right[] = ['all', ...allAreas('read'), ...allAreas('write'), 'safety:write'];

/** `x:write` includes `x:read`; `all` is everything. */
export const isRight = (text: string): text is Right => (allRights as readonly string[]).includes(text);
