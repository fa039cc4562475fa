import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { type Figure, percentile, type Result } from './report.ts';
import { keptPlant, plantEvents, plantGroups, plantProfiles } from './support/plant.ts';
import { csafFile, plantAdvisories, plantControllers, plantZones } from './support/plant-base.ts';
import { openPersons, partOf } from './support/signed-in.ts';

// The same page for who reaches the whole site, a quarter of its groups and zones, or one: asked in turn, so that what else runs
// on the machine disturbs all of them alike.

/** One of them, for a quick look. */
const sizes = (env('BENCH_DEVICES') ?? '10000,100000').split(',').map(Number);
const packages = 900;
const rounds = 5;
const names = ['site', 'quarter', 'one'] as const;
type Name = (typeof names)[number];

/** `written`: something was written since the page before, as on a site with agents. */
const pages: readonly (readonly [string, string, 'written'?])[] = [
  ['devices', '/devices'],
  ['findings', '/vulnerabilities'],
  ['findings after a write', '/vulnerabilities', 'written'],
  ['software', '/software'],
  ['software by devices', '/software?sort=-_devices'],
  ['events', '/events'],
  ['updates', '/updates'],
  ['changes', '/changes'],
  ['controllers', '/controllers'],
  ["controllers' findings", '/controllers/findings'],
  ["controllers' findings after a write", '/controllers/findings', 'written'],
  ['worklist', '/'],
  ['worklist after a write', '/', 'written'],
];

const median = (values: readonly number[]): number => percentile(Float64Array.from(values).sort(), 0.5);

const measureSize = async (devices: number): Promise<{ figures: Figure[]; reached: string }> => {
  const dataDir = await keptPlant({ devices, packages });
  let reached = '';
  const site = await openPersons<Name>(dataDir, (appliance) => {
    const made = { site: undefined, quarter: partOf(appliance, 0.25), one: partOf(appliance, 0) };
    const count = appliance.db
      .prepare<[string], number>('select count(*) from device_row where group_id in (select value from json_each(?))')
      .pluck();
    reached = [made.quarter, made.one].map((one) => count.get(JSON.stringify(one?.groups ?? []))).join(' and ');
    return made;
  });
  try {
    const figures: Figure[] = [];
    for (const [what, path, written] of pages) {
      const took: Record<Name, number[]> = { site: [], quarter: [], one: [] };
      for (let round = 0; round <= rounds; round += 1)
        for (const name of names) {
          if (written) site.hear();
          const start = process.cpuUsage();
          const response = await site.get(name, path);
          await response.text();
          const { user, system } = process.cpuUsage(start);
          if (response.status !== 200) throw new Error(`${path} was answered with ${response.status} for ${name}`);
          // The first reads from the disk and compiles.
          if (round > 0) took[name].push((user + system) / 1000);
        }
      const words = { site: 'whole site', quarter: 'a quarter', one: 'one group or zone' };
      for (const name of names)
        figures.push({
          what: `${devices}: ${what}, ${words[name]}`,
          value: median(took[name]),
          unit: 'ms',
          ...(name === 'site' ? { limit: true } : { target: '50 ms' }),
        });
    }
    return { figures, reached };
  } finally {
    await site.close();
  }
};

/** Pages of a part of the site, in pairs against the page of all of it. */
export const scoped = async (): Promise<Result> => {
  if (!existsSync(csafFile())) return { method: [], figures: [], skipped: `${csafFile()} is not there` };
  const figures: Figure[] = [];
  const remarks: string[] = [];
  for (const devices of sizes) {
    const load = loadavg()[0] ?? 0;
    const measured = await measureSize(devices);
    figures.push(...measured.figures);
    remarks.push(
      `${devices}: a quarter and one group are ${measured.reached} devices; load before it ${load.toFixed(1)}`,
    );
  }
  return {
    figures,
    method: [
      `${sizes.join(' and ')} devices with ${packages} packages each, ${plantProfiles} different sets of them, in ${plantGroups} groups; ${plantAdvisories} made advisories; ${plantEvents} events; ${plantControllers} controllers in ${plantZones} zones with the findings of the public documents. Stored directly, without the rows of who has a package, which none of these pages reads, and kept in var/bench.`,
      `Each page ${rounds} times after one that is not counted, the three persons in turn; median of the processor time, log-in and rendering included, without TLS. The page of the whole site is the limit of its pair.`,
    ],
    remarks,
  };
};
