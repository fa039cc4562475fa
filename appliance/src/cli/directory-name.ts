import type { ObjectService } from '../engine/objects/service.ts';
import type { DirectorySummary } from '../features/discovery/types.ts';
import { AppError } from '../platform/errors.ts';

/** The id of the directory with this name; NOT_FOUND names those that there are. */
export const sourceByName = (objects: ObjectService, name: string): string => {
  const found = objects.findBy('directory-source', 'name', name);
  if (found !== undefined) return found.id;
  const names = objects.list({ kind: 'directory-source', limit: 50 }).rows.map(({ body }) => String(body['name']));
  throw new AppError(
    'NOT_FOUND',
    `there is no directory ${name}; ${names.length === 0 ? 'enter it in the console, Discovery, Directories' : `there are: ${names.join(', ')}`}`,
  );
};

/** What a read of a directory found, for people. */
export const directorySummaryLines = (summary: DirectorySummary): string[] => [
  `domains     ${summary.domains}`,
  `units       ${summary.units}`,
  `users       ${summary.users}`,
  `groups      ${summary.groups}, ${summary.members} memberships`,
  `computers   ${summary.computers}`,
  `changes     ${summary.added} added, ${summary.removed} removed, ${summary.changed} changed`,
  ...(summary.skipped === 0 ? [] : [`left out    ${summary.skipped} entries of other kinds`]),
];
