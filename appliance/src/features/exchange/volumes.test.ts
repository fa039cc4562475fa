import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openReceipt } from '@sallyport/bundle-tools/documents/receipt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { advisory, sha256, update } from '../../../test/support/catalog.ts';
import { admin } from '../../../test/support/engines.ts';
import type { TestHost } from '../../../test/support/host.ts';
import { type Introduced, introduced } from '../../../test/support/introduced.ts';
import { deb, debian13, reporter } from '../../../test/support/site.ts';
import { wholeSite } from '../../platform/scope.ts';
import { waitingStore } from './waiting-store.ts';

const MiB = 1024 * 1024;
const dayMs = 86_400_000;

const contentOf = (size: number, seed: number): Buffer => {
  const bytes = Buffer.alloc(size, `seed ${seed}`);
  for (let at = 0; at + 4 <= size; at += 4096) bytes.writeUInt32LE((at * 2_654_435_761 + seed) >>> 0, at);
  return bytes;
};

const packages = [contentOf(50_000, 1), contentOf(60_003, 2), contentOf(70_000, 3), contentOf(100, 4)];
const large = contentOf(19 * MiB + 3, 5);
const catalog = {
  updates: packages.map((bytes, index) => update(`pkg-${index}`, '2-1', { files: [sha256(bytes)] })),
  files: packages.map((bytes, index) => ({ path: `updates/pkg-${index}.deb`, bytes })),
  feeds: [{ feed: 'osv-debian', advisories: [advisory('DSA-1', 'pkg-0', '2-1')] }],
};

const checksumOf = (header: Uint8Array): string => {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  return `${sum.toString(8).padStart(6, '0')} \0`;
};

