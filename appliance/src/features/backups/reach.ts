import { closeSync, openSync } from '@sallyport/bundle-tools/person/files';
import { AppError } from '../../platform/errors.ts';
import { fileOf, type KnownBackup } from './types.ts';

// A backup that a person had written elsewhere may lie on a medium that is away, or be the person's alone: a command that names it by its
// path reads it with the person's rights (docs/decisions/087-what-a-person-names.md).

const reachOf = (one: KnownBackup): 'readable' | 'closed' | 'absent' => {
  try {
    closeSync(openSync(fileOf(one), 'r'));
    return 'readable';
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    if (['ENOENT', 'ENOTDIR'].includes(code)) return 'absent';
    if (['EACCES', 'EPERM'].includes(code)) return 'closed';
    throw error;
  }
};

/** Whether the service can read it now. */
export const isReachable = (one: KnownBackup): boolean => reachOf(one) === 'readable';

/** NOT_FOUND where the service cannot read it, with what a person does about it. */
export function assertReachable(one: KnownBackup): void {
  const reach = reachOf(one);
  if (reach === 'absent') throw new AppError('NOT_FOUND', `${fileOf(one)} is not there: is the medium plugged in?`);
  if (reach === 'closed')
    throw new AppError(
      'NOT_FOUND',
      `the service may not read ${fileOf(one)}: give its path as its owner, sallyport backup check ${fileOf(one)}`,
    );
}
