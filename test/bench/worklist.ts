import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { entryParts } from '@sallyport/appliance/entry-parts';
import { oneLook } from '@sallyport/appliance/features/worklist/look';
import { workKinds } from '@sallyport/appliance/work-kinds';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { assetsDir } from '@sallyport/ui/assets';
import { type Figure, percentile, type Result } from './report.ts';
import { keptPlant } from './support/plant.ts';
import { csafFile, plantControllers } from './support/plant-base.ts';
import { openPersons, partOf } from './support/signed-in.ts';

/** Devices and packages of each: `10000x2000`. */
const sizes = (env('BENCH_PLANTS') ?? '10000x2000,100000x900').split(',').map((one) => one.split('x').map(Number));
const rounds = 9;
const persons = { site: 'whole site', quarter: 'a quarter' } as const;
type Name = keyof typeof persons;
/** What is typed: of a device, of many, of a package (two letters of which are in every name), of a CVE, of nothing; a page in two languages. */
const typed = ['host-12a', 'host', 'ho', 'source-12', 'so', 'CVE-2099-1', 'zzqxwvut', 'zzqx', 'устройства', 'құрылғы'];
/** Sources that cost less are not named. */
const namedMs = 1;

const firstLoad = ['app.css', 'app.js', 'feedback.js', 'htmx.min.js', 'hx-sse.min.js', 'favicon.svg'] as const;

const kilobytes = (name: string): number => statSync(join(assetsDir, name)).size / 1000;
const median = (values: readonly number[]): number => percentile(Float64Array.from(values).sort(), 0.5);

const cpuMs = async <T>(work: () => T | Promise<T>): Promise<{ value: T; ms: number }> => {
  const start = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(start);
  return { value, ms: (user + system) / 1000 };
};

const measureSize = async (devices: number, packages: number): Promise<Figure[]> => {
  const site = await openPersons<Name>(await keptPlant({ devices, packages }), (appliance) => ({
    site: undefined,
    quarter: partOf(appliance, 0.25),
  }));
  const of = `${devices} x ${packages}`;
  try {
    let html = '';
    const ask = async (name: Name, path: string): Promise<number> => {
      const took: number[] = [];
      for (let round = 0; round <= rounds; round += 1) {
        const { value, ms } = await cpuMs(async () => {
          const response = await site.get(name, path);
          return { status: response.status, text: await response.text() };
        });
        if (value.status !== 200) throw new Error(`${path} was answered with ${value.status}`);
        html = value.text;
        // The first reads from the disk and compiles.
        if (round > 0) took.push(ms);
      }
      return median(took);
    };
    const palette: Figure[] = [];
    for (const [name, who] of Object.entries(persons) as [Name, string][])
      for (const q of typed)
        palette.push({
          what: `${of}: palette for ${q}, ${who}`,
          value: await ask(name, `/search/palette?q=${encodeURIComponent(q)}`),
          unit: 'ms',
          target: '30 ms',
        });
    const page = await ask('site', '/');
    const size = Buffer.byteLength(html) / 1000;
    const kinds = workKinds(entryParts(site.appliance));
    const reader = { ...systemActor, rights: new Set(['all'] as const) };
    const look = oneLook();
    const sources: Figure[] = [];
    for (const { name, find } of kinds) {
      find(reader, oneLook());
      const { ms } = await cpuMs(() => find(reader, look));
      if (ms >= namedMs) sources.push({ what: `${of}: of it ${name}`, value: ms, unit: 'ms' });
    }
    return [
      { what: `${of}: worklist`, value: page, unit: 'ms', target: '50 ms' },
      ...sources,
      { what: `${of}: worklist, HTML`, value: size, unit: 'KB', target: '60 KB' },
      {
        what: `${of}: worklist with style and scripts, first load`,
        value: size + firstLoad.reduce((sum, name) => sum + kilobytes(name), 0),
        unit: 'KB',
        target: '100 KB',
      },
      ...palette,
    ];
  } finally {
    await site.close();
  }
};

/** The first page over a large site, what of it costs how much, and the palette. */
export const worklist = async (): Promise<Result> => {
  if (!existsSync(csafFile())) return { method: [], figures: [], skipped: `${csafFile()} is not there` };
  const figures: Figure[] = [];
  for (const [devices = 0, packages = 0] of sizes) figures.push(...(await measureSize(devices, packages)));
  return {
    figures: [...figures, { what: 'style sheet', value: kilobytes('app.css'), unit: 'KB', target: '32 KB' }],
    method: [
      `Plants as in the benchmark of scoped pages, each with ${plantControllers} controllers; an administrator, and for the palette a person of a quarter of the groups and zones; median of the processor time of ${rounds} requests after one that is not counted, rendering included.`,
      `Each kind of work once more by itself, in the order of the list: what two kinds read counts at the first. Those under ${namedMs} ms are not named.`,
      'Bytes as they are sent without compression.',
    ],
  };
};
