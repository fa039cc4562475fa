import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isNetworkless } from '@sallyport/bundle-tools/importer/no-network';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Appliance } from './compose.ts';
import { newestBackupFile, wayBack } from './features/backups/way-back.ts';
import { verifySharedValues } from './features/devices/duplicate-store.ts';
import { verifyGroupPaths } from './features/devices/group-store.ts';
import { verifyDeviceRows } from './features/devices/row-store.ts';
import { keyDateText } from './features/exchange/key-dates.ts';
import { unfulfilledLines } from './features/exchange/unfulfilled.ts';
import { isPublicKeyFile, keyFaults } from './features/health/keys.ts';
import { returnText } from './features/rollback/text.ts';
import { failureText } from './features/upgrade/failure.ts';
import { readUpgrade } from './features/upgrade/file.ts';
import { assertSchema, pageFaults, referenceFaults } from './platform/database.ts';
import { AppError, toFailure } from './platform/errors.ts';
import { takeServerLock } from './platform/process-lock.ts';
import { doubtText } from './platform/site-clock.ts';

// What `sallyport doctor` looks at. It works beside a running server; what only a stopped one would leave behind is then
// not judged.

export type Finding = {
  check: string;
  severity: 'finding' | 'warning';
  detail: string;
  /** The check itself failed: nothing is known. */
  isUnchecked?: true;
};

type Check = {
  name: string;
  run(appliance: Appliance, context: { serverRuns: boolean }): Promise<string[]> | string[];
  /** Reported, and no reason for exit 1. */
  warning?: true;
  /** Says something about the database alone: asked of the copy before an upgrade, too. */
  ofDatabase?: true;
};

/** Takes the lock for a moment: only a running server holds it. */
const isServerRunning = (dataDir: string): boolean => {
  try {
    takeServerLock(dataDir).release();
    return false;
  } catch (error) {
    if (error instanceof AppError && error.code === 'IN_USE') return true;
    throw error;
  }
};

const openTo = (path: string): string | undefined => {
  const mode = statSync(path).mode & 0o777;
  return (mode & 0o077) === 0 ? undefined : `${path} is open to others (${mode.toString(8).padStart(4, '0')})`;
};

/** An upgrade that is under way takes less, whatever its database. */
const unfinishedMs = 30 * 60_000;

const checkPermissions = ({ paths, keyring }: Appliance): string[] => {
  const keys = keyring
    .fileNames()
    .filter((file) => !isPublicKeyFile(file))
    .map((file) => join(paths.keys, file));
  return [paths.data, paths.keys, paths.database, paths.config, ...keys]
    .map(openTo)
    .filter((finding) => finding !== undefined);
};

/** The file of the newest backup that may still be had; the journal that names it may be damaged itself. */
const newestBackup = ({ backups, paths }: Appliance): string | undefined => {
  try {
    const { last } = backups.age();
    return last && join(last.folder, last.file);
  } catch {
    return newestBackupFile(paths);
  }
};

/** The last good backup in one line; the journal that names it may be damaged. */
export const lastBackup = ({ backups }: Pick<Appliance, 'backups'>): string => {
  try {
    const { last } = backups.age();
    return last === undefined
      ? 'last good backup: none is known'
      : `last good backup: ${toTime(last.madeAt)}, ${join(last.folder, last.file)}`;
  } catch (error) {
    return `last good backup: not known (${toFailure(error).message})`;
  }
};

const checkIntegrity = (appliance: Appliance): string[] => {
  const faults = pageFaults(appliance.db, 20);
  return faults.length === 0 ? [] : [...faults, wayBack(appliance.paths, newestBackup(appliance))];
};

const wasLeft = (folder: string, names: readonly string[]): string[] =>
  names.map((name) => `${join(folder, name)} was left behind`);

const leftIn = (folder: string, kept: readonly string[] = []): string[] =>
  wasLeft(
    folder,
    readdirSync(folder).filter((name) => !kept.includes(name)),
  );

