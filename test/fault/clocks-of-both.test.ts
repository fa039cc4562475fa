import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { siteFingerprint } from '@sallyport/bundle-tools/protocol/site';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin } from '../../appliance/test/support/engines.ts';
import { makeHost } from '../../appliance/test/support/host.ts';
import { initialised } from '../../appliance/test/support/initialised.ts';
import { layRoot } from '../integration/agent-site.ts';
import {
  flags,
  freePort,
  type Outcome,
  type Running,
  startCommand,
  temporaryFolder,
  tryCommand,
} from '../support/commands.ts';
import { makeToken } from '../support/tokens.ts';
import { until } from '../support/until.ts';

// The real server and the real agent, each as a process of its own with a clock of its own (libfaketime): whichever is wrong, the device
// keeps its certificate, and what lives at the site lives.

const faketime = spawnSync('faketime', ['-f', '+0d', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' });
/** Timers keep to the real clock. */
const under = (days: number): readonly string[] =>
  days === 0
    ? []
    : [
        'env',
        `LD_PRELOAD=${faketime.stdout.trim()}`,
        `FAKETIME=${days > 0 ? '+' : ''}${days}d`,
        'FAKETIME_DONT_FAKE_MONOTONIC=1',
        'TZ=UTC',
      ];

describe.skipIf(faketime.status !== 0)('a wrong clock', () => {
  const folder = temporaryFolder('clocks-of-both');
  const at = (name: string): string => join(folder.path, name);
  const dataDir = at('data');
  const site = { port: 0, ca: '', fingerprint: '', token: '', api: '', cookie: '' };
  let server: Running | undefined;

  const opened = async <T>(work: (appliance: Appliance) => Promise<T> | T): Promise<T> => {
    const appliance = await compose({ dataDir, log: openLog('silent') });
    try {
      return await work(appliance);
    } finally {
      await appliance.close();
    }
  };
  const serve = async (days = 0): Promise<void> => {
    await server?.kill();
    server = await startCommand('sallyport', ['serve', '--data', dataDir], /listening/, under(days));
  };
  const agent = (name: string, days: number, command: string, more: Record<string, string> = {}): Promise<Outcome> =>
    tryCommand('sallyport-agent', [command, ...flags({ state: at(`state-${name}`), ...more }), '--json'], under(days));
  const enrol = (name: string): Promise<Outcome> => {
    layRoot(at(`root-${name}`), name);
    writeFileSync(at('token'), site.token, { mode: 0o600 });
    return agent(name, 0, 'enrol', {
      server: `https://127.0.0.1:${site.port}`,
      'token-file': at('token'),
      fingerprint: site.fingerprint,
      root: at(`root-${name}`),
      wait: '0',
    });
  };
  const get = (path: string, headers: Record<string, string>): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const sent = request(
        { agent: new Agent({ ca: site.ca }), host: '127.0.0.1', port: site.port, path, headers },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      sent.once('error', reject);
      sent.end();
    });
  const api = (path: string) => get(`/api/v1${path}`, { authorization: `Bearer ${site.api}` });
  const ok = ({ status, stdout, stderr }: Outcome): void => expect(status, stdout + stderr).toBe(0);
  const deviceOf = (name: string) =>
    opened(({ devices, events }) => {
      devices.flush();
      const device = devices.list({ limit: 100 }).rows.find(({ hostname }) => hostname === name);
      const certificates = device === undefined ? [] : devices.certificates(device.id);
      const refused = events.list({ scope: wholeSite('job'), type: ['certificate-refused'], limit: 10 }).rows;
      return { state: device?.state, certificates: certificates.map(({ state }) => state), refused: refused.length };
    });
  /** Token, session and the device's certificate are what they were. */
  const expectAlive = async (name: string): Promise<void> => {
    ok(await agent(name, 0, 'once'));
    expect((await api('/devices')).status).toBe(200);
    expect((await get('/', { cookie: site.cookie })).status).toBe(200);
    await until(async () => (await deviceOf(name)).certificates.includes('active'));
    expect(await deviceOf(name)).toEqual({ state: 'managed', certificates: ['active'], refused: 0 });
  };

  beforeAll(async () => {
    site.port = await freePort();
    await initialised({
      dataDir,
      site: 'plant-7',
      addresses: ['127.0.0.1'],
      listen: { address: '127.0.0.1', port: site.port },
      administrator: 'administrator',
      log: openLog('silent'),
    });
    const host = makeHost(at('host'));
    await host.publish();
    await opened(async ({ exchange, objects, ca, accounts, trustFiles }) => {
      await exchange.importTrust(admin, await host.trustFile(at('trust')), host.rootFingerprint);
      site.token = makeToken(objects, 'agent');
      site.ca = ca.certificatePem;
      site.fingerprint = siteFingerprint(ca.certificateDer, trustFiles.root() ?? new Uint8Array());
      const account = objects.findBy('account', 'name', 'administrator')?.id ?? '';
      const password = 'a long word of the plant';
      const { token } = accounts.makeLink(systemActor, account);
      const { cookie } = await accounts.useLink(token, { password, again: password, from: '127.0.0.1' });
      site.api = accounts.createApiToken(systemActor, { name: 'reader', account }).secret;
      site.cookie = `__Host-sallyport=${cookie}`;
    });
    await serve();
  });
  afterAll(async () => {
    await server?.kill();
    folder.remove();
  });

  it.each([400, -400])('of the server, %s days off from a start to the next, ends nothing', async (days) => {
    const name = `line${days}`;
    ok(await enrol(name));
    await expectAlive(name);
    await serve(days);
    const { text } = await get('/readyz', {});
    expect(JSON.parse(text)).toMatchObject({
      checks: expect.arrayContaining([
        { name: 'clock', state: 'warning', code: days > 0 ? 'CLOCK_SUSPECT' : 'CLOCK_BEHIND' },
      ]),
    });
    await expectAlive(name);
    // One that comes in meanwhile stays as well.
    ok(await enrol(`${name}-since`));
    await expectAlive(`${name}-since`);
    await serve();
    await expectAlive(name);
    await expectAlive(`${name}-since`);
    expect(JSON.parse((await get('/readyz', {})).text)).toMatchObject({
      checks: expect.arrayContaining([{ name: 'clock', state: 'ok', code: 'OK' }]),
    });
  });

  it('of a device that is ahead changes nothing: it reports, and has no further certificate', async () => {
    ok(await enrol('ahead'));
    for (let turn = 0; turn < 3; turn += 1) ok(await agent('ahead', 400, 'once'));
    await until(async () => (await deviceOf('ahead')).certificates.includes('active'));
    expect(await deviceOf('ahead')).toEqual({ state: 'managed', certificates: ['active'], refused: 0 });
    const told = await agent('ahead', 400, 'status');
    const said = JSON.parse(told.stdout) as { standing: string; clockAheadSeconds: number };
    expect(said.standing).toBe('accepted');
    expect(Math.round(said.clockAheadSeconds / 86_400)).toBe(400);
    const { text } = await api('/devices?limit=100');
    expect(text).toContain('ahead');
    await expectAlive('ahead');
    expect(JSON.parse((await agent('ahead', 0, 'status')).stdout)).toMatchObject({ clockAheadSeconds: 0 });
  });

  it('of a device that is behind keeps it out until it is right, says so there, and ends nothing', async () => {
    ok(await enrol('behind'));
    ok(await agent('behind', 0, 'once'));
    const refused = await agent('behind', -400, 'once');
    expect(refused.status).toBe(1);
    expect(refused.stdout + refused.stderr).toMatch(/clock of this (?:computer|device)/);
    await expectAlive('behind');
  });
});

if (faketime.status !== 0) it('a wrong clock', (context) => context.skip('takes Debian faketime'));
