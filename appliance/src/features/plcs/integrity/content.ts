import { createHash } from 'node:crypto';
import type { ControllerFacts } from '../controller-facts.ts';
import type { ProgramContent } from './types.ts';

// What of a controller's facts makes its program. Checksums come only from the controller; the project from engineering.

/** Read from the controller: two over its hardware configuration, two over the user program; and its blocks with dates. */
export const PROGRAM_FIELDS = [
  'hardwareChecksum1',
  'hardwareChecksum2',
  'programChecksum1',
  'programChecksum2',
  'programBlocks',
] as const;

/** From a project: the file's hash decides, the rest says which file it was. */
export const PROJECT_FIELDS = [
  'projectSha256',
  'projectFile',
  'projectName',
  'projectTool',
  'projectToolVersion',
] as const;

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

/** Whether there is anything that could be compared later. */
export const isComparable = (content: ProgramContent): boolean =>
  content['projectSha256'] !== undefined || PROGRAM_FIELDS.some((field) => content[field] !== undefined);

/** When the program was read; the oldest of its parts counts, null where none was. */
export const programReadAt = ({ observed, readAt }: ControllerFacts): number | null => {
  const times = PROGRAM_FIELDS.filter((field) => observed[field] !== undefined).flatMap((field) => readAt[field] ?? []);
  return times.length === 0 ? null : Math.min(...times);
};

/** The same content has the same hash, in whatever order it was said. */
export const contentHash = (content: ProgramContent): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');
