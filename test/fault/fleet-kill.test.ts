import { compose } from '@sallyport/appliance/compose';
import { examine } from '@sallyport/appliance/doctor';
import { openLog } from '@sallyport/appliance/platform/log';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deb } from '../../appliance/test/support/site.ts';
import { random } from '../bench/support/random.ts';
import { type Certified, enrolDevices, makeSite, type Site } from '../bench/support/site.ts';
import { atStatePrefix } from '../support/at-state.ts';
import { seed } from '../support/chance.ts';
import { freePort, type Running, startCommand } from '../support/commands.ts';
import { type Fleet, type Item, playFleet } from '../support/fleet-player.ts';
import { isLong } from '../support/long.ts';
import { until } from '../support/until.ts';

// A whole fleet reports while the server is killed with SIGKILL, again and again. What an agent was told is kept, is kept;
// three changed packages are three rows of change, however often the report was sent; and the fleet comes back by
// itself, each agent by its own pace.

const agentCount = isLong ? 1_000 : 40;
const kills = isLong ? 10 : 2;
const packages = 40;
const changed = 3;
/** A second of a test is this many of the fleet's. */
const haste = isLong ? 20 : 40;
const log = openLog('silent');
/** What is run, among others, when a section is stored. */
const storing = '\\b(?:into|update) (?:section|change_log|inv_software|device_software)\\b';

/** Version by version, three packages of an agent are at another version; most packages are everybody's. */
const itemsOf = (agent: number, version: number): Item[] =>
  Array.from({ length: packages }, (_, n) =>
    n < changed ? deb(`own-${agent % 50}-${n}`, `${version}-1`) : deb(`shared-${n}`, '1-1'),
  );

describe('a fleet whose server is killed', () => {
  let site: Site;
  let devices: Certified[];
  let fleet: Fleet;
  let port: number;
  let server: Running | undefined;

  /** Starts a server that dies by itself in front of a statement about a section. */
  const start = async (statement?: number): Promise<void> => {
    server = await startCommand(
      'sallyport',
      ['serve', '--data', site.dataDir, '--listen', `127.0.0.1:${port}`],
      /listening/,
      statement === undefined ? [] : atStatePrefix({ act: 'kill', match: storing, statement }),
    );
  };
  const quiet = (): number => fleet.agents.filter(({ answered }) => answered === 0).length;

  beforeAll(async () => {
    site = await makeSite('fleet-kill');
    port = await freePort();
    const appliance = await compose({ dataDir: site.dataDir, log });
    devices = await enrolDevices(appliance, agentCount, { certified: true });
    await appliance.close();
    await start();
    fleet = playFleet({
      source: { port, ca: site.ca },
      devices,
      items: itemsOf,
      churn: 0.5,
      breaks: 0.02,
      haste,
      seed,
    });
  });
  afterAll(async () => {
    await fleet?.stop();
    await server?.kill('SIGKILL');
    site?.remove();
  });

  /** The data directory as the kill has left it. */
  const expectKept = async (): Promise<number> => {
    const appliance = await compose({ dataDir: site.dataDir, log });
    try {
      expect((await examine(appliance)).filter(({ severity }) => severity === 'finding')).toEqual([]);
      const rows = appliance.db.prepare<[number], { operation: string; n: number }>(
        `select operation, count(*) as n from change_log where device = ? and collection = 'software' group by operation`,
      );
      let stored = 0;
      for (const [index, agent] of fleet.agents.entries()) {
        const { id } = agent.device;
        const hash = appliance.inventory.hashes(id, 'native')['software'];
        const counts = Object.fromEntries(rows.all(id).map(({ operation, n }) => [operation, n]));
        if (hash === undefined) {
          expect(agent.acknowledged, `agent ${index}`).toBe(-1);
          expect(counts).toEqual({});
          continue;
        }
        // What it last sent, or what it was last told is kept.
        const version = [agent.version, agent.version - 1].find((n) => sectionHash(itemsOf(index, n)) === hash);
        expect(version, `agent ${index}`).toBeDefined();
        expect(version, `agent ${index}`).toBeGreaterThanOrEqual(agent.acknowledged);
        expect(counts).toEqual({ first: 1, ...(version === 0 ? {} : { changed: changed * (version ?? 0) }) });
        stored += 1;
      }
      return stored;
    } finally {
      await appliance.close();
    }
  };

  it(
    `keeps what it acknowledged, counts each change once, and has everybody back (seed ${seed})`,
    async () => {
      const chance = random(seed);
      const enough = { seconds: isLong ? 600 : 120 };
      await until(() => fleet.seen.sections > agentCount, enough);
      for (let kill = 0; kill < kills; kill += 1) {
        // The first server is ended between its statements, the others by themselves, in front of one.
        if (kill === 0) await server?.kill('SIGKILL');
        const dying = server?.child;
        await until(() => dying === undefined || dying.signalCode !== null, enough);
        expect(dying?.signalCode).toBe('SIGKILL');
        server = undefined;
        // Answers that were under way when the server died come to nothing.
        await until(() => fleet.asking() === 0);
        expect(await expectKept()).toBeGreaterThan(agentCount / 2);
        fleet.mark();
        const tried = fleet.connections();
        const from = performance.now();
        const isLast = kill === kills - 1;
        await start(isLast ? undefined : 1 + Math.floor(chance.next() * 8 * agentCount));
        if (!isLast) continue;
        await until(() => quiet() === 0, { seconds: isLong ? 300 : 60 });
        // The time between two tries doubles, so they grow with the logarithm of the wait; a storm would be without number.
        const fleetSeconds = ((performance.now() - from) / 1_000) * haste;
        expect(fleet.connections() - tried).toBeLessThan(agentCount * (4 + Math.log2(fleetSeconds)));
      }
      expect(fleet.seen.refused).toEqual([]);
      expect(fleet.seen.sections).toBeGreaterThan(agentCount);
      await server?.kill('SIGTERM');
      server = undefined;
      await fleet.stop();
      expect(await expectKept()).toBe(agentCount);
    },
    isLong ? 3_600_000 : 180_000,
  );
});
