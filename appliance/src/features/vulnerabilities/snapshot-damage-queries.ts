import { basename } from 'node:path';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { openDatabase, pageFaults } from '../../platform/database.ts';
import { AppError, toFailure } from '../../platform/errors.ts';

// A file of advisories is not the database: where it is damaged, what it says is not shown, and everything else goes on.

/** What is wrong with a file of advisories; undefined for one that is whole. Reads all of it. */
function faultOf(path: string): string | undefined {
  try {
    const db = openDatabase(path, { readonly: true });
    try {
      return pageFaults(db, 1)[0];
    } finally {
      db.close();
    }
  } catch (error) {
    const { code, message } = toFailure(error);
    if (code !== 'DATABASE') throw error;
    return message;
  }
}

/** What is wrong with a file of advisories and what to do, in one line; none for one that is whole. */
export function snapshotFaults(path: string): string[] {
  const fault = isThere(path) ? faultOf(path) : 'it is missing';
  return fault === undefined
    ? []
    : [`advisories/${basename(path)}: ${fault}; stop the server and bring this file back from the newest backup`];
}

const named = (error: unknown, path: string | undefined): unknown => {
  if (path === undefined || toFailure(error).code !== 'DATABASE') return error;
  const [fault] = snapshotFaults(path);
  return fault === undefined ? error : new AppError('ADVISORIES', fault, {}, { cause: error });
};

/** The same functions; damage that one of them meets is ADVISORIES where the file of advisories has it, not the database. `path` gets what the function was given. */
export function namingDamage<T extends Readonly<Record<string, unknown>>>(
  reads: T,
  path: (...given: unknown[]) => string | undefined,
): T {
  const told = (read: (...given: unknown[]) => unknown) =>
    function tellingWhichFile(...given: unknown[]): unknown {
      try {
        return read(...given);
      } catch (error) {
        throw named(error, path(...given));
      }
    };
  return Object.fromEntries(
    Object.entries(reads).map(([name, read]) => [
      name,
      typeof read === 'function' ? told(read as (...given: unknown[]) => unknown) : read,
    ]),
  ) as T;
}
