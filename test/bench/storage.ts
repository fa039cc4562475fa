import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile, type Result } from './report.ts';
import { fleet } from './support/fleet.ts';
import { residentMb } from './support/process.ts';
import { enrolDevices, makeSite, report, type Site, startServer, withAppliance } from './support/site.ts';

const deviceCount = 2000;
const packages = 900;
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

/** The tables that cost most besides the items themselves. */
const largest = (tables: ReadonlyMap<string, number>): [string, number][] =>
  [...tables]
    .filter(([name]) => !/^(?:inv_software(?:_count|_gone)?|coord|coord_count|item_coord)$/.test(name))
    .sort(([, a], [, b]) => b - a)
    .slice(0, 6);

/** What devices cost on disk, and what a server over them costs at its start. */
export const storage = async (): Promise<Result> => {
  const site = await makeSite('storage');
  try {
    const emptyBytes = await settledBytes(site);
    const made = fleet({ packages });
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
      const items = appliance.db.prepare<[], { n: number }>('select count(*) as n from inv_software').get()?.n ?? 0;
      return { items };
    });
    const bytes = (await settledBytes(site)) - emptyBytes;
    const tables = await tableBytes(site);
    const sum = (pattern: RegExp): number =>
      [...tables].filter(([name]) => pattern.test(name)).reduce((total, [, size]) => total + size, 0);
    // Stored once per site: the items and their coordinates. Who has which of them is the devices' own.
    const items = sum(/^inv_software(?:_count|_gone)?$/) + sum(/^(?:coord|coord_count|item_coord)$/);

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
    const perDevice = (total: number): number => total / deviceCount / 1000;
    return {
      figures: [
        { what: 'database per device, everything', value: perDevice(bytes), unit: 'KB' },
        {
          what: 'without the distinct software items and their coordinates',
          value: perDevice(bytes - items),
          unit: 'KB',
          target: '15 KB (2,000 packages)',
        },
        ...largest(tables).map(([name, size]) => ({
          what: `of which table ${name} with its indexes`,
          value: perDevice(size),
          unit: 'KB',
        })),
        { what: 'each distinct software item with indexes and coordinate', value: items / counts.items, unit: 'bytes' },
        { what: 'distinct software items', value: counts.items, unit: '' },
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
      ],
      method: [
        `${deviceCount} devices × ${packages} packages and 6 more sections each through the inventory service; file size after a checkpoint, minus the empty site's; shares by dbstat.`,
        'Start: from spawning `sallyport serve` to its line with the address, which follows the listening.',
      ],
    };
  } finally {
    site.remove();
  }
};
