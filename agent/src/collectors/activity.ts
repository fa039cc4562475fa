import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { RootFiles } from '../platform/root-files.ts';
import { type Collector, item } from './collector.ts';

/** When the kernel started: from /proc/stat, which does not move as "now minus uptime" does. */
const bootedAt = (files: RootFiles): string | undefined => {
  const seconds = /^btime (\d+)$/m.exec(files.text('proc/stat') ?? '')?.[1];
  return seconds === undefined ? undefined : toTime(Number(seconds) * 1000);
};

export const collector: Collector = {
  collection: 'activity',
  collect: async ({ files }) => {
    const updated = files.modifiedMs('var/lib/dpkg/status');
    return [
      item({
        lastUpdateAt: updated === undefined ? undefined : toTime(updated),
        restartPending: files.has('run/reboot-required') || files.has('var/run/reboot-required'),
        bootedAt: files.isMachine ? bootedAt(files) : undefined,
      }),
    ];
  },
};
