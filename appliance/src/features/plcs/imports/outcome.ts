import type { ReadingOutcome, TakeSummary } from '../types.ts';
import type { ControlTraffic, ImportForm, RefusedPlace } from './types.ts';

/** What an import did, or would do: kept with its run, so bounded. */
export type ImportOutcome = {
  form: ImportForm;
  name: string;
  sha256: string;
  sizeBytes: number;
  dryRun: boolean;
  looked: number;
  unread: number;
  refused: readonly RefusedPlace[];
  refusedCount: number;
  control: readonly ControlTraffic[];
  origin: number | null;
  summary: TakeSummary;
  /** Those that change something first. */
  outcomes: readonly ReadingOutcome[];
  /** Public ids of live records that the file says nothing about; only of forms that say what should be there. */
  missing: readonly string[];
  missingCount: number;
};

export const maxShownOutcomes = 500;
const maxChanges = 60;
const maxShownRefused = 500;
const maxShownMissing = 200;

const order: readonly ReadingOutcome['outcome'][] = ['refused', 'conflict', 'replaced', 'new', 'changed', 'unchanged'];

/** The outcomes as they are kept. */
export const shownOutcomes = (outcomes: readonly ReadingOutcome[]): ReadingOutcome[] =>
  outcomes
    .toSorted((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome))
    .slice(0, maxShownOutcomes)
    .map((one) => ({ ...one, changes: one.changes.slice(0, maxChanges), proposals: one.proposals.slice(0, 10) }));

export const shownRefused = (refused: readonly RefusedPlace[]): RefusedPlace[] => refused.slice(0, maxShownRefused);
export const shownMissing = (missing: readonly string[]): string[] => missing.slice(0, maxShownMissing);
