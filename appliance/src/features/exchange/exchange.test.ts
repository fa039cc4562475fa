import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openReceipt } from '@sallyport/bundle-tools/documents/receipt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { advisory, packageBytes, update } from '../../../test/support/catalog.ts';
import { admin } from '../../../test/support/engines.ts';
import { makeHost, type TestHost } from '../../../test/support/host.ts';
import { type Introduced, introduced } from '../../../test/support/introduced.ts';
import { deb, debian13, reporter } from '../../../test/support/site.ts';
import { wholeSite } from '../../platform/scope.ts';

const catalog = {
  updates: [update('openssl', '3.5.1-1')],
  files: [{ path: 'updates/openssl_3.5.1-1_amd64.deb', bytes: packageBytes }],
  feeds: [{ feed: 'osv-debian', advisories: [advisory('DSA-1', 'openssl', '3.5.1-1')] }],
};

/** What is asked for a platform by its place in the request: everything newer, its suites by name, a feed that judges it. */
const wantsOf = (place: string, { codename }: { codename: string }) => [
  { kind: 'newer', id: place },
  ...['', '-updates', '-security'].map((part) => ({ kind: 'suite', id: `${place}/${codename}${part}` })),
  { kind: 'coverage', id: 'Debian:13' },
];

describe('the exchange', () => {
  let site: Introduced['site'];
  let host: TestHost;
  let medium: string;
  let card: Uint8Array;

  beforeEach(async () => {
    ({ site, host, medium, card } = await introduced());
    const report = reporter(site.inventory);
    report(1, 'platform', [debian13]);
    report(1, 'software', [deb('openssl', '3.5.0-1'), deb('bash', '5.2-1')]);
  });
  afterEach(() => site.stop());

  const ask = () => host.open(site.exchange.exportRequest(admin, medium).path, card);
  const receive = (path: string, options = {}) => site.exchange.importBundle(admin, path, options);
  const eventsOf = (type: string) => site.events.list({ scope: wholeSite('job'), type: [type], limit: 100 }).rows;
  /** What must be equal before and after a refusal. */
  const state = () => {
    const { trust, seq, inventory, lastBundle, openRequests } = site.exchange.state();
    return {
      trust,
      seq,
      inventory,
      lastBundle,
      openRequests,
      updates: site.updates.list({ scope: wholeSite('job'), limit: 100 }).rows.map(({ id }) => id),
      findings: site.vulnerabilities.list({ scope: wholeSite('job'), limit: 100 }).total,
      knowledge: site.exchange.knowledge(),
      snapshots: readdirSync(site.paths.advisories),
    };
  };

  it('goes once around: request, bundle, findings, updates, receipt, acknowledgement', async () => {
    const first = ask();
    expect(first.request).toMatchObject({ site: 'plant-7', number: 1, wants: wantsOf('0', debian13) });
    expect(first.request.platforms[0]?.packages).toContainEqual({
      name: 'openssl',
      version: '3.5.0-1',
      source: 'openssl',
      source_version: '',
      all: 1,
    });
    await host.publish(catalog);
    const bundle = await host.answer(medium, first);
    const steps = new Set<string>();
    const done = await receive(bundle.path, { onProgress: ({ step }: { step: string }) => steps.add(step) });
    expect(done).toMatchObject({
      result: 'imported',
      summary: { seq: 1, advisories: 1, updates: 1, requestNumber: 1 },
    });
    expect([...steps]).toEqual(expect.arrayContaining(['objects', 'advisories', 'switch', 'match', 'done']));
    expect(site.vulnerabilities.list({ scope: wholeSite('job'), limit: 10 }).rows).toMatchObject([
      { advisory: 'DSA-1', package: 'openssl', decision: 'act', devices: 1, fixState: 'available' },
    ]);
    expect(site.updates.list({ scope: wholeSite('job'), limit: 10 }).rows).toMatchObject([
      {
        name: 'openssl',
        version: '3.5.1-1',
        supply: 'arrived',
        approval: 'undefined',
        devices: 1,
        findings: 1,
        decision: 'act',
      },
    ]);
    expect(site.exchange.knowledge()).toMatchObject([{ feed: 'osv-debian', newest: '2026-01-01T00:00:00Z' }]);
    expect(site.exchange.state().openRequests).toEqual([]);
    expect(eventsOf('bundle-imported')).toHaveLength(2);
    expect(readdirSync(site.paths.staging)).toEqual([]);

    const second = ask();
    expect(second.request).toMatchObject({ number: 2, state: { seq: 1, last_bundle: bundle.bundleId } });
    expect(Object.keys(second.request.cursors)).toEqual(['osv-debian']);
    expect(second.request.advisories).toEqual([]);
    expect(second.request.receipts).toHaveLength(2);
    const next = await host.answer(medium, second, { receiptSeen: 2 });
    await receive(next.path);
    expect(ask().request.receipts).toHaveLength(1);
    expect(site.exchange.verifyReceipts()).toEqual({ ok: true, length: 3 });
    expect(site.exchange.verify({ isQuiet: true })).toEqual([]);
  });

  it('signs receipts that chain, and shows them', async () => {
    await host.publish(catalog);
    const done = await receive((await host.answer(medium, ask())).path);
    const receipt = site.exchange.receipt(done.result === 'imported' ? done.receipt : 0);
    expect(receipt.predicate).toMatchObject({
      number: 2,
      result: 'imported',
      before: { seq: 0, tuf: { targets: 1 } },
      after: { seq: 1, tuf: { root: 1, targets: 2 } },
      devices: { ok: 0, warning: 0, critical: 0 },
    });
    expect(receipt.prev).toBe(site.exchange.receipt(1).digest);
    expect(() => openReceipt(receipt.envelope, [host.keys.fulfil.publicKey])).toThrow();
    site.db.prepare("UPDATE receipt SET envelope = CAST(replace(envelope, 'x', 'y') AS BLOB) WHERE number = 1").run();
    expect(site.exchange.verifyReceipts()).toMatchObject({ ok: false, brokenAt: 1 });
  });

  it('takes the same bundle twice without harm', async () => {
    await host.publish(catalog);
    const bundle = await host.answer(medium, ask());
    const first = await receive(bundle.path);
    const before = state();
    const again = await receive(bundle.path);
    expect(again).toEqual({
      result: 'already',
      bundleId: bundle.bundleId,
      receipt: first.result === 'imported' ? first.receipt : 0,
    });
    expect(state()).toEqual(before);
    expect(eventsOf('bundle-repeated')).toHaveLength(1);
  });

  it('says what a bundle would change and changes nothing', async () => {
    await host.publish(catalog);
    const bundle = await host.answer(medium, ask());
    const before = state();
    const checked = await receive(bundle.path, { dryRun: true });
    expect(checked).toMatchObject({
      result: 'checked',
      summary: {
        kinds: [
          { kind: 'advisory', added: 1 },
          { kind: 'document', changed: 1 },
          { kind: 'update', added: 1 },
        ],
      },
    });
    expect(await site.exchange.inspect(bundle.path)).toEqual(checked);
    expect(state()).toEqual(before);
    expect(site.exchange.imports({ limit: 10 })).toHaveLength(1);
    expect(readdirSync(site.paths.staging)).toEqual([]);
  });

  it('warns of knowledge past its limit, and works on', async () => {
    await host.publish(catalog);
    await receive((await host.answer(medium, ask())).path);
    expect(site.exchange.knowledge()).toMatchObject([{ stale: true }]);
    expect(site.exchange.noteStale()).toBe(1);
    expect(eventsOf('knowledge-stale')).toMatchObject([{ params: { feed: 'osv-debian', limitDays: 14 } }]);
  });

  it('writes no receipt for an empty medium', async () => {
    await expect(receive(medium)).rejects.toMatchObject({ code: 'NO_BUNDLE' });
    expect(site.exchange.receipts({ limit: 10 }).total).toBe(1);
  });

  it('imports one bundle at a time, whoever asks', async () => {
    await host.publish(catalog);
    const bundle = await host.answer(medium, ask());
    const other = await site.again();
    try {
      const results = await Promise.allSettled([receive(bundle.path), other.exchange.importBundle(admin, bundle.path)]);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'BUSY' } });
    } finally {
      await other.close();
    }
  });

  it('serves the trust chain to agents', async () => {
    await host.publish(catalog);
    await receive((await host.answer(medium, ask())).path);
    expect(Buffer.from(site.exchange.root() ?? []).equals(Buffer.from(host.root))).toBe(true);
    expect(site.exchange.trustFile('1.root.json')).toBeTruthy();
    for (const name of ['timestamp.json', 'snapshot.json', 'targets.json'])
      expect(site.exchange.trustFile(name)).toBeTruthy();
    const inventory = site.exchange.trustFile('inventory.jsonl');
    expect(typeof inventory === 'string' && existsSync(inventory)).toBe(true);
    for (const name of ['2.root.json', 'root.json', '../config.json', 'policy.json'])
      expect(site.exchange.trustFile(name)).toBeNull();
  });

  it('trusts only the root whose fingerprint was compared, and keeps it', async () => {
    const fresh = await openAppliance('plant-9');
    const happened = (): number =>
      fresh.events.list({ scope: wholeSite('job'), type: ['trust-imported'], limit: 10 }).total;
    try {
      const file = await host.trustFile(join(site.folder, 'again'));
      for (const dryRun of [true, false])
        await expect(fresh.exchange.importBundle(admin, [medium], { dryRun })).rejects.toMatchObject({
          code: 'NO_ROOT',
        });
      expect(fresh.exchange.receipts({ limit: 10 }).rows).toEqual([]);
      expect(() => fresh.exchange.exportRequest(admin, medium)).toThrow(expect.objectContaining({ code: 'NO_ROOT' }));
      await expect(fresh.exchange.importTrust(admin, file, '0'.repeat(64))).rejects.toMatchObject({
        code: 'SIGNATURE',
      });
      expect(fresh.exchange.state().trust).toBeNull();
      expect(happened()).toBe(0);
      // What the event says and what is trusted are one transaction: without room for the one there is not the other.
      fresh.db.exec(
        "create temp trigger no_event before insert on main.event when new.type = 'trust-imported' begin select raise(abort, 'no'); end",
      );
      await expect(fresh.exchange.importTrust(admin, file, host.rootFingerprint)).rejects.toThrow();
      expect(fresh.exchange.state().trust).toBeNull();
      fresh.db.exec('drop trigger no_event');
      const written = host.rootFingerprint.replace(/(.{4})/g, '$1 ').toUpperCase();
      await fresh.exchange.importTrust(admin, file, written);
      expect(fresh.exchange.state().trust).toMatchObject({ rootVersion: 1, rootSha256: host.rootFingerprint });
      expect(happened()).toBe(1);
      const stranger = makeHost(join(site.folder, 'stranger'));
      await stranger.publish();
      const foreign = await stranger.trustFile(join(site.folder, 'foreign'));
      await expect(fresh.exchange.importTrust(admin, foreign, stranger.rootFingerprint)).rejects.toMatchObject({
        code: 'EXISTS',
      });
    } finally {
      await fresh.stop();
    }
  });

  it('needs the right to write', async () => {
    const reader = { ...admin, rights: new Set(['exchange:read' as const]) };
    expect(() => site.exchange.exportRequest(reader, medium)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    await expect(site.exchange.importBundle(reader, medium)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('uses a number only when the file lies on the medium', () => {
    expect(() => site.exchange.exportRequest(admin, join(medium, 'absent'))).toThrow(
      expect.objectContaining({ code: 'MEDIUM_IO' }),
    );
    expect(site.exchange.preview().number).toBe(1);
    expect(ask().request.number).toBe(1);
    expect(readdirSync(medium)).toHaveLength(1);
  });

  it('keeps at most eight requests open', () => {
    for (let count = 0; count < 10; count += 1) ask();
    expect(site.exchange.state().openRequests.map(({ number }) => number)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('gives the same card until something in it changes', () => {
    expect(Buffer.from(site.exchange.siteCard(admin).bytes).equals(Buffer.from(card))).toBe(false);
    const second = site.exchange.siteCard(admin);
    expect(second.number).toBe(2);
    expect(site.exchange.siteCard(admin).fingerprint).toBe(second.fingerprint);
  });
});
