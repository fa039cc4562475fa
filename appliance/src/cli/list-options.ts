import { AppError } from '../platform/errors.ts';

// What commands that list something take alike.

const mostRows = 100_000;

/** The values of a repeated option as members of a closed set; USAGE for any other. */
export const among = <T extends string>(option: string, values: readonly string[], known: readonly T[]): T[] =>
  values.map((value) => {
    const found = known.find((name) => name === value);
    if (found === undefined) throw new AppError('USAGE', `--${option} takes ${known.join(', ')}`);
    return found;
  });

/** How many rows `--limit` asks for, 100 by default; USAGE outside of 1 to 100000. */
export const limitOf = (text: string | undefined): number => {
  const limit = Number(text ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > mostRows)
    throw new AppError('USAGE', `--limit takes 1 to ${mostRows}`);
  return limit;
};
