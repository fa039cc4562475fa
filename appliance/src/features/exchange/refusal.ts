import { systemCode } from '@sallyport/bundle-tools/archive/medium-errors';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { ImportRefusal } from '@sallyport/bundle-tools/importer/verdict';
import { AppError } from '../../platform/errors.ts';

const full = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);
// SQLite has a code for each way in which the disk can fail, and hides the system's own.
const diskFails = /^SQLITE_(?:IOERR|READONLY|CANTOPEN)/;

const causes: Readonly<Record<string, string>> = {
  EROFS: 'the data directory is read-only',
  EACCES: 'the data directory may not be written',
};

/** Any failure of an import as a refusal with a code of the bundle format. */
export const asRefusal = (error: unknown): ImportRefusal => {
  if (error instanceof ImportRefusal) return error;
  if (error instanceof BundleError) return new ImportRefusal(error.code, error.message, { cause: error });
  if (error instanceof AppError && error.code === 'DISK_FULL')
    return new ImportRefusal('NO_SPACE', error.message, { cause: error });
  const code = systemCode(error);
  if (full.has(code)) return new ImportRefusal('NO_SPACE', 'the disk of the data directory is full', { cause: error });
  if (diskFails.test(code) || (error instanceof Error && 'syscall' in error)) {
    const message = causes[code] ?? `the data directory cannot be read or written (${code})`;
    return new ImportRefusal('STORE_IO', message, { cause: error });
  }
  return new ImportRefusal('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
};
