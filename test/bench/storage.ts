import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { type Figure, percentile, type Result } from './report.ts';
import { fleet } from './support/fleet.ts';
import { residentMb } from './support/process.ts';
import { enrolDevices, makeSite, report, type Site, startServer, withAppliance } from './support/site.ts';

const deviceCount = Number(env('BENCH_DEVICES') ?? 2000);
/** What the target names, and what most figures of this project are of. */
const packageCounts = (env('BENCH_PACKAGES') ?? '2000,900').split(',').map(Number);
/** Different packages that the site has for each that a device has. */
const poolNames = (packages: number): number => Math.round((packages * 40) / 9);
const perTransaction = 50;
const starts = 5;

const databaseBytes = (site: Site): number =>
  readdirSync(site.dataDir)
    .filter((name) => name.startsWith('state.db'))
    .reduce((sum, name) => sum + statSync(join(site.dataDir, name)).size, 0);

/** Bytes of the database file with everything written back from the log. */
const settledBytes = (site: Site): Promise<number> =>
  withAppliance(site, ({ db }) => {
    db.pragma('wal_checkpoint(TRUNCATE)');
    return databaseBytes(site);
  });

const tableBytes = (site: Site): Promise<Map<string, number>> =>
  withAppliance(site, ({ db }) => {
    const rows = db
      .prepare<[], { name: string; bytes: number }>(
        `select s.tbl_name as name, sum(d.pgsize) as bytes from dbstat d join sqlite_schema s on s.name = d.name
         where d.aggregate = true group by s.tbl_name`,
      )
      .all();
    return new Map(rows.map(({ name, bytes }) => [name, bytes]));
  });

/** Stored once per site: the items, their components and the sources of those. */
const once = /^(?:inv_software(?:_count|_gone)?|component|component_count|item_component|source_package|package_name)$/;
/** What of the rest follows from the number of packages. */
const ofPackages = /^(?:inv_software_device|device_software|device_component|device_component_log|item_aside)$/;
const parts: ReadonlyArray<readonly [string, RegExp]> = [
  ['which devices have an item', /^inv_software_device$/],
  ['items of devices', /^device_software$/],
  ['components of devices', /^(?:device_component|device_component_log|item_aside)$/],
  ['sections', /^section$/],
  ['hardware, 20 parts', /^inv_hardware$/],
  ['accounts and sessions', /^inv_(?:accounts|sessions)$/],
  ['changes', /^change_log$/],
];

type Stored = { bytes: number; items: number; tables: Map<string, number> };

/** Fills a site and says what its database takes. */
const fill = async (site: Site, packages: number): Promise<Stored> => {
  const emptyBytes = await settledBytes(site);
  const made = fleet({ packages, poolNames: poolNames(packages) });
  const counts = await withAppliance(site, async (appliance) => {
    const devices = await enrolDevices(appliance, deviceCount, { certified: false });
    for (let at = 0; at < deviceCount; at += perTransaction) {
      appliance.db
        .transaction(() => {
          for (const [n, { id }] of devices.slice(at, at + perTransaction).entries()) {
            for (const [name, items] of Object.entries(made.sections(at + n))) report(appliance, id, name, items);
          }
        })
        .immediate();
    }
    while (appliance.inventory.enterPending(deviceCount) > 0);
    const one = (sql: string): number => appliance.db.prepare<[], number>(sql).pluck().get() ?? 0;
    return {
      items: one('select count(*) from inv_software'),
    };
  });
  const bytes = (await settledBytes(site)) - emptyBytes;
  return { bytes, tables: await tableBytes(site), ...counts };
};

const figuresOf = (packages: number, { bytes, items, tables }: Stored): Figure[] => {
  const perDevice = (total: number): number => total / deviceCount / 1000;
  const sum = (pattern: RegExp): number =>
    [...tables].filter(([name]) => pattern.test(name)).reduce((total, [, size]) => total + size, 0);
  const isTarget = packages === 2000;
  const figure = (what: string, value: number): Figure => ({
    what: `${packages} packages: ${what}`,
    value,
    unit: 'KB',
  });
  return [
    {
      ...figure('database per device without what is stored once', perDevice(bytes - sum(once))),
      ...(isTarget ? { target: '60 KB' } : {}),
    },
    figure('of which packages', perDevice(sum(ofPackages))),
    ...parts.map(([what, pattern]) => figure(`of which ${what}`, perDevice(sum(pattern)))),
    figure('with what is stored once', perDevice(bytes)),
    {
      what: `${packages} packages: each distinct item, with all that is kept of it once`,
      value: sum(once) / items,
      unit: 'bytes',
    },
    { what: `${packages} packages: distinct items`, value: items, unit: '' },
  ];
};

/** What a server over a site costs at its start. */
const startFigures = async (site: Site): Promise<Figure[]> => {
  const ready: number[] = [];
  let resident = 0;
  for (let n = 0; n < starts; n += 1) {
    const server = await startServer(site);
    ready.push(server.readyMs);
    if (n === starts - 1) {
      await sleep(1000);
      resident = residentMb(server.pid);
    }
    await server.stop();
  }
  return [
    {
      what: `start to first answer, ${deviceCount} devices, p50 of ${starts}`,
      value: percentile(Float64Array.from(ready).sort(), 0.5),
      unit: 'ms',
      target: '1 s (10,000 devices)',
    },
    {
      what: `resident memory after start, ${deviceCount} devices`,
      value: resident,
      unit: 'MB',
      target: '1 GB (10,000 devices, 250,000 advisories)',
    },
  ];
};

/** What devices cost on disk, and what a server over them costs at its start. */
export const storage = async (): Promise<Result> => {
  const figures: Figure[] = [];
  for (const [n, packages] of packageCounts.entries()) {
    const site = await makeSite('storage');
    try {
      figures.push(...figuresOf(packages, await fill(site, packages)));
      if (n === packageCounts.length - 1) figures.push(...(await startFigures(site)));
    } finally {
      site.remove();
    }
  }
  return {
    figures,
    method: [
      `${deviceCount} devices with 6 more sections each through the inventory service, who has what entered; file size after a checkpoint, minus the empty site's; shares by dbstat with their indexes.`,
      'A device was installed in one run of 3 to 10 packages a second, updated in six more, two packages in a hundred came alone; no device is a copy of another. A site has 4.4 different packages for each of a device, in up to six versions.',
      'Stored once: items of software with their indexes and counts, components, sources. Of which packages: arrays of items, components, who has what; in pages of those tables.',
      'Start: from spawning `sallyport serve` to its line with the address, which follows the listening.',
    ],
  };
};
