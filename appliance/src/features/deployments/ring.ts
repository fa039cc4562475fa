// One ring of a rollout: what it waits for, when it is stopped, when the next one may open. Pure: the same counts give the
// same verdict, in whatever order the results came.

import type { HoldReason, RingLimits, RingState } from './types.ts';

export const defaultLimits: RingLimits = {
  daysBetween: 0,
  soakHours: 24,
  minReachedPercent: 80,
  minVerifiedPercent: 95,
  maxFailures: null,
  maxFailuresPercent: 5,
  maxLost: 0,
  patienceDays: 14,
  deadlineDays: null,
  graceDays: 0,
};

/** Devices of one ring whose outcome counts: those that a person took out are in none of the numbers. */
export type RingCounts = {
  readonly members: number;
  /** Of which some order was begun. */
  readonly reached: number;
  /** Reached, and every order has its result, or none comes any more. */
  readonly ended: number;
  /** Every order is shown by a later inventory, and the device is still heard. */
  readonly verified: number;
  /** An order failed, or no inventory showed it within its time. */
  readonly failed: number;
  /** Fell silent at work, or was done and is not heard any more. */
  readonly lost: number;
  /** Installed, and the inventory may still show it. */
  readonly unconfirmed: number;
  /** Done, not lost, and not heard since the soak of the ring was over. */
  readonly unheard: number;
};

export type Ring = {
  readonly state: RingState;
  /** When it may open, if the ring before has passed. */
  readonly dueAtMs: number;
  readonly openedAtMs: number | null;
  readonly soakingAtMs: number | null;
};

type Verdict = { readonly state: RingState; readonly reason?: HoldReason };

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How many failures a ring of this size bears. */
export function bearsFailures(members: number, limits: RingLimits): number {
  const byPercent = Math.floor((members * limits.maxFailuresPercent) / 100);
  return limits.maxFailures === null ? byPercent : Math.min(limits.maxFailures, byPercent);
}

/**
 * What becomes of a ring now. Rules of shared design, control §4: no ring passes on silence or emptiness, and what is
 * failed or held stays so until a person decides.
 */
export function judgeRing(
  ring: Ring,
  counts: RingCounts,
  limits: RingLimits,
  now: { atMs: number; isPreviousPassed: boolean },
): Verdict {
  const { state } = ring;
  if (state === 'closed') return { state: now.isPreviousPassed && now.atMs >= ring.dueAtMs ? 'open' : 'closed' };
  if (state !== 'open' && state !== 'soaking') return { state };
  if (counts.members === 0) return { state: 'held', reason: 'EMPTY' };
  if (counts.lost > limits.maxLost) return { state: 'failed', reason: 'LOST' };
  if (counts.failed > bearsFailures(counts.members, limits)) return { state: 'failed', reason: 'FAILURES' };
  const isReached = counts.reached > 0 && counts.reached * 100 >= counts.members * limits.minReachedPercent;
  if (!isReached) {
    const waitsUntilMs = (ring.openedAtMs ?? now.atMs) + limits.patienceDays * dayMs;
    return now.atMs >= waitsUntilMs ? { state: 'held', reason: 'NOT_REACHED' } : { state: 'open' };
  }
  if (state === 'open') return { state: counts.ended === counts.reached ? 'soaking' : 'open' };
  if (now.atMs < (ring.soakingAtMs ?? now.atMs) + limits.soakHours * hourMs) return { state };
  // What is at work or was not heard since may still be lost, and what no inventory shows may still fail. A soak may be shorter
  // than the time after which a device counts as lost: each of them is heard once more after it, or is lost.
  if (counts.ended < counts.reached || counts.unconfirmed > 0 || counts.unheard > 0) return { state };
  if (counts.verified > 0 && counts.verified * 100 >= counts.reached * limits.minVerifiedPercent)
    return { state: 'passed' };
  return { state: 'held', reason: 'NOT_VERIFIED' };
}

/**
 * The chance, 0 to 1, that a ring of `members` is held by a fault that stops each device by itself with probability
 * `faultRate`: the upper tail of the binomial distribution beyond what the ring bears.
 */
export function ringPower(members: number, bears: number, faultRate: number): number {
  if (members <= bears) return 0;
  let term = (1 - faultRate) ** members;
  let unnoticed = 0;
  for (let faults = 0; faults <= bears; faults += 1) {
    unnoticed += term;
    term *= ((members - faults) / (faults + 1)) * (faultRate / (1 - faultRate));
  }
  return Math.max(0, 1 - unnoticed);
}
