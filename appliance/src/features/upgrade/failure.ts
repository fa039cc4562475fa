import type { Refusal } from '../../platform/errors.ts';
import type { Upgrade, UpgradeFailure } from './types.ts';

// An upgrade that failed is kept in DATA/upgrade.json until another one succeeds: people are told of it until one of them puts it
// aside, and a packager that asks for the same build again is answered without another try.

/** More than any reason has; what another release's trial printed is not believed to be short. */
const maxReason = 2_000;

/** The last attempt that failed. One of which only the way back is known was of a server that did not come up in time. */
export function failureOf(upgrade: Upgrade | undefined): UpgradeFailure | undefined {
  if (upgrade === undefined) return undefined;
  const { failed, state, asked, to, at, from, reason = 'the upgrade was cut off' } = upgrade;
  if (failed !== undefined) return failed;
  return state === 'returned' && asked !== true ? { how: 'not-served', from, to, at, reason } : undefined;
}

/** The upgrade with an attempt that failed; what is known of upgrades before stays. */
export function withFailure(upgrade: Upgrade | undefined, failure: UpgradeFailure): Upgrade {
  const before: Upgrade = upgrade ?? {
    format: 'sallyport-upgrade/1',
    from: null,
    to: failure.from ?? failure.to,
    at: failure.at,
    state: 'done',
  };
  return { ...before, failed: { ...failure, reason: failure.reason.slice(0, maxReason) } };
}

/** The line that ends what a packager is told. */
export function failureLine({ how, from, to }: UpgradeFailure): string {
  const runs = `${from ?? 'no release'} runs`;
  return how === 'refused'
    ? `stayed: ${runs}, ${to} did not pass its trial, see doctor`
    : `went back: ${runs}, ${to} did not start, see doctor`;
}

/** What is said in full, with the ways on. */
export function failureText({ how, from, to, reason }: Pick<UpgradeFailure, 'how' | 'from' | 'to' | 'reason'>): string {
  const words = how === 'refused' ? '' : ' What it said: journalctl -u sallyport.';
  return `the upgrade to release ${to} failed, ${from ?? 'no release'} runs: ${reason}.${words} To try again, as root: sallyport upgrade --to ${to}; to put it aside: sallyport release put-aside --reason TEXT`;
}

type Asked = {
  /** The release that is to run, which build of it lies there, and the one that runs. */
  to: string;
  build: string | undefined;
  current: string | undefined;
};

/** The attempt that a packager's script is not to repeat: of the same build, while the release of before runs. */
export function knownFailure(upgrade: Upgrade | undefined, { to, build, current }: Asked): UpgradeFailure | undefined {
  const failed = failureOf(upgrade);
  if (failed?.to !== to || (current ?? null) !== failed.from) return undefined;
  return failed.build === undefined || failed.build === build ? failed : undefined;
}

/** Whether a person went back from this release, which a packager's script is not to undo. */
export const wentBackFrom = (upgrade: Upgrade | undefined, { to, current }: Asked): boolean =>
  upgrade?.state === 'returned' && upgrade.asked === true && upgrade.to === to && upgrade.from === (current ?? null);

/** What a failed trial leaves to be told. */
export function refusedTrial(
  attempt: Pick<UpgradeFailure, 'from' | 'to' | 'at' | 'build'>,
  { message }: Pick<Refusal, 'message'>,
): UpgradeFailure {
  return { ...attempt, how: 'refused', reason: message };
}
