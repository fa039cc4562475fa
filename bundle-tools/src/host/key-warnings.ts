import { rootReserveDays } from './lifetimes.ts';
import type { DrawnRole } from './trust-drawing.ts';

// Before anything expires: early enough that people who hold keys in other places can come together.

/** Days before its expiry at which the host speaks of a file. The root a year before: below 180 days nothing leaves. */
export const hostWarnDays = { root: 365, targets: 60, snapshot: 60, timestamp: 21 } as const;

/** What runs out, and when. */
export type KeyWarning = {
  readonly code: 'KEY_EXPIRES_SOON' | 'ROOT_TOO_SHORT' | 'EXPIRED';
  readonly role: 'root' | 'targets' | 'snapshot' | 'timestamp';
  readonly version: number;
  readonly expires: string;
  readonly daysLeft: number;
};

const codeOf = (role: KeyWarning['role'], daysLeft: number): KeyWarning['code'] => {
  if (daysLeft < 0) return 'EXPIRED';
  return role === 'root' && daysLeft < rootReserveDays ? 'ROOT_TOO_SHORT' : 'KEY_EXPIRES_SOON';
};

/** The files of a chain that are within their limit of days. */
export const keyWarnings = (
  roles: ReadonlyArray<DrawnRole>,
  limitDays: Readonly<Record<KeyWarning['role'], number>> = hostWarnDays,
): ReadonlyArray<KeyWarning> =>
  roles.flatMap(({ role, file }): KeyWarning[] => {
    if (role === 'fulfil' || file === undefined || file.daysLeft >= limitDays[role]) return [];
    return [{ code: codeOf(role, file.daysLeft), role, ...file }];
  });

const remedies: Readonly<Record<KeyWarning['role'], string>> = {
  root: 'sallyport-bundle trust rotate, with the root keys',
  targets: 'sallyport-bundle catalog build, and a curator signs',
  snapshot: 'sallyport-bundle fulfil signs it again',
  timestamp: 'sallyport-bundle fulfil signs it again',
};

/** A warning in a sentence, with what helps. */
export const warningText = ({ code, role, version, expires, daysLeft }: KeyWarning): string =>
  `${code}: ${role} ${version} ${daysLeft < 0 ? `expired at ${expires}` : `expires in ${daysLeft} days, at ${expires}`}${
    code === 'ROOT_TOO_SHORT' ? `; no bundle leaves with less than ${rootReserveDays}` : ''
  }. Renew: ${remedies[role]}`;
