import type { DataActs } from '../../data-acts/client.ts';
import { AppError } from '../../platform/errors.ts';
import { currentRelease, isInstalled } from './releases.ts';
import type { Upgrade } from './types.ts';

/** The upgrade that can be taken back. CONFLICT where there is none. */
export async function lastUpgrade(root: string, data: DataActs): Promise<Upgrade & { from: string }> {
  const { upgrade } = await data.call('upgrade.read', {});
  if (upgrade === null || upgrade.from === null || currentRelease(root) !== upgrade.to)
    throw new AppError('CONFLICT', 'there is no upgrade to take back');
  if (!isInstalled(root, upgrade.from) || !(await data.call('upgrade.has-before', { to: upgrade.to })).has)
    throw new AppError('CONFLICT', `release ${upgrade.from} or its database is not kept any more`);
  return { ...upgrade, from: upgrade.from };
}
