import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { applianceIn, openAppliance } from './appliance.ts';
import { admin } from './engines.ts';
import { copyHost, makeHost, type TestHost } from './host.ts';
import { layCopy } from './made-once.ts';

export type Introduced = {
  site: Awaited<ReturnType<typeof openAppliance>>;
  host: TestHost;
  /** An empty folder. */
  medium: string;
  /** The site card that the host holds. */
  card: Uint8Array;
};

/**
 * Registers an introduction for the tests of a file: the first call makes an appliance and a connected host that know each
 * other, and each call opens a copy of both, which the caller stops.
 */
export const introductions = (): (() => Promise<Introduced>) => {
  let made: { folder: string; host: TestHost; card: Uint8Array } | undefined;
  afterAll(() => {
    if (made !== undefined) rmSync(made.folder, { recursive: true, force: true });
  });

  const make = async (): Promise<NonNullable<typeof made>> => {
    const site = await openAppliance();
    const host = makeHost(join(site.folder, 'host'));
    await host.publish();
    const file = await host.trustFile(join(site.folder, 'introduction'));
    const card = site.exchange.siteCard(admin).bytes;
    await site.exchange.importTrust(admin, file, host.rootFingerprint);
    await site.close();
    return { folder: site.folder, host, card };
  };

  return async () => {
    made ??= await make();
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-appliance-'));
    layCopy(made.folder, folder);
    const medium = join(folder, 'medium');
    mkdirSync(medium);
    return {
      site: await applianceIn(folder),
      host: copyHost(made.host, join(folder, 'host')),
      medium,
      card: made.card,
    };
  };
};
