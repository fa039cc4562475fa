import type { ControllerFacts } from '../controllers/types.ts';
import { contentOf, programReadAt } from './content.ts';
import { type Comparison, type Difference, PROGRAM_FIELDS, type ProgramContent } from './types.ts';

// Comparing an approved program with the present readings. A difference is a difference however old; without one, everything
// that was approved must have been read, and lately, before it is OK.

const deciding = [...PROGRAM_FIELDS, 'projectSha256'] as const;
const maxBlocks = 200;

/** `OB1 2026-01-31T10:00; FB12 …`, one block per line or between semicolons, by name. */
const blocksOf = (text: string): Map<string, string> =>
  new Map(
    text
      .split(/[\n;]/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((line) => [line.split(/\s/, 1)[0] ?? line, line]),
  );

/** Names of blocks that came, went or have another date. */
export const differingBlocks = (approved: string, found: string): string[] => {
  const [before, after] = [blocksOf(approved), blocksOf(found)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort()
    .slice(0, maxBlocks);
};

/** What two contents say differently, of what both say. */
export const contentDifferences = (approved: ProgramContent, found: ProgramContent): Difference[] =>
  deciding.flatMap((field): Difference[] => {
    const [a, b] = [approved[field], found[field]];
    if (a === undefined || b === undefined || a.toLowerCase() === b.toLowerCase()) return [];
    if (field !== 'programBlocks') return [{ field, approved: a, found: b }];
    // The same blocks in another order are the same blocks.
    const blocks = differingBlocks(a, b);
    return blocks.length === 0 ? [] : [{ field, approved: a, found: b, blocks }];
  });

/** What of the approved content is not known now. */
const unread = (approved: ProgramContent, found: ProgramContent): boolean =>
  deciding.some((field) => approved[field] !== undefined && found[field] === undefined);

export const compareProgram = (
  approved: ProgramContent | undefined,
  facts: ControllerFacts,
  limits: { nowMs: number; readMs: number },
): Comparison => {
  if (approved === undefined) return { state: 'no-reference', why: null, differences: [] };
  const found = contentOf(facts);
  const differences = contentDifferences(approved, found);
  if (differences.length > 0) return { state: 'changed', why: null, differences };
  if (unread(approved, found)) {
    return { state: 'unreachable', why: facts.failed === undefined ? 'not-read' : 'failed', differences: [] };
  }
  const isOfProgram = PROGRAM_FIELDS.some((field) => approved[field] !== undefined);
  const readAt = programReadAt(facts);
  if (isOfProgram && readAt !== null) {
    if (facts.failed !== undefined && facts.failed.at > readAt)
      return { state: 'unreachable', why: 'failed', differences: [] };
    if (readAt < limits.nowMs - limits.readMs) return { state: 'unreachable', why: 'stale', differences: [] };
  }
  return { state: 'ok', why: null, differences: [] };
};
