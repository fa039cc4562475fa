import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { Appliance } from '@sallyport/appliance/compose';
import { snapshotPath } from '@sallyport/appliance/features/vulnerabilities/snapshot-schema';
import { collectFeed } from '@sallyport/bundle-tools/advisories/feed';
import { partHeader, writePart } from '@sallyport/bundle-tools/advisories/part';
import { readOsv } from '@sallyport/bundle-tools/advisories/sources/osv';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { compareKeys } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import { repositoryRoot } from '../support/sources.ts';
import { type Result, timed } from './report.ts';
import type { Item } from './support/fleet.ts';
import { random } from './support/random.ts';
import { enrolDevices, makeSite, report, withAppliance } from './support/site.ts';

const deviceCount = 1000;
const packages = 900;
/** Of a device's packages; the rest are ones that no advisory names. */
const namedShare = 0.5;
const perTransaction = 50;
const feed = 'osv-almalinux';
const capturedAt = '2026-08-21T00:00:00Z';
const releases = ['8.10', '9.6', '10.0'] as const;

const dataFile = (): string =>
  join(env('SALLYPORT_DATA') ?? join(repositoryRoot, '../shared/data'), `${feed}.ndjson.gz`);

type Known = { name: string; versions: string[] };

const inOrder = (ecosystem: string, versions: Iterable<string>): string[] =>
  [...versions]
    .flatMap((version) => {
      const key = keyFor(ecosystem, version);
      return key === null ? [] : [{ version, key }];
    })
    .sort((a, b) => compareKeys(a.key, b.key))
    .map(({ version }) => version);

/** What the advisories name, per major release, each package with the versions that fixed something. */
const knownPackages = async (path: string): Promise<Map<string, Known[]>> => {
  const found = new Map<string, Map<string, Set<string>>>();
  for await (const line of createInterface({ input: createReadStream(path).pipe(createGunzip()) })) {
    const record = JSON.parse(line) as {
      affected?: {
        package: { ecosystem: string; name: string };
        ranges?: { events: { fixed?: string }[] }[];
      }[];
    };
    for (const { package: named, ranges = [] } of record.affected ?? []) {
      const ofRelease = found.get(named.ecosystem) ?? new Map<string, Set<string>>();
      found.set(named.ecosystem, ofRelease);
      const versions = ofRelease.get(named.name) ?? new Set<string>();
      ofRelease.set(named.name, versions);
      for (const { events } of ranges) for (const { fixed } of events) if (fixed !== undefined) versions.add(fixed);
    }
  }
  return new Map(
    [...found].map(([ecosystem, names]) => [
      ecosystem,
      [...names]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, versions]) => ({ name, versions: inOrder(ecosystem, versions) })),
    ]),
  );
};

const rpm = (name: string, version: string): Item => ({
  purl: `pkg:rpm/almalinux/${name}@${encodeURIComponent(version)}?arch=x86_64`,
  type: 'rpm',
  name,
  version,
  arch: 'x86_64',
  publisher: 'AlmaLinux',
});

/** A device of one release at one state of patching: some packages ahead of it, some behind. */
const device = (known: ReadonlyMap<string, Known[]>, index: number): { release: string; software: Item[] } => {
  const rng = random(4000 + index);
  const release = releases[index % releases.length] ?? releases[0];
  const pool = known.get(`AlmaLinux:${release.split('.')[0]}`) ?? [];
  const patchLevel = rng.next();
  const chosen = new Map<string, Item>();
  const named = Math.min(pool.length, Math.floor(packages * namedShare));
  while (chosen.size < named) {
    const one = pool[Math.floor(rng.next() ** 1.5 * pool.length)];
    if (one === undefined || one.versions.length === 0) continue;
    const at = Math.floor((patchLevel + rng.next() * 0.6 - 0.3) * one.versions.length);
    const version = one.versions[Math.max(0, Math.min(one.versions.length - 1, at))] ?? '1-1';
    chosen.set(one.name, rpm(one.name, version));
  }
  while (chosen.size < packages) {
    const n = Math.floor(rng.next() ** 2 * 3000);
    chosen.set(
      `other-${n}`,
      rpm(`other-${n}`, `1.${n % 7}-${1 + Math.floor(patchLevel * 4)}.el${release.split('.')[0]}`),
    );
  }
  return { release, software: [...chosen.values()].sort((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1)) };
};

/** The host's half: the feed's full part. */
const makePart = async (input: string, folder: string) => {
  const collected = await collectFeed({ results: readOsv({ input, feed, workDir: folder }), capturedAt });
  const header = partHeader({ feed, from: '', digest: collected.digest, newest: collected.newest });
  const path = join(folder, 'part.jsonl.gz');
  await writePart(path, header, collected.records);
  return { path, header, counts: collected.counts, lines: collected.records.map(({ line }) => line) };
};

