import { AppError } from '../../platform/errors.ts';
import { parseRecurrence } from './recurrence.ts';

// The window of computers that a site has from its beginning, as `init` and `setup` take it.

export const noWindow = 'none';

/** What they say where it was not decided. */
export const noWindowNote =
  'No window: no computer is changed before one is made (page Maintenance windows, one for computers).';

/** What `--window` takes: `none`, or a time in the language of windows. USAGE. */
export function assertWindow(window: string): void {
  if (window !== noWindow && parseRecurrence(window) === undefined)
    throw new AppError('USAGE', '--window takes none or a time: daily 00-24, daily 02-05, 2nd Sunday 06-10');
}
