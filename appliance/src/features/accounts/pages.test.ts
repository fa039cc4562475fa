import { paths } from '@sallyport/ui/paths';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCode } from '../../../../test/support/qr-picture.ts';
import { type Browser, type Console, type Fields, openConsole, password } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { totpCode } from './totp.ts';

// Who may write accounts must not become another person, nor get a second one of the own making; over the real routes.

let site: Console;
beforeEach(async () => {
  site = await openConsole();
});
afterEach(() => site.close());

const idOf = (name: string): string => site.appliance.objects.findBy('account', 'name', name)?.id ?? '';
const bodyOf = (name: string) => site.appliance.objects.get('account', idOf(name)).body;
const signedIn = async (name: string, role: string): Promise<Browser> => {
  const { objects, accounts } = site.appliance;
  const { id } = objects.create(systemActor, 'account', { name, roles: [role] });
  const browser = site.browser();
  await browser.post(`/first/${accounts.makeLink(systemActor, id).token}`, { password, repeat: password });
  return browser;
};
const personsOf = (name: string): string[] => [
  ...site.appliance.gate.personsBehind({ type: 'account', id: idOf(name) }),
];
const linkIn = (html: string): string => /\/first\/[A-Za-z0-9_-]{43}/.exec(html)?.[0] ?? '';
const newAccount = (name: string, role = 'viewer'): Fields => ({ 'f.name': name, 'f.roles': [role] });
const decide = (browser: Browser, name: string, action: string) =>
  browser.post(paths.objectDecide('account', idOf(name)), { action });
const change = (browser: Browser, name: string, fields: Fields) =>
  browser.post(paths.object('account', idOf(name)), {
    revision: String(site.appliance.objects.get('account', idOf(name)).revision),
    'f.name': name,
    'f.roles': bodyOf(name)['roles'] as string[],
    ...fields,
  });
const newLink = (browser: Browser, name: string) =>
  browser.post(paths.objectNew('token'), { 'f.name': 'link', 'f.purpose': 'first', 'f.account': idOf(name) });
const makeStale = (): void => {
  site.appliance.db
    .prepare('update session set authenticated_at = 0, authenticated_ran = authenticated_ran - 3600000')
    .run();
};
const withTwoStep = async (name: string): Promise<readonly string[]> => {
  const { twoStep } = site.appliance.accounts;
  const { secret } = twoStep.begin(idOf(name), '10.0.0.1');
  const code = totpCode(secret, Math.floor(Date.now() / 30_000));
  return (await twoStep.confirm(idOf(name), code, '10.0.0.1')).codes;
};