const measure = async (appliance: Appliance, input: string): Promise<Result> => {
  const { db, paths, vulnerabilities } = appliance;
  db.prepare(
    `insert into exchange_state (id, site, name, floor) values (1, 'bench', 'Bench', '${capturedAt}') on conflict do nothing`,
  ).run();
  const known = await knownPackages(input);
  const part = await makePart(input, paths.staging);
  const parsing = await timed(() => {
    for (const line of part.lines) JSON.parse(line);
  });
  const { feed: name, from, to } = part.header;
  const imported = await timed(() =>
    vulnerabilities.buildSnapshot({
      number: 1,
      parts: [{ feed: name, from, to, open: () => createReadStream(part.path) }],
      capturedAt,
    }),
  );

  const enrolled = await enrolDevices(appliance, deviceCount + 1, { certified: false });
  const store = (index: number): void => {
    const { release, software } = device(known, index);
    const id = enrolled[index]?.id ?? 0;
    report(appliance, id, 'platform', [{ vendor: 'almalinux', release, arch: 'x86_64' }]);
    report(appliance, id, 'software', software);
  };
  for (let at = 0; at < deviceCount; at += perTransaction) {
    db.transaction(() => {
      for (let n = at; n < at + perTransaction; n += 1) store(n);
    }).immediate();
  }
  db.prepare('update exchange_state set snapshot = 1 where id = 1').run();
  const full = await timed(() => vulnerabilities.rematch());
  const same = await timed(() => vulnerabilities.rematch());
  const one = await timed(() => store(deviceCount));
  const counts = await timed(() => vulnerabilities.counts());
  const perDevice = await timed(() => vulnerabilities.devices());
  const page = await timed(() => vulnerabilities.list({ limit: 50 }));
  const coordinates = db.prepare<[], { n: number }>('select count(*) as n from coord').get()?.n ?? 0;
  const deviceFindings = [...perDevice.value.values()].reduce((sum, { findings }) => sum + findings, 0);
  const rows = deviceCount * packages;
  const ranges = part.counts.ranges;
  return {
    figures: [
      { what: 'affected ranges imported', value: (ranges / imported.ms) * 1000, unit: '/s', target: '300,000 /s' },
      {
        what: "JSON.parse alone of the part's lines",
        value: (ranges / parsing.ms) * 1000,
        unit: 'ranges/s',
        limit: true,
      },
      { what: 'advisories', value: part.counts.advisories, unit: '' },
      { what: 'affected ranges', value: ranges, unit: '' },
      { what: 'snapshot file', value: statSync(snapshotPath(paths.advisories, 1)).size / 1e6, unit: 'MB' },
      {
        what: 'full re-match, everything new',
        value: full.ms / 1000,
        unit: 's',
        target: '1 s (10,000 × 2,000 × 250,000 advisories)',
      },
      { what: 'full re-match, nothing changed', value: same.ms / 1000, unit: 's' },
      { what: 'findings (coordinate × advisory)', value: full.value.opened, unit: '' },
      { what: 'findings over devices', value: deviceFindings, unit: '' },
      { what: 'distinct coordinates', value: coordinates, unit: '' },
      { what: 'distinct coordinates of rows', value: (coordinates / rows) * 100, unit: '%' },
      { what: 'one new device stored and matched', value: one.ms, unit: 'ms', target: '5 ms (one device)' },
      { what: 'counts for the overview', value: counts.ms, unit: 'ms' },
      { what: 'findings per device, all devices', value: perDevice.ms, unit: 'ms', target: '0.5 s (10,000)' },
      { what: 'first page of findings', value: page.ms, unit: 'ms' },
    ],
    method: [
      `AlmaLinux OSV records (${feed}.ndjson.gz) as one full part. Import: unpack, check and insert every advisory with its document, compare the content digest, sync and rename. ${deviceCount} made devices × ${packages} packages over releases ${releases.join(', ')}, ${namedShare * 100} % of them packages that advisories name, at versions that follow each device's state of patching.`,
    ],
    remarks: [
      'The fleet and the advisories are a tenth and a fortieth of what DESIGN sizes the re-match for.',
      'One device includes validation, hash, storing 900 packages and the platform; the target names the matching.',
    ],
  };
};

/** The fleet against real advisories. */
export const matching = async (): Promise<Result> => {
  const input = dataFile();
  if (!existsSync(input))
    return { figures: [], method: [], skipped: `${input} is not here; SALLYPORT_DATA names its folder` };
  const site = await makeSite('matching');
  try {
    return await withAppliance(site, (appliance) => measure(appliance, input));
  } finally {
    site.remove();
  }
};
