import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compose } from '@sallyport/appliance/compose';
import { examine } from '@sallyport/appliance/doctor';
import { initialise } from '@sallyport/appliance/init';
import { openLog } from '@sallyport/appliance/platform/log';
import type { InventoryLine } from '@sallyport/bundle-tools/documents/inventory';
import { nowMs, randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advisory, sha256, update } from '../../appliance/test/support/catalog.ts';
import { admin } from '../../appliance/test/support/engines.ts';
import { makeHost } from '../../appliance/test/support/host.ts';
import { deb, debian13, reporter } from '../../appliance/test/support/site.ts';
import { binOf, temporaryFolder } from '../support/commands.ts';

// The real command is killed with SIGKILL while it imports: at each state of its journal, with several delays after it,
// and at random moments. After each kill the state is the old or the new one, as a whole; the next import finishes;
// doctor finds nothing.

const log = openLog('silent');
const states = ['open', 'verified', 'stored', 'built', 'flipped', 'done'] as const;
type State = (typeof states)[number];

const packages = Array.from({ length: 24 }, (_, index) => ({
  name: `pkg-${index}`,
  bytes: Buffer.from(randomBytes(200_000)),
}));
const findingCount = packages.length;

/** What must be all old or all new. */
const look = (dataDir: string) => {
  const db = new BetterSqlite3(join(dataDir, 'state.db'), { readonly: true });
  try {
    const one = (sql: string): unknown => db.prepare(sql).pluck().get();
    return {
      seq: one('SELECT seq FROM exchange_state'),
      snapshot: one('SELECT snapshot FROM exchange_state'),
      inventory: String(one('SELECT inventory FROM exchange_state')),
      targets: one("SELECT version FROM trust_metadata WHERE role = 'targets'"),
      feeds: one('SELECT count(*) FROM feed'),
      updates: one('SELECT count(*) FROM catalog_update'),
      open: one('SELECT count(*) FROM request WHERE closed_at IS NULL'),
      imported: one("SELECT count(*) FROM receipt WHERE result = 'imported'"),
      refused: one("SELECT count(*) FROM receipt WHERE result = 'refused'"),
      events: one("SELECT count(*) FROM event WHERE type = 'bundle-imported'"),
      software: one('SELECT count(*) FROM inv_software'),
    };
  } finally {
    db.close();
  }
};

const objectPath = (dataDir: string, digest: string): string =>
  join(dataDir, 'objects', 'sha256', digest.slice(0, 2), digest);

