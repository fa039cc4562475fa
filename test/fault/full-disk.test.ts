import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { examine } from '@sallyport/appliance/doctor';
import { openLog } from '@sallyport/appliance/platform/log';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advisory, sha256, update } from '../../appliance/test/support/catalog.ts';
import { admin } from '../../appliance/test/support/engines.ts';
import { makeHost } from '../../appliance/test/support/host.ts';
import { initialised } from '../../appliance/test/support/initialised.ts';
import { deb, debian13, reporter } from '../../appliance/test/support/site.ts';
import { hasStopped } from '../support/at-state.ts';
import { commandProcess } from '../support/command-process.ts';
import { freePort, type Outcome, startCommand, temporaryFolder } from '../support/commands.ts';
import { canMountFuse, fuseNeeds, mountFuse } from '../support/fuse/mount.ts';
import { isLong } from '../support/long.ts';
import { makeToken } from '../support/tokens.ts';
import { until } from '../support/until.ts';
import { mountSmallDisk, type SmallDisk } from './full-disk-mount.ts';
import { startImport } from './import-run.ts';
import { enrolDevice, hashOf } from './intake-kill-device.ts';

// The real command imports onto a small disk that is full before, or becomes full while it works: the command is stopped at a
// state, the disk filled, and it goes on. Each time: a clear refusal, the state as it was, and the same import succeeds once
// there is room.

const log = openLog('silent');
const MiB = 1024 * 1024;
const diskBytes = 64 * MiB;
const packages = Array.from({ length: 12 }, (_, index) => ({
  name: `pkg-${index}`,
  bytes: Buffer.from(randomBytes(MiB)),
}));
const advisoryCount = 300;

/** Where an import is, in order; at the last of these its bundle is in force. broken-disk.test.ts fills a disk at any write. */
const states = isLong
  ? (['open', 'verified', 'stored', 'built', 'flipped'] as const)
  : (['open', 'stored', 'flipped'] as const);

/** What an import changes. */
const look = (dataDir: string) => {
  const db = new BetterSqlite3(join(dataDir, 'state.db'), { readonly: true });
  try {
    const one = (sql: string): unknown => db.prepare(sql).pluck().get();
    return {
      seq: one('SELECT seq FROM exchange_state'),
      snapshot: one('SELECT snapshot FROM exchange_state'),
      inventory: one('SELECT inventory FROM exchange_state'),
      targets: one("SELECT version FROM trust_metadata WHERE role = 'targets'"),
      feeds: one('SELECT count(*) FROM feed'),
      updates: one('SELECT count(*) FROM catalog_update'),
      open: one('SELECT count(*) FROM request WHERE closed_at IS NULL'),
      imported: one("SELECT count(*) FROM receipt WHERE result = 'imported'"),
      software: one('SELECT count(*) FROM inv_software'),
    };
  } finally {
    db.close();
  }
};

const opened = async <T>(dataDir: string, work: (appliance: Appliance) => Promise<T> | T): Promise<T> => {
  const appliance = await compose({ dataDir, log });
  try {
    return await work(appliance);
  } finally {
    await appliance.close();
  }
};

const refusals = (dataDir: string) =>
  opened(dataDir, ({ events, exchange }) => ({
    events: events
      .list({ scope: wholeSite('job'), limit: 50, type: ['bundle-refused'] })
      .rows.map(({ params }) => params['code']),
    receipts: exchange
      .receipts({ limit: 50 })
      .rows.filter(({ result }) => result === 'refused')
      .map(({ code }) => code),
  }));

