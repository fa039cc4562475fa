import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf } from '@sallyport/bundle-tools/trust/keys';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { admin } from '../../../test/support/engines.ts';
import { makeHost, type TestHost } from '../../../test/support/host.ts';
import { wholeSite } from '../../platform/scope.ts';

const reason = 'two root keys were stolen';

describe('another root in the place of the one in force', () => {
  let site: Awaited<ReturnType<typeof openAppliance>>;
  let old: TestHost;
  let next: TestHost;
  let medium: string;
  let foreign: string;

  beforeEach(async () => {
    site = await openAppliance();
    medium = join(site.folder, 'medium');
    mkdirSync(medium);
    old = makeHost(join(site.folder, 'old'));
    await old.publish();
    await site.exchange.importTrust(admin, await old.trustFile(join(site.folder, 'first')), old.rootFingerprint);
    next = makeHost(join(site.folder, 'next'));
    await next.publish();
    foreign = await next.trustFile(join(site.folder, 'second'));
  });
  afterEach(() => site.stop());

  const ask = (host: TestHost) =>
    host.open(site.exchange.exportRequest(admin, medium).path, site.exchange.siteCard(admin).bytes);
  const rootHeld = () => site.exchange.state().trust?.rootSha256;
  const replace = (path: string, fingerprint: string, why: string) =>
    site.exchange.importTrust(admin, path, fingerprint, why);

  it('takes a reason, and the comparison as ever; else nothing changes', async () => {
    const before = site.exchange.state();
    await expect(site.exchange.importTrust(admin, foreign, next.rootFingerprint)).rejects.toMatchObject({
      code: 'EXISTS',
    });
    await expect(replace(foreign, next.rootFingerprint, '  ')).rejects.toMatchObject({ code: 'USAGE' });
    await expect(replace(foreign, old.rootFingerprint, reason)).rejects.toMatchObject({ code: 'SIGNATURE' });
    const bytes = readFileSync(foreign);
    bytes[bytes.length - 2000] = (bytes[bytes.length - 2000] ?? 0) ^ 1;
    writeFileSync(join(site.folder, 'spoilt'), bytes);
    await expect(replace(join(site.folder, 'spoilt'), next.rootFingerprint, reason)).rejects.toThrow();
    expect(site.exchange.state()).toEqual(before);
    expect(site.events.list({ scope: wholeSite('job'), type: ['trust-replaced'], limit: 10 }).total).toBe(0);
  });

  it('forgets what the old one vouched for, and goes on with the new host', async () => {
    const oldAnswer = await old.answer(medium, ask(old));
    await replace(foreign, next.rootFingerprint, reason);
    expect(rootHeld()).toBe(next.rootFingerprint);
    const served = site.exchange.trustFile('1.root.json');
    expect(fingerprintOf(served as Uint8Array)).toBe(next.rootFingerprint);
    expect(site.events.list({ scope: wholeSite('job'), type: ['trust-replaced'], limit: 10 }).rows).toMatchObject([
      { severity: 'critical', params: { before: old.rootFingerprint, reason } },
    ]);
    expect(site.events.verifyChain()).toMatchObject({ ok: true });
    await expect(site.exchange.importBundle(admin, oldAnswer.path)).rejects.toMatchObject({ code: 'SIGNATURE' });
    const answer = await next.answer(medium, ask(next));
    expect(await site.exchange.importBundle(admin, answer.path)).toMatchObject({ result: 'imported' });
  });

  it('is no replacement when the root is the one in force', async () => {
    await replace(await old.trustFile(join(site.folder, 'again')), old.rootFingerprint, reason);
    expect(rootHeld()).toBe(old.rootFingerprint);
    expect(site.events.list({ scope: wholeSite('job'), type: ['trust-replaced'], limit: 10 }).total).toBe(0);
  });
});
