import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { schemaVersion } from '@sallyport/appliance/platform/database';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { freePort, temporaryFolder } from '../support/commands.ts';
import { initSite, installedSite } from '../support/installed-site.ts';
import { layRelease } from '../support/release-tree.ts';
import { type Result, timed } from './report.ts';
import { cloneFleet } from './support/cloned-fleet.ts';
import { deriveFleet } from './support/derived-fleet.ts';
import { withAppliance } from './support/site.ts';

const devices = Number(env('BENCH_DEVICES') ?? 10_000);
const profiles = 100;
const packages = 900;
const askEachMs = 100;

/** The longest time in ms without the page while `work` runs. */
const longestGap = async (page: () => Promise<number>, work: () => Promise<void>): Promise<number> => {
  let longestMs = 0;
  let isOver = false;
  const asking = (async () => {
    let servedAt = performance.now();
    while (!isOver) {
      if ((await page()) === 200) {
        longestMs = Math.max(longestMs, performance.now() - servedAt);
        servedAt = performance.now();
      }
      await sleep(askEachMs);
    }
  })();
  await work();
  isOver = true;
  await asking;
  return longestMs;
};

/** An upgrade of a large site to a release that migrates, and the way back: how long no page is served. */
export const upgrade = async (): Promise<Result> => {
  const folder = temporaryFolder('bench-upgrade');
  try {
    const port = await freePort();
    const releases = join(folder.path, 'releases');
    layRelease(folder.path, '0.2.0');
    const site = installedSite(join(folder.path, 'site'), releases, '0.2.0', port);
    await initSite(site.data, port);
    const place = { dataDir: site.data, ca: '', remove: () => undefined };
    const schema = await withAppliance(place, async (appliance) => {
      await cloneFleet(appliance, { devices, profiles, packages });
      deriveFleet(appliance);
      return schemaVersion(appliance.db);
    });
    const step = `${`${schema + 1}`.padStart(3, '0')}-next.sql`;
    layRelease(folder.path, '0.3.0', { [step]: 'create table next (n integer) strict; insert into next values (1)' });
    const sizeMb = statSync(join(site.data, 'state.db')).size / 1e6;
    await site.supervise('start');
    await site.serves();
    const ordered = async (release: string, ...line: string[]) => {
      const { value, ms } = await timed(() =>
        longestGap(site.page, async () => {
          const { status, stderr } = await site.run(site.release(release), [...line, ...site.place]);
          if (status !== 0) throw new Error(stderr);
          await site.serves();
        }),
      );
      return { gapMs: value, ms };
    };
    const forward = await ordered('0.3.0', 'upgrade');
    const back = await ordered('0.3.0', 'release', 'rollback', '--confirm', '--reason', 'a benchmark');
    await site.supervise('stop');
    const took = (what: string, { gapMs, ms }: { gapMs: number; ms: number }, target?: string) => [
      { what, value: ms / 1_000, unit: 's' },
      { what: `${what}: no page for`, value: gapMs / 1_000, unit: 's', ...(target === undefined ? {} : { target }) },
    ];
    return {
      figures: [
        { what: 'database', value: sizeMb, unit: 'MB' },
        ...took('upgrade', forward, 'at most 10 s'),
        ...took('way back', back),
      ],
      method: [
        `${devices} devices of ${packages} packages. The page of log-in is asked for every ${askEachMs} ms; the longest time between two that were served.`,
        'The new release has one step of the schema, a small table. A program in the place of systemd starts and stops the server.',
      ],
    };
  } finally {
    folder.remove();
  }
};
