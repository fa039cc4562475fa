import { AppError } from '../../platform/errors.ts';
import { cleanLine } from '../../platform/text.ts';
import { type IdentityValue, KNOWS_NOTHING, scanForLeaks } from './leak-scan.ts';

const MAX_REASON = 500;

/**
 * The reason of an operator, as it will leave the site in a receipt. A receipt cannot be changed afterwards, so one that
 * names a device or a person would keep every later request from leaving; it is refused here.
 */
export const checkReason = (
  text: string,
  identities: Iterable<IdentityValue>,
  allowed: ReadonlySet<string>,
): string => {
  const reason = cleanLine(text).trim();
  if (reason === '' || reason.length > MAX_REASON)
    throw new AppError('USAGE', `give a reason of 1 to ${MAX_REASON} characters`);
  const { leaks } = scanForLeaks({ reason }, identities, KNOWS_NOTHING, allowed);
  const named = [...new Set(leaks.map(({ value }) => value))];
  if (named.length > 0)
    throw new AppError(
      'FINDINGS',
      `the reason leaves the site in a receipt and must not name ${named.slice(0, 5).join(', ')}`,
    );
  return reason;
};