describe('an API token', () => {
  it('is made for the own account only, and stays that account’s', async () => {
    const admin = await site.as('administrator');
    await signedIn('other', 'administrator');
    const token = { 'f.name': 't', 'f.purpose': 'api' };
    const foreign = await admin.post(paths.objectNew('token'), { ...token, 'f.account': idOf('other') });
    expect(foreign.status).toBe(422);
    expect((await admin.post(paths.objectNew('token'), token)).status).toBe(201);
    const [own] = site.appliance.objects.list({ kind: 'token', where: { purpose: 'api' }, limit: 2 }).rows;
    expect(own?.body['account']).toBe(idOf('admin'));
    const moved = await admin.post(paths.object('token', own?.id ?? ''), {
      revision: '1',
      ...token,
      'f.account': idOf('other'),
    });
    expect(moved.status).toBe(422);
    for (const field of ['account', 'purpose', 'hash'])
      expect(() =>
        site.appliance.objects.update(systemActor, 'token', own?.id ?? '', {
          [field]: { account: idOf('other'), purpose: 'glpi', hash: 'a'.repeat(64) }[field],
        }),
      ).toThrow(field);
  });

  it('makes no account, role or token and promotes nobody, with one code', async () => {
    const { accounts, objects } = site.appliance;
    const account = objects.create(systemActor, 'account', { name: 'robot', roles: ['administrator'] });
    const { secret } = accounts.createApiToken(systemActor, { name: 't', account: account.id });
    const call = async (method: string, path: string, body: object) => {
      const answer = await site.app.request(`/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return ((await answer.json()) as { error?: { code?: string } }).error?.code ?? answer.status;
    };
    const one = `/objects/account/${account.id}`;
    expect(await call('POST', '/objects/account', { body: { name: 'x', roles: ['viewer'] } })).toBe('SESSION_ONLY');
    expect(await call('POST', '/objects/role', { body: { name: 'x', rights: ['devices:read'] } })).toBe('SESSION_ONLY');
    for (const purpose of ['api', 'first'])
      expect(await call('POST', '/objects/token', { body: { name: 'x', purpose, account: account.id } })).toBe(
        'SESSION_ONLY',
      );
    const night = objects.create(systemActor, 'account', { name: 'night', roles: ['viewer'] });
    const promoted = { body: { roles: ['operator'] }, expectedRevision: 1 };
    expect(await call('PATCH', `/objects/account/${night.id}`, promoted)).toBe('SESSION_ONLY');
    expect(await call('PATCH', one, { body: { description: 'free' }, expectedRevision: 1 })).toBe(200);
  });
});

describe('what is grave', () => {
  const acts: readonly (readonly [string, (browser: Browser) => Promise<Response>])[] = [
    ['two-step off', (browser) => browser.post(paths.meTwoStep(), { action: 'disable' })],
    ['two-step on', (browser) => browser.post(paths.meTwoStep(), { action: 'begin' })],
    [
      'a new password',
      (browser) =>
        browser.post(paths.mePassword(), {
          current: password,
          password: 'another long word',
          repeat: 'another long word',
        }),
    ],
    ['a new account', (browser) => browser.post(paths.objectNew('account'), newAccount('x'))],
    ['a new role', (browser) => browser.post(paths.objectNew('role'), { 'f.name': 'r', 'f.rights': ['devices:read'] })],
    ['a token', (browser) => browser.post(paths.objectNew('token'), { 'f.name': 't', 'f.purpose': 'api' })],
    ['a link', (browser) => newLink(browser, 'admin')],
    [
      'more rights',
      (browser) => {
        if (idOf('night') === '')
          site.appliance.objects.create(systemActor, 'account', { name: 'night', roles: ['viewer'] });
        return change(browser, 'night', { 'f.roles': ['operator'] });
      },
    ],
    ['another address', (browser) => change(browser, 'admin', { 'f.email': 'other@plant.example' })],
  ];

  it.each(acts)('%s asks for password and code again after ten minutes', async (_name, act) => {
    const admin = await site.as('administrator');
    makeStale();
    const before = site.appliance.objects.get('account', idOf('admin')).revision;
    const refused = await act(admin);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('name="step-up"');
    expect(site.appliance.objects.get('account', idOf('admin')).revision).toBe(before);
    expect((await admin.post(paths.meAgain(), { 'step-up': 'wrong wrong wrong' })).status).toBe(422);
    expect((await act(admin)).status).toBe(403);
    expect((await admin.post(paths.meAgain(), { 'step-up': password })).status).toBe(303);
    expect([200, 201, 303]).toContain((await act(admin)).status);
  });

  it('asks for the second factor where there is one, in the form with what was entered', async () => {
    const admin = await site.as('administrator');
    const [code = ''] = await withTwoStep('admin');
    makeStale();
    const refused = await admin.post(paths.objectNew('role'), { 'f.name': 'Night', 'f.rights': ['devices:read'] });
    const html = await refused.text();
    expect(html).toContain('value="Night"');
    expect(html.match(/name="step-up"/g)).toHaveLength(2);
    const fields = { 'f.name': 'Night', 'f.rights': ['devices:read'] };
    expect((await admin.post(paths.objectNew('role'), { ...fields, 'step-up': password })).status).toBe(422);
    const again = await admin.post(paths.objectNew('role'), { ...fields, 'step-up': [password, code] });
    expect(again.status).toBe(303);
  });
});

describe('at a site with one administrator', () => {
  it('everything works, and who is made stands for its maker', async () => {
    const admin = await site.as('administrator');
    const made = await admin.post(paths.objectNew('account'), newAccount('second', 'administrator'));
    expect(made.status).toBe(201);
    const link = linkIn(await made.text());
    const second = site.browser();
    expect((await second.post(link, { password, repeat: password })).status).toBe(303);
    expect(personsOf('second')).toEqual(expect.arrayContaining(personsOf('admin')));
    // Not a second person of its own making: nobody waits for it, and it approves nothing of its maker.
    expect((await admin.post(paths.objectNew('account'), newAccount('third'))).status).toBe(201);
    expect((await decide(second, 'second', 'vouch')).status).toBe(403);
    expect((await decide(admin, 'second', 'vouch')).status).toBe(403);
  });

  it('a link asks for the second factor and leaves it on', async () => {
    const admin = await site.as('administrator');
    await signedIn('night', 'viewer');
    const [code = ''] = await withTwoStep('night');
    const link = linkIn(await (await newLink(admin, 'night')).text());
    const browser = site.browser();
    expect(await (await browser.get(link)).text()).toContain('name="code"');
    for (const wrong of ['', '000000', 'aaaaa-aaaaa'])
      expect((await browser.post(link, { password, repeat: password, code: wrong })).status).toBe(422);
    expect((await browser.post(link, { password, repeat: password, code })).status).toBe(303);
    expect(bodyOf('night')['twoStep']).toBe(true);
    expect(personsOf('night')).toEqual(expect.arrayContaining(personsOf('admin')));
  });

  it('a reset ends the tokens of the account', async () => {
    const admin = await site.as('administrator');
    const night = await signedIn('night', 'viewer');
    await signedIn('clerk', 'viewer');
    const { secret } = site.appliance.accounts.createApiToken(systemActor, { name: 't', account: idOf('night') });
    const link = linkIn(await (await newLink(admin, 'night')).text());
    await night.post(link, { password, repeat: password });
    expect(() => site.appliance.accounts.authenticateToken(secret, '10.0.0.1')).toThrow('no valid token');
  });
});

describe('where there are two administrators', () => {
  it('making an account waits for the second person, who gets the link', async () => {
    const admin = await site.as('administrator');
    const other = await signedIn('other', 'administrator');
    const asked = await admin.post(paths.objectNew('account'), newAccount('third', 'administrator'));
    expect(asked.status).toBe(303);
    expect(bodyOf('third')['disabled']).toBe(true);
    // Enabled by hand it would be made all the same.
    expect((await change(admin, 'third', { 'f.name': 'third' })).status).toBe(303);
    expect(bodyOf('third')['disabled']).toBe(true);
    for (const [browser, may] of [
      [admin, false],
      [other, true],
    ] as const) {
      const html = await (await browser.get(paths.object('account', idOf('third')))).text();
      expect([html.includes('value="refuse"'), html.includes('value="approve"')]).toEqual([true, may]);
    }
    const self = await decide(admin, 'third', 'approve');
    expect([self.status, await self.text()]).toEqual([403, expect.stringContaining('APPROVAL_SELF')]);
    const agreed = await decide(other, 'third', 'approve');
    expect(agreed.status).toBe(201);
    expect(bodyOf('third')['disabled']).toBe(false);
    // Whoever saw the link first stands behind the account.
    expect(personsOf('third')).toEqual(expect.arrayContaining(personsOf('other')));
    expect(personsOf('third')).not.toEqual(expect.arrayContaining(personsOf('admin')));
    expect((await decide(other, 'third', 'vouch')).status).toBe(403);
    expect((await decide(admin, 'third', 'vouch')).status).toBe(303);
    expect(personsOf('third')).toHaveLength(1);
    expect(
      site.appliance.events.list({ scope: wholeSite('job'), type: ['account-change-approved'], limit: 5 }).total,
    ).toBe(1);
  });

  it('promoting waits, for accounts and for the roles that accounts have', async () => {
    const admin = await site.as('administrator');
    const other = await signedIn('other', 'administrator');
    await signedIn('night', 'viewer');
    expect((await change(admin, 'night', { 'f.roles': ['administrator'] })).status).toBe(303);
    expect(bodyOf('night')['roles']).toEqual(['viewer']);
    expect((await decide(other, 'night', 'refuse')).status).toBe(303);
    expect((await decide(other, 'night', 'approve')).status).toBe(409);
    expect((await change(admin, 'night', { 'f.roles': ['operator'] })).status).toBe(303);
    expect((await decide(other, 'night', 'approve')).status).toBe(303);
    expect(bodyOf('night')['roles']).toEqual(['operator']);
    expect(personsOf('night')).toHaveLength(1);

    const { objects } = site.appliance;
    const role = objects.create(systemActor, 'role', { name: 'Shift', rights: ['devices:read'] });
    objects.update(systemActor, 'account', idOf('night'), { roles: [role.id] });
    const more = { revision: '1', 'f.name': 'Shift', 'f.rights': ['all'] };
    expect((await admin.post(paths.object('role', role.id), more)).status).toBe(303);
    expect(objects.get('role', role.id).body['rights']).toEqual(['devices:read']);
    expect((await other.post(paths.objectDecide('role', role.id), { action: 'approve' })).status).toBe(303);
    expect(objects.get('role', role.id).body['rights']).toEqual(['all']);
  });

  it('a reset waits, and what two agreed on replaces a lost second factor', async () => {
    const admin = await site.as('administrator');
    const other = await signedIn('other', 'administrator');
    await signedIn('night', 'viewer');
    await withTwoStep('night');
    const asked = await newLink(admin, 'night');
    expect([asked.status, linkIn(await asked.text())]).toEqual([303, '']);
    const link = linkIn(await (await decide(other, 'night', 'approve')).text());
    const browser = site.browser();
    expect((await browser.post(link, { password, repeat: password })).status).toBe(303);
    expect(bodyOf('night')['twoStep']).toBe(false);
  });

  it('what was changed after it was asked for is void', async () => {
    const admin = await site.as('administrator');
    const other = await signedIn('other', 'administrator');
    await signedIn('night', 'viewer');
    await change(admin, 'night', { 'f.roles': ['operator'] });
    await change(admin, 'night', { 'f.description': 'meanwhile' });
    expect((await decide(other, 'night', 'approve')).status).toBe(409);
    expect(bodyOf('night')['roles']).toEqual(['viewer']);
  });

  it('less rights and the end of an account wait for nobody', async () => {
    const admin = await site.as('administrator');
    await signedIn('other', 'administrator');
    await signedIn('night', 'operator');
    expect((await change(admin, 'night', { 'f.roles': ['viewer'] })).status).toBe(303);
    expect(bodyOf('night')['roles']).toEqual(['viewer']);
    const removed = await admin.post(paths.objectDelete('account', idOf('night')), { confirmed: '1' });
    expect(removed.status).toBe(303);
  });
});

describe('two-step verification is set up', () => {
  it('by a code to scan, and its recovery codes can be copied, saved, printed and are confirmed', async () => {
    const night = await signedIn('night', 'viewer');
    await night.post(paths.meTwoStep(), { action: 'begin' });
    const html = await (await night.get(paths.me())).text();
    const uri = new URL(readCode(/<svg[^>]*crispEdges[\s\S]*?<\/svg>/.exec(html)?.[0] ?? ''));
    expect([uri.protocol, uri.host, uri.searchParams.get('issuer')]).toEqual(['otpauth:', 'totp', 'Sallyport']);
    const code = totpCode(uri.searchParams.get('secret') ?? '', Math.floor(Date.now() / 30_000));
    const shown = await (await night.post(paths.meTwoStep(), { action: 'confirm', code })).text();
    const codes = (/<pre id="codes"[^>]*>([^<]*)<\/pre>/.exec(shown)?.[1] ?? '').split('\n');
    expect(codes.length).toBeGreaterThan(7);
    expect(shown).toContain('data-copy="#codes"');
    expect(shown).toContain('data-print="1"');
    // A link to what the page has already: no address of the server gives the codes once more.
    const saved = /href="data:text\/plain;charset=utf-8,([^"]*)"[^>]*download="([^"]*)"/.exec(shown);
    expect(
      decodeURIComponent(saved?.[1] ?? '')
        .split('\r\n')
        .slice(-codes.length),
    ).toEqual(codes);
    expect(saved?.[2]).toMatch(/^sallyport-[a-z0-9-]+-night\.txt$/);
    // The page is left by a link that says so; what comes then has them no more.
    const left = new RegExp(`<a [^>]*href="${paths.me()}#two-step"[^>]*>`).test(shown);
    expect(left).toBe(true);
    expect(await (await night.get(paths.me())).text()).not.toContain(codes[0]);
  });
});
