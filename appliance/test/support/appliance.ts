import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose } from '../../src/compose.ts';
import { initialise } from '../../src/init.ts';
import { openLog } from '../../src/platform/log.ts';

/** A whole appliance in a temporary folder, with everything wired as in production. */
export const openAppliance = async (site = 'plant-7') => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-appliance-'));
  const dataDir = join(folder, 'data');
  const log = openLog('silent');
  await initialise({
    dataDir,
    site,
    addresses: ['localhost'],
    listen: { address: '127.0.0.1', port: 0 },
    administrator: 'administrator',
    log,
  });
  const appliance = await compose({ dataDir, log });
  return {
    ...appliance,
    folder,
    dataDir,
    /** Opens the same data directory once more, as another process would. */
    again: () => compose({ dataDir, log }),
    stop: async () => {
      await appliance.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
