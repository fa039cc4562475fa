import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, connect as openTcp, type Socket, type Server as TcpServer } from 'node:net';
import { join } from 'node:path';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signIn } from '../../appliance/src/cli/actor.ts';
import { plantAuthority } from '../../appliance/test/support/plant-authority.ts';
import { commandProcess } from '../support/command-process.ts';
import { binOf, freePort } from '../support/commands.ts';
import { countingController } from '../support/counting-controller.ts';
import { introduce, signedIn } from '../support/persons.ts';
import { until } from '../support/until.ts';
import { type AgentSite, openAgentSite } from './agent-site.ts';

// Real agents that are ordered to another address of loopback: one that leads to the appliance, and some that do not.

const system = { type: 'system', id: 'appliance', label: '', rights: new Set(['all'] as const) } as const;
const password = 'a long enough password 7';
let site: AgentSite;
const open: { close(): void }[] = [];
beforeAll(async () => {
  site = await openAgentSite();
  site.appliance.objects.setSetting(system, 'devices.check-in-seconds', 5);
  introduce(site.appliance.db, 'anna', 'boris');
});
afterAll(async () => {
  for (const one of open) one.close();
  await site?.close();
});

/** Another address in front of the appliance: what comes goes on to it once `isOpen`. */
const secondAddress = async (target: () => number) => {
  const state = { isOpen: true, calls: 0 };
  const sockets = new Set<Socket>();
  const server: TcpServer = createServer((incoming) => {
    state.calls += 1;
    sockets.add(incoming);
    incoming.on('error', () => undefined);
    if (!state.isOpen) {
      incoming.destroy();
      return;
    }
    const outgoing = openTcp(target(), '127.0.0.1');
    outgoing.on('error', () => incoming.destroy());
    sockets.add(outgoing);
    incoming.pipe(outgoing).pipe(incoming);
  });
  server.listen(await freePort(), '127.0.0.2');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  open.push({
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  });
  return { state, url: `https://127.0.0.2:${port}` };
};

const tasks = () => site.appliance.deviceTasks;
const enrolled = async (name: string) => {
  const { state, run } = await site.enrol(name, { token: site.token({ approve: 'auto' }) });
  expect(run.status, run.stderr).toBe(0);
  const { rows } = site.appliance.devices.list({ limit: 100 });
  const device = rows.find(({ publicId }) => publicId === run.json['deviceId'])?.id ?? 0;
  return { state, device };
};
const addressOf = (state: string): string =>
  (JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as { server: string }).server;
const [anna, boris] = [signedIn('anna'), signedIn('boris')];
/** One person asks, another agrees; the port is one that was agreed to. */
const order = async (devices: readonly number[], server: string, although?: string) => {
  site.appliance.objects.setSetting(system, 'devices.agent-ports', [new URL(server).port]);
  const { id } = await tasks().moves.order(anna, { server, devices, reason: 'new subnet', although });
  return tasks().moves.agree(boris, id);
};
const newest = () => tasks().moves.list({ limit: 1, open: 10 })[0];
/** Each of them asks once for what there is. */
const turns = async (...states: string[]) => {
  for (const state of states) expect((await site.agent('once', '--state', state)).status).toBe(0);
};
const run = (state: string) =>
  spawn(process.execPath, [binOf('sallyport-agent'), 'run', '--state', state], { stdio: 'ignore' });

