import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeHeader } from '@sallyport/bundle-tools/archive/header';
import { createRoot, signMetadata } from '@sallyport/bundle-tools/trust/repository';
import { afterAll, describe, expect, it } from 'vitest';
import { attack } from '../../../../bundle-tools/test/attack.ts';
import { entriesOf, joinTar, type RawEntry, replace, resign } from '../../../../bundle-tools/test/forge.ts';
import { signedOf, signRaw } from '../../../../bundle-tools/test/forge-tuf.ts';
import { openAppliance } from '../../../test/support/appliance.ts';
import { advisory, packageBytes, sha256, update } from '../../../test/support/catalog.ts';
import { admin } from '../../../test/support/engines.ts';
import { makeHost, type TestHost } from '../../../test/support/host.ts';
import { deb, debian13, reporter } from '../../../test/support/site.ts';
import { wholeSite } from '../../platform/scope.ts';

// A refusal of each code that a bundle can earn, at the whole appliance: its receipt and its event, and nothing else.

const catalog = {
  updates: [update('openssl', '3.5.1-1')],
  files: [{ path: 'updates/openssl_3.5.1-1_amd64.deb', bytes: packageBytes }],
  feeds: [{ feed: 'osv-debian', advisories: [advisory('DSA-1', 'openssl', '3.5.1-1')] }],
};

let folders = 0;

const folder = (): string => {
  folders += 1;
  const path = join(site.folder, `medium-${folders}`);
  mkdirSync(path);
  return path;
};
const write = (bytes: Uint8Array): string => {
  const path = join(folder(), 'x.tar');
  writeFileSync(path, bytes);
  return path;
};

const site = await openAppliance();
const host = makeHost(join(site.folder, 'host'));
await host.publish();
const card = site.exchange.siteCard(admin).bytes;
await site.exchange.importTrust(admin, await host.trustFile(join(site.folder, 'introduction')), host.rootFingerprint);
const report = reporter(site.inventory);
report(1, 'platform', [debian13]);
report(1, 'software', [deb('openssl', '3.5.0-1')]);
const first = host.open(site.exchange.exportRequest(admin, folder()).path, card);
const older = await host.answer(folder(), first, { seq: 1 });
await host.publish(catalog);
await site.exchange.importBundle(admin, (await host.answer(folder(), first, { seq: 5 })).path);
const asked = host.open(site.exchange.exportRequest(admin, folder()).path, card);
await host.publish({
  ...catalog,
  files: [...catalog.files, { path: 'updates/b.deb', bytes: Buffer.alloc(5_000, 7) }],
});
const whole = readFileSync((await host.answer(folder(), asked, { seq: 6 })).path);
const entries = entriesOf(whole);
afterAll(() => site.stop());

const named = (part: RegExp): RawEntry => {
  const found = entries.find(({ name }) => part.test(name));
  if (found === undefined) throw new Error(`no entry like ${part}`);
  return found;
};

/** Targets that ended last year, and a snapshot and a timestamp over them: what all keys but root together could sign. */
const expired = (): Buffer => {
  const meta = (of: RawEntry, bytes: Uint8Array) => ({
    version: signedOf(of.body)['version'],
    length: bytes.length,
    hashes: { sha256: sha256(bytes) },
  });
  const [targets, snapshot, timestamp] = [named(/targets\.json$/), named(/snapshot\.json$/), named(/timestamp\.json$/)];
  const old = signRaw({ ...signedOf(targets.body), expires: '2025-01-01T00:00:00Z' }, [host.keys.curator]);
  const over = signRaw({ ...signedOf(snapshot.body), meta: { 'targets.json': meta(targets, old) } }, [
    host.keys.snapshot,
  ]);
  const top = signRaw({ ...signedOf(timestamp.body), meta: { 'snapshot.json': meta(snapshot, over) } }, [
    host.keys.timestamp,
  ]);
  const bodies = { [targets.name]: old, [snapshot.name]: over, [timestamp.name]: top };
  return resign(replace(entries, bodies), [host.keys.fulfil]);
};

const altered = (): Buffer => {
  const bytes = Buffer.from(whole);
  bytes[bytes.lastIndexOf(Buffer.alloc(1_000, 7))] = 8;
  return bytes;
};

const root = (version: number): RawEntry => ({
  name: `tuf/${version}.root.json`,
  body: signMetadata(
    createRoot({
      version,
      expires: '2029-01-01T00:00:00Z',
      rootKeys: host.keys.roots.map(({ publicKey }) => publicKey),
      rootThreshold: 2,
      targetsKeys: [host.keys.curator.publicKey],
      targetsThreshold: 1,
      snapshotKeys: [host.keys.snapshot.publicKey],
      timestampKeys: [host.keys.timestamp.publicKey],
    }),
    host.keys.roots.slice(0, 2),
  ),
});

