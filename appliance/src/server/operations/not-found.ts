import { AppError } from '../../platform/errors.ts';
import { cleanLine } from '../../platform/text.ts';

/** Longest part of an address that is repeated. */
const maxShown = 64;

/** The error; a NOT_FOUND that names nothing of what the address of a call, or the words of a command, looked for names it. */
export const namingWanted = (error: unknown, wanted: readonly string[]): unknown => {
  if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') return error;
  const shown = wanted.map((text) => cleanLine(text.slice(0, maxShown)));
  if (shown.length === 0 || shown.some((text) => error.message.includes(text))) return error;
  const { next } = error;
  return new AppError('NOT_FOUND', `${error.message}: ${shown.join(', ')}`, error.details, {
    cause: error,
    ...(next === undefined ? {} : { next }),
  });
};
