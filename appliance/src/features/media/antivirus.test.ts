import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageBytes, sha256 } from '../../../test/support/catalog.ts';
import { type Console, openConsole } from '../../../test/support/console.ts';
import { makeHost, type TestHost } from '../../../test/support/host.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

// Imports past a real ClamAV, with a definition of our own.

const marker = 'SALLYPORT-TEST-MARKER-8f2e';
const bad = Buffer.concat([packageBytes, Buffer.from(marker)]);
const good = Buffer.concat([packageBytes, Buffer.from('nothing of interest')]);
const madeAt = new Date('2026-11-20T06:00:00Z');
const isInstalled = existsSync('/usr/bin/clamscan');

describe.skipIf(!isInstalled)('a bundle and an antivirus', () => {
  let site: Console;
  let host: TestHost;
  let card: Uint8Array;
  let count = 0;
  const at = (...parts: string[]): string => join(site.dataDir, ...parts);
  const set = (name: string, value: string): void => {
    site.appliance.objects.writeSetting(systemActor, name, value);
  };
  /** A folder of definitions that know the words given. */
  const definitions = (name: string, words: string): string => {
    mkdirSync(at(name), { recursive: true });
    const file = at(name, 'own.ndb');
    writeFileSync(file, `Sallyport.Test.Marker:0:*:${Buffer.from(words).toString('hex')}\n`);
    utimesSync(file, madeAt, madeAt);
    return at(name);
  };
  const answer = async (files: readonly Uint8Array[]): Promise<string> => {
    count += 1;
    await host.publish({ files: files.map((bytes) => ({ path: `updates/${sha256(bytes)}.deb`, bytes })) });
    mkdirSync(at('medium'), { recursive: true });
    const request = host.open(site.appliance.exchange.exportRequest(systemActor, at('medium')).path, card);
    return (await host.answer(at(`answer-${count}`), request)).path;
  };
  const receive = (path: string) => site.appliance.exchange.importBundle(systemActor, path);
  const lastReceipt = () => {
    const { total } = site.appliance.exchange.receipts({ limit: 1 });
    return site.appliance.exchange.receipt(total).predicate;
  };
  const happened = (type: string): number =>
    site.appliance.events.list({ scope: wholeSite('job'), type: [type], limit: 10 }).total;

  beforeAll(async () => {
    site = await openConsole();
    host = makeHost(at('host'));
    await host.publish();
    const trust = await host.trustFile(at('introduction'));
    await site.appliance.exchange.importTrust(systemActor, trust, host.rootFingerprint);
    card = site.appliance.exchange.siteCard(systemActor).bytes;
    set('exchange.antivirus', 'clamscan');
    set('exchange.antivirus-database', definitions('knows', marker));
  });
  afterAll(() => site.close());

  it('is refused when something is found; that leaves the store, the rest stays', async () => {
    const path = await answer([bad, good]);
    await expect(receive(path)).rejects.toMatchObject({
      code: 'SCAN',
      message: `the antivirus found Sallyport.Test.Marker.UNOFFICIAL in updates/${sha256(bad)}.deb`,
    });
    const { store } = site.appliance;
    expect([store.has(sha256(bad)), store.has(sha256(good))]).toEqual([false, true]);
    expect(lastReceipt()).toMatchObject({
      result: 'refused',
      code: 'SCAN',
      scan: { engine: 'clamscan', verdict: 'infected', definitions_at: '2026-11-20T06:00:00Z' },
    });
    // Names of files and of what was found stay on site.
    expect(JSON.stringify(lastReceipt())).not.toContain('Marker');
    expect(happened('antivirus-found')).toBe(1);
  });

  it('is refused when nobody could look, and looked at when somebody can, whatever the store holds by then', async () => {
    const path = await answer([bad]);
    mkdirSync(at('empty'));
    set('exchange.antivirus-database', at('empty'));
    await expect(receive(path)).rejects.toMatchObject({ code: 'SCAN' });
    expect(lastReceipt()).toMatchObject({ code: 'SCAN', scan: { verdict: 'error' } });
    expect(happened('antivirus-failed')).toBe(1);
    expect(site.appliance.store.has(sha256(bad))).toBe(true);
    set('exchange.antivirus-database', at('knows'));
    await expect(receive(path)).rejects.toMatchObject({
      code: 'SCAN',
      message: expect.stringContaining('found') as string,
    });
    expect(site.appliance.store.has(sha256(bad))).toBe(false);
  });

  it('comes into force when nothing is found, and says by which definitions', async () => {
    const path = await answer([good]);
    expect(await receive(path)).toMatchObject({ result: 'imported' });
    expect(lastReceipt()).toMatchObject({
      result: 'imported',
      scan: { engine: 'clamscan', verdict: 'clean', definitions_at: '2026-11-20T06:00:00Z' },
    });
  });

  it('is not looked at where no antivirus is chosen, and the receipt does not claim it', async () => {
    set('exchange.antivirus', 'off');
    expect(await receive(await answer([bad]))).toMatchObject({ result: 'imported' });
    expect(lastReceipt().scan).toBeUndefined();
  });

  it('is refused when the daemon is away', async () => {
    set('exchange.antivirus', 'clamd');
    set('exchange.antivirus-socket', at('no.sock'));
    const path = await answer([Buffer.concat([good, Buffer.from('once more')])]);
    await expect(receive(path)).rejects.toMatchObject({ code: 'SCAN' });
    expect(lastReceipt()).toMatchObject({ scan: { engine: 'clamd', version: 'unknown', verdict: 'error' } });
  });
});
