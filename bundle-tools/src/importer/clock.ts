import type { Policy } from '../documents/policy.ts';
import { BundleError } from '../errors.ts';
import { toTime } from '../platform/ambient.ts';
import type { ImportContext } from './context.ts';
import type { ImportWarning } from './verdict.ts';

// Section 7. Times are milliseconds here; documents carry text.

const dayMs = 86_400_000;
/** How far beyond the floor a clock is believed in all, where the site does not say otherwise. */
const defaultAllowanceDays = 35;
/** A clock that is corrected by so much is not in doubt: time counts from the floor until it gets there. */
export const correctionMs = 10 * 60_000;
const soonMs = 180 * dayMs;

/** `answer` to an open nonce, or `open`: a broadcast or a bundle without a nonce. */
type BundleKind = 'answer' | 'open';

export type ImportClock = {
  floorMs: number;
  /** What the clock says, believed or not. */
  wallMs: number;
  /** The latest time that is believed: the floor and the allowance. */
  ceilingMs: number;
  /** The believed time: the clock between floor and ceiling, else the floor. Read once per import. */
  nowMs: number;
  behind: boolean;
  suspect: boolean;
};

/** What is believed of a clock. `floor` is the latest time that is certain; a clock past it by more than the allowance is not. */
export const readClock = (
  floor: string,
  systemNow: string,
  allowanceDays: number = defaultAllowanceDays,
): ImportClock => {
  const floorMs = Date.parse(floor);
  const wallMs = Date.parse(systemNow);
  const ceilingMs = floorMs + allowanceDays * dayMs;
  const suspect = wallMs > ceilingMs;
  return {
    floorMs,
    wallMs,
    ceilingMs,
    nowMs: suspect ? floorMs : Math.max(wallMs, floorMs),
    behind: wallMs < floorMs - correctionMs,
    suspect,
  };
};

/** The time at which the TUF core judges expiry. */
export const referenceTime = (options: {
  kind: BundleKind;
  /** The floor stored with the request that is answered. */
  requestFloor: string;
  clock: ImportClock;
  acceptStale: boolean;
  graceDays: number;
}): Date => {
  if (options.kind === 'answer') return new Date(Date.parse(options.requestFloor));
  return new Date(options.clock.nowMs - (options.acceptStale ? options.graceDays * dayMs : 0));
};

export type Expiries = { root: string; timestamp: string; snapshot: string; targets: string; bundle: string };

/**
 * Our own judgement at `now`. The final root must be valid whatever an operator says. An answer's freshness is proven
 * by its nonce, so its timestamp and the bundle itself only warn.
 */
export const judgeExpiry = (options: {
  kind: BundleKind;
  expires: Expiries;
  clock: ImportClock;
  acceptStale: boolean;
  graceDays: number;
}): { warnings: ImportWarning[]; acceptedStale: boolean } => {
  const { kind, expires, clock, acceptStale } = options;
  const { nowMs } = clock;
  if (Date.parse(expires.root) <= nowMs) throw new BundleError('EXPIRED', `root expired at ${expires.root}`);
  let stale = false;
  let acceptedStale = false;
  for (const role of ['timestamp', 'snapshot', 'targets', 'bundle'] as const) {
    const expiryMs = Date.parse(expires[role]);
    if (expiryMs > nowMs) continue;
    stale = true;
    if (kind === 'answer' && (role === 'timestamp' || role === 'bundle')) continue;
    if (!acceptStale || nowMs - expiryMs > options.graceDays * dayMs) {
      throw new BundleError('EXPIRED', `${role} expired at ${expires[role]}`);
    }
    acceptedStale = true;
  }
  const warnings: ImportWarning[] = [];
  if (stale) warnings.push('STALE');
  if (Date.parse(expires.root) <= nowMs + soonMs) warnings.push('KEY_EXPIRES_SOON');
  return { warnings, acceptedStale };
};

/**
 * The floor after this import, and what the clock gives cause to warn of. It rises to the signed time alone: what the clock says
 * never raises it, and neither does a signed time beyond what is believed.
 */
export const raiseFloor = (clock: ImportClock, issuedAt: string): { newFloor: string; warnings: ImportWarning[] } => {
  const issuedMs = Date.parse(issuedAt);
  const issuedSuspect = issuedMs > clock.ceilingMs;
  const warnings: ImportWarning[] = [];
  if (clock.behind) warnings.push('CLOCK_BEHIND');
  if (clock.suspect || issuedSuspect) warnings.push('CLOCK_SUSPECT');
  return { newFloor: toTime(issuedSuspect ? clock.floorMs : Math.max(clock.floorMs, issuedMs)), warnings };
};

/** Everything that time decides about a bundle; the child and its parent both judge it. EXPIRED. */
export const judgeTimes = (options: {
  kind: BundleKind;
  expires: Expiries;
  issuedAt: string;
  clock: ImportClock;
  context: Pick<ImportContext, 'acceptStale' | 'graceDays'>;
  policy: Pick<Policy, 'grace_days'>;
}): { warnings: ImportWarning[]; acceptedStale: boolean; newFloor: string } => {
  const { kind, expires, clock, context, policy } = options;
  const graceDays = Math.min(context.graceDays, policy.grace_days);
  const expiry = judgeExpiry({ kind, expires, clock, acceptStale: context.acceptStale !== undefined, graceDays });
  const floor = raiseFloor(clock, options.issuedAt);
  return {
    warnings: [...floor.warnings, ...expiry.warnings],
    acceptedStale: expiry.acceptedStale,
    newFloor: floor.newFloor,
  };
};
