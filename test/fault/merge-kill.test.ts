import { spawn } from 'node:child_process';
import { request } from 'node:https';
import { join } from 'node:path';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { examine } from '@sallyport/appliance/doctor';
import { openLog } from '@sallyport/appliance/platform/log';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deb } from '../../appliance/test/support/site.ts';
import { random } from '../bench/support/random.ts';
import { enrolDevices, makeSite, type Site } from '../bench/support/site.ts';
import { atState } from '../support/at-state.ts';
import { seed } from '../support/chance.ts';
import { freePort, type Running, startCommand } from '../support/commands.ts';
import { type Fleet, type Item, playFleet } from '../support/fleet-player.ts';
import { isLong } from '../support/long.ts';
import { repositoryRoot } from '../support/sources.ts';
import { makeToken } from '../support/tokens.ts';
import { until } from '../support/until.ts';

// Computers that two agents report, as two records each. While both agents go on reporting to the real server, another
// process makes the records one device and two again, and is killed with SIGKILL in the middle of it; so is the server.
// After each kill every record is whole, and what an agent was told is kept is kept where that agent belongs now.

const pairCount = 5;
const kills = isLong ? 60 : 3;
const log = openLog('silent');
const packages = 60;
/** What changes the database, as it is written: each merge is some dozens of these in one transaction. */
const changes = '^\\s*(?:insert|update|delete|replace)';
const mostChanges = 600;

const nativeItems = (index: number, version: number): Item[] =>
  Array.from({ length: packages }, (_, n) => deb(`native-${index}-${n}`, n < 3 ? `${version}-1` : '1-1'));

/** A client of the JSON dialect that reports one version after the other; `acknowledged` was answered 2xx. */
type GlpiClient = {
  name: string;
  sent: number;
  acknowledged: number;
  turnedAway: number;
  refused: string[];
  /** A report of it is under way. */
  asks: boolean;
};

