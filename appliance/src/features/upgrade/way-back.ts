import type { DataPaths } from '../../platform/config.ts';
import { openDatabase } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { databaseOfBefore, hasBefore } from './before.ts';
import { readUpgrade } from './file.ts';
import { lostSince } from './lost-queries.ts';
import { currentRelease, isInstalled } from './releases.ts';
import type { Lost, Upgrade } from './types.ts';

/** What would be lost by the way back from release `to`. */
export function lostIn(paths: DataPaths, to: string): Lost {
  const before = openDatabase(databaseOfBefore(paths, to), { readonly: true });
  const now = openDatabase(paths.database, { readonly: true });
  try {
    return lostSince(before, now);
  } finally {
    before.close();
    now.close();
  }
}

/** The upgrade that can be taken back. CONFLICT where there is none. */
export function lastUpgrade(root: string, paths: DataPaths): Upgrade & { from: string } {
  const upgrade = readUpgrade(paths.data);
  if (upgrade === undefined || upgrade.from === null || currentRelease(root) !== upgrade.to)
    throw new AppError('CONFLICT', 'there is no upgrade to take back');
  if (!isInstalled(root, upgrade.from) || !hasBefore(paths, upgrade.to))
    throw new AppError('CONFLICT', `release ${upgrade.from} or its database is not kept any more`);
  return { ...upgrade, from: upgrade.from };
}
