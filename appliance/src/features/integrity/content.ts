import { createHash } from 'node:crypto';
import type { ControllerFacts } from '../controllers/types.ts';
import { PROGRAM_FIELDS, PROJECT_FIELDS, type ProgramContent } from './types.ts';

// What of a controller's facts makes its program. Checksums come only from the controller; the project from engineering.

const maxValue = 4_096;

/** What is known; what is not known is absent. */
export const contentOf = ({ observed, configured }: ControllerFacts): ProgramContent => {
  const content: Record<string, string> = {};
  for (const field of PROGRAM_FIELDS) {
    const value = observed[field];
    if (value !== undefined && value !== '') content[field] = value.slice(0, maxValue);
  }
  for (const field of PROJECT_FIELDS) {
    const value = configured[field] ?? observed[field];
    if (value !== undefined && value !== '') content[field] = value.slice(0, maxValue);
  }
  return content;
};

/** When the program was read; the oldest of its parts counts, null where none was. */
export const programReadAt = ({ observed, readAt }: ControllerFacts): number | null => {
  const times = PROGRAM_FIELDS.filter((field) => observed[field] !== undefined).flatMap((field) => readAt[field] ?? []);
  return times.length === 0 ? null : Math.min(...times);
};

/** The same content has the same hash, in whatever order it comes. */
export const contentHash = (content: ProgramContent): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');
