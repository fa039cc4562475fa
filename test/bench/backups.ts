import { mkdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { type Figure, percentile, type Result } from './report.ts';
import { cloneFleet } from './support/cloned-fleet.ts';
import { deriveFleet } from './support/derived-fleet.ts';
import { longestWait } from './support/lock-probe.ts';
import { enrolDevices, makeSite, startServer, withAppliance } from './support/site.ts';
import { type LoadSeen, steadyLoad } from './support/steady-load.ts';

const devices = Number(env('BENCH_DEVICES') ?? 10_000);
const profiles = 100;
const packages = 900;
const reporting = 200;
const load = { checkInsPerSecond: 100, reportsPerSecond: 20 };
const quietMs = 15_000;
const backupMs = 600_000;
const driver = createRequire(import.meta.url).resolve('better-sqlite3');

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
        await sleep(5_000);
        played.take();
        const path = appliance.paths.database;
        const quiet = await longestWait(path, driver, async () => {
          await sleep(quietMs);
          return played.take();
        });
        const loaded = await longestWait(path, driver, async () => {
          const start = performance.now();
          const job = appliance.backups.start(systemActor);
          const run = await appliance.jobs.finished(job, { timeoutMs: backupMs });
          const { result } = run;
          const { sizeBytes } = (result ?? {}) as { sizeBytes?: number };
          if (sizeBytes === undefined) throw new Error(`no backup was made: ${JSON.stringify(run.error)}`);
          return { ms: performance.now() - start, sizeBytes, seen: played.take() };
        });
        await played.stop();
        const { ms, sizeBytes, seen } = loaded.value;
        const answers = (what: string, of: LoadSeen, overMs: number): Figure[] => [
          { what: `${what}: check-ins`, value: of.checkIns.length / (overMs / 1_000), unit: '/s' },
          { what: `${what}: reports`, value: of.reports.length / (overMs / 1_000), unit: '/s' },
          { what: `${what}: refused`, value: of.refused.length, unit: '' },
          {
            what: `${what}: check-ins, p99`,
            value: percentile(Float64Array.from(of.checkIns).sort(), 0.99),
            unit: 'ms',
          },
          { what: `${what}: reports, p99`, value: percentile(Float64Array.from(of.reports).sort(), 0.99), unit: 'ms' },
        ];
        return {
          figures: [
            { what: 'database', value: statSync(path).size / 1e6, unit: 'MB' },
            { what: 'backup, asked for to journal', value: ms / 1_000, unit: 's' },
            { what: 'its file', value: sizeBytes / 1e6, unit: 'MB' },
            { what: 'longest wait of a writer, without a backup', value: quiet.longestMs, unit: 'ms' },
            { what: 'longest wait of a writer, beside it', value: loaded.longestMs, unit: 'ms', target: 'under 50 ms' },
            ...answers('without', quiet.value, quietMs),
            ...answers('beside it', seen, ms),
          ],
          method: [
            `${devices} devices of ${packages} packages, ${reporting} more over mutual TLS: ${load.checkInsPerSecond} check-ins and ${load.reportsPerSecond} reports of 40 packages, three of them new, a second. Client, server and backup share the machine.`,
            'The server makes the backup as a job in a thread of its own, into a folder outside of the data directory. A further process takes the write lock every 10 ms; its wait includes those for the reports.',
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
