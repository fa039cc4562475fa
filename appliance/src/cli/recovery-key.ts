import { readFileSync } from '@sallyport/bundle-tools/person/files';
import { parseRecoveryKey } from '../features/backups/restore.ts';
import { AppError } from '../platform/errors.ts';

/** Reads the recovery key from a file or, for `-`, from standard input: never from the command line. */
export const readRecoveryKey = async (path: string | undefined) => {
  if (path === undefined) throw new AppError('USAGE', '--key-file is missing');
  return parseRecoveryKey(readFileSync(path === '-' ? 0 : path, 'utf8'));
};