describe('records that are merged by a process that is killed', () => {
  let site: Site;
  let port: number;
  let server: Running | undefined;
  let fleet: Fleet;
  let token = '';
  let pairs: [keep: string, other: string][] = [];
  const clients: GlpiClient[] = [];
  const over = { now: false };
  const playing: Promise<void>[] = [];

  const opened = async <T>(work: (appliance: Appliance) => T | Promise<T>): Promise<T> => {
    const appliance = await compose({ dataDir: site.dataDir, log });
    try {
      return await work(appliance);
    } finally {
      await appliance.close();
    }
  };
  const start = async (): Promise<void> => {
    server = await startCommand(
      'sallyport',
      ['serve', '--data', site.dataDir, '--listen', `127.0.0.1:${port}`],
      /listening/,
    );
  };

  const deviceIdOf = (name: string): string => `${name}-2026-01-01-00-00-00`;
  const post = (name: string, version: number): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const softwares = Array.from({ length: packages }, (_, n) => ({
        name: `${name}-${n}`,
        version: n < 3 ? `${version}-1` : '1-1',
        from: 'deb',
        arch: 'amd64',
      }));
      const content = { hardware: { name }, softwares, versionclient: 'GLPI-Agent_v1.11' };
      const outgoing = request(
        {
          host: '127.0.0.1',
          port,
          ca: site.ca,
          method: 'POST',
          path: `/a/${token}/glpi`,
          headers: { 'content-type': 'application/json', 'glpi-agent-id': '3b6f1f0e-6f0c-4d7e-9d3f-1a2b3c4d5e6f' },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
          );
        },
      );
      outgoing.once('error', reject);
      outgoing.end(JSON.stringify({ action: 'inventory', deviceid: deviceIdOf(name), itemtype: 'Computer', content }));
    });

  const play = async (client: GlpiClient): Promise<void> => {
    while (!over.now) {
      await until(() => over.now || server !== undefined);
      if (over.now) return;
      client.sent = client.acknowledged + 1;
      client.asks = true;
      try {
        const { status, text } = await post(client.name, client.sent);
        if (status === 200 && text.includes('"ok"')) client.acknowledged = client.sent;
        else if (status === 202 || status === 503) client.turnedAway += 1;
        else client.refused.push(`${status} ${text.slice(0, 200)}`);
      } catch {
        // The server was killed: it comes again.
      } finally {
        client.asks = false;
      }
    }
  };

  beforeAll(async () => {
    site = await makeSite('merge-kill');
    port = await freePort();
    const devices = await opened(async (appliance) => {
      const enrolled = await enrolDevices(appliance, pairCount, { certified: true });
      token = makeToken(appliance.objects, 'glpi');
      pairs = enrolled.map(({ id }, index): [string, string] => {
        const name = `other-${index}`;
        clients.push({ name, sent: -1, acknowledged: -1, turnedAway: 0, refused: [], asks: false });
        const { device } = appliance.devices.enrolClient({
          source: 'glpi',
          token,
          clientId: deviceIdOf(name),
          keyDigest: null,
          facts: { hostname: name },
          from: '127.0.0.1',
        });
        const ids: [string, string] = [appliance.devices.byId(id).publicId, device.publicId];
        // Each of both is the one that is kept, here or there.
        return index % 2 === 0 ? ids : [ids[1], ids[0]];
      });
      return enrolled;
    });
    await start();
    fleet = playFleet({
      source: { port, ca: site.ca },
      devices,
      items: nativeItems,
      churn: 1,
      breaks: 0,
      haste: 400,
      seed,
    });
    playing.push(...clients.map(play));
  });
  afterAll(async () => {
    over.now = true;
    await Promise.all(playing);
    await fleet?.stop();
    await server?.kill('SIGKILL');
    site?.remove();
  });

  /** Merges until it dies in front of a statement; how many steps it told of. */
  const mergeUntilKilled = async (statement: number): Promise<number> => {
    const at = atState({ statement, match: changes, act: 'kill' });
    const child = spawn(
      process.execPath,
      [
        '--conditions=@sallyport/source',
        ...at.args,
        join(repositoryRoot, 'test/fault/merge-run.ts'),
        site.dataDir,
        JSON.stringify(pairs),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...at.env } },
    );
    const seen = { steps: 0, errors: '' };
    child.stderr.on('data', (chunk: Buffer) => (seen.errors += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => (seen.steps += chunk.toString().split('step').length - 1));
    const signal = await new Promise((resolve) => child.once('close', (_, by) => resolve(by)));
    expect(`${signal} ${seen.errors}`).toBe('SIGKILL ');
    return seen.steps;
  };

  const expectWhole = (): Promise<void> =>
    opened(async (appliance) => {
      const { db, inventory, devices } = appliance;
      expect((await examine(appliance)).filter(({ severity }) => severity === 'finding')).toEqual([]);
      expect(inventory.verify()).toEqual([]);
      expect(db.pragma('foreign_key_check')).toEqual([]);
      const ghosts = 'select device from section where device > 0 and device not in (select id from device)';
      expect(db.prepare(ghosts).all()).toEqual([]);
      const merged = new Set(devices.merges(wholeSite('job')).map(({ otherPublicId }) => otherPublicId));
      const { rows } = devices.list({ limit: 100 });
      const listed = rows.map(({ publicId }) => publicId).sort();
      expect(listed).toEqual(
        pairs
          .flat()
          .filter((id) => !merged.has(id))
          .sort(),
      );
      // Each agent's newest report lies where that agent belongs now, and nowhere else.
      for (const { name, sent, acknowledged } of clients) {
        const owners = rows.filter(({ id }) =>
          inventory.section(id, 'software', { source: 'glpi' }).some((row) => row['name'] === `${name}-0`),
        );
        const speaks = rows.filter(({ id }) =>
          devices.sourcesOf(id).some(({ clientId }) => clientId === deviceIdOf(name)),
        );
        expect(speaks).toHaveLength(1);
        if (acknowledged >= 0) expect(owners.map(({ id }) => id)).toEqual(speaks.map(({ id }) => id));
        const stored = inventory
          .section(owners[0]?.id ?? 0, 'software', { source: 'glpi' })
          .find((row) => row['name'] === `${name}-0`)?.['version'];
        if (stored !== undefined) expect([`${acknowledged}-1`, `${sent}-1`]).toContain(stored);
      }
      for (const [index, agent] of fleet.agents.entries()) {
        const owners = rows.flatMap(({ id }) =>
          inventory.section(id, 'software', { source: 'native' }).filter((row) => row['name'] === `native-${index}-0`),
        );
        if (agent.acknowledged >= 0) expect(owners).toHaveLength(1);
        const version = Number(String(owners[0]?.['version'] ?? '-1').split('-')[0]);
        expect([agent.acknowledged, agent.version, agent.version - 1]).toContain(version);
      }
      // Three packages of a report differ from the one before: three rows of change, wherever the report was stored.
      const changes = db
        .prepare<[], { operation: string; n: number }>(
          `select operation, count(*) as n from change_log where collection = 'software' and source = 'glpi'
             group by operation order by operation`,
        )
        .all();
      const firsts = changes.find(({ operation }) => operation === 'first')?.n ?? 0;
      const changed = changes.find(({ operation }) => operation === 'changed')?.n ?? 0;
      const versions = clients.reduce((sum, { acknowledged }) => sum + Math.max(0, acknowledged), 0);
      expect(changes.map(({ operation }) => operation).filter((name) => !/first|changed/.test(name))).toEqual([]);
      expect(firsts).toBeLessThanOrEqual(pairCount);
      expect(changed).toBeGreaterThanOrEqual(3 * versions);
      expect(changed).toBeLessThanOrEqual(3 * (versions + pairCount));
    });

  it(
    `are one or two, never something between, and keep what was acknowledged (seed ${seed})`,
    async () => {
      const chance = random(seed);
      let steps = 0;
      for (let kill = 0; kill < kills; kill += 1) {
        // Early, in the middle and late in turn: three that are drawn early would merge nothing.
        const part = ((kill % 3) + chance.next()) / 3;
        steps += await mergeUntilKilled(1 + Math.floor(part * mostChanges));
        if (kill % 3 === 1) {
          const killed = server;
          server = undefined;
          await killed?.kill('SIGKILL');
          // Answers that were under way when it died come to nothing.
          await until(() => fleet.asking() === 0 && clients.every(({ asks }) => !asks));
          await expectWhole();
          await start();
        }
      }
      over.now = true;
      await Promise.all(playing);
      await fleet.stop();
      await server?.kill('SIGTERM');
      server = undefined;
      expect(fleet.seen.refused).toEqual([]);
      expect(clients.flatMap(({ refused }) => refused)).toEqual([]);
      // Both went on while records were merged under them.
      expect(steps).toBeGreaterThan(kills);
      expect(Math.min(...clients.map(({ acknowledged }) => acknowledged))).toBeGreaterThan(1);
      expect(Math.min(...fleet.agents.map(({ acknowledged }) => acknowledged))).toBeGreaterThanOrEqual(0);
      await expectWhole();
    },
    isLong ? 1_800_000 : 300_000,
  );
});
