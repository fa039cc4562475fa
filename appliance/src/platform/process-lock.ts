import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { AppError } from './errors.ts';

export type ProcessLock = { release(): void };

/**
 * An exclusive transaction on a file of its own: the kernel drops it with the process, so kill -9 leaves nothing to clean up.
 * Throws `taken()` where another process has it; a disk that fails is no other process, and throws what SQLite says.
 */
export const takeLock = (path: string, taken: (cause: unknown) => Error): ProcessLock => {
  const db = new BetterSqlite3(path, { timeout: 0 });
  try {
    db.exec('begin exclusive');
  } catch (error) {
    db.close();
    throw (error as { code?: string }).code === 'SQLITE_BUSY' ? taken(error) : error;
  }
  return { release: () => db.close() };
};

/** One server per data directory: IN_USE. */
export const takeServerLock = (dataDir: string): ProcessLock =>
  takeLock(
    join(dataDir, 'server.lock'),
    (cause) => new AppError('IN_USE', 'another server works on this data directory', {}, { cause }),
  );

/** One trial of an upgrade per data directory, which the server's start leaves alone: IN_USE. */
export const takeTrialLock = (dataDir: string): ProcessLock =>
  takeLock(
    join(dataDir, 'trial.lock'),
    (cause) =>
      new AppError('IN_USE', 'another upgrade tries itself on this data directory; wait for its end', {}, { cause }),
  );
