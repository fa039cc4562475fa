import { daysUntil } from '@sallyport/bundle-tools/host/lifetimes';
import { type DrawnRole, rolesInFiles } from '@sallyport/bundle-tools/host/trust-drawing';
import type { EventService } from '../../engine/events/service.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { ExchangeStore } from './store.ts';
import type { TrustRole } from './types.ts';

// How long what this site trusts is good for. A root that runs out stops every import; the others only make what is
// known old. So the site speaks early, once per file and step, and the people of the connected side have time to meet.

/** Days before its expiry at which the site speaks of a file. */
const stepsDays: Readonly<Record<TrustRole, readonly number[]>> = {
  root: [180, 90, 30, 7],
  targets: [60, 30, 7],
  snapshot: [60, 30, 7],
  timestamp: [21, 7],
};
const rememberedEvents = 1_000;

/** A file that runs out; `limitDays` is the step that it has passed, 0 when it has expired. */
export type KeyDate = {
  readonly role: TrustRole;
  readonly version: number;
  readonly expires: string;
  readonly daysLeft: number;
  readonly limitDays: number;
};

/** The files in force that have passed their first step, the soonest first. */
export const keyDates = (store: ExchangeStore, atMs: number): KeyDate[] =>
  [...store.metadata().values()]
    .flatMap(({ role, version, expires }): KeyDate[] => {
      const daysLeft = daysUntil(expires, atMs);
      const passed = stepsDays[role].filter((limit) => daysLeft < limit);
      if (passed.length === 0) return [];
      return [{ role, version, expires, daysLeft, limitDays: daysLeft < 0 ? 0 : Math.min(...passed) }];
    })
    .sort((a, b) => a.daysLeft - b.daysLeft);

/** Records each step once; returns how many are new. */
export const noteKeyDates = (events: EventService, dates: readonly KeyDate[]): number => {
  const nameOf = (params: Readonly<Record<string, unknown>>): string =>
    [params['role'], params['version'], params['limitDays']].join(' ');
  const earlier = new Set(
    events
      .list({ scope: wholeSite('job'), type: ['key-expires-soon'], limit: rememberedEvents })
      .rows.map(({ params }) => nameOf(params)),
  );
  const fresh = dates.filter((date) => !earlier.has(nameOf(date)));
  for (const { role, version, expires, daysLeft, limitDays } of fresh)
    events.record('key-expires-soon', {
      actor: 'system:appliance',
      params: { role, version, limitDays, daysLeft, expires: Date.parse(expires) },
    });
  return fresh.length;
};

/** A key date as a sentence, for `doctor` and the command line. */
export const keyDateText = ({ role, version, expires, daysLeft }: KeyDate): string =>
  daysLeft < 0
    ? `${role} ${version} expired at ${expires}`
    : `${role} ${version} expires in ${daysLeft} days, at ${expires}`;

/** Who holds what by the files in force; undefined before trust was imported. */
export const trustRoles = (store: ExchangeStore, atMs: number): ReadonlyArray<DrawnRole> | undefined => {
  const metadata = store.metadata();
  const root = metadata.get('root')?.bytes;
  if (root === undefined) return undefined;
  const bytes = (role: TrustRole) => metadata.get(role)?.bytes;
  return rolesInFiles(
    { root, targets: bytes('targets'), snapshot: bytes('snapshot'), timestamp: bytes('timestamp') },
    atMs,
  );
};
