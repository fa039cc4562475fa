import type { ChildProcess } from 'node:child_process';
import type { Actor } from '@sallyport/appliance/engine/objects/types';
import { FORBIDDEN } from '@sallyport/appliance/features/identification/allowance';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { seed } from '../support/chance.ts';
import { type Approved, forbidding } from '../support/controllers/forbidding.ts';
import { type OtherAgent, otherAgent } from '../support/controllers/other-agent.ts';
import { type Watched, watchedController } from '../support/controllers/watched-controller.ts';
import { isLong } from '../support/long.ts';
import { until } from '../support/until.ts';
import { type IdentifySite, openIdentifySite } from './identify-site.ts';

// What became stricter after an approval holds for the next packet, whoever sends it: the appliance itself or a real agent as
// a process. The controller on loopback counts connections and packets.

let site: IdentifySite;
beforeAll(async () => {
  site = await openIdentifySite();
});
afterEach(() => site.end());
afterAll(() => site.close());

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
    for (const code of FORBIDDEN) expect(catalogue('en').has(`identification.code.${code}`)).toBe(true);
  });

  const cases = Object.entries(forbidding).map(([code, one]) => [one.what, code, one] as const);

  it.each(cases)('keeps the appliance away: %s (%s)', async (_what, code, { change, undo }) => {
    const target = await site.controller();
    const approved = site.started(target);
    change(approved);
    await runHere(approved);
    undo?.(approved);
    expect([target.fake.state.connections, target.fake.seen.length]).toEqual([0, 0]);
    expect(site.runOf(approved).code).toBe(code === 'over' ? 'lost' : code);
  });

  // The appliance answers an agent by the allowance that it asks itself: every sixth code, in the long form each.
  const ofAgents = cases.filter((_one, n) => isLong || (n + seed) % 6 === 0);
  it.each(ofAgents)('keeps an agent away: %s (%s)', async (_what, code, { change, undo }) => {
    const agent = await site.enrolled();
    const target = await site.controller();
    const approved = site.started(target, agent);
    const moment = onceDelivered(() => change(approved));
    site.serve(agent);
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
    expect([target.fake.state.connections, target.fake.seen.length]).toEqual([0, 0]);
    expect(site.isOver(approved)()).toBe(true);
    expect(site.runOf(approved).code).toBe(code === 'over' ? 'lost' : code);
  });
});

/** What keeps a controller from being asked, and the same taken back by a token. */
const loosened: Readonly<Record<string, (approved: Approved, token: Actor) => void>> = {
  'its own policy said never, and was deleted': ({ appliance, by, controller }, token) => {
    const { ofAnyKind } = appliance.objects;
    ofAnyKind.put(by, 'controller-query-policy', controller, { label: controller, queryPolicy: 'never' });
    ofAnyKind.remove(token, 'controller-query-policy', controller);
  },
  'its record said never, and does so no more': ({ appliance, by, controller }, token) => {
    appliance.controllers.edit(by, controller, { queryPolicy: 'never' });
    appliance.controllers.edit(token, controller, { queryPolicy: null });
  },
  'it was marked as safety equipment, and is so no more': ({ appliance, by, controller }, token) => {
    appliance.controllers.edit(by, controller, { safety: 'yes' });
    appliance.controllers.edit(token, controller, { safety: null });
  },
  'it was a safety controller, and is so no more': ({ appliance, by, controller }, token) => {
    appliance.controllers.edit(by, controller, { role: 'safety-controller' });
    appliance.controllers.edit(token, controller, { role: 'controller' });
  },
  'its address was cleared, and entered again': ({ appliance, by, controller }, token) => {
    const { address } = appliance.controllers.entered(controller).body;
    appliance.controllers.edit(by, controller, { address: null });
    appliance.controllers.edit(token, controller, { address });
  },
  'it left its zone, and was put back': ({ appliance, by, controller, zone }, token) => {
    appliance.controllers.edit(by, controller, { zone: null });
    appliance.controllers.edit(token, controller, { zone });
  },
  'it was set aside, and brought back': ({ appliance, by, controller }, token) => {
    appliance.controllers.decide(by, [controller], 'archived');
    appliance.controllers.decide(token, [controller], 'authorised');
  },
  'its zone was one of safety equipment, and was put back as it was': ({ appliance, by, zone }, token) => {
    const { revision } = appliance.objects.get('controller-zone', zone);
    appliance.objects.update(by, 'controller-zone', zone, { safety: true });
    appliance.objects.ofAnyKind.revert(token, 'controller-zone', zone, revision);
  },
};

