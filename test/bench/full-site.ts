import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { binOf } from '../support/commands.ts';
import { type Figure, percentile, type Result } from './report.ts';
import { keptPlant } from './support/plant.ts';
import { csafFile } from './support/plant-base.ts';

// What one look costs where a site is full: every device with 2,000 packages.

/** Fewer for a quick look. */
const devices = Number(env('BENCH_DEVICES') ?? 10_000);
const packages = 2_000;
const profiles = 400;
const rounds = 5;

const probe = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    writeSync(3, JSON.stringify([(user + system) / 1000, process.resourceUsage().maxRSS / 1024]));
  });`)}`;

/** Processor time, ms, and most memory, MiB, of a command. */
const ofCommand = (args: readonly string[]): Promise<[cpuMs: number, mib: number]> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', probe, binOf('sallyport'), ...args], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    });
    let text = '';
    child.stdio[3]?.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(text) as [number, number]);
      else reject(new Error(`sallyport ${args.join(' ')}: exit ${String(code)}`));
    });
  });

const median = (values: readonly number[]): number => percentile(Float64Array.from(values).sort(), 0.5);

const listOfDevices = async (dataDir: string): Promise<Figure[]> => {
  const took: [number, number][] = [];
  for (let round = 0; round < rounds; round += 1) took.push(await ofCommand(['device', 'list', '--data', dataDir]));
  return [
    { what: 'sallyport device list', value: median(took.map(([cpuMs]) => cpuMs)), unit: 'ms' },
    { what: 'sallyport device list: most memory', value: median(took.map(([, mib]) => mib)), unit: 'MiB' },
  ];
};

/** Commands and pages of a full site. */
export const fullSite = async (): Promise<Result> => {
  if (!existsSync(csafFile())) return { method: [], figures: [], skipped: `${csafFile()} is not there` };
  const dataDir = await keptPlant({ devices, packages, profiles });
  return {
    figures: await listOfDevices(dataDir),
    method: [
      `${devices} devices with ${packages} packages each, ${profiles} different sets of them, stored directly and kept in var/bench.`,
      `Processor time, user and system; median of ${rounds}.`,
    ],
  };
};
