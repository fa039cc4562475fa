import { join } from 'node:path';
import { BundleError } from '@sallyport/bundle-tools/errors';
import BetterSqlite3 from 'better-sqlite3';

/**
 * One import per data directory, whichever process runs it. The lock is an exclusive transaction on a file of its own:
 * the kernel drops it with the process, so kill -9 leaves nothing to clean up.
 */
export const takeImportLock = (dataDir: string): { release(): void } => {
  const lock = new BetterSqlite3(join(dataDir, 'import.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new BundleError('BUSY', 'another import is running', { cause });
  }
  return { release: () => lock.close() };
};
