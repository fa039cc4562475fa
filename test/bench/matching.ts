import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance } from '@sallyport/appliance/compose';
import { snapshotPath } from '@sallyport/appliance/features/vulnerabilities/snapshot-schema-store';
import type { FeedPart, FindingQuery } from '@sallyport/appliance/features/vulnerabilities/types';
import { countOf } from '@sallyport/appliance/platform/device-set';
import type { Term } from '@sallyport/appliance/platform/filter/parameters';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { readPart } from '@sallyport/bundle-tools/advisories/part';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { repositoryRoot } from '../support/sources.ts';
import { type Figure, percentile, type Result, worked } from './report.ts';
import { type Corpus, capturedAt, debianVersion, debianVersions, makeCorpus } from './support/advisory-corpus.ts';
import { cloneFleet } from './support/cloned-fleet.ts';
import { fillComponents } from './support/component-fleet.ts';
import { putStatus } from './support/derived-fleet.ts';
import type { Item } from './support/fleet.ts';
import { residentMb } from './support/process.ts';
import { makeSite, report, startServer, withAppliance } from './support/site.ts';

const isFull = env('BENCH_FULL') === '1';
const deviceCount = Number(env('BENCH_DEVICES') ?? (isFull ? 10_000 : 2_000));
const advisoryCount = Number(env('BENCH_ADVISORIES') ?? (isFull ? 250_000 : 50_000));
const packages = 2_000;
const profiles = 40;
const changedAdvisories = 1_000;
const unseen = 20;
const pageRounds = 9;
const starts = 3;

const dataFolder = (): string => env('SALLYPORT_DATA') ?? join(repositoryRoot, '../shared/data');
const almaRecords = (): string => join(dataFolder(), 'osv-almalinux.ndjson.gz');

const pages: readonly (readonly [string, Pick<FindingQuery, 'sort' | 'descending'> & { asked?: readonly Term[] }])[] = [
  ['first page of findings', {}],
  [
    'affected with a fix, as the console opens',
    {
      asked: [
        ['verdict', 'affected'],
        ['fix', 'available'],
      ],
    },
  ],
  [
    'by severity, critical and high',
    {
      asked: [
        ['severity', 'critical'],
        ['severity', 'high'],
      ],
      sort: 'severity',
    },
  ],
  ['by devices, descending', { sort: 'devices', descending: true }],
  ['by package', { sort: 'package' }],
  ['by advisory', { sort: 'advisory' }],
  ['newest first', { sort: 'since', descending: true }],
  ['of one feed', { asked: [['feed', 'made-debian']] }],
  ['still open', { asked: [['state', 'open']] }],
  ['part of a package name', { asked: [['q', 'source-12']] }],
  ['name of a CVE', { asked: [['q', 'CVE-2099-100001']] }],
];

const pageFigures = async ({ vulnerabilities }: Appliance): Promise<Figure[]> => {
  const figures: Figure[] = [];
  for (const [what, { asked = [], ...order }] of pages) {
    const filter = vulnerabilities.language.read(asked);
    const took: number[] = [];
    for (let n = 0; n <= pageRounds; n += 1) {
      const { cpuMs } = await worked(() =>
        vulnerabilities.list({ scope: wholeSite('job'), limit: 50, filter, ...order }),
      );
      // The first compiles the statements.
      if (n > 0) took.push(cpuMs);
    }
    const value = percentile(Float64Array.from(took).sort(), 0.5);
    figures.push({ what: `findings: ${what}`, value, unit: 'ms', target: '20 ms' });
  }
  return figures;
};

const deb = (name: number, n: number): Item => {
  const version = debianVersion(name, 13, n);
  return {
    purl: `pkg:deb/debian/source-${name}@${encodeURIComponent(version)}?arch=amd64`,
    type: 'deb',
    name: `source-${name}`,
    version,
    arch: 'amd64',
    source: `source-${name}`,
    sourceVersion: version,
  };
};

