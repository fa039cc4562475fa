import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { besieged, mostFiles } from '../support/known-devices.ts';
import { attacks, type Target } from '../support/strangers.ts';
import { type Figure, percentile, type Result } from './report.ts';
import { residentMb } from './support/process.ts';
import { openConnection, openConnections, openLoop, requestBytes } from './support/raw-client.ts';
import { type Certified, enrolDevices, withAppliance } from './support/site.ts';

const deviceCount = 8;
const perSecond = 40;
const measureMs = 4_000;
const warmUpMs = 1_500;
const afterMs = 1_000;

/** Those that are measured; without an attack first. */
const measured: ReadonlyArray<readonly [title: string, attack: keyof typeof attacks | undefined]> = [
  ['without an attack', undefined],
  ['osquery bodies, 1 byte per 5 s, 2 addresses × 32', 'osquery bodies'],
  ['GLPI bodies, the same, with a token', 'GLPI bodies'],
  ['300 idle HTTP/2 sessions, 4 addresses', 'idle sessions'],
  ['100 unfinished 4 MiB log-in forms, 1 connection', 'unfinished forms'],
];

const checkIn = requestBytes('POST', `${nativePrefix}/check-in`, {
  bootId: 'b'.repeat(32),
  seq: 1,
  version: '0.1.0',
  sections: {},
});

const expectOk = ({ status }: { status: number }): void => {
  if (status !== 200) throw new Error(`a check-in was answered with ${status}`);
};

type Measured = { kept: Float64Array; fresh: Float64Array; refused: number; peakMb: number };

/** Check-ins over kept connections at a fixed rate, and meanwhile one after the other over new ones. */
const measure = async (
  target: Target,
  devices: readonly Certified[],
  { pid, ms }: { pid: number; ms: number },
): Promise<Measured> => {
  const state = { over: false, peakMb: 0, refused: 0 };
  const fresh: number[] = [];
  const watch = setInterval(() => {
    state.peakMb = Math.max(state.peakMb, residentMb(pid));
  }, 50);
  const renewing = (async () => {
    while (!state.over) {
      const start = performance.now();
      try {
        const connection = await openConnection(target.port, target.ca, devices[0] as Certified);
        expectOk(await connection.send(checkIn));
        connection.close();
        fresh.push(performance.now() - start);
      } catch {
        state.refused += 1;
      }
      await sleep(20);
    }
  })();
  try {
    const connections = await openConnections(target.port, target.ca, devices);
    const { latencies } = await openLoop({
      connections,
      request: () => checkIn,
      check: expectOk,
      perSecond,
      measureMs: ms,
    });
    for (const connection of connections) connection.close();
    state.over = true;
    await renewing;
    return { kept: latencies, fresh: Float64Array.from(fresh).sort(), refused: state.refused, peakMb: state.peakMb };
  } finally {
    state.over = true;
    clearInterval(watch);
  }
};

/** How long a known device waits for its answers, and what the server holds, while strangers do their worst. */
export const strangers = async (): Promise<Result> => {
  const devices: Certified[] = [];
  const { site, server, target } = await besieged(async (made) => {
    devices.push(
      ...(await withAppliance(made, (appliance) => enrolDevices(appliance, deviceCount, { certified: true, seed: 7 }))),
    );
  });
  try {
    const figures: Figure[] = [];
    const loads: string[] = [];
    try {
      await measure(target, devices, { pid: server.pid, ms: warmUpMs });
      for (const [name, attacking] of measured) {
        const before = residentMb(server.pid);
        const attack = attacking === undefined ? undefined : await attacks[attacking](target);
        loads.push((loadavg()[0] ?? 0).toFixed(1));
        const found = await measure(target, devices, { pid: server.pid, ms: measureMs });
        attack?.end();
        await sleep(afterMs);
        const p99 = (values: Float64Array): number => percentile(values, 0.99);
        figures.push(
          { what: `${name}: p99, kept connections`, value: p99(found.kept), unit: 'ms' },
          { what: '  p99, a new connection each', value: p99(found.fresh), unit: 'ms' },
          { what: '  refused', value: found.refused, unit: '', target: '0' },
          { what: '  resident memory before', value: before, unit: 'MB' },
          { what: '  most while it went on', value: found.peakMb, unit: 'MB' },
          { what: '  after it', value: residentMb(server.pid), unit: 'MB' },
        );
      }
    } finally {
      await server.stop();
    }
    return {
      method: [
        `\`sallyport serve\` that may open ${mostFiles} files. ${deviceCount} devices with certificates check in ${perSecond} times a second over kept connections (open loop, ${measureMs / 1000} s), and one more opens a connection for each check-in, one after the other; each attack runs meanwhile from addresses of 127.0.0.0/8 other than the devices', in the same process as the devices.`,
        'Strangers open the next connection for each that the server closes. Memory is that of the kernel (VmRSS), looked at each 50 ms.',
        `Load of the machine at the beginning of each part: ${loads.join(', ')}.`,
      ],
      figures,
    };
  } finally {
    site.remove();
  }
};
