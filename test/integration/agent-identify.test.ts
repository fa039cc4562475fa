import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ModbusManner } from '../../appliance/test/support/controllers/modbus-device.ts';
import { until } from '../support/until.ts';
import { type IdentifySite, openIdentifySite } from './identify-site.ts';

// Identification at an agent in the segment: a real appliance, a real agent as a process, a device on loopback.

let site: IdentifySite;
beforeAll(async () => {
  site = await openIdentifySite();
});
afterEach(() => site.end());
afterAll(() => site.close());

/** A job at an agent that is not there yet: `serve` starts it. */
const started = async (manner?: ModbusManner) => {
  const agent = await site.enrolled();
  const target = await site.controller(manner);
  const { job } = site.started(target, agent);
  return {
    fake: target.fake,
    job,
    controller: target.id,
    state: agent.state,
    serve: () => site.serve(agent),
    stateOf: () => site.appliance.identification.get(job, wholeSite('job')),
  };
};

describe('an agent in the segment', () => {
  it('asks exactly what was approved, slowly, and its appliance has the packets and what was said', async () => {
    const { fake, job, controller, state, serve, stateOf } = await started();
    serve();
    await until(() => stateOf().state === 'done');
    const { identification, controllers } = site.appliance;
    const packets = identification.packets(stateOf().run?.id ?? 0, 0, 100);
    const sent = packets.filter(({ what }) => what === 'send');
    expect(sent.map(({ hex }) => hex)).toEqual(fake.seen.map(({ bytes }) => bytes.toString('hex')));
    // By the agent's clock: a busy machine may give one of two packets to the controller late.
    const gaps = (times: readonly number[]): number[] => times.slice(1).map((at, n) => at - (times[n] ?? 0));
    expect(Math.min(...gaps(sent.map(({ at }) => at)))).toBeGreaterThan(490);
    expect(Math.min(...gaps(fake.seen.map(({ at }) => at)))).toBeGreaterThan(200);
    expect(fake.state).toEqual({ connections: 1, mostAtOnce: 1 });
    const own = controllers
      .parts(controllers.get(controller, wholeSite('job')).id)
      .find(({ type }) => type === 'controller');
    expect(own?.observed).toMatchObject({ vendor: 'Schneider Electric', firmware: 'V3.10' });
    // The evidence is the result's now; the order is kept without secrets.
    expect(readdirSync(join(state, 'work')).filter((name) => name.startsWith('identify-'))).toEqual([]);
    expect(identification.plan(site.first, job).plan.where).toMatchObject({ by: 'agent' });
  });

  it('sends nothing more once the site is switched off', async () => {
    const { fake, serve, stateOf } = await started(({ answer, n }) => {
      if (n === 1) site.appliance.identification.switchOff(site.second);
      return answer;
    });
    serve();
    await until(() => stateOf().state === 'stopped');
    expect(fake.seen).toHaveLength(1);
    site.appliance.identification.switchOn(systemActor);
  });

  it('sends nothing more once its server is away', async () => {
    const held: { stop: Promise<void> | undefined } = { stop: undefined };
    const { fake, state, serve, stateOf } = await started(({ answer, n }) => {
      if (n === 1) held.stop = site.stop();
      return answer;
    });
    serve();
    const log = join(state, 'log/agent.log');
    await until(() => existsSync(log) && / failed CANCELLED/.test(readFileSync(log, 'utf8')));
    await held.stop;
    expect(fake.seen).toHaveLength(1);
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
    expect(made.fake.seen).toHaveLength(1);
    const packets = site.appliance.identification.packets(made.stateOf().run?.id ?? 0, 0, 100);
    expect(packets.map(({ what }) => what)).toEqual(['connect', 'send']);
  });
});