describe('an import that is killed', () => {
  const folder = temporaryFolder('import-kill');
  const base = join(folder.path, 'base');
  let bundle = '';
  let before: ReturnType<typeof look>;
  let after: ReturnType<typeof look>;
  let wholeMs = 0;
  let kills = 0;

  beforeAll(async () => {
    await initialise({
      dataDir: base,
      site: 'plant-7',
      addresses: ['localhost'],
      listen: { address: '127.0.0.1', port: 0 },
      administrator: 'administrator',
      log,
    });
    const host = makeHost(join(folder.path, 'host'));
    await host.publish();
    const medium = join(folder.path, 'medium');
    mkdirSync(medium);
    const appliance = await compose({ dataDir: base, log });
    try {
      const { exchange, inventory } = appliance;
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
        feeds: [{ feed: 'osv-debian', advisories: packages.map(({ name }) => advisory(`DSA-${name}`, name, '2-1')) }],
      });
      bundle = (await host.answer(medium, request)).path;
    } finally {
      await appliance.close();
    }
    before = look(base);
    const whole = copy('whole');
    const started = nowMs();
    await run(whole).ended;
    wholeMs = nowMs() - started;
    after = look(whole);
    expect(after).toMatchObject({ seq: 1, snapshot: 1, feeds: 1, updates: packages.length, open: 0, imported: 2 });
  });
  afterAll(() => folder.remove());

  const copy = (name: string): string => {
    const dataDir = join(folder.path, name);
    rmSync(dataDir, { recursive: true, force: true });
    cpSync(base, dataDir, { recursive: true });
    // A copy does not keep the modes of folders.
    for (const part of [dataDir, join(dataDir, 'keys')]) chmodSync(part, 0o700);
    return dataDir;
  };

  type Import = { child: ChildProcess; output: () => string; ended: Promise<void>; isOver: () => boolean };
  const run = (dataDir: string): Import => {
    const child = spawn(
      process.execPath,
      [binOf('sallyport'), 'bundle', 'import', bundle, '--data', dataDir, '--json'],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    let output = '';
    let over = false;
    child.stdout?.on('data', (piece: Buffer) => {
      output += piece.toString();
    });
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => {
        over = true;
        resolve();
      });
    });
    return { child, output: () => output, ended, isOver: () => over };
  };

  const kill = async ({ child, ended }: Import): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    // One that had ended by itself was not killed.
    if (child.signalCode === 'SIGKILL') kills += 1;
  };

  /** Waits until the journal of the newest import shows a state, or a later one. */
  const reached = async (dataDir: string, state: State, running: Import): Promise<void> => {
    const db = new BetterSqlite3(join(dataDir, 'state.db'), { readonly: true });
    const newest = db.prepare('SELECT id, state FROM bundle_import ORDER BY id DESC LIMIT 1');
    const first = newest.get() as { id: number };
    try {
      while (!running.isOver()) {
        const row = newest.get() as { id: number; state: State };
        if (row.id > first.id && states.indexOf(row.state) >= states.indexOf(state)) return;
        await sleep(1);
      }
    } finally {
      db.close();
    }
  };

  /** The state after a kill, before anything was cleaned: one side or the other. */
  const expectWhole = (dataDir: string, output: string): void => {
    const now = look(dataDir);
    expect([before, after]).toContainEqual(now);
    if (output.includes('"imported"')) expect(now.seq).toBe(1);
    if (now.seq !== 1) return;
    expect(existsSync(join(dataDir, 'advisories', '1.db'))).toBe(true);
    const lines = readFileSync(objectPath(dataDir, now.inventory), 'utf8').trim().split('\n');
    for (const line of lines) {
      const { sha256: digest, size } = JSON.parse(line) as InventoryLine;
      expect(statSync(objectPath(dataDir, digest)).size).toBe(size);
    }
  };

  /** Imports once more to the end; then everything is there and nothing is left behind. */
  const expectFinished = async (dataDir: string): Promise<void> => {
    const again = run(dataDir);
    await again.ended;
    expect(again.output()).toMatch(/"(imported|already)"/);
    expect(look(dataDir)).toEqual(after);
    const appliance = await compose({ dataDir, log });
    try {
      const findings = await examine(appliance);
      expect(findings.filter(({ severity }) => severity === 'finding')).toEqual([]);
      expect(appliance.vulnerabilities.counts()).toMatchObject({ open: findingCount, devices: 1 });
      expect(appliance.updates.counts().arrived).toBe(packages.length);
      expect(
        appliance.exchange.imports({ limit: 50 }).filter(({ state }) => !['done', 'interrupted'].includes(state)),
      ).toEqual([]);
      expect(readdirSync(appliance.paths.staging)).toEqual([]);
    } finally {
      await appliance.close();
    }
  };

  for (const state of states) {
    it(`is whole after a kill at "${state}" and soon after`, async () => {
      for (const delayMs of [0, 2, 5, 12]) {
        const dataDir = copy(`at-${state}-${delayMs}`);
        const running = run(dataDir);
        await reached(dataDir, state, running);
        await sleep(delayMs);
        await kill(running);
        expectWhole(dataDir, running.output());
        await expectFinished(dataDir);
        rmSync(dataDir, { recursive: true, force: true });
      }
    });
  }

  it('is whole after kills at random moments, one after the other on the same data', async () => {
    for (let chain = 0; chain < 12 && (chain < 5 || kills < 50); chain += 1) {
      const dataDir = copy(`chain-${chain}`);
      for (let count = 0; count < 6; count += 1) {
        const [a = 0, b = 0] = randomBytes(2);
        const delayMs = Math.floor(((a * 256 + b) / 65_536) * wholeMs);
        const running = run(dataDir);
        await sleep(delayMs);
        await kill(running);
        expectWhole(dataDir, running.output());
      }
      await expectFinished(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  it('was killed at least fifty times', () => {
    expect(kills).toBeGreaterThanOrEqual(50);
  });
});
