import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { type Appliance, compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { newTokenSecret, tokenHash } from '@sallyport/appliance/features/devices/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, freePort, type Running, startCommand, temporaryFolder } from '../support/commands.ts';
import { serverCaller } from '../support/server-caller.ts';

// Ten things are tightened, and then the database of before is put back under the present witness. Real server: none of the ten
// is loose again, and the page after the return says what was done about each.

const log = openLog('silent');
const old = 'an old enough password 7';
const now = 'another long password 8';
const folder = temporaryFolder('loose');
const at = (...parts: string[]): string => join(folder.path, ...parts);
const data = ['--data', at('site')];

const opened = async <T>(work: (appliance: Appliance) => T | Promise<T>): Promise<T> => {
  const appliance = await compose({ dataDir: at('site'), log });
  try {
    return await work(appliance);
  } finally {
    await appliance.close();
  }
};

let port = 0;
let ca = '';
let server: Running | undefined;
const ask = serverCaller(() => ({ port, ca }));
const start = async (): Promise<void> => {
  server = await startCommand('sallyport', ['serve', ...data, '--listen', `127.0.0.1:${port}`], /listening/);
};
const stop = async (): Promise<void> => {
  await server?.kill();
  server = undefined;
};
const logIn = (name: string, password: string) => ask('/login', { form: { name, password } });
const putBack = (): void => {
  for (const name of readdirSync(at('site'))) if (name.startsWith('state.db')) rmSync(at('site', name));
  cpSync(at('old.db'), at('site', 'state.db'));
};

const ids: Record<string, string> = {};
const secrets = { disabled: '', narrowed: '', kept: '', other: '', glpi: '', link: '', linkOfBefore: '' };
let cookie = '';

/** What is as it was before it was tightened. */
const loose = async (): Promise<string[]> => {
  const reads = async (secret: string, path: string): Promise<boolean> =>
    (await ask(path, { bearer: secret })).status === 200;
  const found = {
    'an API token that was disabled': await reads(secrets.disabled, '/api/v1/devices'),
    'an API token that lost rights': await reads(secrets.narrowed, '/api/v1/devices'),
    'a password that was changed': (await logIn('changed', old)).status === 303,
    'an account that was disabled': (await logIn('off', old)).status === 303,
    'a second factor': (await logIn('factor', old)).status === 303,
    'a session that was open': (await ask('/devices', { cookie })).status === 200,
    'a link that was not used': (await ask(`/first/${secrets.linkOfBefore}`)).status === 200,
    ...(await opened(({ objects }) => {
      const body = (kind: string, id: string | undefined) => objects.ofAnyKind.find(kind, id ?? '')?.body ?? {};
      return {
        'a zone that said never': body('controller-zone', ids['zone'])['queryPolicy'] !== 'never',
        'enrolment that was approved by hand':
          body('token', ids['line'])['approve'] === 'auto' && body('token', ids['line'])['disabled'] !== true,
        'a range that was of controllers': body('address-range', ids['range'])['enabled'] === true,
        'an update that was declined': body('update-decision', 'u1')['approval'] === 'approved',
        'a role that lost rights': (body('role', ids['role'])['rights'] as string[]).includes('devices:write'),
        'a setting that asked for a second person': !objects.setting('devices.scan-second-person'),
      };
    })),
  };
  return Object.entries(found).flatMap(([name, is]) => (is ? [name] : []));
};

beforeAll(async () => {
  await command('sallyport', 'init', ...data, '--site', 'plant-7', '--address', 'localhost', '--address', '127.0.0.1');
  port = await freePort();
  await opened(async ({ accounts, objects, ca: authority }) => {
    ca = authority.certificatePem;
    const make = (kind: string, body: Record<string, unknown>, id?: string): string =>
      objects.ofAnyKind.create(systemActor, kind, body, id === undefined ? {} : { id }).id;
    for (const name of ['stays', 'second', 'changed', 'off', 'factor', 'invited']) {
      ids[name] = make('account', { name, roles: ['administrator'] });
      if (name === 'invited') continue;
      const { token } = accounts.makeLink(systemActor, ids[name] ?? '');
      await accounts.useLink(token, { password: old, again: old, from: '127.0.0.1' });
    }
    const stays = ids['stays'] ?? '';
    for (const name of ['disabled', 'narrowed', 'kept', 'other'] as const) {
      const made = accounts.createApiToken(systemActor, { name, account: stays, rights: ['all'] });
      ids[`token-${name}`] = made.id;
      secrets[name] = made.secret;
    }
    secrets.linkOfBefore = accounts.makeLink(systemActor, ids['invited'] ?? '').token;
    secrets.glpi = newTokenSecret('glpi');
    ids['glpi'] = make('token', { name: 'glpi line', purpose: 'glpi', hash: tokenHash(secrets.glpi) });
    ids['line'] = make('token', { name: 'line', purpose: 'agent', hash: tokenHash(newTokenSecret()), approve: 'auto' });
    ids['zone'] = make('controller-zone', {
      name: 'Boiler',
      level: '1',
      prefixes: ['192.0.2.64/28'],
      queryPolicy: 'details',
    });
    ids['range'] = make('address-range', { name: 'Hall', network: '192.0.2.0/28', enabled: true, ping: true });
    ids['role'] = make('role', { name: 'Night', rights: ['devices:write', 'events:read'] });
    make('update-decision', { approval: 'approved' }, 'u1');
    objects.setSetting(systemActor, 'devices.scan-second-person', false);
  });
  await start();
  cookie = (await logIn('stays', old)).cookie;
  expect((await ask('/devices', { cookie })).status).toBe(200);
  await opened(({ db }) => db.backup(at('old.db')));
  await opened(async ({ accounts, objects }) => {
    const update = (kind: string, id: string | undefined, patch: Record<string, unknown>): void =>
      void objects.ofAnyKind.update(systemActor, kind, id ?? '', patch);
    update('token', ids['token-disabled'], { disabled: true });
    update('token', ids['token-narrowed'], { rights: ['events:read'] });
    const link = accounts.makeLink(systemActor, ids['changed'] ?? '').token;
    await accounts.useLink(link, { password: now, again: now, from: '127.0.0.1' });
    update('account', ids['off'], { disabled: true });
    update('account', ids['factor'], { twoStep: true, totpSecret: 'JBSWY3DPEHPK3PXP' });
    update('controller-zone', ids['zone'], { queryPolicy: 'never' });
    update('token', ids['line'], { approve: 'manual' });
    update('address-range', ids['range'], { controllers: true, enabled: false });
    update('update-decision', 'u1', { approval: 'declined' });
    update('role', ids['role'], { rights: ['events:read'] });
    objects.setSetting(systemActor, 'devices.scan-second-person', true);
    accounts.sessions.endAll(systemActor, ids['stays'] ?? '');
    accounts.makeLink(systemActor, ids['invited'] ?? '');
  });
}, 240_000);
afterAll(async () => {
  await stop();
  folder.remove();
});

describe('what was tightened since', () => {
  it('is not loose after the database of before is put back', async () => {
    expect(await loose()).toEqual([]);
    await stop();
    putBack();
    await start();
    expect(await loose()).toEqual([]);
  });

  it('stands line by line on the page, which says covered because each field was compared', async () => {
    const page = await ask('/rollback', { cookie: (await logIn('stays', old)).cookie });
    for (const name of ['changed', 'factor', 'off', 'Boiler', 'line', 'narrowed', 'Hall', 'Night', 'u1'])
      expect(page.text).toContain(`translate="no">${name}</a>`);
    expect(page.text).toContain('each such field of each object was compared');
    const [back] = await opened(({ rollbackDetector }) => rollbackDetector.returns());
    expect(back).toMatchObject({ isCovered: true, failed: [], uncompared: [] });
  });
});

/** What the API answers a token: the status, and the code of a refusal. */
const called = async (secret: string): Promise<unknown[]> => {
  const { status, text } = await ask('/api/v1/devices', { bearer: secret });
  const { error } = JSON.parse(text) as { error?: { code: string } };
  return error === undefined ? [status] : [status, error.code];
};
const report = (secret: string) =>
  ask(`/a/${secret}/glpi`, {
    json: { action: 'contact', deviceid: 'press-3-2026-01-01-00-00-00' },
    headers: { 'glpi-agent-id': '0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b' },
  });
/** A person who is signed in, and sends a form. */
const signedIn = async (name: string) => {
  const session = (await logIn(name, old)).cookie;
  const csrf = /name="csrf" value="([^"]+)"/.exec((await ask('/me', { cookie: session })).text)?.[1] ?? '';
  return (path: string, form?: Record<string, string>) =>
    ask(path, { cookie: session, ...(form === undefined ? {} : { form: { csrf, ...form } }) });
};

