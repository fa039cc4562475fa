import { AppError } from '../platform/errors.ts';

// What every command that lists something takes.

const mostRows = 100_000;

/** How many rows `--limit` asks for, 100 by default; USAGE outside of 1 to 100000. */
export const limitOf = (text: string | undefined): number => {
  const limit = Number(text ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > mostRows)
    throw new AppError('USAGE', `--limit takes 1 to ${mostRows}`);
  return limit;
};
