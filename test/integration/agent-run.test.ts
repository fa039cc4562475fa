import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { binOf } from '../support/commands.ts';
import { until } from '../support/until.ts';
import { type AgentSite, layShell, type MadePackage, makePackage, openAgentSite, publish } from './agent-site.ts';

// The agent as a service, and what is left of its work when something is killed or goes away.

let site: AgentSite;
let tool: MadePackage;
let slow: MadePackage;
let restartable: MadePackage;
const services: ChildProcess[] = [];
let counter = 0;

beforeAll(async () => {
  site = await openAgentSite();
  site.appliance.objects.setSetting(systemActor, 'devices.check-in-seconds', 5);
  tool = makePackage(site.folder, 'line-tool', '1.0');
  slow = makePackage(site.folder, 'slow-tool', '1.0', '#!/bin/sh\necho started >/started\nsleep 30\n');
  restartable = makePackage(site.folder, 'kernel-tool', '1.0');
  for (const made of [tool, slow, restartable]) await site.appliance.store.put(made.bytes, { maxBytes: 1 << 20 });
  for (const [name, bytes] of publish(site.keys, 2, [tool.bytes, slow.bytes, restartable.bytes]))
    site.trust.set(name, bytes);
});
afterEach(async () => {
  for (const service of services.splice(0)) await end(service, 'SIGKILL');
});
afterAll(async () => site.close());

const end = async (service: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  if (service.exitCode === null && service.signalCode === null) {
    const gone = new Promise<void>((resolve) => service.once('exit', () => resolve()));
    service.kill(signal);
    await gone;
  }
  return service.exitCode;
};

const serve = (state: string): ChildProcess => {
  const service = spawn(process.execPath, [binOf('sallyport-agent'), 'run', '--state', state], { stdio: 'ignore' });
  services.push(service);
  return service;
};

const newDevice = async () => {
  counter += 1;
  const { state, root, run } = await site.enrol(`r${counter}`);
  expect(run.status).toBe(0);
  const { deviceId } = JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as { deviceId: string };
  return { state, root, id: site.appliance.devices.byPublicId(deviceId).id };
};
const resultsOf = (task: string) =>
  site.results.filter((one) => one.task === task).map((one) => [one.result.state, one.result.code]);
const software = (device: number) => site.appliance.inventory.section(device, 'software').map((row) => row['name']);

describe('the service', () => {
  it('reports when the server comes back, and ends at SIGTERM', async () => {
    const device = await newDevice();
    await site.stop();
    const service = serve(device.state);
    await until(
      () =>
        existsSync(join(device.state, 'log/agent.log')) &&
        readFileSync(join(device.state, 'log/agent.log'), 'utf8').includes('UNREACHABLE'),
    );
    expect(site.appliance.inventory.section(device.id, 'identity')).toEqual([]);
    await site.start();
    await until(() => site.appliance.inventory.section(device.id, 'accounts').length > 0);
    expect(await end(service, 'SIGTERM')).toBe(0);
    const log = await site.agent('log', '--state', device.state);
    expect(JSON.stringify(log.json['lines'])).toContain('UNREACHABLE');
  });

  it('does an order between two check-ins and reports what became of it', async () => {
    const device = await newDevice();
    const task = site.order(device.id, tool);
    serve(device.state);
    await until(() => software(device.id).length > 0);
    expect(resultsOf(task)).toEqual([['completed', undefined]]);
    expect(software(device.id)).toEqual(['line-tool']);
  });

  it('that was killed in the middle of an order says so and does not begin again', async () => {
    const device = await newDevice();
    layShell(device.root);
    const task = site.order(device.id, slow);
    const service = serve(device.state);
    await until(() => existsSync(join(device.root, 'started')));
    await end(service, 'SIGKILL');
    expect((await site.agent('once', '--state', device.state)).status).toBe(0);
    expect(resultsOf(task)).toEqual([['failed', 'AGENT_RESTARTED']]);
  });

  it('that is revoked stops working', async () => {
    const device = await newDevice();
    serve(device.state);
    await until(() => site.appliance.inventory.section(device.id, 'accounts').length > 0);
    site.appliance.devices.revoke(systemActor, device.id);
    const task = site.order(device.id, tool);
    await until(() => readFileSync(join(device.state, 'log/agent.log'), 'utf8').includes('REFUSED'));
    expect(resultsOf(task)).toEqual([]);
    expect(
      site.appliance.devices.list({ limit: 100 }).rows.filter((one) => one.hostname === `r${counter}`),
    ).toHaveLength(1);
    site.orders.length = 0;
  });
});

