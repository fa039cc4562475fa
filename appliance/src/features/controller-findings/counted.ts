import type { MemoryFields } from '../../platform/filter/memory-filter.ts';
import { comparisonsOf, type Filter } from '../../platform/filter/types.ts';
import { DECISIONS } from '../vulnerabilities/types.ts';
import type { ControllerFinding } from './types.ts';

// The table of counts of findings, controller_match_count: what it has of each field, and what filters it can answer.

/** What an entry of the table of counts has of each field that it knows. */
export const countedFields: MemoryFields<CountRow> = {
  verdict: ({ verdict }) => verdict,
  decision: ({ rank }) => DECISIONS[rank] ?? 'track',
  severity: ({ severity }) => severity,
  fixState: ({ fix_state }) => fix_state,
  held: () => 'all',
};

/** Only what the table of counts knows is asked. */
export const isCounted = (filter: Filter | undefined): boolean =>
  filter === undefined ||
  comparisonsOf(filter).every(
    ({ field, value }) => Object.hasOwn(countedFields, field) && !(field === 'held' && value === 'only'),
  );

export type CountRow = {
  verdict: ControllerFinding['verdict'];
  rank: number;
  severity: ControllerFinding['severity'];
  fix_state: ControllerFinding['fixState'];
  n: number;
};

const groupOf = ({ verdict, rank, severity, fix_state }: CountRow): string =>
  [verdict, rank, severity, fix_state].join(' ');

/** Counts without what is held back everywhere. */
export const withoutHeld = (rows: readonly CountRow[], held: readonly CountRow[]): readonly CountRow[] => {
  if (held.length === 0) return rows;
  const less = new Map(held.map((row) => [groupOf(row), row.n]));
  return rows.map((row) => ({ ...row, n: row.n - (less.get(groupOf(row)) ?? 0) }));
};
