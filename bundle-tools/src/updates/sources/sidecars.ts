import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BundleError } from '../../errors.ts';
import { isRegularFile } from './file-digest.ts';

/** So many descriptions are read in one folder. */
const mostSidecars = 10_000;

/**
 * Reads every description `*suffix` in a folder, in the order of their names: what each offers, or why it is rejected.
 * NOT_FOUND without the folder, LIMIT when it holds more than are read; `what` names them there.
 */
export const scanSidecars = <Offer extends object, Reject extends { reason: unknown }>(
  folder: string,
  { suffix, what }: { readonly suffix: string; readonly what: string },
  inspect: (folder: string, name: string) => Offer | Reject,
): { offers: Offer[]; rejected: Reject[] } => {
  const info = lstatSync(folder, { throwIfNoEntry: false });
  if (info?.isDirectory() !== true) throw new BundleError('NOT_FOUND', `no folder ${folder}`);
  const names = readdirSync(folder).filter((name) => name.endsWith(suffix) && isRegularFile(join(folder, name)));
  if (names.length > mostSidecars) throw new BundleError('LIMIT', `more than ${mostSidecars} ${what}`);
  const offers: Offer[] = [];
  const rejected: Reject[] = [];
  for (const name of names.sort()) {
    const found = inspect(folder, name);
    if ('reason' in found) rejected.push(found as Reject);
    else offers.push(found as Offer);
  }
  return { offers, rejected };
};
