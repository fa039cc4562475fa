import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSealed } from '@sallyport/bundle-tools/documents/sealed';
import { readSealKey } from '@sallyport/bundle-tools/trust/keys';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoAdvisories } from '../../scripts/demo-advisories.ts';
import { dpkgInstall, layDemoDevice } from '../../scripts/demo-device.ts';
import { type DemoRepository, makeDemoRepository } from '../../scripts/demo-repository.ts';
import { openAlwaysIn } from '../support/always-window.ts';
import { atStatePrefix } from '../support/at-state.ts';
import { commandProcess } from '../support/command-process.ts';
import {
  command,
  commandIn,
  flags,
  type Running,
  startCommand,
  temporaryFolder,
  tryCommand,
} from '../support/commands.ts';
import { makeNamespace, type Namespace, routesOf } from '../support/namespace.ts';

// The whole loop through the real doors: the isolated side in a namespace without a route, files on a medium, the
// connected host outside. Every value that could name a device or a person is a marker that must never leave.

const markers = {
  hostname: 'mark-host-qzx',
  machineId: '5a1175a11e5a1175a11e5a1175a11e5a',
  user: 'markuserqzx',
  fullName: 'Marker Fullname Qzx',
  displayName: 'Mark Display Qzx',
};

type Device = { id: string; name: string; state: string };

