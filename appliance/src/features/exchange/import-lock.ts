import { join } from 'node:path';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { type ProcessLock, takeLock } from '../../platform/process-lock.ts';

/** One import per data directory, whichever process runs it: BUSY. */
export const takeImportLock = (dataDir: string): ProcessLock =>
  takeLock(join(dataDir, 'import.lock'), (cause) => new BundleError('BUSY', 'another import is running', { cause }));