describe('tokens after the database of before is put back', () => {
  it('wait, with a code, and are marked on their list; one that is made since does not', async () => {
    const found = { 'API token': await called(secrets.kept), 'GLPI token': await report(secrets.glpi) };
    expect(found['API token']).toEqual([401, 'TOKEN_HELD']);
    expect([found['GLPI token'].status, found['GLPI token'].text]).toEqual([
      403,
      expect.stringContaining('TOKEN_HELD'),
    ]);
    const stays = await signedIn('stays');
    expect((await stays('/objects/token')).text.match(/>Waits after a return</g)).toHaveLength(4);
    expect((await stays(`/objects/token/${ids['token-kept']}`)).text).toContain('Waits after a return');
    const { secret } = await opened(({ accounts }) =>
      accounts.createApiToken(systemActor, { name: 'new', account: ids['stays'] ?? '', rights: ['all'] }),
    );
    expect(await called(secret)).toEqual([200]);
  });

  it('live again one by one, once one person asked on the page and another one agreed', async () => {
    const [stays, second] = [await signedIn('stays'), await signedIn('second')];
    const id = ids['token-kept'] ?? '';
    const page = await stays('/rollback');
    for (const name of ['kept', 'other', 'line', 'glpi line']) expect(page.text).toContain(`aria-label="${name}"`);
    for (const name of ['disabled', 'narrowed', 'new']) expect(page.text).not.toContain(`aria-label="${name}"`);
    expect((await stays('/rollback/tokens', { token: id, reason: '' })).status).toBe(422);
    expect((await stays('/rollback/tokens', { token: id, reason: 'the line reads with it' })).status).toBe(303);
    const self = await stays('/rollback/tokens/decide', { ids: id, action: 'approve' });
    expect([self.status, self.text]).toEqual([403, expect.stringContaining('APPROVAL_SELF')]);
    expect(await called(secrets.kept)).toEqual([401, 'TOKEN_HELD']);
    expect((await second('/waiting')).text).toContain('the line reads with it');
    expect((await second('/rollback')).text).toContain('the line reads with it');
    expect((await second('/rollback/tokens/decide', { ids: id, action: 'approve' })).status).toBe(303);
    expect(await called(secrets.kept)).toEqual([200]);
    expect(await called(secrets.other)).toEqual([401, 'TOKEN_HELD']);
    expect((await report(secrets.glpi)).status).toBe(403);
  });

  it('is released by nothing else: no form of the token, no revert, no call of the API', async () => {
    const stays = await signedIn('stays');
    const id = ids['token-other'] ?? '';
    const revision = await opened(({ objects }) => objects.get('token', id).revision);
    await stays(`/objects/token/${id}`, {
      revision: String(revision),
      'f.name': 'other',
      'f.held': '',
      'f.disabled': 'off',
    });
    await stays(`/objects/token/${id}/revert`, { revision: '1' });
    const cookie = (await logIn('stays', old)).cookie;
    await ask(`/api/v1/objects/token/${id}`, { method: 'PATCH', cookie, json: { held: null } });
    expect(await called(secrets.other)).toEqual([401, 'TOKEN_HELD']);
  });
});