describe('a bundle of several volumes at a site', () => {
  let site: Introduced['site'];
  let host: TestHost;
  let medium: string;
  let card: Uint8Array;
  let files: string[];
  let bundleId: string;

  beforeEach(async () => {
    ({ site, host, medium, card } = await introduced());
    const report = reporter(site.inventory);
    report(1, 'platform', [debian13]);
    report(
      1,
      'software',
      packages.map((_, index) => deb(`pkg-${index}`, '1-1')),
    );
    const request = ask();
    await host.publish(catalog);
    ({ bundleId } = await host.answer(medium, request, { volumeBytes: 96 * 1024 }));
    files = readdirSync(medium)
      .filter((name) => name.endsWith('.tar'))
      .sort()
      .map((name) => join(medium, name));
    expect(files.length).toBeGreaterThanOrEqual(3);
  });
  afterEach(() => {
    vi.useRealTimers();
    return site.stop();
  });

  const ask = () => host.open(site.exchange.exportRequest(admin, medium).path, card);
  const receive = (path: string | readonly string[], options = {}) => site.exchange.importBundle(admin, path, options);
  const receipts = () => site.exchange.receipts({ limit: 100 }).rows;
  /** Another bundle: two volumes, with an object that lies in both. */
  const withCutObject = async (): Promise<[string, string]> => {
    const folder = join(site.folder, 'large');
    const request = ask();
    await host.publish({ ...catalog, files: [...catalog.files, { path: 'updates/large.deb', bytes: large }] });
    await host.answer(folder, request, { volumeBytes: 13.5 * MiB });
    const [first = '', second = '', ...others] = readdirSync(folder).sort();
    expect(others).toEqual([]);
    return [join(folder, first), join(folder, second)];
  };
  const held = (index: number) => site.store.has(sha256(packages[index] ?? Buffer.alloc(0)));
  const at = (n: number) => files[n - 1] ?? '';
  const numbers = () => files.map((_, index) => index + 1);

  it('comes volume by volume, last first; it waits, and comes into force with the last one', async () => {
    const before = site.exchange.state();
    for (const n of numbers().reverse().slice(0, -1)) {
      const missing = numbers().filter((other) => other < n);
      const done = await receive(at(n));
      expect(done).toMatchObject({ result: 'partial', summary: { missingVolumes: missing, volumes: files.length } });
      expect(site.exchange.waiting()).toMatchObject([{ bundleId, missing, volumes: files.length }]);
      expect(receipts()[0]).toMatchObject({ result: 'partial', code: 'VOLUMES_MISSING' });
    }
    // The floor goes on with the boot clock.
    const { floor, ...rest } = before;
    expect(site.exchange.state()).toMatchObject(rest);
    expect(site.exchange.state().floor >= floor).toBe(true);
    const count = receipts().length;
    expect(await receive(at(2))).toMatchObject({ result: 'partial', receipt: receipts()[0]?.number });
    expect(receipts()).toHaveLength(count);
    expect(await receive(at(1))).toMatchObject({
      result: 'imported',
      summary: { missingVolumes: [], seenVolumes: numbers(), updates: packages.length, counts: { held: 0 } },
    });
    expect(site.exchange.waiting()).toEqual([]);
    expect(site.exchange.state().openRequests).toEqual([]);
    for (const index of packages.keys()) expect(held(index)).toBe(true);
    expect(readdirSync(site.paths.staging)).toEqual([]);
    expect(site.exchange.verifyReceipts()).toMatchObject({ ok: true });
    const last = site.exchange.receipt(receipts()[0]?.number ?? 0);
    expect(last.predicate.volumes).toEqual({ seen: numbers(), missing: [] });
    expect(last.predicate.counts.new).toBeGreaterThanOrEqual(packages.length);
  });

  it('keeps an object that is cut over volumes in part, until the last of it is there', async () => {
    const [first, second] = await withCutObject();
    expect(await receive(second)).toMatchObject({ result: 'partial' });
    expect(readdirSync(site.paths.staging)).toEqual(['partials']);
    expect(site.store.has(sha256(large))).toBe(false);
    expect(await receive(first)).toMatchObject({ result: 'imported' });
    expect(site.store.has(sha256(large))).toBe(true);
    expect(readdirSync(site.paths.staging)).toEqual([]);
  });

  it('comes with one command from one medium, and is checked there first', async () => {
    expect(await site.exchange.inspect(medium)).toMatchObject({
      result: 'checked',
      summary: { missingVolumes: [], counts: { new: packages.length + 2 } },
    });
    rmSync(at(2));
    expect(await site.exchange.inspect(medium)).toMatchObject({
      summary: { missingVolumes: [2], seenVolumes: [1, 3] },
    });
    const steps: unknown[] = [];
    const done = await receive(medium, {
      onProgress: ({ step, volume, volumes }: Record<string, unknown>) =>
        step === 'objects' && steps.push([volume, volumes]),
    });
    expect(done).toMatchObject({ result: 'partial', summary: { missingVolumes: [2] } });
    expect(steps).toEqual(
      expect.arrayContaining([
        [1, files.length],
        [3, files.length],
      ]),
    );
    expect(site.events.list({ scope: wholeSite('job'), type: ['bundle-partial'], limit: 10 }).rows).toHaveLength(1);
  });

  it('names the damaged volume and takes the others all the same', async () => {
    const good = readFileSync(at(2));
    const bad = Buffer.from(good);
    const spot = bad.length >> 1;
    bad[spot] = (bad[spot] ?? 0) ^ 1;
    writeFileSync(at(2), bad);
    const refused = await receive(medium).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'HASH' });
    expect(String(refused)).toMatch(/volume 2 of \d: .*-2of/);
    expect(site.exchange.waiting()).toMatchObject([{ missing: [2] }]);
    const [receipt] = receipts();
    expect(receipt).toMatchObject({ result: 'refused', code: 'HASH' });
    // A bad copy beside a good one is left out, and that is said.
    writeFileSync(join(medium, 'zz-copy.tar'), good);
    expect(await receive(medium)).toMatchObject({ result: 'imported', summary: { ignored: [{ code: 'HASH' }] } });
    expect(site.exchange.verifyReceipts()).toMatchObject({ ok: true });
  });

  it('takes the good volumes beside one that was put together from two', async () => {
    // The prelude of this bundle with objects that no bundle has: MIX, of that file alone.
    const mixed = readFileSync(at(1));
    // At the beginning of a header: sealed bytes may hold the same two letters.
    let entry = 0;
    while (mixed.toString('latin1', entry, entry + 2) !== 'o/') entry += 512;
    mixed.write('0'.repeat(64), entry + 2, 'latin1');
    mixed.write(checksumOf(mixed.subarray(entry, entry + 512)), entry + 148, 'latin1');
    const path = join(site.folder, '0-first.tar');
    writeFileSync(path, mixed);
    const refused = await receive(path).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'MIX' });
    renameSync(path, join(medium, '0-first.tar'));
    expect(await receive(medium)).toMatchObject({ result: 'imported', summary: { ignored: [{ code: 'MIX' }] } });
  });

  it('keeps what verified of a cut object for as long as its bundle waits', async () => {
    const [first] = await withCutObject();
    await receive(first);
    const partials = join(site.paths.staging, 'partials');
    const kept = readdirSync(partials);
    expect(kept.length).toBeGreaterThan(0);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60 * dayMs });
    await expect(receive(join(site.folder, 'nothing'))).rejects.toMatchObject({ code: 'NO_BUNDLE' });
    expect(readdirSync(partials)).toEqual(kept);
    site.exchange.forgetWaiting(admin, site.exchange.waiting()[0]?.bundleId ?? '');
    await expect(receive(join(site.folder, 'nothing'))).rejects.toMatchObject({ code: 'NO_BUNDLE' });
    expect(readdirSync(site.paths.staging)).toEqual([]);
  });

  it('takes nothing where one of several paths is not there', async () => {
    const absent = join(site.folder, 'absent.tar');
    const before = receipts();
    const refusal = { code: 'NO_BUNDLE', message: `${absent} does not exist` };
    await expect(receive([...files, absent])).rejects.toMatchObject(refusal);
    await expect(receive([at(1), absent])).rejects.toMatchObject(refusal);
    expect(site.exchange.waiting()).toEqual([]);
    expect(receipts()).toEqual(before);
  });

  it('refuses volumes of two bundles in one command', async () => {
    const other = join(site.folder, 'other');
    mkdirSync(other);
    const second = await host.answer(other, ask(), { include: [], reliesOn: [] });
    await expect(receive([at(1), second.path])).rejects.toMatchObject({ code: 'MIX' });
    renameSync(second.path, join(medium, 'z.tar'));
    await expect(receive(medium)).rejects.toMatchObject({ code: 'AMBIGUOUS' });
    // What waits is older than what is imported now: it can never be taken again.
    expect(await receive(at(3))).toMatchObject({ result: 'partial' });
    expect(await receive(join(medium, 'z.tar'))).toMatchObject({ result: 'imported' });
    expect(site.exchange.waiting()).toEqual([]);
    await expect(receive(at(1))).rejects.toMatchObject({ code: 'NONCE' });
  });

  it('is asked for again without what came', async () => {
    await receive(at(3));
    const { request } = ask();
    const have = new Set(Buffer.from(request.have, 'base64').toString('hex').match(/.{64}/g) ?? []);
    const lines = readdirSync(join(site.paths.objects, 'sha256'), { recursive: true }).map((name) =>
      String(name).slice(3),
    );
    for (const digest of lines.filter((name) => name.length === 64)) expect(have.has(digest)).toBe(true);
    expect(have.has(sha256(packages[2] ?? Buffer.alloc(0)))).toBe(held(2));
  });

  it('can be given up; what it brought goes in two stages', async () => {
    await receive(at(3));
    expect(site.exchange.unreferenced()).toEqual([]);
    expect(site.exchange.collect(admin)).toEqual([]);
    site.exchange.forgetWaiting(admin, bundleId);
    expect(() => site.exchange.forgetWaiting(admin, bundleId)).toThrow(/waits for volumes/);
    const listed = site.exchange.unreferenced();
    expect(listed.length).toBeGreaterThan(0);
    // Nothing went by listing, and from now on no request counts on it.
    for (const { sha256: digest } of listed) expect(site.store.has(digest)).toBe(true);
    const { request } = ask();
    expect(Buffer.from(request.have, 'base64').toString('hex')).not.toContain(listed[0]?.sha256);
    expect(site.exchange.collect(admin, 7 * dayMs)).toEqual([]);
    expect(site.exchange.collect(admin)).toEqual(listed);
    for (const { sha256: digest } of listed) expect(site.store.has(digest)).toBe(false);
    expect(site.exchange.unreferenced()).toEqual([]);
    expect(site.events.list({ scope: wholeSite('job'), type: ['objects-collected'], limit: 10 }).rows).toHaveLength(1);
    expect(await receive(medium)).toMatchObject({ result: 'imported' });
  });

  it('keeps what an inventory, an open request or a listing that is too young refers to', async () => {
    await receive(medium);
    expect(site.exchange.unreferenced()).toEqual([]);
    const old = sha256(packages[1] ?? Buffer.alloc(0));
    // Two catalogues later nothing names it, but a request that is open says that it is here.
    const first = ask();
    await host.publish({ ...catalog, updates: [], files: [] });
    await receive((await host.answer(join(site.folder, 'b'), first)).path);
    const second = ask();
    await host.publish({ updates: [update('other', '1-1')], files: [] });
    await receive((await host.answer(join(site.folder, 'c'), second)).path);
    const open = ask();
    expect(site.exchange.unreferenced().map((row) => row.sha256)).toEqual([]);
    await host.publish({ updates: [update('other', '1-2')], files: [] });
    await receive((await host.answer(join(site.folder, 'd'), open)).path);
    expect(site.exchange.unreferenced().map((row) => row.sha256)).toContain(old);
    const later = Date.now() + 8 * dayMs;
    expect(site.exchange.collect(admin, 7 * dayMs)).toEqual([]);
    vi.useFakeTimers({ toFake: ['Date'], now: later });
    expect(site.exchange.collect(admin, 7 * dayMs).map((row) => row.sha256)).toContain(old);
    expect(site.store.has(old)).toBe(false);
  });

  it('promises again what was listed for removal and is needed now', async () => {
    await receive(at(3));
    site.exchange.forgetWaiting(admin, bundleId);
    const listed = site.exchange.unreferenced().map((row) => row.sha256);
    expect(listed.length).toBeGreaterThan(0);
    await receive(at(3));
    const have = Buffer.from(ask().request.have, 'base64').toString('hex');
    for (const digest of listed) expect(have).toContain(digest);
  });

  it('forgets what is overtaken, answers and broadcasts apart', () => {
    const waiting = waitingStore(site.db);
    const none = new Uint8Array();
    const row = {
      volumes: 2,
      missing: [2],
      bytes: 2,
      missingBytes: 1,
      digests: none,
      fresh: none,
      at: 'now',
      receipt: 1,
    };
    waiting.put({ ...row, bundleId: 'answer', seq: 4, requestId: 'r' });
    waiting.put({ ...row, bundleId: 'broadcast', seq: 3, requestId: null });
    waiting.dropUpTo(3, false);
    expect(waiting.all()).toHaveLength(2);
    waiting.dropUpTo(9, false);
    expect(waiting.all()).toMatchObject([{ bundleId: 'broadcast' }]);
    waiting.dropUpTo(9, true);
    expect(waiting.all()).toEqual([]);
  });

  it('says in each receipt which volumes were read', async () => {
    await receive(at(1));
    const row = site.exchange.receipt(receipts()[0]?.number ?? 0);
    const key = openReceiptKey(row.envelope);
    expect(key.subjects.map(({ name }) => name)).toEqual(['bundle.dsse.json', 'volume-1']);
    expect(key.predicate.volumes).toEqual({ seen: [1], missing: numbers().slice(1) });
  });

  const openReceiptKey = (envelope: Uint8Array) =>
    openReceipt(
      envelope,
      (
        JSON.parse(
          Buffer.from((JSON.parse(Buffer.from(card).toString()) as { payload: string }).payload, 'base64').toString(),
        ) as {
          sign_keys: string[];
        }
      ).sign_keys.map((text) => Buffer.from(text, 'base64')),
    );
});
