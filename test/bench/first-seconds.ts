import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { until } from '../support/until.ts';
import { type Figure, percentile, type Result } from './report.ts';
import { fleet } from './support/fleet.ts';
import { cpuSeconds } from './support/process.ts';
import { openConnection, requestBytes } from './support/raw-client.ts';
import { enrolDevices, makeSite, type RunningServer, report, startServer, withAppliance } from './support/site.ts';
import { type LoadSeen, refusalText, steadyLoad } from './support/steady-load.ts';

const count = Number(env('BENCH_DEVICES') ?? 500);
const packages = 900;
const perTransaction = 50;
const atOnce = 8;
const load = { checkInsPerSecond: 100, reportsPerSecond: 5 } as const;
const firstMs = 15_000;
/** However long it took them to come. */
const leastMs = 5_000;
const settleMs = 5_000;
const steadyMs = 20_000;

type Held = { longestMs: number; over20: number; cpuMs: number };

/** What held the server's own thread since the last time. */
const heldOf = async ({ pid }: RunningServer, file: string): Promise<Held> => {
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  const read = (): Held | undefined => {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Held;
    } catch {
      return undefined;
    }
  };
  return until(async () => read());
};

const hello = requestBytes('POST', `${nativePrefix}/check-in`, {
  bootId: 'b'.repeat(32),
  seq: 1,
  version: '1',
  sections: {},
});

const figuresOf = (when: string, latencies: readonly number[], held: Held): Figure[] => {
  const sorted = Float64Array.from(latencies).sort();
  return [
    { what: `${when}: check-ins, p50`, value: percentile(sorted, 0.5), unit: 'ms' },
    { what: `${when}: check-ins, p99`, value: percentile(sorted, 0.99), unit: 'ms', target: '15 ms' },
    { what: `${when}: the slowest check-in`, value: percentile(sorted, 1), unit: 'ms' },
    { what: `${when}: the server's thread stood at most`, value: held.longestMs, unit: 'ms' },
    { what: `${when}: it stood for more than 20 ms`, value: held.over20, unit: 'times' },
    { what: `${when}: its processor time`, value: held.cpuMs, unit: 'ms' },
  ];
};

/** How many of each refusal. */
const countsOf = (refused: readonly string[]): Figure[] =>
  [...Map.groupBy(refused, (text) => text)].map(([text, all]) => ({
    what: `refused later: ${text}`,
    value: all.length,
    unit: '',
  }));

/** The seconds after a start in which first reports wait to be worked off, and the quiet after them. */
export const firstSeconds = async (): Promise<Result> => {
  const site = await makeSite('first-seconds');
  const file = join(site.dataDir, '..', 'held.json');
  try {
    const made = fleet({ packages });
    const devices = await withAppliance(site, async (appliance) => {
      const enrolled = await enrolDevices(appliance, count, { certified: true });
      for (let at = 0; at < enrolled.length; at += perTransaction)
        appliance.db
          .transaction(() => {
            for (const [n, { id }] of enrolled.slice(at, at + perTransaction).entries())
              for (const [name, items] of Object.entries(made.sections(at + n))) report(appliance, id, name, items);
          })
          .immediate();
      return enrolled;
    });
    const server = await startServer(site, [
      'env',
      `BENCH_LOOP_FILE=${file}`,
      `NODE_OPTIONS=--import=${join(import.meta.dirname, 'support/loop-delay.ts')}`,
    ]);
    try {
      await heldOf(server, file);
      const cpu = cpuSeconds(server.pid);
      const first: LoadSeen = { checkIns: [], reports: [], refused: [] };
      // Each device connects and checks in, as after a start: with that its certificate is in use.
      const start = performance.now();
      const waiting = [...devices];
      const come = async (): Promise<void> => {
        for (let device = waiting.shift(); device !== undefined; device = waiting.shift()) {
          const connection = await openConnection(server.port, site.ca, device);
          const sent = performance.now();
          const { status, body } = await connection.send(hello);
          first.checkIns.push(performance.now() - sent);
          if (status !== 200) first.refused.push(`checkIns ${refusalText(status, body)}`);
          connection.close();
        }
      };
      await Promise.all(Array.from({ length: atOnce }, come));
      const arrivedMs = performance.now() - start;
      const arriving = [...first.checkIns];
      const heldArriving = await heldOf(server, file);
      const played = await steadyLoad({ port: server.port, ca: site.ca }, devices.slice(0, 100), load);
      await sleep(Math.max(leastMs, firstMs - arrivedMs));
      const working = played.take();
      const heldWorking = await heldOf(server, file);
      await sleep(settleMs);
      played.take();
      await heldOf(server, file);
      await sleep(steadyMs);
      const steady = played.take();
      const heldSteady = await heldOf(server, file);
      await played.stop();
      return {
        method: [
          `${count} devices with ${packages} packages and 6 more sections each, whose first reports are stored and wait to be worked off, are started with: each connects (${atOnce} at once) and checks in for the first time with its certificate. Then 100 of them check in ${load.checkInsPerSecond} times and send ${load.reportsPerSecond} changed software sections a second, until ${firstMs / 1000} s after the start, and, ${settleMs / 1000} s later, for ${steadyMs / 1000} s.`,
          "Stood: looked at each 2 ms in the server's own thread, less the time in which the kernel gave that thread no processor (schedstat); processor time of that thread alone. Latencies are by the clock: client, server and what else runs share the machine.",
        ],
        figures: [
          { what: 'all have checked in after', value: arrivedMs, unit: 'ms' },
          ...figuresOf('coming', arriving, heldArriving),
          ...figuresOf('working off', working.checkIns, heldWorking),
          ...figuresOf('later', steady.checkIns, heldSteady),
          { what: 'first check-ins that were refused', value: first.refused.length, unit: '', target: 'none' },
          {
            what: 'check-ins and reports that were refused later',
            value: working.refused.length + steady.refused.length,
            unit: '',
          },
          ...countsOf([...working.refused, ...steady.refused]),
          { what: "the whole server's processor time", value: cpuSeconds(server.pid) - cpu, unit: 's' },
        ],
      };
    } finally {
      await server.stop();
    }
  } finally {
    site.remove();
  }
};
