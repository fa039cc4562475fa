import { BundleError } from '../errors.ts';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** The system's code of an error, `''` when it has none. */
export const systemCode = codeOf;

/** Turns a failed read of the medium into MEDIUM_IO; our own refusals pass. */
export const mediumError = (what: string, error: unknown): BundleError =>
  error instanceof BundleError
    ? error
    : new BundleError('MEDIUM_IO', `cannot read ${what}: ${codeOf(error) || String(error)}`, { cause: error });

const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Turns a failed write on our own disk into NO_SPACE or STORE_IO; our own refusals pass. */
export const storeError = (what: string, error: unknown): BundleError =>
  error instanceof BundleError
    ? error
    : new BundleError(
        full.has(codeOf(error)) ? 'NO_SPACE' : 'STORE_IO',
        `cannot write ${what}: ${codeOf(error) || String(error)}`,
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
