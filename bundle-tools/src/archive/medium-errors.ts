import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { BundleError } from '../errors.ts';

// What Node has no name for: a quota, a share that is gone, a reader without its medium.
const unnamed: Readonly<Record<number, string>> = {
  [constants.errno.EDQUOT]: 'EDQUOT',
  [constants.errno.ESTALE]: 'ESTALE',
  123: 'ENOMEDIUM',
};

/** The system's code of an error, `''` when it has none. */
export const systemCode = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // `rm` gives a positive number, everything else a negative one, and neither always a name.
  const number = 'errno' in error && typeof error.errno === 'number' ? Math.abs(error.errno) : 0;
  if (number === 0 || /^E[A-Z0-9]+$/.test(code)) return code;
  return unnamed[number] ?? getSystemErrorName(-number);
};

/** Turns a failed read of the medium into MEDIUM_IO; our own refusals pass. */
export const mediumError = (what: string, error: unknown): BundleError =>
  error instanceof BundleError
    ? error
    : new BundleError('MEDIUM_IO', `cannot read ${what}: ${systemCode(error) || String(error)}`, { cause: error });

/** Nothing lies at the path. */
export const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(systemCode(error));

const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Turns a failed write on our own disk into NO_SPACE or STORE_IO; our own refusals pass. */
export const storeError = (what: string, error: unknown): BundleError =>
  error instanceof BundleError
    ? error
    : new BundleError(
        full.has(systemCode(error)) ? 'NO_SPACE' : 'STORE_IO',
        `cannot write ${what}: ${systemCode(error) || String(error)}`,
        {
          cause: error,
        },
      );

/** Runs a step that writes on our own disk. */
export const onStore = async <T>(what: string, step: () => Promise<T> | T): Promise<T> => {
  try {
    return await step();
  } catch (error) {
    throw storeError(what, error);
  }
};
