import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { type Update, updateId } from '@sallyport/bundle-tools/updates/update';
import { repositoryRoot } from '../support/sources.ts';
import { percentile, type Result, timed } from './report.ts';
import { capturedAt, makeCorpus } from './support/advisory-corpus.ts';
import { cloneFleet } from './support/cloned-fleet.ts';
import { fillComponents } from './support/component-fleet.ts';
import { deriveFleet, putStatus } from './support/derived-fleet.ts';
import { putFindings } from './support/plant.ts';
import { openSignedIn } from './support/signed-in.ts';

/** Fewer for a look at one page. */
const devices = Number(env('BENCH_DEVICES') ?? 100_000);
const profiles = 250;
const packages = 900;
const rounds = 12;
const advisories = 50_000;
const findingRounds = 6;
const catalogueUpdates = 300;
/** Devices of one transaction. */
const mostVerified = 10_000;

/** Pages that people have open, each asked for with what is behind it. */
const pagesOf = (parts: {
  group: string;
  common: string;
  rare: string;
  item: number;
}): readonly (readonly [string, string])[] => [
  ['devices, worst first', '/devices'],
  ['devices by name, descending', '/devices?sort=-name'],
  ['devices by last contact', '/devices?sort=seen'],
  ['devices by address', '/devices?sort=address'],
  ['devices by findings', '/devices?sort=findings'],
  [
    'software, status and tag at once, by name',
    `/devices?software=${parts.common}&status=warning&status=ok&tag=critical&sort=name`,
  ],
  ['the same for rare software', `/devices?software=${parts.rare}&status=warning&status=ok&tag=critical&sort=name`],
  ['software with its version, group, tag', `/devices?software=${parts.common}&group=${parts.group}&tag=line-1`],
  ['part of a name', '/devices?q=host-12ab'],
  ['part of every name', '/devices?q=host'],
  ['part of an address', '/devices?ip=10.1.2'],
  ['system and tag', '/devices?os=debian&tag=office&sort=os'],
  ['software of the site', '/software'],
  ['software by devices', '/software?sort=-_devices'],
  ['software by part of a name', '/software?q=kara'],
  ['accounts of the site', '/inventory/accounts'],
  ['changes', '/changes'],
  ['worklist', '/'],
  ['a package and its devices', `/software/${parts.item}`],
  ['what is kept about everything', '/provision'],
  ['search in everything', '/search?q=host-12'],
];

/** The same fleet with a catalogue that has an update for many packages. */
const updatePagesOf = (parts: { update: string; need: string }): readonly (readonly [string, string])[] => [
  ['updates with a catalogue', '/updates'],
  ['updates with a catalogue, by devices', '/updates?sort=-devices'],
  ['one update and its devices', `/updates/${parts.update}`],
  ['a package that needs an update, and its devices', `/updates/${parts.need}`],
  ['overview with a catalogue', '/'],
];

/** Pages that findings stand on. */
const findingPagesOf = (advisory: string): readonly (readonly [string, string])[] => [
  ['findings, worst first', '/vulnerabilities'],
  ['findings by devices', '/vulnerabilities?sort=-devices'],
  ['findings that an update closes', '/vulnerabilities?verdict=affected&fix=available'],
  ['findings by part of a package', '/vulnerabilities?q=source-12'],
  ['findings by the name of a CVE', '/vulnerabilities?q=CVE-2099-100001'],
  ['devices with findings, worst first', '/devices'],
  ['devices by the name of an advisory', `/devices?cve=${advisory}`],
  ['overview with findings', '/'],
  ['updates', '/updates'],
];

type Site = Awaited<ReturnType<typeof openSignedIn>>;
type Measured = { figures: Result['figures'][number][]; p95: number; largestBytes: number };