const after = (index: number, ...more: RawEntry[]): RawEntry[] => [
  ...entries.slice(0, index),
  ...more,
  ...entries.slice(index),
];

/** Everything that a refusal must leave as it is. */
const state = () => {
  const { trust, seq, seqBroadcast, inventory, lastBundle, openRequests, requestNumber } = site.exchange.state();
  return {
    trust,
    seq,
    seqBroadcast,
    inventory,
    lastBundle,
    openRequests,
    requestNumber,
    updates: site.updates.list({ scope: wholeSite('job'), limit: 100 }).rows,
    findings: site.vulnerabilities.list({ scope: wholeSite('job'), limit: 100 }).rows,
    feeds: site.exchange.knowledge().map(({ feed, newest }) => ({ feed, newest })),
    snapshots: readdirSync(site.paths.advisories),
    decisions: site.objects.list({ kind: 'update-decision', limit: 100 }).rows,
  };
};
const refused = async (code: string, path: string, newRoots = 0): Promise<void> => {
  const medium = readFileSync(path);
  const events = site.events.list({ scope: wholeSite('job'), limit: 1 }).total;
  const receipts = site.exchange.receipts({ limit: 1 }).total;
  await expect(site.exchange.importBundle(admin, path)).rejects.toMatchObject({ code });
  expect(readFileSync(path).equals(medium)).toBe(true);
  expect(site.exchange.receipts({ limit: 1 })).toMatchObject({
    total: receipts + 1,
    rows: [{ result: 'refused', code }],
  });
  const [row] = site.exchange.receipts({ limit: 1 }).rows;
  // Reading one checks its signature.
  const { predicate } = site.exchange.receipt(row?.number ?? 0);
  expect(predicate.after).toEqual(predicate.before);
  expect(site.exchange.verifyReceipts()).toMatchObject({ ok: true });
  expect(
    site.events.list({ scope: wholeSite('job'), type: ['bundle-refused'], limit: 1 }).rows[0]?.params,
  ).toMatchObject({ code });
  expect(site.events.list({ scope: wholeSite('job'), limit: 1 }).total - events).toBe(1 + newRoots);
  expect(readdirSync(site.paths.staging)).toEqual([]);
  expect(site.exchange.imports({ limit: 1 })).toMatchObject([{ state: 'refused', code }]);
  for (const { sha256: name } of site.store.list()) expect(sha256(readFileSync(site.store.path(name)))).toBe(name);
  expect(site.exchange.verify({ isQuiet: true })).toEqual([]);
};

const bundle = (changes: Parameters<TestHost['answer']>[2]) => async (): Promise<string> =>
  (await host.answer(folder(), asked, { seq: 6, ...changes })).path;
const bundleOfStranger = async (): Promise<string> => {
  const stranger = makeHost(join(site.folder, 'stranger'));
  await stranger.publish(catalog);
  return (await stranger.answer(folder(), asked, { seq: 6 })).path;
};
const bundleOfOtherAdvisories = async (): Promise<string> => {
  await host.publish({ ...catalog, feeds: catalog.feeds.map((feed) => ({ ...feed, digest: 'ab'.repeat(32) })) });
  return bundle({})();
};
const made = (bytes: () => Uint8Array) => async (): Promise<string> => write(bytes());

