import { randomBytes } from 'node:crypto';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { setClocks } from '../../../test/support/clocks.ts';
import { admin } from '../../../test/support/engines.ts';
import { applyRetention } from '../../retention.ts';
import { newTokenSecret, tokenHash } from '../devices/types.ts';

// A start under a wrong clock, and the right one again: whatever lived, lives, and nothing was purged.

const dayMs = 86_400_000;
const devices = 100;

describe('a site of 100 devices', () => {
  let site: Awaited<ReturnType<typeof openAppliance>>;
  let base: number;
  beforeEach(async () => {
    site = await openAppliance(undefined, undefined, setClocks);
    base = Date.now();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await site.stop();
  });

  it.each([-400, 400])('loses no certificate, token or session by a start %s days off, and back', async (days) => {
    const secret = newTokenSecret();
    const enrolment = site.objects.create(admin, 'token', {
      name: 'line 3',
      purpose: 'agent',
      hash: tokenHash(secret),
      approve: 'auto',
      expiresAt: toTime(base + 30 * dayMs),
    });
    const fingerprints = Array.from({ length: devices }, (_, at) => {
      const keyDigest = randomBytes(32).toString('hex');
      const { device } = site.devices.enrol({
        request: {
          token: secret,
          csr: '',
          agentVersion: '1',
          device: { macs: [], hostname: `hmi-${at}`, os: 'debian 13', arch: 'x64' },
        },
        csr: { publicKey: new Uint8Array(91), keyDigest },
        from: '192.0.2.9',
      });
      const fingerprint = randomBytes(32).toString('hex');
      const notAfter = base + 90 * dayMs;
      site.devices.recordCertificate(device.id, { fingerprint, serial: 'aa', keyDigest, notBefore: base, notAfter });
      return fingerprint;
    });
    const account = site.objects.create(admin, 'account', { name: 'a.one', roles: ['administrator'] }).id;
    const password = 'a long word of the plant';
    const { token } = site.accounts.makeLink(admin, account);
    const { cookie } = await site.accounts.useLink(token, { password, again: password, from: '192.0.2.7' });
    const person = { ...admin, id: account, authenticatedAt: site.time.now() };
    const api = site.accounts.createApiToken(person, {
      name: 'monitoring',
      account,
      expiresAt: toTime(base + 60 * dayMs),
    });
    const alive = (): void => {
      for (const one of fingerprints) expect(site.devices.authenticate(one, '192.0.2.9').publicId).toBeTruthy();
      // OpenSSL speaks against its dates: the appliance judges them by itself.
      for (const one of fingerprints)
        expect(site.devices.authenticate(undefined, '192.0.2.9', { untimely: one }).fingerprint).toBe(one);
      expect(site.devices.enrolmentToken('agent', secret)?.id).toBe(enrolment.id);
      expect(site.accounts.authenticateToken(api.secret, '192.0.2.8').type).toBe('token');
      expect(site.accounts.resume(cookie, '192.0.2.7')?.actor.id).toBe(account);
    };
    alive();
    const rows = () => site.db.prepare('select count(*) from event').pluck().get() as number;
    const events = rows();
    vi.useFakeTimers({ toFake: ['Date'], now: base + days * dayMs });
    site.exchange.noteTime();
    alive();
    applyRetention(site);
    alive();
    expect(rows()).toBeGreaterThanOrEqual(events);
    vi.useFakeTimers({ toFake: ['Date'], now: base + 60_000 });
    site.exchange.noteTime();
    alive();
    expect(site.exchange.time()).toMatchObject({ doubtful: [], isBehind: false });
  });
});