describe('the loop', async () => {
  const folder = temporaryFolder('loop');
  const at = (...parts: string[]) => join(folder.path, ...parts);
  const data = ['--data', at('appliance')];
  const state = ['--state', at('host')];
  const port = 8443;
  const server = `https://127.0.0.1:${port}`;
  let namespace: Namespace | undefined;
  let inside = command;
  let repository: DemoRepository;
  let running: Running;
  let device = '';

  const prefix = () => namespace?.prefix ?? [];
  const agent = (...args: string[]) => inside('sallyport-agent', ...args, '--state', at('agent'));
  // What was started once is run again by a process that has it already.
  const again = commandProcess();
  const findings = async (run = again.command) =>
    (await run<{ findings: { id: string }[] }>('sallyport', 'finding', 'list', ...data)).findings;
  const serve = (more: readonly string[] = []) =>
    startCommand('sallyport', ['serve', ...data], /listening/, [...prefix(), ...more]);
  const bundles = () => readdirSync(at('medium')).filter((name) => name.endsWith('.tar'));

  beforeAll(async () => {
    for (const part of ['medium', 'device', 'work', 'keys']) mkdirSync(at(part), { recursive: true });
    namespace = makeNamespace(`sallyport-loop-${process.pid}`);
    inside = commandIn(prefix());
    repository = await makeDemoRepository({ dir: at('repository') });
  });
  afterAll(async () => {
    await running?.kill();
    namespace?.remove();
    await repository?.close();
    folder.remove();
  });

  it('runs its isolated side where no route leads out', (context) => {
    if (namespace === undefined) context.skip('a network namespace takes root and iproute2');
    else expect(routesOf(namespace)).toBe('');
  });

  it('introduces both sides by compared fingerprints', async () => {
    await inside(
      'sallyport',
      'init',
      ...data,
      ...flags({ site: 'loop-1', address: '127.0.0.1', listen: `127.0.0.1:${port}` }),
    );
    const roots = [1, 2, 3].flatMap((number) => ['--root-key', at(`keys/root-${number}`)]);
    await command(
      'sallyport-bundle',
      'trust',
      'init',
      ...state,
      ...roots,
      ...flags({ threshold: '2', 'curator-key': at('keys/curator') }),
    );
    const { fingerprint } = await command<{ fingerprint: string }>(
      'sallyport-bundle',
      'trust',
      'export',
      ...state,
      ...flags({ out: at('work/trust.tar') }),
    );
    const wrong = await again.tryCommand('sallyport', [
      'trust',
      'import',
      at('work/trust.tar'),
      ...data,
      ...flags({ fingerprint: 'ab'.repeat(32) }),
    ]);
    expect(wrong.status).not.toBe(0);
    await inside('sallyport', 'trust', 'import', at('work/trust.tar'), ...data, '--fingerprint', fingerprint);
    const card = await inside<{ fingerprint: string }>(
      'sallyport',
      'site-card',
      'export',
      ...data,
      ...flags({ out: at('work/card.json') }),
    );
    await command('sallyport-bundle', 'site', 'add', at('work/card.json'), ...state, '--fingerprint', card.fingerprint);
  });

  it('enrols a device over mutual TLS and takes its inventory', async () => {
    running = await serve();
    const { suites, uri: repositoryUri, keyring, debs } = repository;
    layDemoDevice({
      root: at('device'),
      hostname: markers.hostname,
      machineId: markers.machineId,
      suites,
      repositoryUri,
      keyring,
    });
    writeFileSync(
      at('device/etc/passwd'),
      `root:x:0:0:root:/root:/bin/sh\n${markers.user}:x:1000:1000:${markers.fullName}:/home/${markers.user}:/bin/sh\n`,
    );
    dpkgInstall(at('device'), debs[0]?.path ?? '');
    const token = await inside<{ fingerprint: string }>(
      'sallyport',
      'token',
      'create',
      ...data,
      ...flags({ for: 'agent', approve: 'auto', out: at('work/token') }),
    );
    const enrol = ['enrol', '--server', server, '--token-file', at('work/token/secret'), '--root', at('device')];
    const refused = await tryCommand(
      'sallyport-agent',
      [...enrol, '--fingerprint', 'cd'.repeat(32), '--state', at('agent')],
      prefix(),
    );
    expect(refused.status).not.toBe(0);
    await agent(...enrol, '--fingerprint', token.fingerprint);
    await agent('once');
    const { items: devices } = await inside<{ items: Device[] }>('sallyport', 'device', 'list', ...data);
    expect(devices).toMatchObject([{ name: markers.hostname, state: 'managed' }]);
    device = devices[0]?.id ?? '';
  });

  it('writes a request that names nobody', async () => {
    const preview = await inside('sallyport', 'request', 'export', '--show', ...data);
    expect(JSON.stringify(preview)).toContain('line-monitor');
    expect(readdirSync(at('medium'))).toEqual([]);
    const { path } = await inside<{ path: string }>('sallyport', 'request', 'export', ...data, '--out', at('medium'));
    const sealed = readFileSync(path);
    const opened = Buffer.from(openSealed(sealed, [readSealKey(at('host/keys/seal.json'))]));
    const body = Buffer.from((JSON.parse(opened.toString('utf8')) as { payload: string }).payload, 'base64').toString(
      'utf8',
    );
    expect(body).toContain('line-monitor');
    for (const text of [body, opened.toString('latin1')]) {
      for (const marker of Object.values(markers)) expect(text.toLowerCase()).not.toContain(marker.toLowerCase());
      expect(text).not.toContain(at('device'));
      expect(text).not.toContain('127.0.0.1');
      expect(text).not.toContain(device);
    }
  });

  it('answers it with a bundle that the host itself could import', async () => {
    const demoSuites = repository.suites.flatMap((suite) => ['--suite', suite]);
    await command(
      'sallyport-bundle',
      'source',
      'add',
      'apt',
      'line',
      ...state,
      ...flags({ uri: repository.uri }),
      ...demoSuites,
      ...flags({ component: 'main', keyring: repository.keyring }),
    );
    const advisories = demoAdvisories(
      at('advisories'),
      'dpkg:demo-line:1',
      'line-monitor',
      repository.versions[1] ?? '',
    );
    await command('sallyport-bundle', 'source', 'add', 'osv', 'demo', advisories, ...state);
    const { path: catalog } = await command<{ path: string }>(
      'sallyport-bundle',
      'catalog',
      'build',
      ...flags({ media: at('medium') }),
      ...state,
    );
    await command('sallyport-bundle', 'catalog', 'sign', '--key', at('keys/curator'), catalog);
    const answer = await command<{ bundles: { path: string; updates: number }[] }>(
      'sallyport-bundle',
      'fulfil',
      ...flags({ media: at('medium') }),
      ...state,
    );
    expect(answer.bundles).toHaveLength(1);
    expect(answer.bundles[0]?.updates).toBe(1);
    expect(bundles()).toHaveLength(1);
  });

  it('imports it once, and says so the second time', async () => {
    const [name = ''] = bundles();
    expect(await inside('sallyport', 'bundle', 'import', at('medium', name), ...data)).toMatchObject({
      result: 'imported',
    });
    const twice = await again.tryCommand('sallyport', ['bundle', 'import', at('medium', name), ...data, '--json']);
    expect(twice.status).toBe(0);
    expect(twice.stdout).toContain('ALREADY_IMPORTED');
    expect((await findings(inside)).length).toBeGreaterThan(0);
  });

  it('keeps findings open until the device itself shows the update', async () => {
    const before = (await findings()).length;
    const { updates } = await inside<{ updates: { id: string; name: string; supply: string }[] }>(
      'sallyport',
      'update',
      'list',
      ...data,
    );
    const [update] = updates.filter(({ name }) => name === 'line-monitor');
    expect(update).toMatchObject({ supply: 'arrived' });
    await inside('sallyport', 'update', 'approve', update?.id ?? '', ...data);
    await openAlwaysIn(at('appliance'));
    await inside('sallyport', 'deployment', 'create', '--update', update?.id ?? '', '--device', device, ...data);
    expect(await findings()).toHaveLength(before);
    // The appliance dies once the permit is written down: its answer is lost, so nothing is begun, and the next attempt does it.
    await running.kill();
    const question = 'SELECT count(*) FROM task WHERE acting_at IS NOT NULL';
    running = await serve(atStatePrefix({ act: 'kill', question }));
    const died = new Promise((resolve) => running.child.once('exit', resolve));
    await tryCommand('sallyport-agent', ['once', '--state', at('agent')], prefix());
    await died;
    expect(readFileSync(at('device/usr/share/line-monitor/version'), 'utf8').trim()).toBe('1.0-1');
    running = await serve();
    await agent('once');
    expect(readFileSync(at('device/usr/share/line-monitor/version'), 'utf8').trim()).toBe('1.1-1');
    await agent('once');
    expect(await findings()).toEqual([]);
    const [deployment] = await inside<{ counts: Record<string, number> }[]>('sallyport', 'deployment', 'list', ...data);
    expect(deployment?.counts).toMatchObject({ verified: 1, failed: 0 });
  });

  it('sends its receipt with the next request', async () => {
    await again.command('sallyport', 'request', 'export', ...data, '--out', at('medium'));
    const { receipts } = await inside<{ receipts: { result: string }[] }>('sallyport', 'receipt', 'list', ...data);
    expect(receipts.some(({ result }) => result === 'imported')).toBe(true);
    await again.command(
      'sallyport-bundle',
      'fulfil',
      '--media',
      at('medium'),
      ...state,
      '--curator-key',
      at('keys/curator'),
    );
  });

  it('is sound afterwards', async () => {
    await running.kill('SIGKILL');
    expect(await tryCommand('sallyport', ['doctor', ...data], prefix())).toMatchObject({ status: 0 });
  });
});