/** The checks of the engines; a feature adds its own to this list. */
export const checks: readonly Check[] = [
  {
    name: 'schema',
    ofDatabase: true,
    run: ({ db }) => {
      assertSchema(db);
      return [];
    },
  },
  { name: 'database', ofDatabase: true, run: checkIntegrity },
  { name: 'references', ofDatabase: true, run: ({ db }) => referenceFaults(db, 20) },
  {
    name: 'audit chain',
    ofDatabase: true,
    run: ({ events }) => {
      const report = events.verifyChain();
      return report.ok ? [] : [`broken at ${report.brokenAt}: ${report.reason}`];
    },
  },
  {
    name: 'revisions',
    ofDatabase: true,
    run: ({ objects }) =>
      objects.verify().map(({ kind, id, revision, reason }) => `${kind} ${id}, revision ${revision}: ${reason}`),
  },
  {
    name: 'rollback',
    run: ({ rollbackDetector }) =>
      rollbackDetector
        .unacknowledged()
        .filter(({ cause }) => cause !== 'restored')
        .map(returnText),
  },
  {
    name: 'restored backup',
    warning: true,
    run: ({ rollbackDetector }) =>
      rollbackDetector
        .unacknowledged()
        .filter(({ cause }) => cause === 'restored')
        .map(returnText),
  },
  { name: 'baselines', ofDatabase: true, run: ({ baselines }) => baselines.verify() },
  { name: 'inventory', ofDatabase: true, run: ({ inventory }) => inventory.verify() },
  {
    name: 'controllers',
    ofDatabase: true,
    run: ({ controllers, controllerFindings }) => [...controllers.verify(), ...controllerFindings.verify()],
  },
  { name: 'updates', ofDatabase: true, run: ({ updates }) => updates.verify() },
  { name: 'device-list', ofDatabase: true, run: ({ db }) => [...verifyDeviceRows(db), ...verifySharedValues(db)] },
  { name: 'group-tree', ofDatabase: true, run: ({ db }) => verifyGroupPaths(db) },
  {
    name: 'receipts',
    ofDatabase: true,
    run: ({ exchange }) => {
      const report = exchange.verifyReceipts();
      return report.ok ? [] : [`receipt ${report.brokenAt} ${report.reason}`];
    },
  },
  { name: 'exchange', run: ({ exchange }, { serverRuns }) => exchange.verify({ isQuiet: !serverRuns }) },
  {
    name: 'store',
    run: async ({ store }) => (await store.verify()).map(({ path, problem }) => `${path}: ${problem}`),
  },
  {
    name: 'left behind',
    run: ({ paths, keyring }, { serverRuns }) =>
      serverRuns
        ? []
        : [
            ...leftIn(paths.objectsTmp),
            ...leftIn(paths.staging, ['partials']),
            ...wasLeft(paths.keys, keyring.unfinished()),
          ],
  },
  {
    name: 'upgrade',
    run: ({ paths }) => {
      const upgrade = readUpgrade(paths.data);
      return upgrade?.state === 'open' && nowMs() - upgrade.at > unfinishedMs
        ? [`the upgrade to release ${upgrade.to} was cut off; run: sallyport upgrade --settle`]
        : [];
    },
  },
  {
    name: 'last upgrade',
    warning: true,
    run: ({ upgrades }) => {
      const failed = upgrades.failure();
      return failed === undefined ? [] : [`${toTime(failed.at)}: ${failureText(failed)}`];
    },
  },
  {
    name: 'clock',
    warning: true,
    run: ({ time }) => {
      const found = time.read();
      return found.doubt === undefined ? [] : [`${found.doubt}: ${doubtText(found, found.doubt)}`];
    },
  },
  { name: 'permissions', run: checkPermissions },
  { name: 'key files', run: ({ keyring }) => keyFaults(keyring) },
  {
    name: 'certificate of the plant',
    warning: true,
    run: ({ serverCertificate }) => {
      const fault = serverCertificate.fault();
      return fault === undefined ? [] : [`${fault.code}: ${fault.detail}`];
    },
  },
  { name: 'keys of persons', run: ({ personal }) => personal.verify() },
  {
    name: 'advisories',
    warning: true,
    run: ({ vulnerabilities }) =>
      vulnerabilities
        .unreadEcosystems()
        .map(({ ecosystem, feeds }) => `nothing here reads ${ecosystem} (${feeds.join(', ')}): it judges no device`),
  },
  {
    name: 'recovery key',
    warning: true,
    run: ({ recoveryKey }) =>
      recoveryKey.look().state === 'confirmed'
        ? []
        : [
            'no person has shown to have the recovery key, without which no backup can be opened: page Backups, Recovery key, or sallyport recovery-key confirm',
          ],
  },
  {
    name: 'last backup',
    warning: true,
    run: ({ backups }) => {
      const { state, last } = backups.age();
      if (state === 'ok') return [];
      return [
        `${last === undefined ? 'no good backup is known' : `the last good one is of ${toTime(last.madeAt)}: ${join(last.folder, last.file)}`}; run: sallyport backup create`,
      ];
    },
  },
  {
    name: 'asked for and not brought',
    warning: true,
    run: ({ exchange }) => unfulfilledLines(exchange.unfulfilled()),
  },
  {
    name: 'feeds',
    warning: true,
    run: ({ exchange }) =>
      exchange
        .knowledge()
        .flatMap(({ feed, goneSince, newest }) =>
          goneSince === undefined
            ? []
            : [
                `no bundle has ${feed} since ${goneSince}; its records up to ${newest ?? 'an unknown day'} are kept and close nothing`,
              ],
        ),
  },
  {
    name: 'key dates',
    warning: true,
    run: ({ exchange }) => exchange.keyDates().map((date) => `KEY_EXPIRES_SOON: ${keyDateText(date)}`),
  },
  {
    name: 'reader of media',
    warning: true,
    run: () =>
      !isNetworkless()
        ? ['it runs with a network: this system allows no namespace for it (see RestrictNamespaces in the unit)']
        : [],
  },
  {
    name: 'master key',
    warning: true,
    run: ({ keyring }) =>
      keyring.source === 'credential'
        ? []
        : ['it is a file beside what it protects; a systemd credential would keep them apart'],
  },
];

/** Runs every check; a check that fails is a finding itself. */
export const examine = async (appliance: Appliance, list: readonly Check[] = checks): Promise<Finding[]> => {
  const context = { serverRuns: isServerRunning(appliance.paths.data) };
  const findings: Finding[] = [];
  for (const check of list) {
    const severity = check.warning ? 'warning' : 'finding';
    try {
      for (const detail of await check.run(appliance, context)) findings.push({ check: check.name, severity, detail });
    } catch (error) {
      const { code, message } = toFailure(error);
      findings.push({
        check: check.name,
        severity: 'finding',
        detail: `could not be checked: ${code}: ${message}`,
        isUnchecked: true,
      });
    }
  }
  return findings;
};
