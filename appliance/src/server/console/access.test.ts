import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole, password, type Role } from '../../../test/support/console.ts';
import type { StoredEvent } from '../../engine/events/types.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { totpCode } from '../../features/accounts/totp.ts';
import { wholeSite } from '../../platform/scope.ts';

const site = await openConsole();
afterAll(() => site.close());

const refused = (): readonly StoredEvent[] =>
  site.appliance.events.list({ scope: wholeSite('job'), type: ['access-refused'], limit: 1_000 }).rows;
/** What happened, but for the note that somebody was refused. */
const counted = (): number =>
  site.appliance.events.list({ scope: wholeSite('job'), limit: 1 }).total - refused().length;

describe('pages', () => {
  const pages: readonly string[] = [
    paths.work(),
    paths.me(),
    paths.devices(),
    paths.software(),
    paths.inventory('hardware'),
    paths.inventory('accounts'),
    paths.vulnerabilities(),
    paths.changes(),
    paths.changes({ collection: 'software', item: 'bash', operation: 'added', from: '2026-01-01' }),
    paths.updates(),
    paths.deployments(),
    paths.exchange(),
    paths.exchangeSend(),
    paths.introduction(),
    paths.introduction('card'),
    paths.exchangeReceive(),
    paths.exchangeReceipts(),
    paths.exchangeTrust(),
    paths.discovery(),
    paths.discovery({ method: 'scan', q: 'nothing' }),
    paths.discoveryDirectories(),
    paths.discoveryRanges(),
    paths.events(),
    paths.provision(),
    paths.settings(),
    paths.objects('group'),
    paths.objects('update-decision'),
    paths.deleted(),
    paths.search({ q: 'de' }),
    paths.api(),
  ];

  it.each(pages)('%s is there for the three roles, sends anonymous to log in, and changes nothing', async (path) => {
    const anonymous = await (await site.as('anonymous')).get(path);
    expect(anonymous.status).toBe(303);
    expect(anonymous.headers.get('location')).toBe(paths.login({ back: path }));
    for (const role of ['viewer', 'operator', 'administrator'] as const) {
      const browser = await site.as(role);
      const before = counted();
      const response = await browser.get(path);
      const html = await response.text();
      expect(`${role} ${response.status}`).toBe(`${role} 200`);
      expect(html).toMatch(/^<!DOCTYPE html>/i);
      expect(html.match(/<h1/g)).toHaveLength(1);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('vary')).toContain('HX-Request-Type');
      expect(html).not.toMatch(/\sstyle=|<style|<script(?![^>]*\ssrc=)/);
      expect(counted()).toBe(before);
    }
  });

  it('answers an unknown page with 404 and a page that says so', async () => {
    const response = await (await site.as('viewer')).get('/no/such/page');
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('NOT_FOUND');
  });

  it('answers programs under /api with JSON, never with a page', async () => {
    for (const path of ['/api/none', '/api/agent/v1/none', '/api/v1/none']) {
      const response = await site.app.request(path);
      expect(response.headers.get('content-type')).toContain('application/json');
      expect([401, 404]).toContain(response.status);
    }
  });

  it('tells htmx to load the log-in page instead of swapping it in', async () => {
    const response = await (await site.as('anonymous')).get('/devices', { 'hx-request': 'true' });
    expect(response.status).toBe(401);
    expect(response.headers.get('hx-redirect')).toBe(paths.login({ back: '/devices' }));
  });
});

