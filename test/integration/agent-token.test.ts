import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/features/objects/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, freePort, type Running, startCommand, temporaryFolder, tryCommand } from '../support/commands.ts';
import { layRoot } from './agent-site.ts';

// From the administrator's chair: commands only, beside a running server.

const folder = temporaryFolder('agent-token');
const at = (...parts: string[]) => join(folder.path, ...parts);
let server: Running;
let url = '';

const sallyport = <T = Record<string, unknown>>(...args: string[]): T =>
  command<T>('sallyport', ...args, '--data', at('data'));
const agent = (...args: string[]) => tryCommand('sallyport-agent', [...args, '--json']);
const token = (name: string, ...more: string[]) =>
  sallyport<{ fingerprint: string; secretFile: string; enrol: string }>(
    'token',
    'create',
    '--for',
    'agent',
    '--server',
    url,
    '--out',
    at(name),
    ...more,
  );
const enrol = (name: string, made: { fingerprint: string; secretFile: string }) => {
  layRoot(at('roots', name), name);
  return agent(
    'enrol',
    '--server',
    url,
    '--token-file',
    made.secretFile,
    '--fingerprint',
    made.fingerprint,
    '--state',
    at('states', name),
    '--root',
    at('roots', name),
    '--wait',
    '0',
  );
};
const stateOf = (name: string) => {
  const { deviceId } = JSON.parse(readFileSync(at('states', name, 'agent.json'), 'utf8')) as { deviceId?: string };
  return deviceId ?? '';
};

beforeAll(async () => {
  const port = await freePort();
  url = `https://127.0.0.1:${port}`;
  sallyport('init', '--site', 'line-1', '--address', '127.0.0.1', '--listen', `127.0.0.1:${port}`);
  expect(
    tryCommand('sallyport', ['token', 'create', '--for', 'agent', '--out', at('early'), '--data', at('data'), '--json'])
      .stdout,
  ).toContain('NO_ROOT');
  const keys = ['--root-key', at('r1'), '--root-key', at('r2'), '--root-key', at('r3'), '--curator-key', at('c1')];
  command('sallyport-bundle', 'trust', 'init', '--state', at('host'), ...keys);
  const exported = command<{ rootSha256: string }>(
    'sallyport-bundle',
    'trust',
    'export',
    '--state',
    at('host'),
    '--out',
    at('trust.tar'),
  );
  const appliance = await compose({ dataDir: at('data'), log: openLog('silent') });
  await appliance.exchange.importTrust(systemActor, at('trust.tar'), exported.rootSha256);
  await appliance.close();
  server = await startCommand('sallyport', ['serve', '--data', at('data')], /listening on/);
});
afterAll(async () => {
  await server.kill();
  folder.remove();
});

describe('a token', () => {
  it('comes with what the device needs, the secret for its owner only', () => {
    const made = token('t1', '--uses', '3', '--expires', '7d', '--approve', 'auto');
    expect(statSync(made.secretFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(at('t1', 'ca.pem'), 'utf8')).toContain('BEGIN CERTIFICATE');
    expect(readFileSync(at('t1', 'enrol.txt'), 'utf8').trim()).toBe(made.enrol);
    expect(made.enrol).not.toContain(readFileSync(made.secretFile, 'utf8').trim());
    const done = enrol('a', made);
    expect([done.status, JSON.parse(done.stdout)]).toMatchObject([0, { site: 'line-1' }]);
    expect(agent('once', '--state', at('states', 'a')).status).toBe(0);
  });

  it('with manual approval waits for the administrator', () => {
    const made = token('t2');
    expect(enrol('b', made).stdout).toContain('PENDING');
    const listed = sallyport('device', 'list', '--state', 'pending');
    const id = /"id":"([0-9a-f]{32})"/.exec(JSON.stringify(listed))?.[1] ?? '';
    expect(sallyport('device', 'approve', id)).toEqual({ items: [{ id, name: 'b', state: 'managed' }] });
    expect(enrol('b', made).status).toBe(0);
    expect(stateOf('b')).toBe(id);
  });

  it('that is used up lets nobody else in', () => {
    const made = token('t3', '--uses', '1', '--approve', 'auto');
    expect(enrol('c', made).status).toBe(0);
    expect(enrol('d', made).stdout).toContain('REFUSED');
  });

  it('is not made from wrong words', () => {
    const wrong = [
      ['--for', 'anyone'],
      ['--for', 'agent', '--uses', '0'],
      ['--for', 'agent', '--expires', 'soon'],
      ['--for', 'agent', '--approve', 'maybe'],
    ];
    for (const words of wrong) {
      expect(
        tryCommand('sallyport', ['token', 'create', ...words, '--out', at('wrong'), '--data', at('data')]).status,
      ).toBe(2);
    }
    expect(
      tryCommand('sallyport', [
        'token',
        'create',
        '--for',
        'agent',
        '--group',
        'nowhere',
        '--out',
        at('wrong'),
        '--data',
        at('data'),
      ]).status,
    ).toBe(1);
  });
});

describe('a device', () => {
  it('is refused by the running server at once when another process revokes it', () => {
    const made = token('t4', '--approve', 'auto');
    enrol('e', made);
    expect(agent('once', '--state', at('states', 'e')).status).toBe(0);
    sallyport('device', 'revoke', stateOf('e'));
    expect(agent('once', '--state', at('states', 'e')).stdout).toContain('REFUSED');
    expect(tryCommand('sallyport', ['device', 'revoke', 'nobody', '--data', at('data')]).status).toBe(1);
  });
});