/** One device whose next report has some packages that nobody had; matching's share of storing it. */
const oneDevice = async (appliance: Appliance, device: number): Promise<{ whole: number; share: number }> => {
  const { vulnerabilities } = appliance;
  // Every tenth package: the first ones are those that hundreds of advisories name.
  const software = Array.from({ length: packages }, (_, n) => deb(n * 10, 0));
  report(appliance, device, 'platform', [{ vendor: 'debian', release: '13', arch: 'amd64' }]);
  report(appliance, device, 'software', software);
  const every = packages / unseen;
  const changed = software.map((item, n) => (n % every === 0 ? deb(n * 10, debianVersions(n * 10)) : item));
  const inner = vulnerabilities.onSectionChanged;
  let share = 0;
  vulnerabilities.onSectionChanged = (section) => {
    const start = process.cpuUsage();
    inner(section);
    const { user, system } = process.cpuUsage(start);
    share += (user + system) / 1000;
  };
  const whole = await worked(() => report(appliance, device, 'software', changed));
  vulnerabilities.onSectionChanged = inner;
  return { whole: whole.cpuMs, share };
};

const measure = async (appliance: Appliance, corpus: Corpus): Promise<{ figures: Figure[]; method: string }> => {
  const { db, paths, vulnerabilities } = appliance;
  const take = (number: number, parts: readonly FeedPart[]) =>
    worked(() => vulnerabilities.buildSnapshot({ number, parts, capturedAt }));
  const flip = db.prepare('update exchange_state set snapshot_previous = snapshot, snapshot = ? where id = 1');

  const parsing = await worked(() => {
    for (const line of corpus.sample.lines) JSON.parse(line);
  });
  const read = await worked(async () => {
    for (const part of corpus.parts) for await (const _ of readPart(part.open()));
  });
  const imported = await take(1, corpus.parts);
  const again = await take(2, corpus.parts);
  await cloneFleet(appliance, { devices: deviceCount, profiles, packages });
  const devices = db.prepare<[], number>('select id from device order by id').pluck().all();
  const fleet = await fillComponents(appliance, { almaRecords: almaRecords(), devices, packages });
  putStatus(appliance);
  db.pragma('wal_checkpoint(TRUNCATE)');

  flip.run(1);
  const full = await worked(() => vulnerabilities.rematch());
  // As after a restore: the matches are there, and nobody knows from which snapshot.
  db.prepare('update exchange_state set matched = 0 where id = 1').run();
  const same = await worked(() => vulnerabilities.rematch());
  const counts = await worked(() => vulnerabilities.counts(wholeSite('job')));
  const perDevice = await worked(() => vulnerabilities.devices());
  const ofPages = await pageFigures(appliance);
  const [common] = vulnerabilities.list({ scope: wholeSite('job'), limit: 1, sort: 'devices', descending: true }).rows;
  const having = await worked(() => vulnerabilities.devicesWith(common?.advisory ?? ''));
  const bySource = await worked(() => vulnerabilities.devicesBySource(wholeSite('job')));
  const delta = await take(3, [await corpus.delta(Math.min(changedAdvisories, advisoryCount / 10))]);
  flip.run(3);
  const changed = await worked(() => vulnerabilities.rematch());
  const none = await worked(() => vulnerabilities.rematch());
  const faults = vulnerabilities.verify();
  if (faults.length > 0) throw new Error(`findings are not consistent: ${faults[0]}`);
  const one = await oneDevice(appliance, devices[1] ?? 1);
  const findings = [...perDevice.value.values()].reduce((sum, row) => sum + row.findings, 0);
  const { opened, closed, changed: differing } = changed.value;
  return {
    method: `${fleet.rows} rows of ${deviceCount} devices are ${fleet.components} components; ${findings} findings over devices (${Math.round(findings / deviceCount)} each). The delta opened ${opened}, closed ${closed} and changed ${differing}. The advisory that devices are looked up by is on ${countOf(having.value)} of them.`,
    figures: [
      {
        what: 'affected ranges imported',
        value: (corpus.ranges / imported.cpuMs) * 1000,
        unit: '/s',
        target: '300,000 /s',
      },
      {
        what: 'of it: unpacked, parsed, checked, hashed',
        value: (corpus.ranges / read.cpuMs) * 1000,
        unit: 'ranges/s',
      },
      {
        what: 'of it: stored (the difference)',
        value: (corpus.ranges / (imported.cpuMs - read.cpuMs)) * 1000,
        unit: 'ranges/s',
        target: '300,000 /s',
      },
      {
        what: 'the same full parts again',
        value: (corpus.ranges / again.cpuMs) * 1000,
        unit: 'ranges/s',
      },
      {
        what: 'JSON.parse alone of some of the lines',
        value: (corpus.sample.ranges / parsing.cpuMs) * 1000,
        unit: 'ranges/s',
        limit: true,
      },
      { what: 'advisories', value: corpus.advisories, unit: '' },
      { what: 'affected ranges', value: corpus.ranges, unit: '' },
      { what: 'snapshot file', value: statSync(snapshotPath(paths.advisories, 1)).size / 1e6, unit: 'MB' },
      { what: 'findings (component × advisory)', value: full.value.opened, unit: '' },
      { what: 'full re-match, everything new', value: full.cpuMs / 1000, unit: 's', target: '1 s' },
      { what: 'full re-match, nothing changed', value: same.cpuMs / 1000, unit: 's', target: '1 s' },
      { what: 'delta of 1,000 advisories: its snapshot', value: delta.cpuMs / 1000, unit: 's', target: '1 s' },
      { what: 'delta of 1,000 advisories: its match', value: changed.cpuMs / 1000, unit: 's', target: '0.5 s' },
      { what: 'match of what is matched already', value: none.cpuMs, unit: 'ms' },
      { what: 'findings per device, all devices', value: perDevice.cpuMs / 1000, unit: 's', target: '0.5 s' },
      { what: `one device, ${unseen} packages unseen: matching`, value: one.share, unit: 'ms', target: '5 ms' },
      { what: `one device, ${packages} packages: storing and matching`, value: one.whole, unit: 'ms' },
      { what: 'counts of findings, with devices', value: counts.cpuMs, unit: 'ms', target: '20 ms' },
      { what: 'devices with a common advisory', value: having.cpuMs, unit: 'ms' },
      { what: 'devices by source package to update', value: bySource.cpuMs, unit: 'ms' },
      ...ofPages,
    ],
  };
};

