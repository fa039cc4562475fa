import { setTimeout as sleep } from 'node:timers/promises';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { playFleet } from '../support/fleet-player.ts';
import { percentile, type Result } from './report.ts';
import { cloneFleet } from './support/cloned-fleet.ts';
import { deriveFleet } from './support/derived-fleet.ts';
import { residentMb } from './support/process.ts';
import { openConnection, requestBytes } from './support/raw-client.ts';
import { enrolDevices, makeSite, startServer, withAppliance } from './support/site.ts';

/** Fewer for a quick look. */
const devices = Number(env('BENCH_DEVICES') ?? 10_000);
const profiles = 200;
const packages = 900;
const returning = 2_000;
const playMs = 20_000;

/** A fleet that comes back at once after an outage, and its days afterwards. */
export const fleetLoad = async (): Promise<Result> => {
  const site = await makeSite('fleet');
  try {
    const certified = await withAppliance(site, async (appliance) => {
      await cloneFleet(appliance, { devices, profiles, packages });
      deriveFleet(appliance);
      return enrolDevices(appliance, returning, { certified: true, seed: 5 });
    });
    const server = await startServer(site);
    try {
      await sleep(1_000);
      const resident = residentMb(server.pid);
      const checkIn = requestBytes('POST', `${nativePrefix}/check-in`, {
        bootId: 'a'.repeat(32),
        seq: 1,
        version: '1',
        sections: { software: sectionHash([]) },
      });

      // Everybody at once; whoever is turned away comes to nothing here, and is counted.
      const over = { now: false };
      const probes: number[] = [];
      const probing = (async () => {
        while (!over.now) {
          const start = performance.now();
          const connection = await openConnection(server.port, site.ca, { id: 0, key: '', cert: '' });
          const { status } = await connection.send(requestBytes('GET', '/healthz', {}));
          connection.close();
          if (status !== 200) throw new Error(`the server answered a stranger with ${status}`);
          probes.push(performance.now() - start);
          await sleep(100);
        }
      })();
      const start = performance.now();
      const arrivals: number[] = [];
      let lost = 0;
      await Promise.all(
        certified.map(async (device) => {
          try {
            const connection = await openConnection(server.port, site.ca, device);
            const { status } = await connection.send(checkIn);
            if (status === 200) arrivals.push(performance.now() - start);
            else lost += 1;
            connection.close();
          } catch {
            lost += 1;
          }
        }),
      );
      const storm = Float64Array.from(arrivals).sort();
      over.now = true;
      await probing;

      const played = playFleet({
        source: { port: server.port, ca: site.ca },
        devices: certified,
        items: (agent, version) =>
          Array.from({ length: 40 }, (_, n) => ({
            type: 'deb',
            name: `package-${n}`,
            version: n < 3 ? `${agent % 20}.${version}` : '1',
            arch: 'amd64',
          })),
        churn: 0.1,
        breaks: 0.01,
        haste: 10,
        seed: 3,
      });
      await sleep(playMs);
      const { checkIns, sections, turnedAway, refused, latencies } = played.seen;
      await played.stop();
      const answers = Float64Array.from(latencies).sort();
      return {
        figures: [
          {
            what: `start to first answer, ${devices + returning} devices`,
            value: server.readyMs,
            unit: 'ms',
            target: '1 s',
          },
          { what: 'resident memory after start', value: resident, unit: 'MB', target: '1 GB' },
          { what: `${returning} devices that come at once: checked in`, value: arrivals.length, unit: '' },
          { what: 'lost', value: lost, unit: '', target: 'nobody' },
          { what: 'the half of them were in after', value: percentile(storm, 0.5) / 1000, unit: 's' },
          { what: 'the last of them was in after', value: percentile(storm, 1) / 1000, unit: 's' },
          {
            what: 'full handshakes with a check-in',
            value: arrivals.length / (percentile(storm, 1) / 1000),
            unit: '/s',
          },
          { what: 'longest wait of a stranger meanwhile', value: Math.max(...probes), unit: 'ms' },
          {
            what: `check-ins of ${returning} agents that play ten times as fast`,
            value: checkIns / (playMs / 1000),
            unit: '/s',
          },
          { what: 'their sections that were stored', value: sections / (playMs / 1000), unit: '/s' },
          { what: 'turned away with a time to come again', value: turnedAway, unit: '' },
          { what: 'refused', value: refused.length, unit: '' },
          { what: 'their answers, p99', value: percentile(answers, 0.99), unit: 'ms' },
        ],
        method: [
          `${devices} devices with ${packages} packages and 4 more sections each, ${profiles} of them reported and the others copied in SQL; ${returning} more with certificates of their own. Client and server share the machine.`,
          'At once: every device opens a TLS connection with its certificate in the same moment, no session is resumed, and checks in. Nobody tries again. A stranger asks for /healthz over connections of its own meanwhile.',
          `Playing: check-ins as they were told to, a tenth of them with three changed packages of forty, one request of a hundred broken off; ${playMs / 1000} s.`,
        ],
      };
    } finally {
      await server.stop();
    }
  } finally {
    site.remove();
  }
};
