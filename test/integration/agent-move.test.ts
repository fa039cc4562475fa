import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, connect as openTcp, type Socket, type Server as TcpServer } from 'node:net';
import { join } from 'node:path';
import { deviceTaskService } from '@sallyport/appliance/features/device-tasks/service';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plantAuthority } from '../../appliance/test/support/plant-authority.ts';
import { binOf } from '../support/commands.ts';
import { countingController } from '../support/counting-controller.ts';
import { until } from '../support/until.ts';
import { type AgentSite, openAgentSite } from './agent-site.ts';

// Real agents that are ordered to another address of loopback: one that leads to the appliance, and some that do not.

const system = { type: 'system', id: 'appliance', label: '', rights: new Set(['all'] as const) } as const;
let site: AgentSite;
const open: { close(): void }[] = [];
beforeAll(async () => {
  site = await openAgentSite();
  site.appliance.objects.setSetting(system, 'devices.check-in-seconds', 5);
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
  server.listen(0, '127.0.0.2');
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

const tasks = () => {
  const { db, personal, events, gate, inventory, devices } = site.appliance;
  return deviceTaskService({ db, personal, events, gate, inventory, devices });
};
const enrolled = async (name: string) => {
  const { state, run } = await site.enrol(name, { token: site.token({ approve: 'auto' }) });
  expect(run.status, run.stderr).toBe(0);
  const { rows } = site.appliance.devices.list({ limit: 100 });
  const device = rows.find(({ publicId }) => publicId === run.json['deviceId'])?.id ?? 0;
  return { state, device };
};
const addressOf = (state: string): string =>
  (JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as { server: string }).server;
const order = (device: number, server: string) =>
  tasks().move(system, { server, devices: [device], reason: 'new subnet' });
const newest = () => tasks().moves({ limit: 1, open: 10 })[0];
const run = (state: string) =>
  spawn(process.execPath, [binOf('sallyport-agent'), 'run', '--state', state], { stdio: 'ignore' });

describe('an agent that is ordered to another address', () => {
  it('goes over once it has answered there, and is heard there from then on', async () => {
    const second = await secondAddress(() => site.port);
    const { state, device } = await enrolled('moves');
    order(device, second.url);
    expect((await site.agent('once', '--state', state)).status).toBe(0);
    expect(addressOf(state)).toBe(second.url);
    // The result came by the new address.
    expect((await site.agent('once', '--state', state)).status).toBe(0);
    expect(newest()?.states).toEqual({ completed: 1 });
    const before = second.state.calls;
    expect((await site.agent('once', '--state', state)).status).toBe(0);
    expect(second.state.calls).toBeGreaterThan(before);
  });

  it('asks its present server first: nothing is sent to a controller, whose record came after the order', async () => {
    const controller = await countingController(8443);
    open.push({ close: () => void controller.close() });
    const { state, device } = await enrolled('permits');
    order(device, `https://${controller.host}:8443`);
    site.appliance.controllers.create(system, { name: 'P-9', address: controller.host });
    for (let turns = 0; turns < 2; turns += 1) await site.agent('once', '--state', state);
    expect([controller.met(), controller.bytes()]).toEqual([[], 0]);
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

  it('stays where it is when another server is there, and says so', async () => {
    // A server with a certificate of others that answers everything.
    const plant = plantAuthority();
    const { key, certificate } = plant.issue({ names: ['appliance.sallyport.internal'] });
    const { createServer: createTls } = await import('node:https');
    const stranger = createTls({ key, cert: certificate + plant.middle }, (_request, response) => response.end('{}'));
    stranger.listen(0, '127.0.0.2');
    await once(stranger, 'listening');
    open.push({ close: () => stranger.close() });
    plant.remove();
    const { state, device } = await enrolled('stays');
    const held = addressOf(state);
    const url = `https://127.0.0.2:${(stranger.address() as { port: number }).port}`;
    order(device, url);
    const child = run(state);
    try {
      await until(() => newest()?.states.failed === 1);
    } finally {
      child.kill();
      await once(child, 'close');
    }
    expect(addressOf(state)).toBe(held);
    const [failed] = newest()?.open ?? [];
    expect(failed).toMatchObject({ device, state: 'failed', code: 'NOT_MOVED' });
    expect(failed?.output).toContain(`${held} stays`);
  });

  it('that is killed while it tries has the old address, says so, and can be ordered again', async () => {
    const second = await secondAddress(() => site.port);
    second.state.isOpen = false;
    const { state, device } = await enrolled('killed');
    const held = addressOf(state);
    order(device, second.url);
    const child = run(state);
    await until(() => second.state.calls > 0);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(addressOf(state)).toBe(held);
    const again = run(state);
    try {
      await until(() => newest()?.states.failed === 1);
      expect(newest()?.open[0]).toMatchObject({ code: 'AGENT_RESTARTED' });
      second.state.isOpen = true;
      order(device, second.url);
      await until(() => newest()?.states.completed === 1);
    } finally {
      again.kill();
      await once(again, 'close');
    }
    expect(addressOf(state)).toBe(second.url);
  });
});
