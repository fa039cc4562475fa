import { gzipSync } from 'node:zlib';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { inHashOrder, sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { type Figure, percentile, type Result } from './report.ts';
import { flushMs } from './support/disk.ts';
import { fleet, type Item, type Sections, updated } from './support/fleet.ts';
import { cpuSeconds } from './support/process.ts';
import { type Connection, openConnections, requestBytes } from './support/raw-client.ts';
import { enrolDevices, makeSite, type RunningServer, startServer, withAppliance } from './support/site.ts';

const deviceCount = Number(process.env['BENCH_DEVICES'] ?? 400);
/** `BENCH_CALLS=each` sends a call for each section (PUT /sections). */
const isTogether = process.env['BENCH_CALLS'] !== 'each';
const inFlight = Number(process.env['BENCH_IN_FLIGHT'] ?? 8);
const packages = 900;
const changedPackages = 30;
/** So often is the unchanged section sent, so that the figure is not that of the first hundred requests. */
const againTimes = 10;

type Put = { name: string; bytes: Buffer };

const bodyOf = (items: readonly Item[]) => ({
  hash: sectionHash(items),
  collectedAt: '2026-01-02T03:04:05Z',
  items: inHashOrder(items),
});

const putOf = (name: string, items: readonly Item[]): Put => ({
  name,
  bytes: requestBytes('PUT', `${nativePrefix}/sections/${name}`, gzipSync(JSON.stringify(bodyOf(items)))),
});

const callOf = (sections: Sections): Put => {
  const all = Object.entries(sections).map(([collection, items]) => ({ collection, ...bodyOf(items) }));
  return {
    name: 'all',
    bytes: requestBytes('POST', `${nativePrefix}/sections`, gzipSync(JSON.stringify({ sections: all }))),
  };
};

const putsOf = (sections: Sections): Put[] =>
  isTogether ? [callOf(sections)] : Object.entries(sections).map(([name, items]) => putOf(name, items));

const expectOk = ({ status, body }: { status: number; body: Buffer }): void => {
  if (status !== 200) throw new Error(`a check-in was answered with ${status} ${body.toString().slice(0, 300)}`);
};

type Round = { seconds: number; cpu: number; latencies: Float64Array };

/** Each device sends its requests one after the other; `inFlight` devices at once. */
const round = async (
  server: RunningServer,
  connections: readonly Connection[],
  puts: readonly (readonly Put[])[],
  expected: string,
): Promise<Round> => {
  const latencies: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < connections.length) {
      const index = next;
      next += 1;
      const sent = performance.now();
      for (const { name, bytes } of puts[index] ?? []) {
        const { status, body } = await (connections[index] as Connection).send(bytes);
        if (status !== 200 || !body.includes(expected) || body.includes('"error"')) {
          throw new Error(`section ${name} was answered with ${status} ${body.toString().slice(0, 300)}`);
        }
      }
      latencies.push(performance.now() - sent);
    }
  };
  const cpu = cpuSeconds(server.pid);
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - start) / 1000;
  return { seconds, cpu: cpuSeconds(server.pid) - cpu, latencies: Float64Array.from(latencies).sort() };
};

/** Whole inventories through the agents' door: new, changed by a day's updates, and sent again unchanged. */
export const inventories = async (): Promise<Result> => {
  const site = await makeSite('inventories');
  try {
    const made = fleet({ packages });
    const sections = Array.from({ length: deviceCount }, (_, index) => made.sections(index));
    const first = sections.map(putsOf);
    const nextDay = sections.map(({ software = [] }, index) => [
      putOf('software', updated(software, changedPackages, index)),
    ]);
    const wireKb = first.flat().reduce((sum, { bytes }) => sum + bytes.length, 0) / deviceCount / 1000;
    const devices = await withAppliance(site, (appliance) => enrolDevices(appliance, deviceCount, { certified: true }));

    const server = await startServer(site);
    let fresh: Round;
    let changed: Round;
    let again: Round;
    try {
      const connections = await openConnections(server.port, site.ca, devices);
      // A stranger's connection is closed after a while, a known device's is kept longer.
      const hello = { bootId: '0'.repeat(32), seq: 1, version: '0.1.0', sections: {} };
      for (const connection of connections)
        expectOk(await connection.send(requestBytes('POST', `${nativePrefix}/check-in`, hello)));
      fresh = await round(server, connections, first, '"known":false');
      changed = await round(server, connections, nextDay, '"known":false');
      const repeated = nextDay.map((puts) => Array.from({ length: againTimes }, () => puts).flat());
      again = await round(server, connections, repeated, '"known":true');
      for (const connection of connections) connection.close();
    } finally {
      await server.stop();
    }
    const { rows, items } = await withAppliance(site, ({ inventory, db }) => ({
      rows: inventory.counts(wholeSite('job')).find(({ collection }) => collection === 'software')?.rows ?? 0,
      items: db.prepare<[], { n: number }>('select count(*) as n from inv_software').get()?.n ?? 0,
    }));
    const flush = flushMs(site.dataDir);
    const perDevice = (figure: number): number => figure / deviceCount;
    const figures: Figure[] = [
      {
        what: `new full inventories (${packages} packages and 6 more sections)`,
        value: deviceCount / fresh.seconds,
        unit: '/s',
        target: '100 /s sustained',
      },
      { what: 'time of one, p50', value: percentile(fresh.latencies, 0.5), unit: 'ms' },
      { what: 'time of one, p99', value: percentile(fresh.latencies, 0.99), unit: 'ms' },
      { what: "server's processor time for one", value: perDevice(fresh.cpu * 1000), unit: 'ms' },
      {
        what: `software sections with ${changedPackages} packages changed`,
        value: deviceCount / changed.seconds,
        unit: '/s',
      },
      {
        what: 'unchanged software section sent again, processor time',
        value: perDevice((again.cpu * 1000) / againTimes),
        unit: 'ms',
        target: '0.5 ms',
      },
      {
        what: 'the same, from sending to answer, p50',
        value: percentile(again.latencies, 0.5) / againTimes,
        unit: 'ms',
      },
      { what: 'one small write flushed to the disk', value: flush, unit: 'ms', limit: true },
      { what: 'distinct software items', value: items, unit: '' },
      { what: 'software rows', value: rows, unit: '' },
      { what: 'distinct items of rows', value: (items / rows) * 100, unit: '%' },
    ];
    return {
      figures,
      method: [
        `${deviceCount} devices, certificates of their own, kept-alive mutual TLS; ${isTogether ? 'the 7 sections of a new device in one call' : 'the 7 PUTs of a new device one after the other'}, gzip as the agent sends them (${wireKb.toFixed(0)} KB on the wire), ${inFlight} devices at once; bodies prepared beforehand. Every answer follows a durable transaction (synchronous=FULL). The unchanged section is sent ${againTimes} times.`,
      ],
      remarks: ['An unchanged section is normally not sent at all: the check-in compares its hash.'],
    };
  } finally {
    site.remove();
  }
};
