import type { IngestSummary, ReadingOutcome } from '../controllers/types.ts';
import type { RefusedPlace } from './types.ts';

const maxShownOutcomes = 500;
const maxChanges = 60;
const maxShownRefused = 500;
const maxShownMissing = 200;

const order: readonly ReadingOutcome['outcome'][] = ['refused', 'conflict', 'replaced', 'new', 'changed', 'unchanged'];

const partOfSame = (a: ReadingOutcome, b: ReadingOutcome): boolean =>
  a.controller !== null && a.controller === b.controller;

/** What several readings do to one controller, as one row: the gravest word, all changes. */
const joined = (rows: readonly ReadingOutcome[]): ReadingOutcome[] => {
  const found: ReadingOutcome[] = [];
  const places = new Map<number, number>();
  for (const row of rows) {
    const at = row.controller === null ? undefined : places.get(row.controller);
    const before = at === undefined ? undefined : found[at];
    if (at === undefined || before === undefined || !partOfSame(before, row)) {
      if (row.controller !== null) places.set(row.controller, found.length);
      found.push(row);
      continue;
    }
    const graver = order.indexOf(row.outcome) < order.indexOf(before.outcome) ? row : before;
    found[at] = {
      ...graver,
      label: before.label,
      changes: [...before.changes, ...row.changes],
      proposals: [...new Set([...before.proposals, ...row.proposals])],
    };
  }
  return found;
};

/** Counts of controllers rather than of readings, as far as all outcomes are listed. */
export const controllerCounts = (summary: IngestSummary, outcomes: readonly ReadingOutcome[]): IngestSummary => {
  if (outcomes.length < summary.readings) return summary;
  const rows = joined(outcomes);
  const count = (outcome: ReadingOutcome['outcome']): number => rows.filter((row) => row.outcome === outcome).length;
  return {
    ...summary,
    readings: rows.length,
    created: count('new'),
    changed: count('changed'),
    unchanged: count('unchanged'),
    replaced: count('replaced'),
    conflicts: count('conflict'),
    refused: count('refused'),
  };
};

/** The outcomes as they are kept. */
export const shownOutcomes = (outcomes: readonly ReadingOutcome[]): ReadingOutcome[] =>
  joined(outcomes)
    .toSorted((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome))
    .slice(0, maxShownOutcomes)
    .map((one) => ({ ...one, changes: one.changes.slice(0, maxChanges), proposals: one.proposals.slice(0, 10) }));

export const shownRefused = (refused: readonly RefusedPlace[]): RefusedPlace[] => refused.slice(0, maxShownRefused);
export const shownMissing = (missing: readonly string[]): string[] => missing.slice(0, maxShownMissing);