describe('a refused bundle leaves its receipt and its event, and nothing else', () => {
  it.each([
    // First: what later ones bring and verify is held from then on.
    ['INCOMPLETE', bundle({ include: [], reliesOn: [0, 1, 2, 3] })],
    ['TRUNCATED', made(() => whole.subarray(0, -600))],
    ['TRAILING', made(() => Buffer.concat([whole, Buffer.alloc(512)]))],
    ['HEADER', made(() => joinTar(after(2, { name: 'readme.txt', body: Buffer.from('hello') })))],
    ['MISSING', made(() => joinTar(entries.filter(({ name }) => name !== 'policy.json')))],
    ['LIMIT', made(() => encodeHeader('bundle.dsse.json', 64 * 1024 + 1))],
    [
      'METADATA',
      made(() => joinTar(replace(entries, { 'bundle.dsse.json': Buffer.from('{"payload":1,"payload":1}') }))),
    ],
    ['SIGNATURE', made(() => resign(entries, [host.keys.timestamp]))],
    ['SIGNATURE: of a host with another root', bundleOfStranger],
    ['ROOT_CHAIN', made(() => joinTar(after(1, root(3))))],
    ['ROLLBACK', bundle({ seq: 5 })],
    ['ROLLBACK: with older metadata', () => older.path],
    ['EXPIRED', made(expired)],
    [
      'MIX',
      made(() =>
        joinTar([
          ...entries.filter(({ name }) => !name.startsWith('o/')),
          { name: `o/${'ab'.repeat(32)}`, body: Buffer.from('x') },
        ]),
      ),
    ], // prettier-ignore
    ['WRONG_SITE', bundle({ site: 'plant-8' })],
    ['NONCE', bundle({ request: { requestId: 'ab'.repeat(16), digest: asked.digest, nonce: asked.request.nonce } })],
    ['NONCE: a broadcast after the introduction', async () => (await host.build(folder(), { site: '*', seq: 9 })).path],
    ['HASH', made(altered)],
    ['HASH: advisories that are not what was signed', bundleOfOtherAdvisories],
  ])('%s', async (what, make) => {
    const path = await make();
    const before = state();
    await refused(what.replace(/:.*/, ''), path);
    expect(state()).toEqual(before);
  });

  it('NO_SPACE: on a disk without room, and is imported once there is', async () => {
    const path = write(whole);
    site.objects.setSetting(admin, 'exchange.reserve-bytes', Number.MAX_SAFE_INTEGER);
    const before = state();
    await refused('NO_SPACE', path);
    expect(state()).toEqual(before);
    site.objects.resetSetting(admin, 'exchange.reserve-bytes');
    expect(await site.exchange.importBundle(admin, path, { dryRun: true })).toMatchObject({ result: 'checked' });
  });

  it('keeps what verified before the fault', () => {
    expect(site.store.has(sha256(packageBytes))).toBe(true);
  });

  it('keeps a newer root, and takes the honest bundle afterwards', async () => {
    const { trust, ...before } = state();
    const forged = resign(after(1, root(2)), [host.keys.fulfil], (manifest) => ({ ...manifest, site: 'plant-8' }));
    await refused('WRONG_SITE', write(forged), 1);
    const { trust: now, ...rest } = state();
    expect(rest).toEqual(before);
    expect([trust?.rootVersion, now?.rootVersion]).toEqual([1, 2]);
    expect(
      site.events.list({ scope: wholeSite('job'), type: ['root-updated'], limit: 1 }).rows[0]?.params,
    ).toMatchObject({ rootVersion: 2 });
    const honest = resign(after(1, root(2)), [host.keys.fulfil], (manifest) => ({
      ...manifest,
      tuf: { ...manifest.tuf, root: 2 },
    }));
    expect(await site.exchange.importBundle(admin, write(honest))).toMatchObject({ result: 'imported' });
  });
});

describe('a bundle of volumes', () => {
  attack('volume-missing', 'waits for those that are missing, and nothing of the state changes before', async () => {
    const other = await openAppliance();
    try {
      const { exchange } = other;
      const own = makeHost(join(other.folder, 'host'));
      await own.publish();
      await exchange.importTrust(admin, await own.trustFile(join(other.folder, 'trust')), own.rootFingerprint);
      const [sent, out] = [join(other.folder, 'sent'), join(other.folder, 'out')];
      mkdirSync(sent);
      const asking = own.open(exchange.exportRequest(admin, sent).path, exchange.siteCard(admin).bytes);
      const files = [1, 2].map((n) => ({ path: `updates/${n}.deb`, bytes: Buffer.alloc(9 * 1024 * 1024, n) }));
      await own.publish({ files });
      await own.answer(out, asking, { volumeBytes: 10 * 1024 * 1024 });
      const [last = '', ...rest] = readdirSync(out).sort().reverse();
      expect(rest.length).toBeGreaterThan(0);
      const { floor: _, ...before } = exchange.state();
      expect(await exchange.importBundle(admin, join(out, last))).toMatchObject({ result: 'partial' });
      expect(exchange.receipts({ limit: 1 }).rows).toMatchObject([{ result: 'partial', code: 'VOLUMES_MISSING' }]);
      expect(other.events.list({ scope: wholeSite('job'), limit: 1 }).rows[0]).toMatchObject({
        type: 'bundle-partial',
      });
      expect(exchange.state()).toMatchObject(before);
      expect(await exchange.importBundle(admin, out)).toMatchObject({ result: 'imported' });
    } finally {
      await other.stop();
    }
  });
});
