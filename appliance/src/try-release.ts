import { compose } from './compose.ts';
import { checks, examine } from './doctor.ts';
import { tryUpgrade } from './features/upgrade/trial.ts';
import { openLog } from './platform/log.ts';

/** The rehearsal of an upgrade to this release in this process; only what says something about the copy counts. */
export const tryRelease = (dataDir: string, progress: (line: string) => void) =>
  tryUpgrade(dataDir, progress, async (folder) => {
    const appliance = await compose({ dataDir: folder, log: openLog('silent'), lateStatements: true });
    try {
      const found = await examine(
        appliance,
        checks.filter(({ ofDatabase }) => ofDatabase),
      );
      return found.map(({ check, detail }) => `${check}: ${detail}`);
    } finally {
      await appliance.close();
    }
  });