describe('an address that changes something', () => {
  it('takes forms only, and only so much', async () => {
    const browser = await site.as('administrator');
    expect((await browser.postRaw('/settings?area=events', '{}', { 'content-type': 'application/json' })).status).toBe(
      415,
    );
    expect((await browser.postRaw('/settings?area=events', 'x', { 'content-type': 'text/plain' })).status).toBe(415);
    const big = `csrf=${'x'.repeat(5 * 1024 * 1024)}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await browser.postRaw('/settings?area=events', big, headers)).status).toBe(413);
    expect(
      (
        await browser.postRaw('/exchange/bundles/upload', 'garbage', {
          'content-type': 'multipart/form-data; boundary=x',
        })
      ).status,
    ).toBe(400);
    expect(
      (await browser.postRaw('/exchange/bundles/upload', '', { 'content-type': 'multipart/form-data' })).status,
    ).toBe(415);
  });
});

describe('log-in', () => {
  const events = (type: string): number =>
    site.appliance.events.list({ scope: wholeSite('job'), type: [type], limit: 1 }).total;

  it('sets a cookie that scripts, other sites and plain connections do not get', async () => {
    await site.as('administrator');
    const response = await site.browser().post('/login', { name: 'admin', password });
    expect(response.status).toBe(303);
    const cookie = response.headers.getSetCookie().find((line) => line.startsWith('__Host-sallyport='));
    expect(cookie).toMatch(/; Path=\/.*; HttpOnly; Secure; SameSite=Strict/);
    expect(cookie).not.toMatch(/domain/i);
  });

  it('says one thing for a wrong name and a wrong password, keeps the name typed, never the password', async () => {
    const wrong = await site.browser().post('/login', { name: 'admin', password: 'not this one at all' });
    const nobody = await site.browser().post('/login', { name: 'nobody', password });
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    const [a, b] = [await wrong.text(), await nobody.text()];
    const plain = (html: string, name: string): string =>
      html.replaceAll(`value="${name}"`, 'value=""').replace(/<time[\s\S]*?<\/time>/g, '');
    expect(plain(a, 'admin') === plain(b, 'nobody')).toBe(true);
    expect(a).not.toContain('not this one at all');
    expect(b).toContain('value="nobody"');
  });

  it('goes back to the page asked for, and to no other site', async () => {
    for (const [back, location] of [
      ['/devices?status=critical', '/devices?status=critical'],
      ['//evil.example/', '/'],
      ['https://evil.example/', '/'],
      ['/\\evil.example', '/'],
      ['/first/abc', '/'],
    ]) {
      const response = await site.browser().post('/login', { name: 'admin', password, back: back ?? '' });
      expect(response.headers.get('location')).toBe(location);
    }
  });

  it('logs out: the cookie is worth nothing afterwards', async () => {
    const browser = site.browser();
    await browser.post('/login', { name: 'admin', password });
    const cookie = browser.cookies.get('__Host-sallyport');
    const before = events('logout');
    expect((await browser.post('/logout')).status).toBe(303);
    expect(events('logout')).toBe(before + 1);
    const again = await site.app.request('/devices', { headers: { cookie: `__Host-sallyport=${cookie}` } });
    expect(again.status).toBe(303);
  });

  it('opens the one-time link once', async () => {
    await site.as('administrator');
    expect((await site.browser().get(site.linkPath)).status).toBe(404);
    expect((await site.browser().get('/first/garbage')).status).toBe(404);
  });

  it('changes language and theme before log-in and comes back to the page', async () => {
    const browser = site.browser();
    const response = await browser.post('/preferences', { lang: 'kk', theme: 'dark', back: '/login?back=%2Fdevices' });
    expect(response.headers.get('location')).toBe('/login?back=%2Fdevices');
    const html = await (await browser.get('/login')).text();
    expect(html).toContain('lang="kk"');
    expect(html).toContain('data-theme="dark"');
  });

  it('lets a person change the own password, with all faults at once', async () => {
    const browser = site.browser();
    const { accounts, objects } = site.appliance;
    const { id } = objects.create(systemActor, 'account', { name: 'own', roles: ['viewer'] });
    await browser.post(`/first/${accounts.makeLink(systemActor, id).token}`, { password, repeat: password });
    const faulty = await browser.post('/me/password', { current: 'x', password: 'y', repeat: 'z' });
    expect(faulty.status).toBe(422);
    const html = await faulty.text();
    expect(html.match(/aria-invalid="true"/g)?.length).toBe(3);
    const next = 'a sentence of my own';
    const done = await browser.post('/me/password', { current: password, password: next, repeat: next });
    expect(done.status).toBe(303);
    expect((await browser.get('/me')).status).toBe(200);
  });
});

describe('two steps', () => {
  it('are set up on the own page, and asked for at the next log-in', async () => {
    const { accounts, objects } = site.appliance;
    const { id } = objects.create(systemActor, 'account', { name: 'careful', roles: ['viewer'] });
    const browser = site.browser();
    await browser.post(`/first/${accounts.makeLink(systemActor, id).token}`, { password, repeat: password });
    await browser.post('/me/two-step', { action: 'begin' });
    const secret = accounts.twoStep.pending(id) ?? '';
    expect((await (await browser.get('/me')).text()).includes(secret.slice(0, 4))).toBe(true);
    expect((await browser.post('/me/two-step', { action: 'confirm', code: '123' })).status).toBe(422);
    const code = totpCode(secret, Math.floor(nowMs() / 30_000));
    const done = await browser.post('/me/two-step', { action: 'confirm', code });
    const recovery = /\b[a-z2-7]{5}-[a-z2-7]{5}\b/.exec(await done.text())?.[0] ?? '';
    expect((await site.browser().post('/login', { name: 'careful', password })).status).toBe(401);
    expect((await site.browser().post('/login', { name: 'careful', password, code: recovery })).status).toBe(303);
    await browser.post('/me/two-step', { action: 'disable' });
    expect((await site.browser().post('/login', { name: 'careful', password })).status).toBe(303);
  });

  it('leave only the own page open while the site asks for them and they are missing', async () => {
    const browser = await site.as('operator');
    site.appliance.objects.setSetting(systemActor, 'accounts.require-two-step', true);
    const response = await browser.get('/devices');
    expect(response.headers.get('location')).toBe('/me');
    expect((await browser.get('/me')).status).toBe(200);
    site.appliance.objects.setSetting(systemActor, 'accounts.require-two-step', false);
  });
});

describe('roles', () => {
  const roles: readonly Role[] = ['viewer', 'operator'];
  it.each(roles)('keeps settings from a %s', async (role) => {
    const browser = await site.as(role);
    const response = await browser.post('/settings?area=events', { 'events.max-rows': '5000' });
    expect(response.status).toBe(403);
    expect(site.appliance.objects.setting('events.max-rows')).toBe(1_000_000);
  });
});

describe('the journal', () => {
  it('has refused rights and forms with the address and without its parts, and counts what repeats', async () => {
    const viewer = await site.as('viewer');
    for (let n = 0; n < 5; n += 1) expect((await viewer.get(paths.objects('role'))).status).toBe(403);
    const path = paths.deviceApprove('0123456789abcdef0123456789abcdef');
    expect((await viewer.post(path, {}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await viewer.post(path, { csrf: 'A'.repeat(43) })).status).toBe(403);
    site.appliance.accounts.refusals.flush(true);
    const told = refused().map(({ params, auditSeq }) => ({
      code: params['code'],
      path: params['path'],
      count: Number(params['count']),
      isInChain: auditSeq !== null,
    }));
    const roles = told.filter(({ path: at }) => at === 'GET /objects/:kind');
    expect(roles.every((one) => one.code === 'FORBIDDEN' && one.isInChain)).toBe(true);
    expect(roles.length).toBeLessThan(6);
    expect(roles.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(5);
    for (const code of ['ORIGIN', 'CSRF'])
      expect(told).toContainEqual(
        expect.objectContaining({ code, path: 'POST /devices/:id/approve', isInChain: true }),
      );
    expect(site.appliance.events.verifyChain().ok).toBe(true);
  });
});

describe('sessions', () => {
  const signIn = async () => {
    const browser = site.browser();
    await browser.post(paths.login(), { name: 'viewer', password });
    return browser;
  };
  const idsOf = (html: string): string[] =>
    [...html.matchAll(/name="session" value="([0-9a-f]{24})"/g)].map(([, id = '']) => id);

  it('are listed on the own page, and ended there one by one or all others', async () => {
    await site.as('viewer');
    const [one, two, three] = [await signIn(), await signIn(), await signIn()];
    const [newest = ''] = idsOf(await (await one.get(paths.me())).text());
    expect((await one.post(paths.meSessions(), { session: newest })).status).toBe(303);
    const alive = await Promise.all([two, three].map(async (other) => (await other.get(paths.me())).status === 200));
    expect(alive.filter(Boolean)).toHaveLength(1);
    const left = alive[0] === true ? two : three;
    expect((await left.post(paths.meSessions())).status).toBe(303);
    expect((await one.get(paths.me())).status).toBe(303);
    expect((await left.get(paths.me())).status).toBe(200);
    expect((await left.post(paths.sessions(), { session: newest })).status).toBe(403);
  });

  it('of others are listed and ended by an administrator', async () => {
    const browser = await signIn();
    const account = site.appliance.objects.findBy('account', 'name', 'viewer')?.id ?? '';
    const administrator = await site.as('administrator');
    const html = await (await administrator.get(paths.sessions({ account }))).text();
    expect(idsOf(html).length).toBeGreaterThan(0);
    expect((await administrator.post(paths.sessions(), { account })).status).toBe(303);
    expect((await browser.get(paths.me())).status).toBe(303);
    expect(site.appliance.accounts.sessions.list(account)).toEqual([]);
    expect((await administrator.get(paths.sessions())).status).toBe(200);
  });
});
