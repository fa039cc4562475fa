import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { applianceIn, openAppliance } from './appliance.ts';
import { admin } from './engines.ts';
import { copyHost, makeHost, type TestHost } from './host.ts';
import { madeOnce } from './made-once.ts';

export type Introduced = {
  site: Awaited<ReturnType<typeof openAppliance>>;
  host: TestHost;
  /** An empty folder. */
  medium: string;
  /** The site card that the host holds. */
  card: Uint8Array;
};

type Made = Pick<TestHost, 'memory'> & Pick<Introduced, 'card'>;

const make = async (folder: string, goOn?: (made: Introduced) => Promise<unknown>): Promise<Made> => {
  const site = await openAppliance('plant-7', folder);
  const host = makeHost(join(folder, 'host'));
  await host.publish();
  const file = await host.trustFile(join(folder, 'introduction'));
  const card = site.exchange.siteCard(admin).bytes;
  await site.exchange.importTrust(admin, file, host.rootFingerprint);
  if (goOn !== undefined) {
    const medium = join(folder, 'first-medium');
    mkdirSync(medium);
    await goOn({ site, host, medium, card });
  }
  await site.close();
  return { memory: host.memory, card };
};

/**
 * An appliance and a connected host that know each other: copies of those that the run made once. The caller stops the site. What
 * all tests of a file go on with is made once, too, under a name of its own.
 */
export const introduced = async (
  kind = 'introduced',
  goOn?: (made: Introduced) => Promise<unknown>,
): Promise<Introduced> => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-appliance-'));
  // What is made under a clock of its own has documents of that time.
  const { memory, card } = await (vi.isFakeTimers()
    ? make(folder, goOn)
    : madeOnce(kind, folder, (made) => make(made, goOn)));
  const medium = join(folder, 'medium');
  mkdirSync(medium);
  return { site: await applianceIn(folder), host: copyHost({ memory }, join(folder, 'host')), medium, card };
};
