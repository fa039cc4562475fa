import { mkdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { type Figure, percentile, type Result, timed } from './report.ts';
import { cloneFleet } from './support/cloned-fleet.ts';
import { deriveFleet } from './support/derived-fleet.ts';
import { enrolDevices, makeSite, startServer, withAppliance } from './support/site.ts';
import { type LoadSeen, steadyLoad } from './support/steady-load.ts';
import { type LongestWaits, writerProbe } from './support/writer-probe.ts';

const devices = Number(env('BENCH_DEVICES') ?? 10_000);
const profiles = 100;
const packages = 900;
const reporting = 200;
const load = { checkInsPerSecond: 100, reportsPerSecond: 20 };
const pairs = Number(env('BENCH_PAIRS') ?? 8);
const pauseMs = 2_000;
const backupMs = 600_000;
const driver = createRequire(import.meta.url).resolve('better-sqlite3');

type Watched = { ms: number; waits: LongestWaits; seen: LoadSeen };

const waitOf = ({ waits }: Watched): number => Math.max(waits.lockMs, waits.commitMs);
const sorted = (parts: readonly Watched[], of: (part: Watched) => number): Float64Array =>
  Float64Array.from(parts, of).sort();
const medianOf = (parts: readonly Watched[], of: (part: Watched) => number): number =>
  percentile(sorted(parts, of), 0.5);

const figuresOf = (which: string, parts: readonly Watched[]): Figure[] => {
  const longest = (what: string, of: (part: Watched) => number, limit = false): Figure[] => [
    { what: `${which}: ${what}, median of the parts`, value: medianOf(parts, of), unit: 'ms', limit },
    { what: `${which}: ${what}, longest of all`, value: percentile(sorted(parts, of), 1), unit: 'ms', limit },
  ];
  const seconds = parts.reduce((sum, { ms }) => sum + ms / 1_000, 0);
  const answers = (name: 'checkIns' | 'reports', what: string): Figure[] => {
    const all = Float64Array.from(parts.flatMap(({ seen }) => seen[name])).sort();
    return [
      { what: `${which}: ${what}`, value: all.length / seconds, unit: '/s' },
      { what: `${which}: ${what}, p99`, value: percentile(all, 0.99), unit: 'ms' },
    ];
  };
  return [
    ...longest('longest wait for the lock', ({ waits }) => waits.lockMs),
    ...longest('longest wait at the commit', ({ waits }) => waits.commitMs),
    ...longest('a page of another file', ({ waits }) => waits.flushMs, true),
    ...answers('checkIns', 'check-ins'),
    ...answers('reports', 'reports'),
    { what: `${which}: refused`, value: parts.reduce((sum, { seen }) => sum + seen.refused.length, 0), unit: '' },
  ];
};

/** A backup beside a steady load: how long it takes, and what it costs others. */
export const backups = async (): Promise<Result> => {
  const site = await makeSite('backups');
  try {
    const certified = await withAppliance(site, async (appliance) => {
      await cloneFleet(appliance, { devices, profiles, packages });
      deriveFleet(appliance);
      return enrolDevices(appliance, reporting, { certified: true, seed: 11 });
    });
    const folder = join(site.dataDir, '..', 'taken');
    mkdirSync(folder);
    const server = await startServer(site);
    try {
      return await withAppliance(site, async (appliance) => {
        appliance.objects.setSetting(systemActor, 'backups.folder', folder);
        const played = await steadyLoad({ port: server.port, ca: site.ca }, certified, load);
        const { database } = appliance.paths;
        const writer = writerProbe(database, driver, join(site.dataDir, 'flushed-beside'));
        await sleep(5_000);
        /** What was waited for while `work` ran, and what devices saw. */
        const watched = async (work: () => Promise<unknown>): Promise<Watched> => {
          await sleep(pauseMs);
          await writer.take();
          played.take();
          const { ms } = await timed(work);
          return { ms, waits: await writer.take(), seen: played.take() };
        };
        const sizes: number[] = [];
        const oneBackup = async (): Promise<void> => {
          const run = await appliance.jobs.finished(appliance.backups.start(systemActor), { timeoutMs: backupMs });
          const { sizeBytes } = (run.result ?? {}) as { sizeBytes?: number };
          if (sizeBytes === undefined) throw new Error(`no backup was made: ${JSON.stringify(run.error)}`);
          sizes.push(sizeBytes);
        };
        const [without, beside]: [Watched[], Watched[]] = [[], []];
        for (let pair = 0; pair < pairs; pair += 1) {
          const loaded = await watched(oneBackup);
          beside.push(loaded);
          without.push(await watched(() => sleep(loaded.ms)));
        }
        await played.stop();
        await writer.stop();
        const added = medianOf(beside, waitOf) - medianOf(without, waitOf);
        return {
          figures: [
            { what: 'database', value: statSync(database).size / 1e6, unit: 'MB' },
            { what: 'backup, asked for to journal, median', value: medianOf(beside, ({ ms }) => ms) / 1e3, unit: 's' },
            { what: 'its file', value: (sizes.at(-1) ?? 0) / 1e6, unit: 'MB' },
            { what: 'a backup adds to the longest wait of a writer', value: added, unit: 'ms', target: 'under 50 ms' },
            ...figuresOf('without', without),
            ...figuresOf('beside', beside),
          ],
          method: [
            `${devices} devices of ${packages} packages, ${reporting} more over mutual TLS: ${load.checkInsPerSecond} check-ins and ${load.reportsPerSecond} reports of 40 packages, three of them new, a second. Client, server and backup share the machine; load at the end ${loadavg()[0]?.toFixed(1)}.`,
            `${pairs} times a backup, then as long without one. The server makes it as a job in a thread of its own, into a folder outside of the data directory. A further process changes a row every 10 ms, with the lock taken first. It waits for the lock, which others hold for as long as they compute and commit, and at its commit for the disk. The wait of a writer is the longer of the two, the longest of a part counts, and what a backup adds is the difference of the medians over all parts.`,
            'The dot: what a page of a small file beside the database takes until it is on the disk, the longest of a part. It says how busy the disk is otherwise.',
          ],
        };
      });
    } finally {
      await server.stop();
    }
  } finally {
    site.remove();
  }
};