/** The fleet against advisories. */
export const matching = async (): Promise<Result> => {
  if (!existsSync(almaRecords()))
    return { figures: [], method: [], skipped: `${almaRecords()} is not here; SALLYPORT_DATA names its folder` };
  const site = await makeSite('matching');
  try {
    const { corpus, measured } = await withAppliance(site, async (appliance) => {
      const { db, paths } = appliance;
      db.prepare(
        `insert into exchange_state (id, site, name, floor) values (1, 'bench', 'Bench', '${capturedAt}') on conflict do nothing`,
      ).run();
      const made = await makeCorpus({ data: dataFolder(), folder: paths.staging, count: advisoryCount });
      return { corpus: made, measured: await measure(appliance, made) };
    });
    const ready: number[] = [];
    let resident = 0;
    for (let n = 0; n < starts; n += 1) {
      const server = await startServer(site);
      ready.push(server.readyMs);
      await sleep(3_000);
      resident = Math.max(resident, residentMb(server.pid));
      await server.stop();
    }
    return {
      figures: [
        ...measured.figures,
        {
          what: `start to first answer, ${deviceCount} devices, best of ${starts}`,
          value: Math.min(...ready) / 1000,
          unit: 's',
          target: '1 s',
        },
        { what: 'resident memory after start', value: resident, unit: 'MB', target: '1 GB' },
      ],
      method: [
        `${corpus.advisories} advisories, ${corpus.real} of them records of AlmaLinux and PyPI, the others those under names of other ecosystems and made ones of Debian. Import: unpack, check and insert every advisory with its document, compare the content digest, sync and rename.`,
        `Sections of ${deviceCount} devices with ${packages} packages as in the benchmark of lists (${profiles} reported, the others copied); their components made anew: half are of AlmaLinux 8 to 10, half of the made Debian, from never patched to fully patched.`,
        measured.method,
        'Times are processor time, the median for pages; wall-clock where a server starts. One device: through the inventory service, matching measured within it.',
      ],
      remarks: isFull ? [] : ['BENCH_FULL=1 takes 10,000 devices and 250,000 advisories.'],
    };
  } finally {
    site.remove();
  }
};