describe('an order', () => {
  it('that is delivered again is answered from the journal', async () => {
    const device = await newDevice();
    const task = site.order(device.id, tool);
    const order = site.orders.find((one) => one.task.id === task);
    await site.agent('once', '--state', device.state);
    expect(resultsOf(task)).toEqual([['completed', undefined]]);
    const log = () => readFileSync(join(device.root, 'var/log/dpkg.log'), 'utf8');
    const before = log();
    // The appliance lost the result, as after a restored backup.
    site.results.length = 0;
    if (order !== undefined) site.orders.push(order);
    await site.agent('once', '--state', device.state);
    expect(resultsOf(task)).toEqual([['completed', undefined]]);
    expect(log()).toBe(before);
  });

  it('that is cancelled during the download is not installed', async () => {
    const device = await newDevice();
    const held = Promise.withResolvers<void>();
    site.gate.open = held.promise;
    const task = site.order(device.id, tool);
    serve(device.state);
    const part = join(device.state, 'work/objects', `${tool.sha256}.deb.part`);
    await until(() => existsSync(part));
    site.cancelled.add(task);
    // The next check-in tells the agent; the one after it shows that it was told.
    const seen = () =>
      site.appliance.devices.list({ limit: 100 }).rows.find((one) => one.id === device.id)?.lastSeenAt ?? 0;
    for (let beats = 0; beats < 2; beats += 1) {
      const before = seen();
      await until(() => seen() > before);
    }
    held.resolve();
    site.gate.open = undefined;
    await until(() => resultsOf(task).length > 0);
    expect(resultsOf(task)).toEqual([['failed', 'CANCELLED']]);
    expect(software(device.id)).toEqual([]);
  });

  it('that wants a restart stays open until the check after it', async () => {
    const device = await newDevice();
    const task = site.order(device.id, restartable, { restartExit: [0], successExit: [77] });
    await site.agent('once', '--state', device.state);
    expect(resultsOf(task)).toEqual([['restarting', undefined]]);
    await site.agent('once', '--state', device.state);
    expect(resultsOf(task)).toEqual([
      ['restarting', undefined],
      ['completed', undefined],
    ]);
  });

  it('of an unknown kind is not obeyed', async () => {
    const device = await newDevice();
    const task = site.order(device.id, tool);
    const order = site.orders.find((one) => one.task.id === task);
    if (order !== undefined) Object.assign(order.task, { action: 'run-shell' });
    expect((await site.agent('once', '--state', device.state)).status).toBe(0);
    expect(resultsOf(task)).toEqual([['failed', 'UNKNOWN_ACTION']]);
    expect(software(device.id)).toEqual([]);
    expect(site.appliance.inventory.section(device.id, 'accounts')).toHaveLength(1);
  });

  it('whose result cannot be sent yet keeps it in the spool', async () => {
    const device = await newDevice();
    site.order(device.id, tool);
    const service = serve(device.state);
    await until(() => existsSync(join(device.root, 'opt/line-tool/version')));
    await site.stop();
    await end(service, 'SIGTERM');
    const spooled = () =>
      readdirSync(join(device.state, 'spool')).filter((name) => name.endsWith('-result.json')).length;
    await site.start();
    const before = site.results.length + spooled();
    await site.agent('once', '--state', device.state);
    expect(spooled()).toBe(0);
    expect(site.results.length).toBe(before);
  });
});
