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
import { openPersons } from './support/signed-in.ts';

/** Devices and packages of each: `10000x2000`. */
const sizes = (env('BENCH_PLANTS') ?? '10000x2000,100000x900').split(',').map((one) => one.split('x').map(Number));
const rounds = 9;
/** Sources that cost less are not named. */
const namedMs = 1;

const firstLoad = ['app.css', 'app.js', 'htmx.min.js', 'hx-sse.min.js'] as const;

const kilobytes = (name: string): number => statSync(join(assetsDir, name)).size / 1000;
const median = (values: readonly number[]): number => percentile(Float64Array.from(values).sort(), 0.5);

const cpuMs = async <T>(work: () => T | Promise<T>): Promise<{ value: T; ms: number }> => {
  const start = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(start);
  return { value, ms: (user + system) / 1000 };
};

const measureSize = async (devices: number, packages: number): Promise<Figure[]> => {
  const site = await openPersons(await keptPlant({ devices, packages }), () => ({ person: undefined }));
  const of = `${devices} x ${packages}`;
  try {
    let html = '';
    const ask = async (path: string): Promise<number> => {
      const took: number[] = [];
      for (let round = 0; round <= rounds; round += 1) {
        const { value, ms } = await cpuMs(async () => {
          const response = await site.get('person', path);
          return { status: response.status, text: await response.text() };
        });
        if (value.status !== 200) throw new Error(`${path} was answered with ${value.status}`);
        html = value.text;
        // The first reads from the disk and compiles.
        if (round > 0) took.push(ms);
      }
      return median(took);
    };
    const palette = await ask('/search/palette?q=host-12');
    const page = await ask('/');
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
      { what: `${of}: answer of the palette`, value: palette, unit: 'ms', target: '30 ms' },
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
      `Plants as in the benchmark of scoped pages, each with ${plantControllers} controllers; an administrator; median of the processor time of ${rounds} requests after one that is not counted, rendering included.`,
      `Each kind of work once more by itself, in the order of the list: what two kinds read counts at the first. Those under ${namedMs} ms are not named.`,
      'Bytes as they are sent without compression.',
    ],
  };
};
