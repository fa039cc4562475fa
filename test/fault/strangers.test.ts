import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { residentMb } from '../bench/support/process.ts';
import { type Besieged, besieged, type KnownDevices, knownDevices } from '../support/known-devices.ts';
import { isLong } from '../support/long.ts';
import { attacks } from '../support/strangers.ts';

// A server that may open 300 files, devices that it knows, and strangers who do their worst: none of the devices is refused.

const rounds = isLong ? 8 : 3;
const maxGrowthMb = 120;

const titles: Readonly<Record<keyof typeof attacks, string>> = {
  'osquery bodies': 'bodies for osquery that come byte by byte, from two addresses',
  'osquery bodies, many addresses': 'the same from two hundred addresses',
  'GLPI bodies': 'bodies of GLPI agents that come byte by byte, with a token',
  'GLPI bodies, many addresses': 'the same from two hundred addresses, with a token',
  'idle sessions': 'HTTP/2 sessions that ask for nothing',
  'idle sessions, own address': 'such sessions from the address of the devices',
  'idle sessions, many addresses': 'such sessions from three hundred addresses',
  'silent connections': 'connections that say nothing',
  'silent connections, many addresses': 'such connections from three hundred addresses',
  'half hellos': 'hellos of TLS that stop halfway',
  'unread pages': 'pages that are asked for and not read',
  'unfinished forms': 'log-in forms of megabytes that do not end',
  'unfinished forms, many addresses': 'such forms from many connections and addresses',
};

describe('strangers who do their worst', () => {
  let at: Besieged;
  let devices: KnownDevices;

  beforeAll(async () => {
    at = await besieged();
    devices = await knownDevices(at.target, at.keys);
    // What every call holds once it was made is no growth.
    for (let n = 0; n < rounds; n += 1) await devices.round();
  });
  afterAll(async () => {
    await at?.server.stop();
    at?.site.remove();
  });

  for (const [name, title] of Object.entries(titles) as [keyof typeof attacks, string][]) {
    it(`${title}: no known device is refused, and memory stays`, async () => {
      const before = residentMb(at.server.pid);
      const attack = await attacks[name](at.target);
      const refused: string[] = [];
      const sizes: number[] = [];
      try {
        for (let n = 0; n < rounds; n += 1) {
          for (const [call, status] of Object.entries(await devices.round()))
            if (status !== 200 && status !== 202) refused.push(`${call}: ${status}`);
          sizes.push(residentMb(at.server.pid));
        }
      } finally {
        attack.end();
      }
      expect(refused).toEqual([]);
      expect(Math.max(...sizes) - before).toBeLessThan(maxGrowthMb);
      expect(at.server.output()).not.toMatch(/"level":(50|60)/);
    });
  }
});
