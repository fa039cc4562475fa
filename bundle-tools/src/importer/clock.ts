import type { Policy } from '../documents/policy.ts';
import { BundleError } from '../errors.ts';
import { toTime } from '../platform/ambient.ts';
import type { ImportContext } from './context.ts';
import type { ImportWarning } from './verdict.ts';

// Section 7. Times are milliseconds here; documents carry text.

const dayMs = 86_400_000;
/** A time this far ahead of the floor is not believed until an operator agrees. */
export const suspectMs = 400 * dayMs;
const soonMs = 180 * dayMs;

/** `answer` to an open nonce, or `open`: a broadcast or a bundle without a nonce. */
type BundleKind = 'answer' | 'open';

export type ImportClock = {
  floorMs: number;
  /** max(system clock, floor), read once per import. */
  nowMs: number;
  /** `nowMs`, or the floor when the clock is too far ahead to be believed. */
  believedMs: number;
  behind: boolean;
  suspect: boolean;
};

/** The times of one import. */
export const readClock = (floor: string, systemNow: string): ImportClock => {
  const floorMs = Date.parse(floor);
  const clockMs = Date.parse(systemNow);
  const suspect = clockMs > floorMs + suspectMs;
  const nowMs = Math.max(clockMs, floorMs);
  return { floorMs, nowMs, believedMs: suspect ? floorMs : nowMs, behind: clockMs < floorMs, suspect };
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
 * by its nonce, so its timestamp and the bundle itself only warn, and a clock that jumped far ahead is not believed.
 */
export const judgeExpiry = (options: {
  kind: BundleKind;
  expires: Expiries;
  clock: ImportClock;
  acceptStale: boolean;
  graceDays: number;
}): { warnings: ImportWarning[]; acceptedStale: boolean } => {
  const { kind, expires, clock, acceptStale } = options;
  const judgedMs = kind === 'answer' ? clock.believedMs : clock.nowMs;
  if (Date.parse(expires.root) <= judgedMs) throw new BundleError('EXPIRED', `root expired at ${expires.root}`);
  let stale = false;
  let acceptedStale = false;
  for (const role of ['timestamp', 'snapshot', 'targets', 'bundle'] as const) {
    const expiryMs = Date.parse(expires[role]);
    if (expiryMs <= clock.nowMs) stale = true;
    if (expiryMs > judgedMs) continue;
    if (kind === 'answer' && (role === 'timestamp' || role === 'bundle')) continue;
    if (!acceptStale || judgedMs - expiryMs > options.graceDays * dayMs) {
      throw new BundleError('EXPIRED', `${role} expired at ${expires[role]}`);
    }
    acceptedStale = true;
  }
  const warnings: ImportWarning[] = [];
  if (stale) warnings.push('STALE');
  if (Date.parse(expires.root) <= judgedMs + soonMs) warnings.push('KEY_EXPIRES_SOON');
  return { warnings, acceptedStale };
};

/** The floor after this import, and what the clock gives cause to warn of. A suspect time never raises the floor. */
export const raiseFloor = (clock: ImportClock, issuedAt: string): { newFloor: string; warnings: ImportWarning[] } => {
  const issuedMs = Date.parse(issuedAt);
  const issuedSuspect = issuedMs > clock.floorMs + suspectMs;
  const warnings: ImportWarning[] = [];
  if (clock.behind) warnings.push('CLOCK_BEHIND');
  if (clock.suspect || issuedSuspect) warnings.push('CLOCK_SUSPECT');
  const newFloorMs = Math.max(clock.believedMs, issuedSuspect ? clock.floorMs : issuedMs);
  return { newFloor: toTime(newFloorMs), warnings };
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