describe('what was closed since the approval and opened again', () => {
  it.each(Object.keys(loosened))('is asked by no packet until a second person approves it anew: %s', async (what) => {
    const target = await site.controller();
    const approved = site.started(target);
    loosened[what]?.(approved, { ...approved.by, type: 'token', id: 'token-1' });
    await runHere(approved);
    expect([target.fake.state.connections, target.fake.seen.length]).toEqual([0, 0]);
    expect(site.runOf(approved).code).toBe('loosened');
    // In the same millisecond the approval would count as the one before.
    await until(() => site.appliance.time.now() > site.appliance.objects.get('controller-zone', target.zone).updatedAt);
    // The server's own job asks: two that work on one run would be in each other's way.
    const again = site.started(target);
    await until(site.isOver(again));
    expect(site.runOf(again)).toMatchObject({ state: 'done', code: null });
  });
});

describe('two approved jobs on one controller', () => {
  const shared = async () => {
    const target = await site.controller();
    const { zone, id, fake } = target;
    await site.vacate(target);
    const watched = await watchedController(fake.host);
    return { id, zone, watched, target: { id, zone, fake: { ...fake, port: watched.port } } };
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
    const agent = await site.enrolled();
    const jobs = [site.started(target, agent), site.started(target)] as const;
    site.serve(agent);
    // The appliance's own worker has begun already.
    await until(() => jobs.every((job) => site.isOver(job)()));
    expect(jobs.map((job) => site.runOf(job).state)).toEqual(['done', 'done']);
    expectSlow(await watched.end(), 2);
  });

  it('at two agents, by two records with one address, are never there at once, nor faster than one', async () => {
    const { watched, target, zone } = await shared();
    const other = site.appliance.controllers.create(site.first, {
      name: `again ${target.id}`,
      zone,
      address: watched.host,
    });
    const agents = [await site.enrolled(), await site.enrolled()] as const;
    const jobs = [site.started(target, agents[0]), site.started({ ...target, id: other.publicId }, agents[1])];
    for (const agent of agents) site.serve(agent);
    await until(() => jobs.every((job) => site.isOver(job)()));
    expect(jobs.map((job) => site.runOf(job).state)).toEqual(['done', 'done']);
    expectSlow(await watched.end(), 2);
  });

  it('do not wait for ever for an agent that is dead', async () => {
    const held: { service: ChildProcess | undefined } = { service: undefined };
    const target = await site.controller(({ answer, n }) => {
      if (n === 1) held.service?.kill('SIGKILL');
      return answer;
    });
    const agent = await site.enrolled();
    const dead = site.started(target, agent);
    held.service = site.serve(agent);
    await until(() => held.service?.signalCode !== null);
    // Not before: the appliance's own worker would be there first.
    const alive = site.started(target);
    await until(site.isOver(alive));
    expect(site.runOf(alive)).toMatchObject({ state: 'done', code: null, detail: null });
    expect(site.isOver(dead)()).toBe(false);
    expect(target.fake.state).toEqual({ connections: 2, mostAtOnce: 1 });
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
    const agent = await site.enrolled();
    const target = await site.controller();
    const approved = site.started(target, agent);
    site.serve(agent, ...otherAgent(...kinds));
    await until(site.isOver(approved));
    expect(site.runOf(approved)).toMatchObject({ state: 'failed', code: 'outside' });
    expect(target.fake.state.connections).toBe(connections);
    expect(target.fake.seen.length > 0).toBe(isSent);
    // What was sent all the same is there as evidence.
    const sent = site.appliance.identification.packets(approved.run, 0, 100).filter(({ what }) => what === 'send');
    expect(sent.map(({ hex }) => hex)).toEqual(target.fake.seen.map(({ bytes }) => bytes.toString('hex')));
  });
});
