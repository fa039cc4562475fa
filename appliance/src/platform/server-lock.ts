import BetterSqlite3 from 'better-sqlite3';
import { AppError } from './errors.ts';

/**
 * One server per data directory. The lock is an exclusive transaction on a file of its own: the kernel drops it with the
 * process, so kill -9 leaves nothing to clean up.
 */
export const takeServerLock = (path: string): { release(): void } => {
  const db = new BetterSqlite3(path, { timeout: 0 });
  try {
    db.exec('begin exclusive');
  } catch (cause) {
    db.close();
    throw new AppError('IN_USE', 'another server works on this data directory', {}, { cause });
  }
  return { release: () => db.close() };
};
