import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { newTokenSecret, tokenHash } from '@sallyport/appliance/features/devices/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandProcess } from '../support/command-process.ts';
import { freePort, type Running, startCommand, temporaryFolder } from '../support/commands.ts';
import { serverCaller } from '../support/server-caller.ts';
import { type Device, enrolDevice, newId } from './intake-kill-device.ts';
import { makeRealPair, type RealPair } from './real-pair.ts';

// Somebody takes an administrator's and a device's way in, and then the database of before is put back beside everything
// else. Real server, real commands, real connected host: all of them say so, and who was put out stays out.

const log = openLog('silent');
const password = 'a long enough password 7';
const folder = temporaryFolder('went-back');
const at = (...parts: string[]): string => join(folder.path, ...parts);
const medium = at('medium');

describe('a database of before that is put back', () => {
  const commands = commandProcess();
  const { command, tryCommand } = commands;
  let pair: RealPair & { readonly recoveryKey: string };
  let port = 0;
  let ca = '';
  let server: Running | undefined;
  let device: Device | undefined;

  const opened = async <T>(work: (appliance: Appliance) => T | Promise<T>): Promise<T> => {
    const appliance = await compose({ dataDir: at('site'), log });
    try {
      return await work(appliance);
    } finally {
      await appliance.close();
    }
  };
  const start = async (): Promise<void> => {
    server = await startCommand('sallyport', ['serve', ...pair.data, '--listen', `127.0.0.1:${port}`], /listening/);
  };
  const stop = async (): Promise<void> => {
    await server?.kill();
    server = undefined;
  };
  const ask = serverCaller(() => ({ port, ca }));
  const logIn = (name: string) => ask('/login', { form: { name, password } });
  const checkIn = () =>
    (device as Device).call('POST', '/check-in', { bootId: newId(), seq: 1, version: '1', sections: {} });
  const exchange = async (): Promise<Awaited<ReturnType<typeof tryCommand>>> => {
    for (const name of readdirSync(medium)) rmSync(join(medium, name), { recursive: true });
    await command('sallyport', 'request', 'export', '--out', medium, ...pair.data);
    return tryCommand('sallyport-bundle', ['fulfil', '--media', medium, ...pair.state, ...pair.curator]);
  };
  const bundleJson = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await tryCommand('sallyport-bundle', [...args, ...pair.state, '--json'])).stdout);
  /** Puts the database of before back; everything else stays as it is. */
  const putBack = (): void => {
    for (const name of readdirSync(at('site'))) if (name.startsWith('state.db')) rmSync(at('site', name));
    cpSync(at('old.db'), at('site', 'state.db'));
  };

  beforeAll(async () => {
    mkdirSync(medium);
    pair = await makeRealPair(folder.path, commands);
    port = await freePort();
    await pair.advise('debian', { count: 1, bytesEach: 10 });
    const secret = newTokenSecret();
    await opened(async ({ accounts, objects, ca: authority }) => {
      ca = authority.certificatePem;
      for (const name of ['stays', 'second', 'goes']) {
        const { id } = objects.create(systemActor, 'account', { name, roles: ['administrator'] });
        const { token } = accounts.makeLink(systemActor, id);
        await accounts.useLink(token, { password, again: password, from: '127.0.0.1' });
      }
      objects.create(systemActor, 'token', {
        name: 'line',
        purpose: 'agent',
        hash: tokenHash(secret),
        approve: 'auto',
      });
    });
    await start();
    device = await enrolDevice({ port, ca }, 'line-1', secret);
    expect((await checkIn()).status).toBe(200);
    expect((await logIn('goes')).status).toBe(303);
    expect(await exchange()).toMatchObject({ status: 0 });
    await opened(({ db }) => db.backup(at('old.db')));
    await opened(({ objects }) => {
      const goes = objects.findBy('account', 'name', 'goes');
      objects.remove(systemActor, 'account', goes?.id ?? '');
    });
    await command('sallyport', 'device', 'revoke', device?.publicId ?? '', ...pair.data);
    expect((await checkIn()).status).toBe(401);
    expect((await logIn('goes')).status).toBe(401);
    expect(await exchange()).toMatchObject({ status: 0 });
    await stop();
    putBack();
    await start();
  });
  afterAll(async () => {
    device?.close();
    await stop();
    folder.remove();
  });

  it('gives the revoked device no service and the removed administrator no way in', async () => {
    expect((await checkIn()).status).toBe(401);
    expect((await logIn('goes')).status).toBe(401);
  });

  it('is told by doctor, with what to do', async () => {
    const said = await tryCommand('sallyport', ['doctor', ...pair.data]);
    expect(said.status).toBe(1);
    expect(said.stdout).toContain('went back');
    expect(said.stdout).toContain('sallyport rollback acknowledge');
  });

  it('is told on every page of the console until two administrators have acknowledged it', async () => {
    const { cookie } = await logIn('stays');
    for (const path of ['/', '/devices', '/settings'])
      expect((await ask(path, { cookie })).text).toContain('went back');
    const page = await ask('/rollback', { cookie });
    expect(page.text).toContain('1 device');
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const id = /name="id" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const done = await ask('/rollback', { cookie, form: { csrf, id, reason: 'the disk was exchanged' } });
    expect(done.status).toBe(303);
    // Neither one person nor a command without log-in takes the warning away.
    const alone = await tryCommand('sallyport', ['rollback', 'acknowledge', id, '--reason', 'x', ...pair.data]);
    expect(alone).toMatchObject({ status: 1, stderr: expect.stringContaining('APPROVAL_PERSON') as string });
    expect((await ask('/devices', { cookie })).text).toContain('went back');
    const agree = { id, action: 'approve' };
    expect((await ask('/rollback/decide', { cookie, form: { csrf, ...agree } })).status).toBe(403);
    const second = (await logIn('second')).cookie;
    const waiting = (await ask('/rollback', { cookie: second })).text;
    expect(waiting).toContain('the disk was exchanged');
    const own = /name="csrf" value="([^"]+)"/.exec(waiting)?.[1] ?? '';
    expect((await ask('/rollback/decide', { cookie: second, form: { csrf: own, ...agree } })).status).toBe(303);
    expect((await ask('/devices', { cookie })).text).not.toContain('went back');
    expect((await tryCommand('sallyport', ['doctor', ...pair.data])).stdout).not.toContain('went back');
    expect(
      await opened(
        ({ events }) => events.list({ scope: wholeSite('job'), type: ['state-return-acknowledged'], limit: 2 }).total,
      ),
    ).toBe(1);
  });

  it('is told by the connected host, and nothing is sent', async () => {
    const refused = await exchange();
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('SITE_REVERTED');
    expect(refused.stderr).toContain('its journal');
    const files = readdirSync(medium, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const documents = await Promise.all(
      files.map(({ parentPath, name }) => bundleJson('inspect', join(parentPath, name))),
    );
    const looked = documents.find((one) => (one as { kind?: string }).kind === 'request');
    const shown = await bundleJson('site', 'show', 'plant-7');
    expect(shown).toMatchObject({ journal: { state: 'went-back', request: { number: 2 } } });
    const { entries, head } = (shown as { journal: { request: { entries: number; head: string } } }).journal.request;
    expect(looked).toMatchObject({ request: { journal: { wentBack: true, seen: { request: 2, entries, head } } } });
    expect(looked).toMatchObject({
      request: { journal: { detail: expect.stringContaining('its journal') as string } },
    });
    expect(readdirSync(medium).filter((name) => name.endsWith('.tar'))).toEqual([]);
  });

  it('is found again when it is put back again', async () => {
    await stop();
    putBack();
    expect((await tryCommand('sallyport', ['doctor', ...pair.data])).stdout).toContain('went back');
    await start();
    expect((await checkIn()).status).toBe(401);
  });

  it('is told when the witness is taken away, too', async () => {
    await stop();
    putBack();
    rmSync(at('site', 'keys', 'witness'));
    const said = await tryCommand('sallyport', ['doctor', ...pair.data]);
    expect(said.status).toBe(1);
    expect(said.stdout).toContain('the witness is not there');
  });
});