describe('an agent that is ordered to another address', () => {
  it('goes over once it has answered there, and is heard there from then on', async () => {
    const second = await secondAddress(() => site.port);
    const { state, device } = await enrolled('moves');
    expect((await order([device], second.url)).answers).toBe('proven');
    expect((await site.agent('once', '--state', state)).status).toBe(0);
    expect(addressOf(state)).toBe(second.url);
    // The result came by the new address.
    expect((await site.agent('once', '--state', state)).status).toBe(0);
    expect(newest()?.states).toEqual({ completed: 1 });
    const before = second.state.calls;
    expect((await site.agent('once', '--state', state)).status).toBe(0);
    expect(second.state.calls).toBeGreaterThan(before);
  });

  it('of several goes alone, and the others follow once it was heard at the new address', async () => {
    const second = await secondAddress(() => site.port);
    const all = [await enrolled('one'), await enrolled('two'), await enrolled('three')];
    const old = addressOf(all[0]?.state ?? '');
    await order(
      all.map(({ device }) => device),
      second.url,
    );
    const first = all.find(({ device }) => device === newest()?.first);
    const others = all.flatMap(({ state, device }) => (device === first?.device ? [] : [state]));
    expect(others).toHaveLength(2);
    await turns(...others, ...others);
    expect(newest()?.states).toEqual({ queued: 1, held: 2 });
    expect(others.map(addressOf)).toEqual([old, old]);
    await turns(first?.state ?? '');
    await turns(first?.state ?? '');
    expect(newest()?.states).toEqual({ completed: 1, queued: 2 });
    for (let turn = 0; turn < 2; turn += 1) await turns(...others);
    expect(newest()?.states).toEqual({ completed: 3 });
    expect(all.map(({ state }) => addressOf(state))).toEqual([second.url, second.url, second.url]);
  });

  it('asks its present server first: nothing is sent to a controller, whose record came after the order', async () => {
    const controller = await countingController(8443);
    open.push({ close: () => void controller.close() });
    const { state, device } = await enrolled('permits');
    await order([device], `https://${controller.host}:8443`, 'to see it fail');
    // Nobody knew of it when the appliance looked.
    const [met, bytes] = [controller.met().length, controller.bytes()];
    site.appliance.controllers.create(system, { name: 'P-9', address: controller.host });
    for (let turns = 0; turns < 2; turns += 1) await site.agent('once', '--state', state);
    expect([controller.met().slice(met), controller.bytes()]).toEqual([[], bytes]);
    expect(newest()?.states).toEqual({ failed: 1 });
    expect(addressOf(state)).not.toContain(controller.host);
    // Why is not told to the device; the journal has it.
    expect(newest()?.open.map(({ code }) => code)).toEqual(['NOT_MOVED']);
    expect(readFileSync(join(state, 'log', 'agent.log'), 'utf8')).not.toContain('because');
    const { rows } = site.appliance.events.list({ scope: wholeSite('job'), type: ['connection-forbidden'], limit: 10 });
    expect(rows).toMatchObject([
      { params: { purpose: 'move-server', host: controller.host, port: 8443, because: 'controller' } },
    ]);
  });

  it('stays where it is when another server is there, says so, and no other one is sent there', async () => {
    // A server with a certificate of others that answers everything.
    const plant = plantAuthority();
    const { key, certificate } = plant.issue({ names: ['appliance.sallyport.internal'] });
    const { createServer: createTls } = await import('node:https');
    const stranger = createTls({ key, cert: certificate + plant.middle }, (_request, response) => response.end('{}'));
    const calls = { n: 0 };
    stranger.on('connection', () => {
      calls.n += 1;
    });
    stranger.listen(await freePort(), '127.0.0.2');
    await once(stranger, 'listening');
    open.push({ close: () => stranger.close() });
    plant.remove();
    const all = [await enrolled('stays'), await enrolled('waits')];
    const held = addressOf(all[0]?.state ?? '');
    const url = `https://127.0.0.2:${(stranger.address() as { port: number }).port}`;
    const ids = all.map(({ device }) => device);
    expect(await order(ids, url, 'to see it fail')).toMatchObject({ answers: 'PEER', states: { queued: 1, held: 1 } });
    const first = all.find(({ device }) => device === newest()?.first);
    const child = run(first?.state ?? '');
    try {
      await until(() => newest()?.states.failed === 1);
    } finally {
      child.kill();
      await once(child, 'close');
    }
    const ended = newest()?.open ?? [];
    const failed = ended.find(({ device }) => device === first?.device);
    const other = ended.find(({ device }) => device !== first?.device);
    expect(failed).toMatchObject({ state: 'failed', code: 'NOT_MOVED' });
    expect(failed?.output).toContain(`${held} stays`);
    expect(other).toMatchObject({ state: 'cancelled', code: 'FIRST_NOT_MOVED' });
    const tried = calls.n;
    await turns(...all.map(({ state }) => state));
    expect([tried > 1, calls.n]).toEqual([true, tried]);
    expect(all.map(({ state }) => addressOf(state))).toEqual([held, held]);
  });

  it('is asked for at the command line by a person who signed in, and another one agrees there or takes it back', async () => {
    const { state, device } = await enrolled('commands');
    const { publicId } = site.appliance.devices.byId(device);
    site.appliance.objects.setSetting(system, 'devices.agent-ports', ['9443']);
    const as = async (name: string) => {
      const { accounts, objects } = site.appliance;
      const { id } = objects.create(system, 'account', { name, roles: ['administrator'] });
      const { token } = accounts.makeLink(system, id);
      await accounts.useLink(token, { password, again: password, from: '127.0.0.1' });
      const runtime = join(site.folder, name);
      mkdirSync(runtime, { mode: 0o700 });
      vi.stubEnv('XDG_RUNTIME_DIR', runtime);
      await signIn(accounts, site.appliance.paths.data, { name, password, code: '' });
      vi.unstubAllEnvs();
      return commandProcess(() => ({ env: { XDG_RUNTIME_DIR: runtime } })).tryCommand;
    };
    const data = ['--data', site.appliance.paths.data];
    const wish = [publicId, '--server', 'https://127.0.0.1:9443', '--reason', 'new subnet', ...data];
    const nobody = commandProcess().tryCommand;
    expect((await nobody('sallyport', ['device', 'move', ...wish, '--although', 'tonight'])).stderr).toContain(
      'APPROVAL_PERSON',
    );
    const [zoya, erlan] = [await as('zoya'), await as('erlan')];
    // Nothing listens there.
    expect((await zoya('sallyport', ['device', 'move', ...wish])).stderr).toContain('although');
    const asked = await zoya('sallyport', ['device', 'move', ...wish, '--although', 'tonight', '--json']);
    const { id } = JSON.parse(asked.stdout) as { id: string };
    expect((await zoya('sallyport', ['device', 'agree-move', id, ...data])).stderr).toContain('APPROVAL_SELF');
    expect((await nobody('sallyport', ['device', 'moves', ...data])).stdout).toContain('waits for a second person');
    expect((await erlan('sallyport', ['device', 'agree-move', id, ...data])).stdout).toContain(`${id}: queued 1`);
    expect((await erlan('sallyport', ['device', 'refuse-move', id, ...data])).stdout).toContain(`${id}: cancelled 1`);
    expect(addressOf(state)).toContain(String(site.port));
  });

  it('that is killed while it tries has the old address, says so, and can be ordered again', async () => {
    const second = await secondAddress(() => site.port);
    const { state, device } = await enrolled('killed');
    const held = addressOf(state);
    await order([device], second.url);
    second.state.isOpen = false;
    const before = second.state.calls;
    const child = run(state);
    await until(() => second.state.calls > before);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(addressOf(state)).toBe(held);
    const again = run(state);
    try {
      await until(() => newest()?.states.failed === 1);
      expect(newest()?.open[0]).toMatchObject({ code: 'AGENT_RESTARTED' });
      second.state.isOpen = true;
      await order([device], second.url);
      await until(() => newest()?.states.completed === 1);
    } finally {
      again.kill();
      await once(again, 'close');
    }
    expect(addressOf(state)).toBe(second.url);
  });
});
