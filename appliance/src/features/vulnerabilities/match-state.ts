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

const ALL = [AFFECTED_FIX, AFFECTED_NONE, REVIEW_FIX, REVIEW_NONE];

/** The states that a filter lets through. */
export const statesOf = (filter: { verdict?: Verdict; fixState?: readonly FixState[] }): readonly number[] =>
  ALL.filter(
    (state) =>
      (filter.verdict === undefined || verdictOf(state) === filter.verdict) &&
      (filter.fixState === undefined || filter.fixState.length === 0 || filter.fixState.includes(fixStateOf(state))),
  );
