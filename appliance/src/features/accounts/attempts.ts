import { type Database, immediate } from '../../platform/database.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { networkOf } from '../../platform/network.ts';
import type { AccountStore, AttemptRow } from './store.ts';

// Slows guessing, and nothing else. What a stranger can do must not keep a person out, so no limit is a lock:
//
// - A growing delay counts per account and place: the browser, where it shows the cookie of an earlier log-in
//   (known-browser.ts), else the address. It is another person's only for browsers at the guesser's own address that were
//   never logged in there.
// - While an account or an address is tried by many, a place without that cookie and without a try of its own waits once,
//   `strangerMs`. The wait is that place's row, so tries of others make it no longer.
//
// A try that comes too early is answered at once with the time to wait: it takes no hashing place and holds no socket.

export type AttemptLimits = {
  /** Tries of an account or an address count as many so long. */
  windowMs: number;
  /** Tries of a place before its delay begins. */
  free: number;
  longestMs: number;
  /** A place without tries for so long begins anew; longer than the longest delay. */
  forgetMs: number;
  perAccount: number;
  perAddress: number;
  strangerMs: number;
  maxRows: number;
};

export const defaultAttemptLimits: AttemptLimits = {
  windowMs: 15 * 60_000,
  free: 5,
  longestMs: 15 * 60_000,
  forgetMs: 60 * 60_000,
  perAccount: 10,
  perAddress: 30,
  strangerMs: 5_000,
  maxRows: 20_000,
};

/** Who tries what: `browser` is what the cookie of an earlier log-in of this very account says. */
type Try = { name: string; from: string; browser?: string | undefined };

type Attempt = { allowed: true } | { allowed: false; retryAfterMs: number };

type Attempts = {
  /** Counts a try before it is checked, so that tries at the same time cannot overtake the limit. */
  take(attempt: Try): Attempt;
  /** The right person came: forgets the tries of this place. */
  succeeded(attempt: Try): void;
  trim(): void;
};

/** Delays of log-ins over a bounded table. */
export const loginAttempts = (parts: {
  db: Database;
  store: AccountStore;
  keyring: Keyring;
  clock: () => number;
  limits?: AttemptLimits;
}): Attempts => {
  const { db, store, keyring, clock, limits = defaultAttemptLimits } = parts;
  const subject = (kind: 'account' | 'address' | 'browser' | 'place', ...values: string[]): Buffer =>
    Buffer.from(keyring.mac('login-attempt', Buffer.from([kind, ...values].join('\0')))).subarray(0, 16);
  const plainName = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

  const subjectsOf = ({ name, from, browser }: Try) => ({
    place: browser === undefined ? subject('place', plainName(name), networkOf(from)) : subject('browser', browser),
    shared: browser === undefined ? [subject('account', plainName(name)), subject('address', networkOf(from))] : [],
  });

  /** A row of the future is of a clock that was put back. */
  const current = (key: Buffer, lifeMs: number, now: number): AttemptRow | undefined => {
    const held = store.attempt(key);
    return held !== undefined && now - held.since < lifeMs && now >= held.since ? held : undefined;
  };

  const delayMs = (tries: number, isTriedByMany: boolean): number => {
    if (tries < limits.free) return isTriedByMany ? limits.strangerMs : 0;
    return Math.min(limits.longestMs, 1_000 * 2 ** Math.min(tries - limits.free, 30));
  };

  const trim = (): void => store.boundAttempts(clock() - limits.forgetMs, limits.maxRows);

  return {
    take: (attempt) =>
      immediate(db, () => {
        const now = clock();
        trim();
        const { place, shared } = subjectsOf(attempt);
        const held = current(place, limits.forgetMs, now);
        if (held !== undefined && now < held.until) return { allowed: false, retryAfterMs: held.until - now };
        const most = [limits.perAccount, limits.perAddress];
        const rows = shared.map((key) => current(key, limits.windowMs, now));
        const isTriedByMany = rows.some((row, index) => (row?.tries ?? 0) >= (most[index] ?? 0));
        if (isTriedByMany && held === undefined) {
          store.putAttempt(place, { since: now, tries: 0, until: now + limits.strangerMs });
          return { allowed: false, retryAfterMs: limits.strangerMs };
        }
        for (const [index, key] of shared.entries()) {
          const row = rows[index];
          store.putAttempt(key, { since: row?.since ?? now, tries: (row?.tries ?? 0) + 1, until: 0 });
        }
        const tries = (held?.tries ?? 0) + 1;
        store.putAttempt(place, { since: now, tries, until: now + delayMs(tries, isTriedByMany) });
        return { allowed: true };
      }),
    succeeded: (attempt) =>
      immediate(db, () => {
        const { place, shared } = subjectsOf(attempt);
        store.dropAttempt(place);
        for (const key of shared) {
          const row = store.attempt(key);
          if (row === undefined) continue;
          if (row.tries <= 1) store.dropAttempt(key);
          else store.putAttempt(key, { ...row, tries: row.tries - 1 });
        }
      }),
    trim,
  };
};
