import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, byWhom } from '../../engine/objects/types.ts';
import type { TimeDoubt } from '../../platform/believed-time.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { SiteClock } from '../../platform/site-clock.ts';
import type { ApprovalGate } from '../accounts/types.ts';
import { requireState } from './request-builder.ts';
import type { ExchangeStore } from './store.ts';
import type { HeldRole } from './types.ts';

// What a person sees and says of the time (bundle format, section "Clock"; decision 091). What counts as the time is
// platform/site-clock.ts.

/** A time that is too far ahead to be believed, and whose it is. */
export type DoubtfulTime = { readonly source: 'clock' | 'bundle'; readonly time: string; readonly daysAhead: number };

/** What the site takes for the time, and why. */
export type ClockView = {
  readonly systemTime: string;
  /** The latest time that is certain. */
  readonly floor: string;
  /** The latest time that the clock is believed. */
  readonly ceiling: string;
  /** What imports and requests count with. */
  readonly believed: string;
  /** What ends are judged by: the believed time, never below one that counted. */
  readonly counts: string;
  readonly releasedAt?: string;
  readonly doubt?: TimeDoubt;
  readonly isBehind: boolean;
  readonly doubtful: readonly DoubtfulTime[];
};

/** Things of one kind that end between two times. */
export type EndingThings = {
  readonly what: 'tokens' | 'device-certificates' | 'risk-acceptances' | 'mitigations' | 'identifications';
  readonly count: number;
};

/** What agreeing would do, to be looked at before it is done: two persons are needed to go back. */
export type ClockAgreement = {
  readonly source: DoubtfulTime['source'];
  readonly from: string;
  readonly to: string;
  readonly daysAhead: number;
  /** Held metadata that is past its time at the new floor. */
  readonly expires: readonly HeldRole[];
  /** What else ends by it. */
  readonly ends: readonly EndingThings[];
};

export type ClockParts = {
  readonly db: Database;
  readonly store: ExchangeStore;
  readonly events: EventService;
  readonly time: SiteClock;
  readonly gate: Pick<ApprovalGate, 'assertMayAsk'>;
  readonly releasedAt: string | undefined;
  /** What ends after the first and not after the second, in ms. */
  readonly endingBetween: (fromMs: number, toMs: number) => readonly EndingThings[];
};

const dayMs = 86_400_000;
const daysBetween = (from: string, to: string): number => Math.floor((Date.parse(to) - Date.parse(from)) / dayMs);

/** The first floor of a site: the clock where a person confirmed it, else the release's build. */
export const firstFloor = (systemTime: string, releasedAt: string | undefined, isConfirmed: boolean): string =>
  releasedAt === undefined || isConfirmed ? systemTime : releasedAt;

/** The floor, the clock, and what is in doubt. */
export const clockView = ({ store, time, releasedAt }: ClockParts): ClockView => {
  const { issued_suspect: issuedAt } = requireState(store);
  const read = time.read(true);
  const floor = toTime(read.floorMs);
  const systemTime = toTime(read.wallMs);
  const doubtful = (source: DoubtfulTime['source'], at: string): DoubtfulTime => ({
    source,
    time: at,
    daysAhead: daysBetween(floor, at),
  });
  return {
    systemTime,
    floor,
    ceiling: toTime(read.ceilingMs),
    believed: toTime(read.believedMs),
    counts: toTime(read.nowMs),
    ...defined({ releasedAt, doubt: read.doubt }),
    isBehind: read.doubt === 'CLOCK_BEHIND',
    doubtful: [
      ...(read.doubt === 'CLOCK_SUSPECT' ? [doubtful('clock', systemTime)] : []),
      ...(issuedAt === null ? [] : [doubtful('bundle', issuedAt)]),
    ],
  };
};

/** Raises the floor, and to the time of the last bundle too once that is near enough; in the caller's transaction. */
const raise = ({ store, time }: ClockParts, toMs: number): void => {
  time.setFloor(toMs);
  const { issued_suspect: issuedAt } = requireState(store);
  if (issuedAt === null || Date.parse(issuedAt) > time.read().ceilingMs) return;
  time.setFloor(Date.parse(issuedAt));
  store.setSigned(issuedAt);
  store.setIssuedSuspect(null);
};

/** Writes down how far the time is; an event says so where the clock is in doubt. For start, stop and the daily check. */
export const noteTime = (parts: ClockParts): ClockView =>
  immediate(parts.db, () => {
    parts.time.keep();
    const { issued_suspect: issuedAt } = requireState(parts.store);
    if (issuedAt !== null && Date.parse(issuedAt) <= parts.time.read().ceilingMs) raise(parts, 0);
    const view = clockView(parts);
    if (view.doubt !== undefined)
      parts.events.record('clock-doubtful', {
        actor: 'system:appliance',
        params: { code: view.doubt, clock: Date.parse(view.systemTime), floor: Date.parse(view.floor) },
      });
    return view;
  });

/** What agreeing to a doubtful time would do; nothing is changed. NOT_FOUND when nothing is in doubt. */
export const previewAgreement = (parts: ClockParts, source?: DoubtfulTime['source']): ClockAgreement => {
  const { doubtful, floor, counts } = clockView(parts);
  const wanted = doubtful.filter((entry) => source === undefined || entry.source === source);
  const [first] = wanted;
  if (first === undefined) throw new AppError('NOT_FOUND', 'no time is in doubt; there is nothing to agree to');
  if (wanted.length > 1)
    throw new AppError('USAGE', 'the clock and the last bundle are both in doubt; say which one is right');
  const to = first.time;
  return {
    source: first.source,
    from: floor,
    to,
    daysAhead: first.daysAhead,
    expires: [...parts.store.metadata().values()]
      .filter(({ expires }) => expires <= to)
      .map(({ role, version, expires }) => ({ role, version, expires })),
    ends: parts.endingBetween(Date.parse(counts), Date.parse(to)).filter(({ count }) => count > 0),
  };
};

/**
 * A signed-in person says that a doubtful time is right: the floor rises to it, and two persons are needed to lower it again. The
 * next receipt tells it. APPROVAL_TOKEN, APPROVAL_PERSON.
 */
export const agreeTime = (
  parts: ClockParts,
  actor: Actor,
  operator: number,
  reason: string,
  source?: DoubtfulTime['source'],
): ClockAgreement => {
  if (actor.type === 'token') throw new AppError('APPROVAL_TOKEN', 'a token does not say what time it is');
  parts.gate.assertMayAsk(actor);
  return immediate(parts.db, () => {
    const agreement = previewAgreement(parts, source);
    parts.time.keep();
    raise(parts, Date.parse(agreement.to));
    parts.store.addOverride({ at: toTime(parts.time.now()), code: 'CLOCK_SUSPECT', reason, operator });
    parts.events.record('clock-agreed', {
      ...byWhom(actor),
      params: { source: agreement.source, time: Date.parse(agreement.to), before: Date.parse(agreement.from), reason },
    });
    return agreement;
  });
};

/** The person who sets up or restores has looked at the clock: it is right. The first agreement. */
export const confirmTime = (parts: ClockParts): void =>
  immediate(parts.db, () => {
    const { wallMs } = parts.time.read();
    parts.time.setFloor(wallMs);
  });
