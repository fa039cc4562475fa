import { AppError } from './errors.ts';
import { cleanLine } from './text.ts';

/** Characters of a reason or a comment. */
const maxEntered = 500;

/**
 * A line as a person entered it, without control characters and without blanks around it. INVALID at its field where it is longer
 * than is kept: what is cut off without a word is taken to be there.
 */
export const enteredLine = (text: string, field = 'reason', max = maxEntered): string => {
  const line = cleanLine(text).trim();
  if (line.length > max)
    throw new AppError('INVALID', `${field}: at most ${max} characters are kept, these are ${line.length}`, {
      fields: { [field]: { key: 'validation.tooLong', params: { max } } },
    });
  return line;
};
