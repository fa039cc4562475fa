import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { systemActor } from '@sallyport/appliance/features/objects/types';
import { FORBIDDEN } from '@sallyport/appliance/features/plcs/identify/allowance';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { identification as en } from '@sallyport/ui/i18n/en/identification';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ModbusManner, modbusDevice } from '../../appliance/test/support/controllers/modbus-device.ts';
import { binOf } from '../support/commands.ts';
import { type Approved, forbidding } from '../support/controllers/forbidding.ts';
import { type OtherAgent, otherAgent } from '../support/controllers/other-agent.ts';
import { type Watched, watchedPlc } from '../support/controllers/watched-plc.ts';
import { introduce, signedIn } from '../support/persons.ts';
import { type AgentSite, openAgentSite } from './agent-site.ts';

// What became stricter after an approval holds for the next packet, whoever sends it: the appliance itself or a real agent as
// a process. The controller on loopback counts connections and packets.

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
  while (!holds()) await wait(20);
};

type Agent = { device: string; state: string };
const enrolled = async (): Promise<Agent> => {
  counter += 1;
  const { state } = await site.enrol(`segment-${counter}`);
  const { deviceId } = JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as { deviceId: string };
  return { device: deviceId, state };
};
const serve = ({ state }: Agent, ...node: string[]): ChildProcess => {
  const service = spawn(process.execPath, [...node, binOf('sallyport-agent'), 'run', '--state', state], {
    stdio: 'ignore',
  });
  services.push(service);
  return service;
};

/** A controller in a zone of its own. */
const controller = async (manner?: ModbusManner) => {
  counter += 1;
  const plc = await modbusDevice(`127.0.${Math.floor(counter / 200)}.${30 + (counter % 200)}`, manner);
  devices.push(plc);
  const { objects, plcs } = site.appliance;
  const zone = objects.create(systemActor, 'plc-zone', {
    name: `Z-${counter}`,
    level: '1',
    prefixes: [`${plc.host}/32`],
    queryPolicy: 'details',
    queryIdentify: 'manual',
    queryDetails: 'manual',
    queryGapMs: 500,
  }).id;
  const id = plcs.create(first, { name: `PLC-${counter}`, zone, address: plc.host }).publicId;
  return { plc, zone, id };
};

/** An approved job that is started. */
const started = (of: Awaited<ReturnType<typeof controller>>, agent?: Agent): Approved => {
  counter += 1;
  const { objects, identification } = site.appliance;
  const credential = objects.create(first, 'plc-credential', { name: `C-${counter}`, community: 'public' }).id;
  const job = objects.create(first, 'plc-identification', {
    name: `Job ${counter}`,
    controllers: [of.id],
    protocols: ['modbus'],
    identify: true,
    details: true,
    askKnown: true,
    ports: [`modbus/${of.plc.port}`],
    credential,
    gapMs: 500,
    from: toTime(nowMs() - 60_000),
    until: toTime(nowMs() + 3_600_000),
    ...(agent === undefined ? {} : { agent: agent.device }),
  }).id;
  const { plan } = identification.plan(second, job);
  identification.approve(second, job, { digest: plan.digest, targets: 1 });
  const run = identification.start(first, job).id;
  return { appliance: site.appliance, by: systemActor, zone: of.zone, controller: of.id, credential, job, run };
};
const runOf = ({ run }: Approved) => site.appliance.identification.run(run);
const isOver = (approved: Approved) => (): boolean => !['waiting', 'running'].includes(runOf(approved).state);
const runHere = ({ run }: Approved) => site.appliance.identification.work(run, { onProgress: () => undefined });

/** Does something in the moment in which the order is on its way to the agent. */
const onceDelivered = (act: () => void): { delivered: boolean } => {
  const { queue } = site.appliance.identification;
  const { next } = queue;
  const moment = { delivered: false };
  queue.next = (device) => {
    const task = next(device);
    if (task !== null && !moment.delivered) {
      moment.delivered = true;
      queue.next = next;
      act();
    }
    return task;
  };
  return moment;
};

