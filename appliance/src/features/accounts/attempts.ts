import { isIPv6 } from 'node:net';
import { type Database, immediate } from '../../platform/database.ts';
import type { Keyring } from '../../platform/keyring.ts';
import type { AccountStore } from './store.ts';

export type AttemptLimits = { windowMs: number; perName: number; perAddress: number; maxRows: number };

export const defaultAttemptLimits: AttemptLimits = {
  windowMs: 15 * 60_000,
  perName: 10,
  perAddress: 30,
  maxRows: 10_000,
};

export type Attempt =
  | { allowed: true }
  /** `isNew`: this try was the first over the limit; only that one is worth an event. */
  | { allowed: false; retryAfterMs: number; isNew: boolean };

export type Attempts = {
  /** Counts a try before it is checked, so that tries at the same time cannot overtake the limit. */
  take(name: string, address: string): Attempt;
  /** The right person came: forgets the tries on the name and gives the address its try back. */
  succeeded(name: string, address: string): void;
  trim(): void;
};

/** One device has a whole /64 of IPv6 addresses to try from, in whichever short form they are written. */
export const network = (address: string): string => {
  const plain = address.split('%')[0] ?? '';
  if (!isIPv6(plain) || plain.includes('.') || plain === '::1') return address;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: gap }, () => '0'), ...right].map((group) =>
    Number.parseInt(group, 16),
  );
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
};

/** Limits log-ins per name and per address over a bounded table. */
export const loginAttempts = (parts: {
  db: Database;
  store: AccountStore;
  keyring: Keyring;
  clock: () => number;
  limits?: AttemptLimits;
}): Attempts => {
  const { db, store, keyring, clock, limits = defaultAttemptLimits } = parts;
  const subject = (kind: 'name' | 'address', value: string): Buffer =>
    Buffer.from(keyring.mac('login-attempt', Buffer.from(`${kind}\0${value}`))).subarray(0, 16);
  const nameSubject = (name: string): Buffer => subject('name', name.normalize('NFKC').trim().toLowerCase());
  const addressSubject = (address: string): Buffer => subject('address', network(address));

  const count = (key: Buffer, most: number, now: number): Attempt => {
    const held = store.attempt(key);
    const isCurrent = held !== undefined && now - held.since < limits.windowMs && now >= held.since;
    const since = isCurrent ? held.since : now;
    const tries = (isCurrent ? held.tries : 0) + 1;
    // Past the limit the row stays as it is: the wait must not grow because somebody else keeps trying.
    if (tries <= most + 1) store.putAttempt(key, since, tries);
    return tries <= most
      ? { allowed: true }
      : { allowed: false, retryAfterMs: Math.max(1_000, since + limits.windowMs - now), isNew: tries === most + 1 };
  };

  return {
    take: (name, address) =>
      immediate(db, () => {
        const now = clock();
        store.boundAttempts(now - limits.windowMs, limits.maxRows);
        const byAddress = count(addressSubject(address), limits.perAddress, now);
        // A blocked address does not use up the tries of a name.
        return byAddress.allowed ? count(nameSubject(name), limits.perName, now) : byAddress;
      }),
    succeeded: (name, address) =>
      immediate(db, () => {
        store.dropAttempt(nameSubject(name));
        const key = addressSubject(address);
        const held = store.attempt(key);
        if (held === undefined) return;
        if (held.tries <= 1) store.dropAttempt(key);
        else store.putAttempt(key, held.since, held.tries - 1);
      }),
    trim: () => store.boundAttempts(clock() - limits.windowMs, limits.maxRows),
  };
};