describe('an import onto a full disk', () => {
  const { tryCommand } = commandProcess();
  const folder = temporaryFolder('full-disk');
  const base = join(folder.path, 'base');
  let disk: SmallDisk | undefined;
  const dataDir = join(folder.path, 'disk', 'data');
  let bundle = '';
  let before: ReturnType<typeof look>;

  beforeAll(async () => {
    disk = mountSmallDisk(join(folder.path, 'disk'), diskBytes);
    if (disk === undefined) return;
    process.once('exit', disk.remove);
    await initialised({
      dataDir: base,
      site: 'plant-7',
      addresses: ['127.0.0.1'],
      listen: { address: '127.0.0.1', port: 0 },
      administrator: 'administrator',
      log,
    });
    const host = makeHost(join(folder.path, 'host'));
    await host.publish();
    const medium = join(folder.path, 'medium');
    mkdirSync(medium);
    await opened(base, async ({ exchange, inventory }) => {
      await exchange.importTrust(admin, await host.trustFile(join(folder.path, 'trust')), host.rootFingerprint);
      const report = reporter(inventory);
      report(1, 'platform', [debian13]);
      report(
        1,
        'software',
        packages.map(({ name }) => deb(name, '1-1')),
      );
      const request = host.open(exchange.exportRequest(admin, medium).path, exchange.siteCard(admin).bytes);
      await host.publish({
        updates: packages.map(({ name, bytes }) => update(name, '2-1', { files: [sha256(bytes)] })),
        files: packages.map(({ name, bytes }) => ({ path: `updates/${name}.deb`, bytes })),
        feeds: [
          {
            feed: 'osv-debian',
            advisories: Array.from({ length: advisoryCount }, (_, n) =>
              advisory(`DSA-${n}`, `pkg-${n % (2 * packages.length)}`, '2-1'),
            ),
          },
        ],
      });
      bundle = (await host.answer(medium, request)).path;
    });
    before = look(base);
  });
  afterAll(() => {
    disk?.remove();
    folder.remove();
  });

  /** A fresh copy on the small disk. */
  const lay = async (reserveBytes?: number): Promise<void> => {
    disk?.free();
    rmSync(dataDir, { recursive: true, force: true });
    cpSync(base, dataDir, { recursive: true });
    for (const part of [dataDir, join(dataDir, 'keys')]) chmodSync(part, 0o700);
    if (reserveBytes !== undefined)
      await opened(dataDir, ({ objects }) => objects.setSetting(admin, 'exchange.reserve-bytes', reserveBytes));
  };

  const args = ['bundle', 'import', '--data', dataDir, '--json'];
  const run = (): Promise<Outcome> => tryCommand('sallyport', [...args, bundle]);

  /** Imports, and stops at a state (the first import brought trust); the disk is filled, and it goes on. */
  const runAndFill = async (state: (typeof states)[number]): Promise<Outcome> => {
    const question = `select count(*) from bundle_import where id > 1 and state = '${state}'`;
    const { child, ended } = startImport(dataDir, [bundle], { at: { question, act: 'stop-group' } });
    const over = { now: false };
    void ended.then(() => {
      over.now = true;
    });
    const pid = child.pid ?? 0;
    expect(await hasStopped(pid, () => over.now)).toBe('stopped');
    disk?.fill();
    process.kill(-pid, 'SIGCONT');
    return ended;
  };

  /** Imports, held in front of the third object of the bundle that it writes, while `work` is done. */
  const whileWriting = async (work: () => void): Promise<Outcome> => {
    const home = join(folder.path, 'fuse');
    mkdirSync(home);
    symlinkSync(join(folder.path, 'disk'), join(home, 'files'));
    const mount = await mountFuse(home);
    try {
      await mount.setFaults({ ops: ['create'], match: '/staging/[^/]+/objects/', skip: 2, hold: true });
      const { ended } = startImport(join(mount.path, 'data'), [bundle]);
      await until(async () => ((await mount.status()).rules[0]?.struck ?? 0) > 0);
      work();
      await mount.setFaults();
      return await ended;
    } finally {
      await mount.remove();
    }
  };

  const storedObjects = (): number => readdirSync(join(dataDir, 'objects', 'sha256'), { recursive: true }).length;

  const expectRefused = (outcome: Outcome): void => {
    expect(outcome, outcome.stdout + outcome.stderr).toMatchObject({ status: 1 });
    expect(JSON.parse(outcome.stdout)).toMatchObject({ error: expect.stringMatching(/^(NO_SPACE|DISK_FULL)$/) });
    expect(outcome.stderr).toMatch(/^Error: (NO_SPACE|DISK_FULL): /m);
    expect(outcome.stderr).not.toMatch(/\n\s+at /);
    expect(look(dataDir)).toEqual(before);
  };

  const expectSound = async (): Promise<void> => {
    const findings = await opened(dataDir, (appliance) => examine(appliance));
    expect(findings.filter(({ severity }) => severity === 'finding')).toEqual([]);
  };

  /** With room again, the same import does all that it should. */
  const expectFinished = async (): Promise<void> => {
    disk?.free();
    expect(await run()).toMatchObject({ status: 0 });
    expect(look(dataDir)).toMatchObject({ seq: 1, snapshot: 1, feeds: 1, updates: packages.length, open: 0 });
    await opened(dataDir, async (appliance) => {
      const { vulnerabilities, updates } = appliance;
      expect(vulnerabilities.counts(wholeSite('job')).open).toBeGreaterThanOrEqual(packages.length);
      expect(updates.counts(wholeSite('job')).arrived).toBe(packages.length);
      expect((await examine(appliance)).filter(({ severity }) => severity === 'finding')).toEqual([]);
    });
  };

  it('takes root, for a small disk of its own', (context) => {
    if (disk === undefined) context.skip('mounting a tmpfs takes root');
    expect(disk?.freeBytes()).toBeGreaterThan(diskBytes / 2);
  });

  it('refuses before it writes what the reserve leaves no room for', async (context) => {
    if (disk === undefined) return context.skip('mounting a tmpfs takes root');
    await lay();
    expectRefused(await run());
    expect(await refusals(dataDir)).toEqual({ events: ['NO_SPACE'], receipts: ['NO_SPACE'] });
    await expectSound();
    await opened(dataDir, ({ objects }) => objects.setSetting(admin, 'exchange.reserve-bytes', 0));
    await expectFinished();
  });

  it('refuses before it writes what is larger than the room', async (context) => {
    if (disk === undefined) return context.skip('mounting a tmpfs takes root');
    await lay(0);
    disk.fill(8 * MiB);
    const outcome = await run();
    expectRefused(outcome);
    expect(outcome.stdout).toMatch(/\d+ bytes are needed, \d+ are free/);
    expect(await refusals(dataDir)).toEqual({ events: ['NO_SPACE'], receipts: ['NO_SPACE'] });
    // Before anything is cleaned or freed.
    await expectSound();
    await expectFinished();
  });

  it('is whole when the disk becomes full while objects are written, and goes on from there', async (context) => {
    if (disk === undefined) return context.skip('mounting a tmpfs takes root');
    if (!canMountFuse()) return context.skip(fuseNeeds);
    await lay(0);
    const held = storedObjects();
    const outcome = await whileWriting(() => disk?.fill());
    expectRefused(outcome);
    expect(outcome.stdout).toContain('NO_SPACE');
    expect(storedObjects()).toBeGreaterThan(held);
    expect(await refusals(dataDir)).toEqual({ events: ['NO_SPACE'], receipts: ['NO_SPACE'] });
    await expectSound();
    await expectFinished();
  });

  it.for(states)('is whole when the disk becomes full at "%s"', async (state, context) => {
    if (disk === undefined) return context.skip('mounting a tmpfs takes root');
    await lay(0);
    const outcome = await runAndFill(state);
    // The import has ended, and a reader of the database needs room for its index of the log.
    disk.free();
    if (state === 'flipped') {
      // The bundle is in force, and only cleaning is left.
      expect(look(dataDir).seq).toBe(1);
      if (outcome.status !== 0) expect(JSON.parse(outcome.stdout)).toMatchObject({ error: 'DISK_FULL' });
    } else {
      expectRefused(outcome);
      // At "open" not even room for the receipt was set aside; the next import closes what is open.
      if (state !== 'open') {
        expect(await refusals(dataDir)).toEqual({ events: ['NO_SPACE'], receipts: ['NO_SPACE'] });
        await expectSound();
      }
    }
    await expectFinished();
  });

  it('does not end the server, whose devices are told to come back', async (context) => {
    if (disk === undefined) return context.skip('mounting a tmpfs takes root');
    await lay(0);
    const { ca, token } = await opened(dataDir, ({ objects, ca: authority }) => ({
      ca: authority.certificatePem,
      token: makeToken(objects, 'agent'),
    }));
    const port = await freePort();
    const server = await startCommand(
      'sallyport',
      ['serve', '--data', dataDir, '--listen', `127.0.0.1:${port}`],
      /listening/,
    );
    const device = await enrolDevice({ port, ca }, 'line-1', token);
    const put = (round: number) => {
      const items = Array.from({ length: 500 }, (_, n) => deb(`own-${round}-${n}`, '1-1'));
      return device.call('PUT', '/sections/software', {
        hash: hashOf(items),
        collectedAt: '2026-11-24T10:00:00Z',
        items,
      });
    };
    try {
      expect(await put(0)).toMatchObject({ status: 200 });
      disk.fill();
      // The write-ahead log may have room for one or two more.
      let answer = await put(1);
      for (let round = 2; round <= 40 && answer.status !== 507; round += 1) answer = await put(round);
      expect(answer).toMatchObject({ status: 507, body: { error: 'DISK_FULL' } });
      const checkIn = { bootId: 'b', seq: 1, version: '1', sections: { software: 'a'.repeat(64) } };
      expect((await device.call('POST', '/check-in', checkIn)).status).toBeOneOf([200, 507]);
      disk.free();
      // The server looks every few seconds whether there is room again.
      await until(async () => (await put(100)).status === 200, { everyMs: 250 });
      expect(await device.call('POST', '/check-in', checkIn)).toMatchObject({ status: 200 });
    } finally {
      device.close();
      await server.kill();
    }
    await expectSound();
  });
});
