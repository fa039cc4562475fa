import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { residentMb } from '../bench/support/process.ts';
import { makeSite, type RunningServer, type Site, startServer } from '../bench/support/site.ts';
import { type KnownDevices, knownDevices, makeKeys } from '../support/known-devices.ts';
import {
  type Attack,
  addresses,
  idleSessions,
  slowGlpiBodies,
  slowOsqueryBodies,
  type Target,
  unfinishedHellos,
  unfinishedLogins,
  unreadAnswers,
} from '../support/strangers.ts';

// A server that may open 300 files, devices that it knows, and strangers who do their worst: none of the devices is refused.

const rounds = 8;
const maxGrowthMb = 120;

type Worst = (target: Target) => Promise<Attack>;

const attacks: Readonly<Record<string, Worst>> = {
  'bodies for osquery that come byte by byte, from two addresses': (target) =>
    slowOsqueryBodies(target, addresses(2), 64),
  'the same from two hundred addresses': (target) => slowOsqueryBodies(target, addresses(200), 200),
  'bodies of GLPI agents that come byte by byte, with a token': (target) => slowGlpiBodies(target, addresses(2), 64),
  'the same from two hundred addresses, with a token': (target) => slowGlpiBodies(target, addresses(200), 200),
  'HTTP/2 sessions that ask for nothing': (target) => idleSessions(target, addresses(4), 300),
  'such sessions from the address of the devices': (target) => idleSessions(target, ['127.0.0.1'], 300),
  'such sessions from three hundred addresses': (target) => idleSessions(target, addresses(300), 300),
  'connections that say nothing': (target) => unfinishedHellos(target, addresses(4), { count: 300, bytes: 0 }),
  'such connections from three hundred addresses': (target) =>
    unfinishedHellos(target, addresses(300), { count: 300, bytes: 0 }),
  'hellos of TLS that stop halfway': (target) => unfinishedHellos(target, addresses(300), { count: 300, bytes: 100 }),
  'pages that are asked for and not read': (target) => unreadAnswers(target, addresses(20), { count: 60, asks: 200 }),
  'log-in forms of megabytes that do not end': (target) =>
    unfinishedLogins(target, addresses(1), { connections: 1, streams: 100 }),
  'such forms from many connections and addresses': (target) =>
    unfinishedLogins(target, addresses(20), { connections: 12, streams: 100 }),
};

describe('strangers who do their worst', () => {
  let site: Site;
  let server: RunningServer;
  let target: Target;
  let devices: KnownDevices;

  beforeAll(async () => {
    site = await makeSite('strangers');
    const keys = await makeKeys(site);
    server = await startServer(site, ['prlimit', '--nofile=300:300']);
    target = { port: server.port, ca: site.ca, glpiToken: keys.glpiToken };
    devices = await knownDevices(target, keys);
    // What every call holds once it was made is no growth.
    for (let n = 0; n < rounds; n += 1) await devices.round();
  });
  afterAll(async () => {
    await server?.stop();
    site?.remove();
  });

  for (const [name, worst] of Object.entries(attacks)) {
    it(`${name}: no known device is refused, and memory stays`, async () => {
      const before = residentMb(server.pid);
      const attack = await worst(target);
      const refused: string[] = [];
      const sizes: number[] = [];
      try {
        for (let n = 0; n < rounds; n += 1) {
          for (const [call, status] of Object.entries(await devices.round()))
            if (status !== 200 && status !== 202) refused.push(`${call}: ${status}`);
          sizes.push(residentMb(server.pid));
        }
      } finally {
        attack.end();
      }
      expect(refused).toEqual([]);
      expect(Math.max(...sizes) - before).toBeLessThan(maxGrowthMb);
      expect(server.output()).not.toMatch(/"level":(50|60)/);
    });
  }
});
