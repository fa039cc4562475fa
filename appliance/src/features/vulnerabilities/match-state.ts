import type { FixState, Verdict } from './types.ts';

// The state of a match as one number: whether the advisory certainly applies, and whether it names a fix.

export const AFFECTED_FIX = 0;
const AFFECTED_NONE = 1;
export const REVIEW_FIX = 2;
const REVIEW_NONE = 3;
/** The columns of match_advisory that count matches, in the order of the states. */
export const STATE_COLUMNS = ['affected_fix', 'affected_none', 'review_fix', 'review_none'] as const;

export const verdictOf = (state: number): Verdict => (state < REVIEW_FIX ? 'affected' : 'review');

export const fixStateOf = (state: number): FixState =>
  state === AFFECTED_NONE ? 'none' : state === REVIEW_NONE ? 'undetermined' : 'available';

/** Nothing that everybody gets fixes it; a version that is named all the same is of an edition that is paid for. */
export const isWithoutFix = (state: number): boolean => state === AFFECTED_NONE || state === REVIEW_NONE;
/** The same as a condition over a match `m`: what the index match_paid has. */
export const PAID_MATCH = `m.until IS NULL AND m.fixed IS NOT NULL AND m.state IN (${AFFECTED_NONE}, ${REVIEW_NONE})`;

export const ALL_STATES: readonly number[] = [AFFECTED_FIX, AFFECTED_NONE, REVIEW_FIX, REVIEW_NONE];
