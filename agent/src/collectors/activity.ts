import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { RootFiles } from '../platform/root-files.ts';
import { rpmDatabase } from '../rpm/query.ts';
import { type Collector, clean, item } from './collector.ts';
import { softwareItems } from './software.ts';

const maxReasons = 100;

/** When the kernel started: from /proc/stat, which does not move as "now minus uptime" does. */
const bootedAt = (files: RootFiles): string | undefined => {
  const seconds = /^btime (\d+)$/m.exec(files.text('proc/stat') ?? '')?.[1];
  return seconds === undefined ? undefined : toTime(Number(seconds) * 1000);
};

/** The packages that asked for a restart, and the kernels that wait for one. */
const restartReasons = async (files: RootFiles): Promise<string[]> => {
  const asked = (files.text('run/reboot-required.pkgs') ?? '').split('\n').map((line) => clean(line, 200));
  const kernels = files.isMachine ? (await softwareItems(files)).filter((one) => one['kernel'] === 'pending') : [];
  const names = [...asked, ...kernels.map((one) => `${String(one['name'])} ${String(one['version'])}`.slice(0, 200))];
  return [...new Set(names.filter((name) => name !== ''))].sort().slice(0, maxReasons);
};

/** When the package manager last wrote its database. */
export const packagesChangedMs = (files: RootFiles): number | undefined => {
  const rpm = rpmDatabase(files);
  const times = [
    files.modifiedMs('var/lib/dpkg/status'),
    ...(rpm === undefined ? [] : [files.modifiedMs(rpm.file), files.modifiedMs(`${rpm.file}-wal`)]),
  ].filter((ms) => ms !== undefined);
  return times.length === 0 ? undefined : Math.max(...times);
};

export const collector: Collector = {
  collection: 'activity',
  followsPackages: true,
  collect: async ({ files }) => {
    const updated = packagesChangedMs(files);
    const reasons = await restartReasons(files);
    return [
      item({
        lastUpdateAt: updated === undefined ? undefined : toTime(updated),
        restartPending: files.has('run/reboot-required') || files.has('var/run/reboot-required') || reasons.length > 0,
        restartReasons: reasons,
        bootedAt: files.isMachine ? bootedAt(files) : undefined,
      }),
    ];
  },
};