describe('what forbids a packet after the approval', () => {
  it('has a change for each answer of the allowance', () => {
    expect(Object.keys(forbidding).sort()).toEqual([...FORBIDDEN].sort());
    // And words that say so.
    for (const code of FORBIDDEN) expect(Object.keys(en)).toContain(`identification.code.${code}`);
  });

  const cases = Object.entries(forbidding).map(([code, one]) => [one.what, code, one] as const);

  it.each(cases)('keeps the appliance away: %s (%s)', async (_what, code, { change, undo }) => {
    const target = await controller();
    const approved = started(target);
    change(approved);
    await runHere(approved);
    undo?.(approved);
    expect([target.plc.state.connections, target.plc.seen.length]).toEqual([0, 0]);
    expect(runOf(approved).code).toBe(code === 'over' ? 'lost' : code);
  });

  it.each(cases)('keeps an agent away: %s (%s)', async (_what, code, { change, undo }) => {
    const agent = await enrolled();
    const target = await controller();
    const approved = started(target, agent);
    const moment = onceDelivered(() => change(approved));
    serve(agent);
    const ended = new Promise<void>((resolve) => {
      const { queue } = site.appliance.identification;
      const { result } = queue;
      queue.result = (device, task, said) => {
        queue.result = result;
        const answer = result(device, task, said);
        resolve();
        return answer;
      };
    });
    await ended;
    undo?.(approved);
    expect(moment.delivered).toBe(true);
    expect([target.plc.state.connections, target.plc.seen.length]).toEqual([0, 0]);
    expect(isOver(approved)()).toBe(true);
    expect(runOf(approved).code).toBe(code === 'over' ? 'lost' : code);
  });
});

describe('two approved jobs on one controller', () => {
  const shared = async () => {
    const { zone, id, plc } = await controller();
    await plc.close();
    devices.splice(devices.indexOf(plc), 1);
    const watched = await watchedPlc(plc.host);
    return { id, zone, watched, target: { id, zone, plc: { ...plc, port: watched.port } } };
  };
  /** As the controller saw it. */
  const expectSlow = ({ connections, mostAtOnce, seen }: Watched, jobs: number): void => {
    expect({ connections, mostAtOnce }).toEqual({ connections: jobs, mostAtOnce: 1 });
    const gaps = seen.slice(1).map(({ at }, n) => at - (seen[n]?.at ?? 0));
    expect(seen.length).toBeGreaterThan(2 * jobs);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(500);
  };

  it('at the appliance and at an agent are never there at once, nor faster than one', async () => {
    const { watched, target } = await shared();
    const agent = await enrolled();
    const jobs = [started(target, agent), started(target)] as const;
    serve(agent);
    // The appliance's own worker has begun already.
    await until(() => jobs.every((job) => isOver(job)()));
    expect(jobs.map((job) => runOf(job).state)).toEqual(['done', 'done']);
    expectSlow(await watched.end(), 2);
  });

  it('at two agents, by two records with one address, are never there at once, nor faster than one', async () => {
    const { watched, target, zone } = await shared();
    const other = site.appliance.plcs.create(first, { name: `again ${target.id}`, zone, address: watched.host });
    const agents = [await enrolled(), await enrolled()] as const;
    const jobs = [started(target, agents[0]), started({ ...target, id: other.publicId }, agents[1])];
    for (const agent of agents) serve(agent);
    await until(() => jobs.every((job) => isOver(job)()));
    expect(jobs.map((job) => runOf(job).state)).toEqual(['done', 'done']);
    expectSlow(await watched.end(), 2);
  });

  it('do not wait for ever for an agent that is dead', async () => {
    const held: { service: ChildProcess | undefined } = { service: undefined };
    const target = await controller(({ answer, n }) => {
      if (n === 1) held.service?.kill('SIGKILL');
      return answer;
    });
    const agent = await enrolled();
    const [dead, alive] = [started(target, agent), started(target)];
    held.service = serve(agent);
    await until(() => held.service?.signalCode !== null);
    await until(isOver(alive));
    expect(runOf(alive)).toMatchObject({ state: 'done', code: null, detail: null });
    expect(isOver(dead)()).toBe(false);
    expect(target.plc.state).toEqual({ connections: 2, mostAtOnce: 1 });
  });
});

describe('an agent of another version', () => {
  const versions: readonly [what: string, kinds: OtherAgent[], connections: number, packets: boolean][] = [
    ['whose packets are others keeps them to itself', ['bytes'], 1, false],
    ['that compares nothing has no permit for other packets', ['bytes', 'comparison'], 1, false],
    ['that asks for no permit has failed by its own report', ['permit'], 1, true],
    [
      'that sends other packets without a permit has failed by its own report',
      ['bytes', 'comparison', 'permit'],
      1,
      true,
    ],
  ];
  it.each(versions)('%s', async (_what, kinds, connections, isSent) => {
    const agent = await enrolled();
    const target = await controller();
    const approved = started(target, agent);
    serve(agent, ...otherAgent(...kinds));
    await until(isOver(approved));
    expect(runOf(approved)).toMatchObject({ state: 'failed', code: 'outside' });
    expect(target.plc.state.connections).toBe(connections);
    expect(target.plc.seen.length > 0).toBe(isSent);
    // What was sent all the same is there as evidence.
    const sent = site.appliance.identification.packets(approved.run, 0, 100).filter(({ what }) => what === 'send');
    expect(sent.map(({ hex }) => hex)).toEqual(target.plc.seen.map(({ bytes }) => bytes.toString('hex')));
  });
});
