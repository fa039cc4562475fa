import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { examine, type Finding } from '@sallyport/appliance/doctor';
import { openLog } from '@sallyport/appliance/platform/log';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import type { BuildOptions } from '@sallyport/bundle-tools/builder/build-bundle';
import type { InventoryLine } from '@sallyport/bundle-tools/documents/inventory';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import BetterSqlite3 from 'better-sqlite3';
import { expect } from 'vitest';
import { advisory, sha256, update } from '../../appliance/test/support/catalog.ts';
import { admin } from '../../appliance/test/support/engines.ts';
import { makeHost, type TestHost } from '../../appliance/test/support/host.ts';
import { initialised } from '../../appliance/test/support/initialised.ts';
import { deb, debian13, reporter } from '../../appliance/test/support/site.ts';

// A site that has sent a request, and the bundle that answers it: what every test of a broken import begins with.

const log = openLog('silent');

/** What an import changes: it must be all old or all new. */
export const look = (dataDir: string) => {
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
      events: one("SELECT count(*) FROM event WHERE type = 'bundle-imported'"),
      software: one('SELECT count(*) FROM inv_software'),
    };
  } finally {
    db.close();
  }
};

type Look = ReturnType<typeof look>;

/** The appliance of a data directory for the time of `work`. */
export const opened = async <T>(dataDir: string, work: (appliance: Appliance) => Promise<T> | T): Promise<T> => {
  const appliance = await compose({ dataDir, log });
  try {
    return await work(appliance);
  } finally {
    await appliance.close();
  }
};

/** What doctor would find, warnings apart. */
export const findingsOf = (dataDir: string): Promise<Finding[]> =>
  opened(dataDir, async (appliance) => (await examine(appliance)).filter(({ severity }) => severity === 'finding'));

/** Where an object lies in the store. */
const objectPath = (dataDir: string, digest: string): string =>
  join(dataDir, 'objects', 'sha256', digest.slice(0, 2), digest);

/** A copy of a data directory with its modes, which copying does not keep. */
export const copyData = (from: string, to: string): string => {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
  for (const part of [to, join(to, 'keys')]) chmodSync(part, 0o700);
  return to;
};

export type FaultSite = {
  /** The data directory before the import. */
  readonly base: string;
  readonly host: TestHost;
  readonly medium: string;
  /** The volumes, the first of them first. */
  readonly volumes: readonly string[];
  readonly before: Look;
  readonly packages: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** The state is wholly the old one or wholly the new one; returns true for the new one, whose objects are then all there. */
  expectOldOrNew(dataDir: string): boolean;
  /** Everything that the bundle brings is in force, and nothing is left behind. */
  expectComplete(dataDir: string): Promise<void>;
};

type FaultSiteOptions = {
  readonly packages?: number;
  readonly packageBytes?: number;
  /** One more package of so many bytes. */
  readonly largeBytes?: number;
  readonly advisories?: number;
  readonly bundle?: Partial<BuildOptions>;
};

/** Makes one under `folder`; each package of the bundle is old on the site's one device. */
export const makeFaultSite = async (folder: string, options: FaultSiteOptions = {}): Promise<FaultSite> => {
  const base = join(folder, 'base');
  const medium = join(folder, 'medium');
  mkdirSync(medium, { recursive: true });
  const { packages: packageCount = 6, packageBytes = 50_000, largeBytes = 0 } = options;
  const sizes = [...Array.from({ length: packageCount }, () => packageBytes), ...(largeBytes > 0 ? [largeBytes] : [])];
  const packages = sizes.map((size, index) => ({ name: `pkg-${index}`, bytes: Buffer.from(randomBytes(size)) }));
  await initialised({
    dataDir: base,
    site: 'plant-7',
    addresses: ['localhost'],
    listen: { address: '127.0.0.1', port: 0 },
    administrator: 'administrator',
    log,
  });
  const host = makeHost(join(folder, 'host'));
  await host.publish();
  await opened(base, async ({ exchange, inventory, objects }) => {
    await exchange.importTrust(admin, await host.trustFile(join(folder, 'trust')), host.rootFingerprint);
    objects.setSetting(admin, 'exchange.reserve-bytes', 0);
    const report = reporter(inventory);
    report(1, 'platform', [debian13]);
    report(
      1,
      'software',
      packages.map(({ name }) => deb(name, '1-1')),
    );
    const request = host.open(exchange.exportRequest(admin, medium).path, exchange.siteCard(admin).bytes);
    const advisories = packages.map(({ name }) => advisory(`DSA-${name}`, name, '2-1'));
    const more = Array.from({ length: options.advisories ?? 0 }, (_, n) => advisory(`DSA-${n}`, `other-${n}`, '2-1'));
    await host.publish({
      updates: packages.map(({ name, bytes }) => update(name, '2-1', { files: [sha256(bytes)] })),
      files: packages.map(({ name, bytes }) => ({ path: `updates/${name}.deb`, bytes })),
      feeds: [{ feed: 'osv-debian', advisories: [...advisories, ...more] }],
    });
    await host.answer(medium, request, options.bundle);
  });
  const before = look(base);

  const expectOldOrNew = (dataDir: string): boolean => {
    const now = look(dataDir);
    if (now.seq === before.seq) {
      expect(now).toEqual(before);
      return false;
    }
    expect(now).toMatchObject({
      seq: 1,
      snapshot: 1,
      feeds: 1,
      updates: packages.length,
      open: 0,
      imported: Number(before.imported) + 1,
      events: Number(before.events) + 1,
      software: before.software,
    });
    expect(existsSync(join(dataDir, 'advisories', '1.db'))).toBe(true);
    const lines = readFileSync(objectPath(dataDir, now.inventory), 'utf8').trim().split('\n');
    for (const line of lines) {
      const { sha256: digest, size } = JSON.parse(line) as InventoryLine;
      expect(statSync(objectPath(dataDir, digest)).size).toBe(size);
    }
    return true;
  };

  return {
    base,
    host,
    medium,
    volumes: readdirSync(medium)
      .filter((name) => name.endsWith('.tar'))
      .sort()
      .map((name) => join(medium, name)),
    before,
    packages,
    expectOldOrNew,
    expectComplete: async (dataDir) => {
      expect(expectOldOrNew(dataDir)).toBe(true);
      await opened(dataDir, async (appliance) => {
        const findings = await examine(appliance);
        expect(findings.filter(({ severity }) => severity === 'finding')).toEqual([]);
        expect(appliance.vulnerabilities.counts(wholeSite('job'))).toMatchObject({ open: packages.length, devices: 1 });
        expect(appliance.updates.counts(wholeSite('job')).arrived).toBe(packages.length);
        expect(
          appliance.exchange
            .imports({ limit: 500 })
            .filter(({ state }) => !['done', 'interrupted', 'refused'].includes(state)),
        ).toEqual([]);
        expect(readdirSync(appliance.paths.staging)).toEqual([]);
      });
    },
  };
};
