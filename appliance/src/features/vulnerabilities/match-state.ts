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

export const ALL_STATES: readonly number[] = [AFFECTED_FIX, AFFECTED_NONE, REVIEW_FIX, REVIEW_NONE];
