import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { type Update, updateId } from '@sallyport/bundle-tools/updates/update';
import { binOf } from '../support/commands.ts';
import { type Figure, percentile, type Result } from './report.ts';
import { keptPlant } from './support/plant.ts';
import { csafFile } from './support/plant-base.ts';
import { openPersons } from './support/signed-in.ts';

// What one look costs where a site is full: every device with 2,000 packages.

/** Fewer for a quick look. */
const devices = Number(env('BENCH_DEVICES') ?? 10_000);
const packages = 2_000;
const profiles = 400;
const rounds = 5;
const catalogueUpdates = 2_000;

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

const pages = ['/software', '/software?sort=-_devices', '/software?q=kara'] as const;
const updatePages = ['/updates', '/devices', '/'] as const;

type Persons = Awaited<ReturnType<typeof openPersons<'site'>>>;

/** Processor time of a page, the first time and the median of the next ones, ms. */
const ofPage = async (site: Persons, path: string): Promise<{ first: number; next: number }> => {
  const took: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const start = process.cpuUsage();
    const response = await site.get('site', path);
    await response.text();
    const { user, system } = process.cpuUsage(start);
    if (response.status !== 200) throw new Error(`${path} was answered with ${response.status}`);
    took.push((user + system) / 1000);
  }
  const [first = Number.NaN, ...next] = took;
  return { first, next: median(next) };
};

/** A catalogue with an update for the most common packages of each release of Debian here. */
const takeCatalogue = ({ db, updates }: Persons['appliance']): void => {
  const names = db
    .prepare<[number], { name: string; release: string }>(
      `select i.name as name, substr(c.eco, 8) as release from item_component c join inv_software i on i.id = c.item
       join inv_software_count n on n.id = i.id where c.eco like 'Debian:%' group by i.name, c.eco order by sum(n.devices) desc limit ?`,
    )
    .all(catalogueUpdates);
  // Another one at each run: the plant is kept.
  const version = `99:${Date.now()}-1`;
  const list = names.map(({ name, release }): Update => {
    const purl = `pkg:deb/debian/${name}@${version}?arch=amd64&distro=${release}`;
    const files = [createHash('sha256').update(purl).digest('hex')];
    return {
      id: updateId(purl, files),
      purl,
      ecosystem: `Debian:${release}`,
      name,
      version,
      source: name,
      source_version: version,
      arch: 'amd64',
      suites: [`${release === '13' ? 'trixie' : 'bookworm'}-security`],
      security: true,
      depends: [],
      signer: 'openpgp:00',
      supersedes: [],
      files,
    };
  });
  db.transaction(() => updates.applyCatalog(list, new Map(), new Date().toISOString())).immediate();
};

const ofPages = async (dataDir: string): Promise<Figure[]> => {
  const site = await openPersons<'site'>(dataDir, () => ({ site: undefined }));
  try {
    const figures: Figure[] = [];
    for (const path of pages)
      figures.push({ what: path, value: (await ofPage(site, path)).next, unit: 'ms', target: '50 ms' });
    takeCatalogue(site.appliance);
    for (const path of updatePages) {
      const { first, next } = await ofPage(site, path);
      figures.push(
        { what: `${path}, the first after a new catalogue`, value: first, unit: 'ms', target: '50 ms' },
        { what: `${path}, the next ones until devices were looked at`, value: next, unit: 'ms', target: '50 ms' },
      );
    }
    const start = process.cpuUsage();
    while (site.appliance.updates.settle(512) > 0);
    const { user, system } = process.cpuUsage(start);
    figures.push({ what: 'looking at every device, in all', value: (user + system) / 1000, unit: 'ms' });
    for (const path of updatePages)
      figures.push({
        what: `${path}, afterwards`,
        value: (await ofPage(site, path)).next,
        unit: 'ms',
        target: '50 ms',
      });
    return figures;
  } finally {
    await site.close();
  }
};

const witnessTokens = 10_000;

/** What the witness costs after an entry of the journal: so many objects with guarded fields, one for each device. */
const ofWitness = async (dataDir: string): Promise<Figure[]> => {
  const appliance = await compose({ dataDir, log: openLog('silent') });
  try {
    const { db, events, objects, rollbackDetector } = appliance;
    const held = objects.list({ kind: 'token', limit: 1 }).total;
    const make = (n: number): void => {
      const hash = createHash('sha256').update(`witness ${n}`).digest('hex');
      const body = { purpose: 'agent', hash, uses: 1, approve: 'manual', disabled: true } as const;
      objects.create(systemActor, 'token', { name: `device ${n}`, ...body });
    };
    // The plant is kept, and they with it.
    db.transaction(() => {
      for (let n = held; n < Math.min(devices, witnessTokens); n += 1) make(n);
    }).immediate();
    rollbackDetector.flush();
    const { rows } = objects.list({ kind: 'token', limit: rounds });
    const sizeOf = (name: string): number => statSync(join(dataDir, 'keys', name)).size;
    const measured = (when: string, act: (round: number) => void): Figure[] => {
      const took: number[] = [];
      const wrote: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        act(round);
        const start = process.cpuUsage();
        rollbackDetector.flush();
        const { user, system } = process.cpuUsage(start);
        took.push((user + system) / 1000);
        wrote.push(sizeOf('witness') + sizeOf('witness-added'));
      }
      const what = `the witness, ${when}`;
      return [
        { what, value: median(took), unit: 'ms', target: '5 ms' },
        { what: `${what}: written`, value: median(wrote), unit: 'B' },
      ];
    };
    const entry = (): void => {
      const params = { cause: 'bench', found: 0, reason: '' };
      events.record('state-return-refused', { actor: 'system:appliance', params });
    };
    const write = (round: number): void => {
      const { id, body } = rows[round] ?? { id: '', body: {} };
      objects.update(systemActor, 'token', id, { name: `${String(body['name'])}.` });
    };
    return [
      ...measured('after an entry of the journal', entry),
      ...measured('after a write of a guarded object', write),
      { what: 'the witness, its digests', value: sizeOf('witness-digests') / 1024, unit: 'KiB' },
    ];
  } finally {
    await appliance.close();
  }
};

/** Commands and pages of a full site. */
export const fullSite = async (): Promise<Result> => {
  if (!existsSync(csafFile())) return { method: [], figures: [], skipped: `${csafFile()} is not there` };
  const dataDir = await keptPlant({ devices, packages, profiles });
  return {
    figures: [...(await listOfDevices(dataDir)), ...(await ofPages(dataDir)), ...(await ofWitness(dataDir))],
    method: [
      `${devices} devices with ${packages} packages each, ${profiles} different sets of them, stored directly and kept in var/bench; a catalogue of ${catalogueUpdates} updates.`,
      `Processor time, user and system; median of ${rounds} where it is not the first. Pages without TLS, log-in and rendering included.`,
    ],
  };
};
