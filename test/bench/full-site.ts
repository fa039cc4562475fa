import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { dataPaths } from '@sallyport/appliance/platform/config';
import { openDatabase } from '@sallyport/appliance/platform/database';
import { openLog } from '@sallyport/appliance/platform/log';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { type Update, updateId } from '@sallyport/bundle-tools/updates/update';
import { binOf } from '../support/commands.ts';
import { repositoryRoot } from '../support/sources.ts';
import { type Figure, percentile, type Result } from './report.ts';
import { keptPlant } from './support/plant.ts';
import { csafFile, plantControllers, plantMakers, plantMakersWithSource } from './support/plant-base.ts';
import { openPersons, partOf } from './support/signed-in.ts';

// What one look costs where a site is full: every device with 2,000 packages, controllers of twelve makers of which three have a source.

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

/** What a list of devices cannot do without: the program, the database and a row for each. */
const bareList = `
  import BetterSqlite3 from 'better-sqlite3';
  const db = new BetterSqlite3(process.argv[1], { readonly: true });
  for (const row of db.prepare('select * from device_row').raw().iterate()) process.stdout.write(row.join(' ') + '\\n');`;

/** Processor time, ms, and most memory, MiB, of a program. */
const ofProgram = (args: readonly string[]): Promise<[cpuMs: number, mib: number]> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', probe, ...args], {
      cwd: join(repositoryRoot, 'appliance'),
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    });
    let text = '';
    child.stdio[3]?.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(text) as [number, number]);
      else reject(new Error(`${args.join(' ')}: exit ${String(code)}`));
    });
  });

const median = (values: readonly number[]): number => percentile(Float64Array.from(values).sort(), 0.5);

const ofCommands = async (dataDir: string): Promise<Figure[]> => {
  const figures: Figure[] = [];
  const { database } = dataPaths(dataDir);
  for (const [what, limit, args] of [
    ['sallyport device list', false, [binOf('sallyport'), 'device', 'list', '--data', dataDir]],
    ['the same rows by one statement', true, ['--input-type=module', '--eval', bareList, database]],
    ['sallyport controller list', false, [binOf('sallyport'), 'controller', 'list', '--data', dataDir]],
  ] as const) {
    const took: [number, number][] = [];
    for (let round = 0; round < rounds; round += 1) took.push(await ofProgram(args));
    figures.push(
      { what, value: median(took.map(([cpuMs]) => cpuMs)), unit: 'ms', limit },
      { what: `${what}: most memory`, value: median(took.map(([, mib]) => mib)), unit: 'MiB', limit },
    );
  }
  return figures;
};

/** A page of one's own account: log-in and frame, nothing of the site. */
const ownPage = '/me';
const pages = ['/software', '/software?sort=-_devices', '/software?q=kara'] as const;
const updatePages = ['/updates', '/devices', '/'] as const;
const controllerPages = ['/controllers', '/controllers?coverage=not-judged', '/controllers/zones'] as const;
/** For a quarter of the groups and zones, beside the whole site. */
const scopedPages = ['/vulnerabilities', '/controllers/findings', '/'] as const;

type Name = 'site' | 'quarter';
type Persons = Awaited<ReturnType<typeof openPersons<Name>>>;

/** Processor time of a page, the first time and the median of the next ones, ms. */
const ofPage = async (
  site: Persons,
  path: string,
  { name = 'site', written = false }: { name?: Name; written?: boolean } = {},
): Promise<{ first: number; next: number }> => {
  const took: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    if (written) site.hear();
    const start = process.cpuUsage();
    const response = await site.get(name, path);
    await response.text();
    const { user, system } = process.cpuUsage(start);
    if (response.status !== 200) throw new Error(`${path} was answered with ${response.status} for ${name}`);
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
  const site = await openPersons<Name>(dataDir, (appliance) => ({
    site: undefined,
    quarter: partOf(appliance, 0.25),
  }));
  try {
    const figures: Figure[] = [
      {
        what: `${ownPage}, which reads nothing of the site`,
        value: (await ofPage(site, ownPage)).next,
        unit: 'ms',
        limit: true,
      },
    ];
    for (const path of [...pages, ...controllerPages])
      figures.push({ what: path, value: (await ofPage(site, path)).next, unit: 'ms', target: '50 ms' });
    for (const path of scopedPages)
      for (const name of ['site', 'quarter'] as const)
        figures.push({
          what: `${path} after a write, ${name === 'site' ? 'the whole site' : 'a quarter'}`,
          value: (await ofPage(site, path, { name, written: true })).next,
          unit: 'ms',
          target: '50 ms',
        });
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

/** What this site has of each of what is measured. */
const sizesOf = (dataDir: string): string => {
  const db = openDatabase(dataPaths(dataDir).database, { readonly: true });
  try {
    const count = (sql: string): number => db.prepare<[], number>(sql).pluck().get() ?? 0;
    const spoken = count(`select count(distinct p.controller) from controller_part_identity p
      join controller_identity i on i.id = p.identity where p.part_key = '' and i.coverage > 0`);
    return `${count('select count(*) from inv_software')} items of software, ${count('select sum(findings) from device_findings')} findings on devices; ${count('select count(*) from controller_row')} controllers, of ${spoken} a document speaks, with ${count('select count(*) from controller_match')} matches.`;
  } finally {
    db.close();
  }
};

/** Commands and pages of a full site. */
export const fullSite = async (): Promise<Result> => {
  if (!existsSync(csafFile())) return { method: [], figures: [], skipped: `${csafFile()} is not there` };
  const dataDir = await keptPlant({ devices, packages, profiles, makers: true });
  return {
    figures: [...(await ofCommands(dataDir)), ...(await ofPages(dataDir)), ...(await ofWitness(dataDir))],
    method: [
      `${devices} devices with ${packages} packages each, ${profiles} different sets of them; ${plantControllers} controllers, as many of each of ${plantMakers.length} makers (${plantMakers.join(', ')}), products that the documents of CISA name; of these documents the site has those that speak of the first ${plantMakersWithSource} makers alone. Stored directly and kept in var/bench; a catalogue of ${catalogueUpdates} updates.`,
      `Processor time, user and system; median of ${rounds} where it is not the first. Pages without TLS, log-in and rendering included; a quarter of the groups and zones beside the whole site.`,
    ],
    remarks: [sizesOf(dataDir)],
  };
};