const measured = async (
  site: Site,
  pages: readonly (readonly [string, string])[],
  times: number,
): Promise<Measured> => {
  const figures: Measured['figures'] = [];
  const all: number[] = [];
  let largestBytes = 0;
  for (const [what, path] of pages) {
    const took: number[] = [];
    for (let n = 0; n <= times; n += 1) {
      const start = process.cpuUsage();
      const response = await site.get(path);
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${path} was answered with ${response.status}`);
      largestBytes = Math.max(largestBytes, Buffer.byteLength(text));
      // The first compiles the statement.
      const { user, system } = process.cpuUsage(start);
      if (n > 0) took.push((user + system) / 1000);
    }
    all.push(...took);
    figures.push({ what, value: percentile(Float64Array.from(took).sort(), 0.95), unit: 'ms', target: '50 ms' });
  }
  return { figures, p95: percentile(Float64Array.from(all).sort(), 0.95), largestBytes };
};

/** Gives the fleet advisories and components that they meet, and every device what it has of them. */
const addFindings = async ({ appliance }: Site, data: string): Promise<{ findings: number; advisory: string }> => {
  const { db, paths, vulnerabilities } = appliance;
  const made = await makeCorpus({ data, folder: paths.staging, count: advisories });
  db.prepare(
    `insert into exchange_state (id, site, name, floor) values (1, 'bench', 'Bench', '${capturedAt}') on conflict do nothing`,
  ).run();
  await vulnerabilities.buildSnapshot({ number: 1, parts: made.parts, capturedAt });
  const ids = db.prepare<[], number>('select id from device order by id').pluck().all();
  await fillComponents(appliance, { almaRecords: join(data, 'osv-almalinux.ndjson.gz'), devices: ids, packages });
  db.prepare('update exchange_state set snapshot_previous = snapshot, snapshot = 1 where id = 1').run();
  const { opened } = vulnerabilities.rematch();
  putFindings(appliance, ids);
  putStatus({ db });
  const [common] = vulnerabilities.list({ scope: wholeSite('job'), limit: 1, sort: 'devices', descending: true }).rows;
  return { findings: opened, advisory: common?.advisory ?? '' };
};

/** A catalogue with an update for the most common packages; every device is looked at. What it cost a device, in ms. */
const addCatalogue = ({ appliance }: Site): { update: string; need: string; lookMs: number } => {
  const { db, updates } = appliance;
  const names = db
    .prepare<[number], string>(
      `select i.name from inv_software i join inv_software_count c on c.id = i.id where i.type = 'deb'
       group by i.name order by sum(c.devices) desc limit ?`,
    )
    .pluck()
    .all(catalogueUpdates);
  const list = names.map((name, n): Update => {
    const purl = `pkg:deb/debian/${name}@99:${n}-1?arch=amd64`;
    const files = [createHash('sha256').update(purl).digest('hex')];
    return {
      id: updateId(purl, files),
      purl,
      ecosystem: 'Debian:13',
      name,
      version: `99:${n}-1`,
      source: name,
      source_version: `99:${n}-1`,
      arch: 'amd64',
      suites: ['trixie-security'],
      security: n % 2 === 0,
      depends: [],
      signer: 'openpgp:00',
      supersedes: [],
      files,
    };
  });
  db.transaction(() => updates.applyCatalog(list, new Map(), capturedAt)).immediate();
  const start = process.cpuUsage();
  let looked = 0;
  for (let n = -1; n !== 0; looked += n) n = updates.settle(512);
  const { user, system } = process.cpuUsage(start);
  const { rows } = updates.list({ scope: wholeSite('job'), limit: 2_000, sort: 'devices', descending: true });
  return {
    update: list[0]?.id ?? '',
    need: rows.find(({ kind }) => kind === 'need')?.id ?? list[0]?.id ?? '',
    lookMs: (user + system) / 1000 / Math.max(1, looked),
  };
};

/** List pages over a large fleet, as the server makes them. */
export const lists = async (): Promise<Result> => {
  const site = await openSignedIn('lists');
  try {
    const { value: fleet, ms } = await timed(async () => {
      const made = await cloneFleet(site.appliance, { devices, profiles, packages });
      deriveFleet(site.appliance);
      return made;
    });
    const { inventory, vulnerabilities } = site.appliance;
    // A larger one is made in the same way, and looking at each of its rows takes minutes.
    const faults = devices > mostVerified ? [] : [...inventory.verify(), ...vulnerabilities.verify()];
    if (faults.length > 0) throw new Error(`the made fleet is not consistent: ${faults[0]}`);
    const names = site.appliance.db
      .prepare<[], { id: number; name: string; devices: number }>(
        `select i.id as id, i.name as name, c.devices as devices from inv_software i join inv_software_count c on c.id = i.id order by c.devices desc`,
      )
      .all();
    const common = names[0]?.name ?? '';
    const rare = names.findLast((row) => row.devices > 0)?.name ?? '';
    const group = fleet.groups[3] ?? '';
    const plain = await measured(site, pagesOf({ group, common, rare, item: names[0]?.id ?? 0 }), rounds);
    const csv = await timed(async () => {
      const response = await site.get(`/devices.csv?software=${common}&status=warning&status=ok&tag=critical`);
      return (await response.text()).split('\n').length - 2;
    });
    const data = env('SALLYPORT_DATA') ?? join(repositoryRoot, '../shared/data');
    const hasRecords = existsSync(join(data, 'osv-almalinux.ndjson.gz'));
    const added = hasRecords ? await addFindings(site, data) : undefined;
    const found = added === undefined ? undefined : await measured(site, findingPagesOf(added.advisory), findingRounds);
    const { lookMs, ...asked } = addCatalogue(site);
    const withUpdates = await measured(site, updatePagesOf(asked), findingRounds);
    return {
      figures: [
        { what: 'p95 over all pages of devices and software', value: plain.p95, unit: 'ms', target: '50 ms' },
        ...plain.figures,
        ...(found?.figures ?? []),
        ...withUpdates.figures,
        { what: 'a look at a device for what it needs of a new catalogue', value: lookMs, unit: 'ms' },
        {
          what: 'largest page, HTML',
          value: Math.max(plain.largestBytes, found?.largestBytes ?? 0, withUpdates.largestBytes) / 1000,
          unit: 'KB',
          target: 'first load under 100 KB',
        },
        { what: 'rows of the filtered list as a file', value: csv.value, unit: '' },
        { what: 'rows of the file each second', value: csv.value / (csv.ms / 1000), unit: '/s' },
      ],
      method: [
        `${devices} devices; ${profiles} of them reported ${packages} packages and 6 more sections through the engine, the others have the same sections without hardware and log-ins under names, addresses, groups and tags of their own (made in SQL in ${(ms / 1000).toFixed(0)} s, their status with it${devices > mostVerified ? '' : "; the engine's own checks then find nothing"}).`,
        `Each page ${rounds} times after one that is not counted, through the application's own routes without TLS, log-in and rendering included; p95 of the processor time of each, since other work shares the machine: on a quiet one it is the time.`,
        added === undefined
          ? 'No advisories: SALLYPORT_DATA names the folder of osv-almalinux.ndjson.gz.'
          : `Pages with findings come last, ${findingRounds} times each: ${advisories} advisories, components of ${packages} packages a device as in the benchmark of matching, ${added.findings} findings (component × advisory).`,
        `The catalogue has an update for each of the ${catalogueUpdates} most common packages, which every device of Debian 13 needs where it has the package.`,
        `Software: a package that ${names[0]?.devices} devices have, and one that ${names.findLast((row) => row.devices > 0)?.devices} have.`,
      ],
    };
  } finally {
    await site.close();
  }
};
