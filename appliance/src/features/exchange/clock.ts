import { readClock, suspectMs } from '@sallyport/bundle-tools/importer/clock';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, byWhom } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { requireState } from './request-builder.ts';
import type { ExchangeStore } from './store.ts';
import type { HeldRole } from './types.ts';

// The floor of the bundle format, section "Clock": the latest of the release's build, of issued_at of the last accepted
// bundle and of the last wall time that was seen. It is never lowered. A time more than 400 days above it counts for
// nothing until an operator agrees.

/** A time that is too far ahead to be believed, and whose it is. */
export type DoubtfulTime = { readonly source: 'clock' | 'bundle'; readonly time: string; readonly daysAhead: number };

/** What the site takes for the time, and why. */
export type ClockView = {
  readonly systemTime: string;
  readonly floor: string;
  /** What imports and requests count with. */
  readonly believed: string;
  readonly releasedAt?: string;
  readonly isBehind: boolean;
  readonly doubtful: readonly DoubtfulTime[];
};

/** What agreeing would do, to be looked at before it is done: the floor can never be lowered again. */
export type ClockAgreement = {
  readonly source: DoubtfulTime['source'];
  readonly from: string;
  readonly to: string;
  readonly daysAhead: number;
  /** Held metadata that is past its time at the new floor. */
  readonly expires: readonly HeldRole[];
};

export type ClockParts = {
  readonly db: Database;
  readonly store: ExchangeStore;
  readonly events: EventService;
  readonly clock: () => number;
  readonly releasedAt: string | undefined;
};

/** The later of two times in the form of the documents, which sort as text. */
const laterTime = (a: string, b: string): string => [a, b].sort()[1] ?? a;

const dayMs = 86_400_000;
const daysBetween = (from: string, to: string): number => Math.floor((Date.parse(to) - Date.parse(from)) / dayMs);

/** The first floor of a site: the clock, unless it is too far above the release to be believed. */
export const firstFloor = (systemTime: string, releasedAt: string | undefined): string =>
  releasedAt === undefined ? systemTime : toTime(readClock(releasedAt, systemTime).believedMs);

/** The time that counts: never before the floor, and the floor itself where the clock is not believed. */
export const believedMs = (floor: string, systemMs: number): number => readClock(floor, toTime(systemMs)).believedMs;

/** The floor, the clock, and what is in doubt. */
export const clockView = ({ store, clock, releasedAt }: ClockParts): ClockView => {
  const { floor, issued_suspect: issuedAt } = requireState(store);
  const systemTime = toTime(clock());
  const read = readClock(floor, systemTime);
  const doubt = (source: DoubtfulTime['source'], time: string): DoubtfulTime => ({
    source,
    time,
    daysAhead: daysBetween(floor, time),
  });
  return {
    systemTime,
    floor,
    believed: toTime(read.believedMs),
    ...defined({ releasedAt }),
    isBehind: read.behind,
    doubtful: [
      ...(read.suspect ? [doubt('clock', systemTime)] : []),
      ...(issuedAt === null ? [] : [doubt('bundle', issuedAt)]),
    ],
  };
};

/** Raises the floor, and to the time of the last bundle too once that is near enough; in the caller's transaction. */
const raise = (store: ExchangeStore, time: string): void => {
  store.raiseFloor(time);
  const { floor, issued_suspect: issuedAt } = requireState(store);
  if (issuedAt === null || Date.parse(issuedAt) > Date.parse(floor) + suspectMs) return;
  store.raiseFloor(issuedAt);
  store.setIssuedSuspect(null);
};

/** Keeps the wall time that is seen, unless it is in doubt; an event says so then. For start, stop and the daily check. */
export const noteTime = (parts: ClockParts): ClockView =>
  immediate(parts.db, () => {
    const view = clockView(parts);
    const isSuspect = view.doubtful.some(({ source }) => source === 'clock');
    if (!isSuspect) raise(parts.store, view.systemTime);
    if (isSuspect || view.isBehind)
      parts.events.record('clock-doubtful', {
        actor: 'system:appliance',
        params: {
          code: isSuspect ? 'CLOCK_SUSPECT' : 'CLOCK_BEHIND',
          clock: Date.parse(view.systemTime),
          floor: Date.parse(view.floor),
        },
      });
    return view;
  });

/** What agreeing to a doubtful time would do; nothing is changed. NOT_FOUND when nothing is in doubt. */
export const previewAgreement = (parts: ClockParts, source?: DoubtfulTime['source']): ClockAgreement => {
  const { doubtful, floor } = clockView(parts);
  const wanted = doubtful.filter((entry) => source === undefined || entry.source === source);
  const [first] = wanted;
  if (first === undefined) throw new AppError('NOT_FOUND', 'no time is in doubt; there is nothing to agree to');
  if (wanted.length > 1)
    throw new AppError('USAGE', 'the clock and the last bundle are both in doubt; say which one is right');
  const to = laterTime(first.time, floor);
  return {
    source: first.source,
    from: floor,
    to,
    daysAhead: first.daysAhead,
    expires: [...parts.store.metadata().values()]
      .filter(({ expires }) => expires <= to)
      .map(({ role, version, expires }) => ({ role, version, expires })),
  };
};

/** An operator says that a doubtful time is right: the floor rises to it, for good. The next receipt tells it. */
export const agreeTime = (
  parts: ClockParts,
  actor: Actor,
  operator: number,
  reason: string,
  source?: DoubtfulTime['source'],
): ClockAgreement =>
  immediate(parts.db, () => {
    const agreement = previewAgreement(parts, source);
    raise(parts.store, agreement.to);
    parts.store.addOverride({ at: toTime(parts.clock()), code: 'CLOCK_SUSPECT', reason, operator });
    parts.events.record('clock-agreed', {
      ...byWhom(actor),
      params: { source: agreement.source, time: Date.parse(agreement.to), before: Date.parse(agreement.from), reason },
    });
    return agreement;
  });
