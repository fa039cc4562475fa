import { BundleError } from '@sallyport/bundle-tools/errors';
import { ImportRefusal } from '@sallyport/bundle-tools/importer/verdict';
import { AppError } from '../../platform/errors.ts';

const systemRefusals: Readonly<Record<string, ['NO_SPACE' | 'STORE_IO', string]>> = {
  ENOSPC: ['NO_SPACE', 'the disk of the data directory is full'],
  EDQUOT: ['NO_SPACE', 'the disk of the data directory is full'],
  SQLITE_FULL: ['NO_SPACE', 'the disk of the data directory is full'],
  EIO: ['STORE_IO', 'the data directory cannot be read or written'],
  EROFS: ['STORE_IO', 'the data directory is read-only'],
  EACCES: ['STORE_IO', 'the data directory may not be written'],
};

/** Any failure of an import as a refusal with a code of the bundle format. */
export const asRefusal = (error: unknown): ImportRefusal => {
  if (error instanceof ImportRefusal) return error;
  if (error instanceof BundleError) return new ImportRefusal(error.code, error.message, { cause: error });
  if (error instanceof AppError && error.code === 'DISK_FULL')
    return new ImportRefusal('NO_SPACE', error.message, { cause: error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // SQLite has a code for each way in which the disk can fail.
  const system = systemRefusals[code.startsWith('SQLITE_IOERR') ? 'EIO' : code];
  if (system) return new ImportRefusal(system[0], system[1], { cause: error });
  return new ImportRefusal('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
};
