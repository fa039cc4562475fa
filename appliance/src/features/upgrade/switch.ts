import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { DataActs } from '../../data-acts/client.ts';
import { AppError } from '../../platform/errors.ts';
import { withFailure } from './failure.ts';
import { buildOf, currentRelease, dropReleases, isInstalled, keepPrevious, pointTo } from './releases.ts';
import type { ServiceManager } from './service-manager.ts';
import type { Upgrade, UpgradeFailure } from './types.ts';

// The switch from one release to another, and back. Each step leaves a state from which a start of `current` comes up:
//
// | upgrade.json     | current | the server that starts                                           |
// |------------------|---------|------------------------------------------------------------------|
// | open             | from    | the old one; puts the database back where the new one had it     |
// | open             | to      | the new one; keeps database and keys, migrates                    |
// | done, returned   | either  | as it is                                                         |

/** Nothing is left to go back to after it, so it is long: the database is put back within it. */
const wayBackMs = 300_000;
const pollMs = 250;

type Parts = {
  root: string;
  data: DataActs;
  service: ServiceManager;
  progress: (line: string) => void;
  /** How long a server has to come up. */
  withinMs: number;
};

const readUpgrade = async (data: DataActs): Promise<Upgrade | undefined> =>
  (await data.call('upgrade.read', {})).upgrade ?? undefined;

const hasBefore = async (data: DataActs, to: string): Promise<boolean> =>
  (await data.call('upgrade.has-before', { to })).has;

/** Waits until a page is served and `isSo`; whether that came in time. `hasEnded` ends the wait. */
const comesUp = async (
  { data }: Parts,
  withinMs: number,
  isSo: (upgrade: Upgrade | undefined) => boolean,
  hasEnded: () => Promise<boolean> = async () => false,
): Promise<boolean> => {
  for (const until = nowMs() + withinMs; nowMs() < until; await sleep(pollMs)) {
    if (isSo(await readUpgrade(data)) && (await data.call('upgrade.serves', {})).serves) return true;
    if (await hasEnded()) return false;
  }
  return false;
};

/** Notes an attempt that failed, for people and for packagers. */
export async function noteFailure(data: DataActs, failure: UpgradeFailure): Promise<void> {
  await data.call('upgrade.write', { upgrade: withFailure(await readUpgrade(data), failure) });
}

/** The old release and its database again. UPGRADE where even that does not come up. */
export async function goBack(parts: Parts, upgrade: Upgrade & { reason: string }): Promise<void> {
  const { root, data, service, progress } = parts;
  const { from, to, reason } = upgrade;
  if (from === null || !isInstalled(root, from))
    throw new AppError(
      'UPGRADE',
      `${reason}, and no release of before is kept: install one; database and keys of before are in the data folder, backups/pre-${to}`,
    );
  progress(`goes back to release ${from}: ${reason}`);
  await service.stop();
  await data.call('upgrade.write', { upgrade });
  pointTo(root, from);
  await service.start();
  if (!(await comesUp(parts, wayBackMs, (now) => now?.state === 'returned')))
    throw new AppError('UPGRADE', `${reason}, and release ${from} does not come up either: systemctl status sallyport`);
}

/** Waits for the new release; goes back, and throws UPGRADE with the reason, where it does not come up. */
const awaitNew = async (parts: Parts, upgrade: Upgrade): Promise<void> => {
  const { root, data, service, progress, withinMs } = parts;
  const { from, to, at } = upgrade;
  const seen = { end: false };
  const hasEnded = async (): Promise<boolean> => {
    seen.end = await service.hasEnded();
    return seen.end;
  };
  if (await comesUp(parts, withinMs, (now) => now?.serving === to, hasEnded)) {
    await data.call('upgrade.finish', { upgrade: { ...upgrade, serving: to } });
    for (const gone of dropReleases(root, [from, to])) progress(`removed release ${gone}`);
    return;
  }
  const how = seen.end ? 'ended' : 'not-served';
  const reason =
    how === 'ended'
      ? `the server of release ${to} ended before it served`
      : `release ${to} did not serve within ${withinMs / 1000} s`;
  await goBack(parts, { ...upgrade, state: 'open', reason });
  await noteFailure(data, { how, from, to, at, reason, ...defined({ build: buildOf(root, to) }) });
  throw new AppError('UPGRADE', `${reason}; release ${from} serves again, and nothing of before is lost`);
};

/**
 * Ends an upgrade that was cut off, forward where the new release comes up, else back. Returns whether there was one. UPGRADE
 * where it went back.
 */
export async function endUnfinished(parts: Parts): Promise<boolean> {
  const { root, data, service, progress } = parts;
  const upgrade = await readUpgrade(data);
  if (upgrade?.state !== 'open') return false;
  progress(`ends the upgrade to release ${upgrade.to}, which was cut off`);
  await service.start();
  if (currentRelease(root) === upgrade.to) {
    const { reason, asked } = upgrade;
    if (reason === undefined || asked) await awaitNew(parts, { ...upgrade, reason: undefined, asked: undefined });
    else await goBack(parts, { ...upgrade, reason });
  } else if (
    (await hasBefore(data, upgrade.to)) &&
    !(await comesUp(parts, wayBackMs, (now) => now?.state === 'returned'))
  )
    throw new AppError('UPGRADE', `release ${upgrade.from} does not come up: systemctl status sallyport`);
  return true;
}

/** From the release that runs to `to`, which was tried before. UPGRADE where it went back, with the reason. */
export async function switchTo(parts: Parts, to: string): Promise<void> {
  const { root, data, service, progress } = parts;
  const from = currentRelease(root) ?? null;
  await data.call('upgrade.forget-before', { to });
  const upgrade: Upgrade = { format: 'sallyport-upgrade/1', from, to, at: nowMs(), state: 'open' };
  await data.call('upgrade.write', { upgrade });
  if (from !== null) keepPrevious(root, from);
  progress(`switches from release ${from ?? 'none'} to ${to}`);
  pointTo(root, to);
  await service.restart();
  await awaitNew(parts, upgrade);
}

/** Notes the switch for a server that is started later, where nothing here starts it. */
export async function switchLater(root: string, data: DataActs, to: string): Promise<void> {
  await data.call('upgrade.forget-before', { to });
  const from = currentRelease(root) ?? null;
  const upgrade: Upgrade = { format: 'sallyport-upgrade/1', from, to, at: nowMs(), state: 'open' };
  await data.call('upgrade.write', { upgrade });
  pointTo(root, to);
}
