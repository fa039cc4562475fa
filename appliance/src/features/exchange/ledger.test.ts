import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chainFileName } from '@sallyport/bundle-tools/documents/custody-chain';
import { addCustodyLine } from '@sallyport/bundle-tools/host/custody-add';
import { fingerprintOf, generateSigningKey } from '@sallyport/bundle-tools/trust/keys';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin } from '../../../test/support/engines.ts';
import type { TestHost } from '../../../test/support/host.ts';
import { type Introduced, introduced } from '../../../test/support/introduced.ts';
import { readSiteKeys } from './keys.ts';
import { appliedQueries } from './queries.ts';
import { addReceipt } from './receipts.ts';
import { exchangeStore } from './store.ts';

describe('what the next receipt and request tell', () => {
  let site: Introduced['site'];
  let host: TestHost;
  let medium: string;
  let card: Uint8Array;
  const carrier = generateSigningKey();

  beforeEach(async () => {
    ({ site, host, medium, card } = await introduced());
  });
  afterEach(() => site.stop());

  const ask = () => host.open(site.exchange.exportRequest(admin, medium).path, card);
  const round = async (receiptSeen: number) => {
    await host.publish();
    const bundle = await host.answer(medium, ask(), { receiptSeen });
    const done = await site.exchange.importBundle(admin, bundle.path);
    return { bundle, receipt: site.exchange.receipt(done.result === 'imported' ? done.receipt : 0) };
  };
  const open = () => ask().request.receipts.length;

  it('carries every receipt until the host has it, oldest first, and again when the host lost it', async () => {
    await round(0);
    await round(0);
    expect(open()).toBe(3);
    await round(2);
    expect(open()).toBe(2);
    await round(4);
    expect(open()).toBe(1);
    // The host went back to a backup in which it had two.
    await round(2);
    expect(open()).toBe(4);
  });

  it('carries at most 32, and the rest later', async () => {
    const store = exchangeStore(site.db);
    const keys = readSiteKeys(site.keyring);
    const { format: _format, site: _site, number: _number, ...predicate } = site.exchange.receipt(1).predicate;
    for (let count = 0; count < 34; count += 1) addReceipt(store, keys, 'plant-7', { subjects: [], predicate });
    const numbers = ask().request.receipts.map(
      ({ payload }) =>
        (JSON.parse(Buffer.from(payload, 'base64').toString()) as { predicate: { number: number } }).predicate.number,
    );
    expect(numbers).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
    const next = await host.answer(medium, ask(), { receiptSeen: 32 });
    await site.exchange.importBundle(admin, next.path);
    expect(open()).toBe(4);
    const exported = site.exchange.exportReceipts(admin, medium, { all: true });
    expect(exported).toMatchObject({ first: 1, last: 36, count: 36 });
    expect(readdirSync(exported.folder)).toHaveLength(36);
  });

  const carried = async (label: string) => {
    await host.publish();
    const bundle = await host.answer(medium, ask());
    const sha256 = fingerprintOf(readFileSync(bundle.path));
    for (const step of ['fulfil', 'hand-over'] as const)
      addCustodyLine({
        folder: join(medium, 'custody'),
        step,
        person: 12,
        medium: step === 'fulfil' ? 'usb-12' : label,
        sha256,
        at: '2026-11-24T10:00:00Z',
        key: carrier,
      });
    const done = await site.exchange.importBundle(admin, bundle.path);
    return site.exchange.receipt(done.result === 'imported' ? done.receipt : 0).predicate.custody ?? [];
  };

  it('takes the chain beside a volume and ends it with its own line', async () => {
    const [chain] = await carried('usb-12');
    const steps = chain?.lines.map(
      (line) =>
        (
          JSON.parse(Buffer.from((JSON.parse(line) as { payload: string }).payload, 'base64').toString()) as {
            step: string;
          }
        ).step,
    );
    expect(steps).toEqual(['fulfil', 'hand-over', 'import']);
    expect(open()).toBe(2);
  });

  it('keeps a line at home that names somebody, and the request leaves', async () => {
    site.objects.create(admin, 'account', { name: 'z.karimova', fullName: 'Zhanna Karimova', roles: [] });
    const [chain] = await carried('stick of Zhanna Karimova');
    expect(chain?.lines).toHaveLength(2);
    expect(open()).toBe(2);
  });

  it('imports beside a chain that is none', async () => {
    await host.publish();
    const bundle = await host.answer(medium, ask());
    const sha256 = fingerprintOf(readFileSync(bundle.path));
    mkdirSync(join(medium, 'custody'));
    writeFileSync(join(medium, 'custody', chainFileName(sha256)), Buffer.from([0, 1, 2, 255, 10]));
    const done = await site.exchange.importBundle(admin, bundle.path);
    const { custody } = site.exchange.receipt(done.result === 'imported' ? done.receipt : 0).predicate;
    expect(custody?.[0]?.lines).toHaveLength(1);
  });

  it('writes no receipts out that name somebody, and none without the right', async () => {
    const reader = { ...admin, rights: new Set(['exchange:read' as const]) };
    expect(() => site.exchange.exportReceipts(reader, medium)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    const reason = 'asked for by Zhanna Karimova';
    exchangeStore(site.db).addOverride({ at: '2026-11-24T10:00:00Z', code: 'STALE', reason, operator: 1 });
    await round(0);
    // Nobody of that name was known when the reason was given.
    site.objects.create(admin, 'account', { name: 'z.karimova', fullName: 'Zhanna Karimova', roles: [] });
    expect(() => site.exchange.exportReceipts(admin, medium)).toThrow(expect.objectContaining({ code: 'FINDINGS' }));
    expect(readdirSync(medium)).not.toContain('receipts');
  });

  it('tells what came of each order once, whatever the clock says', () => {
    const { applied, told } = appliedQueries(site.db);
    const put = (id: string, state: string, reason: string | null = null) =>
      site.db
        .prepare(
          `INSERT OR REPLACE INTO task (id, deployment, device, update_id, state, reason, queued_at, finished_at)
           VALUES (?, 'd', 1, 'u1', ?, ?, '2099-01-01T00:00:00Z', '1970-01-01T00:00:00Z')`,
        )
        .run(id, state, reason);
    put('a', 'installed');
    put('b', 'failed', 'HASH');
    put('c', 'queued');
    expect(applied()).toEqual([{ update: 'u1', done: 1, failed: 1, waiting: 1, reasons: ['HASH'] }]);
    told(applied(), 1);
    expect(applied()).toEqual([{ update: 'u1', done: 0, failed: 0, waiting: 1, reasons: [] }]);
    put('a', 'verified');
    put('b', 'verified');
    put('c', 'installed');
    expect(applied()).toEqual([{ update: 'u1', done: 2, failed: 0, waiting: 0, reasons: [] }]);
    told(applied(), 2);
    expect(applied()).toEqual([]);
  });
});
