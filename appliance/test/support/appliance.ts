import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose } from '../../src/compose.ts';
import { openLog } from '../../src/platform/log.ts';
import type { ClockSources } from '../../src/platform/site-clock.ts';
import { passingClocks } from './clocks.ts';
import { initialised } from './initialised.ts';

const log = openLog('silent');

/** A whole appliance in a temporary folder, with everything wired as in production. */
export const openAppliance = async (
  site = 'plant-7',
  folder = mkdtempSync(join(tmpdir(), 'sallyport-appliance-')),
  clocks: ClockSources = passingClocks,
) => {
  await initialised({
    dataDir: join(folder, 'data'),
    site,
    addresses: ['localhost'],
    listen: { address: '127.0.0.1', port: 0 },
    administrator: 'administrator',
    log,
  });
  return applianceIn(folder, clocks);
};

/** Opens the appliance below a folder that lies there already; `stop` removes the folder. */
export const applianceIn = async (folder: string, clocks: ClockSources = passingClocks) => {
  const dataDir = join(folder, 'data');
  const appliance = await compose({ dataDir, log, lateStatements: true, clocks });
  return {
    ...appliance,
    folder,
    dataDir,
    /** Opens the same data directory once more, as another process would. */
    again: () => compose({ dataDir, log, lateStatements: true, clocks }),
    stop: async () => {
      await appliance.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
