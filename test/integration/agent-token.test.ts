import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandProcess } from '../support/command-process.ts';
import { freePort, type Running, startCommand, temporaryFolder } from '../support/commands.ts';
import { countingController } from '../support/counting-controller.ts';
import { layRoot } from './agent-site.ts';

// From the administrator's chair: commands only, beside a running server.

const { command, tryCommand } = commandProcess();
const folder = temporaryFolder('agent-token');
const at = (...parts: string[]) => join(folder.path, ...parts);
let server: Running | undefined;
let url = '';
/** As it was printed when the site was made. */
let printed = '';

type Token = { fingerprint: string; caFingerprint: string; secretFile: string; enrol: string };

const sallyport = <T = Record<string, unknown>>(...args: string[]) =>
  command<T>('sallyport', ...args, '--data', at('data'));
const exitOf = async (...args: string[]) => (await tryCommand('sallyport', [...args, '--data', at('data')])).status;
const agent = (...args: string[]) => tryCommand('sallyport-agent', [...args, '--json']);
const token = (name: string, ...more: string[]) =>
  sallyport<Token>('token', 'create', '--for', 'agent', '--server', url, '--out', at(name), ...more);
const enrol = (name: string, { fingerprint, secretFile }: Token) => {
  const root = at('roots', name);
  layRoot(root, name);
  const compare = ['--server', url, '--token-file', secretFile, '--fingerprint', fingerprint];
  return agent('enrol', ...compare, '--state', at('states', name), '--root', root, '--wait', '0');
};
const once = (name: string) => agent('once', '--state', at('states', name));
const idOf = (name: string) => {
  const { deviceId } = JSON.parse(readFileSync(at('states', name, 'agent.json'), 'utf8')) as { deviceId?: string };
  return deviceId ?? '';
};

beforeAll(async () => {
  const port = await freePort();
  url = `https://127.0.0.1:${port}`;
  ({ caFingerprint: printed } = await sallyport<{ caFingerprint: string }>(
    'init',
    '--site',
    'line-1',
    '--address',
    '127.0.0.1',
    '--listen',
    `127.0.0.1:${port}`,
  ));
  await expect(token('early')).rejects.toThrow('NO_ROOT');
  const keys = ['--root-key', at('r1'), '--root-key', at('r2'), '--root-key', at('r3'), '--curator-key', at('c1')];
  await command('sallyport-bundle', 'trust', 'init', '--state', at('host'), ...keys);
  const host = ['--state', at('host'), '--out', at('trust.tar')];
  const exported = await command<{ rootSha256: string }>('sallyport-bundle', 'trust', 'export', ...host);
  const appliance = await compose({ dataDir: at('data'), log: openLog('silent') });
  await appliance.exchange.importTrust(systemActor, at('trust.tar'), exported.rootSha256);
  await appliance.close();
  server = await startCommand('sallyport', ['serve', '--data', at('data')], /listening on/);
});
afterAll(async () => {
  await server?.kill();
  folder.remove();
});

describe('a token', () => {
  it('comes with what the device needs, the secret for its owner only', async () => {
    const made = await token('t1', '--uses', '3', '--expires', '7d', '--approve', 'auto');
    expect(statSync(made.secretFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(at('t1', 'ca.pem'), 'utf8')).toContain('BEGIN CERTIFICATE');
    expect(readFileSync(at('t1', 'enrol.txt'), 'utf8').trim()).toBe(made.enrol);
    expect(made.enrol).not.toContain(readFileSync(made.secretFile, 'utf8').trim());
    const done = await enrol('a', made);
    expect([done.status, JSON.parse(done.stdout)]).toMatchObject([0, { site: 'line-1' }]);
    expect(await once('a')).toMatchObject({ status: 0 });
  });

  it('lets an agent in by the fingerprint that the site was made with, which is the one that its line has', async () => {
    const made = await token('t2', '--approve', 'auto');
    expect(made.enrol).toContain(`--fingerprint ${printed}`);
    const done = await enrol('b', { ...made, fingerprint: printed });
    expect([done.status, JSON.parse(done.stdout)]).toMatchObject([0, { site: 'line-1' }]);
    expect(await once('b')).toMatchObject({ status: 0 });
    const other = await enrol('c', { ...made, fingerprint: 'ab'.repeat(32) });
    expect(JSON.parse(other.stdout)).toMatchObject({ error: 'FINGERPRINT' });
  });

  it('is not made from wrong words', async () => {
    const wrong = [
      ['anyone'],
      ['agent', '--uses', '0'],
      ['agent', '--expires', 'soon'],
      ['agent', '--approve', 'maybe'],
    ];
    for (const words of wrong) expect(await exitOf('token', 'create', '--out', at('w'), '--for', ...words)).toBe(2);
    expect(await exitOf('token', 'create', '--out', at('w'), '--for', 'agent', '--group', 'nowhere')).toBe(1);
  });
});

describe('a port on which controllers speak', () => {
  it('is none at which a server listens, and none at which an agent looks for one', async () => {
    const init = ['init', '--site', 'line-2', '--address', '127.0.0.1', '--listen', '127.0.0.1:502'];
    expect(await tryCommand('sallyport', [...init, '--data', at('other')])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('controllers speak on port 502') as string,
    });
    const controller = await countingController(502);
    try {
      const made = await token('t3', '--approve', 'auto');
      const compare = [
        '--token-file',
        made.secretFile,
        '--fingerprint',
        made.fingerprint,
        '--state',
        at('states', 'p'),
      ];
      const server = ['--server', `https://${controller.host}:502`];
      const refused = await agent('enrol', ...server, ...compare, '--root', at('roots', 'a'), '--wait', '0');
      expect([refused.status, JSON.parse(refused.stdout)]).toMatchObject([2, { error: 'USAGE' }]);
      expect([controller.met(), controller.bytes()]).toEqual([[], 0]);
    } finally {
      await controller.close();
    }
  });
});

describe('a device', () => {
  it('is refused by the running server at once when another process revokes it', async () => {
    await enrol('e', await token('t4', '--approve', 'auto'));
    expect(await once('e')).toMatchObject({ status: 0 });
    await sallyport('device', 'revoke', idOf('e'));
    expect((await once('e')).stdout).toContain('REFUSED');
    expect(await exitOf('device', 'revoke', 'nobody')).toBe(1);
  });
});
