import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { paths } from '@sallyport/ui/paths';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, type Console, openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { writeUpgrade } from '../upgrade/file.ts';

let site: Console;
let admin: Browser;

beforeEach(async () => {
  site = await openConsole();
  admin = await site.as('administrator');
});
afterEach(() => site.close());

const failedAt = nowMs();
const fail = (): void =>
  writeUpgrade(site.appliance.paths.data, {
    format: 'sallyport-upgrade/1',
    from: '0.2.0',
    to: '0.3.0',
    at: failedAt,
    state: 'returned',
    reason: 'the server of release 0.3.0 ended before it served',
    failed: {
      how: 'ended',
      from: '0.2.0',
      to: '0.3.0',
      at: failedAt,
      reason: 'the server of release 0.3.0 ended before it served',
    },
  });
const events = (type: 'upgrade-failed' | 'upgrade-put-aside'): number =>
  site.appliance.db.prepare<[string], number>('select count(*) from event where type = ?').pluck().get(type) ?? 0;

describe('a failed upgrade', () => {
  it('stands on every page, on Releases and on Health until a person puts it aside with a reason', async () => {
    expect(await admin.html('/me')).not.toContain('Upgrade to release 0.3.0 failed');
    fail();
    site.appliance.upgrades.turn();
    site.appliance.upgrades.turn();
    expect(events('upgrade-failed')).toBe(1);
    for (const page of ['/me', paths.releases()]) {
      const html = await admin.html(page);
      expect(html, page).toContain('0.3.0 failed');
      expect(html, page).toContain('ended before it served');
    }
    site.appliance.health.turn();
    expect(await admin.html(paths.health())).toContain('sallyport release put-aside');

    const refused = await admin.post(paths.upgradeAside(), { reason: ' ' });
    expect(refused.status).toBe(422);
    expect(events('upgrade-put-aside')).toBe(0);
    expect((await admin.post(paths.upgradeAside(), { reason: 'the vendor mends it' })).status).toBe(303);
    expect(events('upgrade-put-aside')).toBe(1);
    for (const page of ['/me', paths.releases()])
      expect(await admin.html(page), page).not.toContain('ended before it served');
    // A second answer finds nothing to put aside.
    expect((await admin.post(paths.upgradeAside(), { reason: 'once more' })).status).not.toBe(303);
    expect(events('upgrade-put-aside')).toBe(1);
  });

  it('is put aside by who may change settings, and by nobody else', async () => {
    fail();
    const viewer = await site.as('viewer');
    expect((await viewer.post(paths.upgradeAside(), { reason: 'no' })).status).toBe(403);
    const { secret } = site.appliance.accounts.createApiToken(systemActor, {
      name: 'reader',
      account: site.appliance.objects.findBy('account', 'name', 'admin')?.id ?? '',
      rights: ['settings:read'],
    });
    const call = (method: string, path: string, body?: unknown): Promise<Response> =>
      Promise.resolve(
        site.app.request(`/api/v1${path}`, {
          method,
          headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
    expect(await (await call('GET', '/releases/failure')).json()).toMatchObject({
      failure: { to: '0.3.0', from: '0.2.0', how: 'ended' },
    });
    expect((await call('POST', '/releases/failure/put-aside', { reason: 'no' })).status).toBe(403);
    expect(site.appliance.upgrades.failure()).toBeDefined();
  });
});
