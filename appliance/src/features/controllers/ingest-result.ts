import type { EffectiveChange } from './effective.ts';
import type { NewFact } from './reading-facts.ts';
import type { IngestSummary, ReadingOutcome } from './types.ts';

/** So many outcomes are listed; all are counted. */
export const maxOutcomes = 5_000;
const maxChanges = 200;

export const emptySummary = (): IngestSummary => ({
  readings: 0,
  created: 0,
  changed: 0,
  unchanged: 0,
  replaced: 0,
  conflicts: 0,
  refused: 0,
  facts: 0,
});

const counted: Readonly<Record<ReadingOutcome['outcome'], keyof IngestSummary>> = {
  new: 'created',
  changed: 'changed',
  unchanged: 'unchanged',
  replaced: 'replaced',
  conflict: 'conflicts',
  refused: 'refused',
};

/** Counts and lists what became of readings. */
export const outcomeList = () => {
  const summary = emptySummary();
  const outcomes: ReadingOutcome[] = [];
  return {
    summary,
    outcomes,
    add: (outcome: ReadingOutcome): void => {
      summary.readings += 1;
      summary[counted[outcome.outcome]] += 1;
      if (outcomes.length < maxOutcomes) outcomes.push(outcome);
    },
  };
};

const partName = ({ type, key }: { type: string; key: string }): string => (key === '' ? type : `${type} ${key}`);

/** What people see of changes of effectiveValues, and of values that lost. */
export const changesOf = (
  changes: readonly EffectiveChange[],
  lost: readonly { fact: NewFact; effective: string }[] = [],
): ReadingOutcome['changes'] =>
  [
    ...changes.map(({ type, key, field, side, before, after }) => ({
      part: partName({ type, key }),
      field,
      side,
      before,
      after,
    })),
    ...lost.map(({ fact, effective }) => ({
      part: partName(fact),
      field: fact.field,
      side: fact.side,
      before: effective,
      after: effective,
      lost: fact.value ?? '',
    })),
  ].slice(0, maxChanges);
