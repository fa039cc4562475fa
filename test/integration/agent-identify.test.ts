import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { systemActor } from '@sallyport/appliance/features/objects/types';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ModbusManner, modbusDevice } from '../../appliance/test/support/controllers/modbus-device.ts';
import { binOf } from '../support/commands.ts';
import { introduce, signedIn } from '../support/persons.ts';
import { type AgentSite, openAgentSite } from './agent-site.ts';

// Identification at an agent in the segment: a real appliance, a real agent as a process, a device on loopback.

const [first, second] = [signedIn('anna'), signedIn('boris')];

let site: AgentSite;
let counter = 0;
const services: ChildProcess[] = [];
const devices: Awaited<ReturnType<typeof modbusDevice>>[] = [];

beforeAll(async () => {
  site = await openAgentSite();
  introduce(site.appliance.db, 'anna', 'boris');
  site.appliance.objects.setSetting(systemActor, 'devices.check-in-seconds', 5);
  site.appliance.identification.switchOn(systemActor);
});
afterEach(async () => {
  for (const service of services.splice(0)) {
    if (service.exitCode !== null || service.signalCode !== null) continue;
    const gone = new Promise((resolve) => service.once('exit', resolve));
    service.kill('SIGKILL');
    await gone;
  }
  for (const device of devices.splice(0)) await device.close();
});
afterAll(() => site.close());

/** Waits until something holds; the test's own time-out is the limit. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await wait(50);
};

const started = async (manner?: ModbusManner) => {
  counter += 1;
  const plc = await modbusDevice(`127.0.0.${30 + counter}`, manner);
  devices.push(plc);
  const { objects, plcs, identification } = site.appliance;
  const { state } = await site.enrol(`segment-${counter}`);
  const { deviceId } = JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as { deviceId: string };
  const zone = objects.create(systemActor, 'plc-zone', {
    name: `Z-${counter}`,
    level: '1',
    prefixes: [`${plc.host}/32`],
    queryPolicy: 'details',
    queryIdentify: 'manual',
    queryDetails: 'manual',
    queryGapMs: 500,
  }).id;
  const controller = plcs.create(first, { name: `PLC-${counter}`, zone, address: plc.host }).publicId;
  const job = objects.create(first, 'plc-identification', {
    name: `Segment ${counter}`,
    controllers: [controller],
    protocols: ['modbus'],
    details: true,
    ports: [`modbus/${plc.port}`],
    agent: deviceId,
    gapMs: 500,
    from: toTime(nowMs() - 60_000),
    until: toTime(nowMs() + 3_600_000),
  }).id;
  const { plan } = identification.plan(second, job);
  identification.approve(second, job, { digest: plan.digest, targets: 1 });
  identification.start(first, job);
  const serve = (): ChildProcess => {
    const service = spawn(process.execPath, [binOf('sallyport-agent'), 'run', '--state', state], { stdio: 'ignore' });
    services.push(service);
    return service;
  };
  return { plc, job, controller, state, serve, stateOf: () => identification.get(job) };
};

describe('an agent in the segment', () => {
  it('asks exactly what was approved, slowly, and its appliance has the packets and what was said', async () => {
    const { plc, job, controller, state, serve, stateOf } = await started();
    serve();
    await until(() => stateOf().state === 'done');
    const { identification, plcs } = site.appliance;
    const packets = identification.packets(stateOf().run?.id ?? 0, 0, 100);
    const sent = packets.filter(({ what }) => what === 'send');
    expect(sent.map(({ hex }) => hex)).toEqual(plc.seen.map(({ bytes }) => bytes.toString('hex')));
    // By the agent's clock: a busy machine may give one of two packets to the controller late.
    const gaps = (times: readonly number[]): number[] => times.slice(1).map((at, n) => at - (times[n] ?? 0));
    expect(Math.min(...gaps(sent.map(({ at }) => at)))).toBeGreaterThan(490);
    expect(Math.min(...gaps(plc.seen.map(({ at }) => at)))).toBeGreaterThan(200);
    expect(plc.state).toEqual({ connections: 1, mostAtOnce: 1 });
    const own = plcs.parts(plcs.get(controller).id).find(({ sort }) => sort === 'plc');
    expect(own?.observed).toMatchObject({ vendor: 'Schneider Electric', firmware: 'V3.10' });
    // The evidence is the result's now; the order is kept without secrets.
    expect(readdirSync(join(state, 'work')).filter((name) => name.startsWith('identify-'))).toEqual([]);
    expect(identification.plan(first, job).plan.where).toMatchObject({ by: 'agent' });
  });

  it('sends nothing more once the site is switched off', async () => {
    const { plc, serve, stateOf } = await started(({ answer, n }) => {
      if (n === 1) site.appliance.identification.switchOff(second);
      return answer;
    });
    serve();
    await until(() => stateOf().state === 'stopped');
    expect(plc.seen).toHaveLength(1);
    site.appliance.identification.switchOn(systemActor);
  });

  it('sends nothing more once its server is away', async () => {
    const held: { stop: Promise<void> | undefined } = { stop: undefined };
    const { plc, state, serve, stateOf } = await started(({ answer, n }) => {
      if (n === 1) held.stop = site.stop();
      return answer;
    });
    serve();
    const log = join(state, 'log/agent.log');
    await until(() => existsSync(log) && / failed CANCELLED/.test(readFileSync(log, 'utf8')));
    await held.stop;
    expect(plc.seen).toHaveLength(1);
    await site.start();
    await until(() => stateOf().state === 'stopped');
    expect(stateOf().run?.code).toBe('server-away');
  });

  it('that was killed in the middle reports what it had sent, and does not begin again', async () => {
    const held: { service: ChildProcess | undefined } = { service: undefined };
    const made = await started(({ answer, n }) => {
      if (n === 1) held.service?.kill('SIGKILL');
      return answer;
    });
    held.service = made.serve();
    await until(() => held.service?.signalCode !== null);
    made.serve();
    await until(() => made.stateOf().state === 'stopped');
    expect(made.plc.seen).toHaveLength(1);
    const packets = site.appliance.identification.packets(made.stateOf().run?.id ?? 0, 0, 100);
    expect(packets.map(({ what }) => what)).toEqual(['connect', 'send']);
  });
});
