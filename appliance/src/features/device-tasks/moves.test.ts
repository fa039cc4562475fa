import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { type Actor, systemActor } from '../../engine/objects/types.ts';
import { toFailure } from '../../platform/errors.ts';
import { devicesOfGroup } from './move-operations.ts';
import { deviceTaskService } from './service.ts';

// One order that takes many agents to another address, as it is given and as it is shown.

const time = { ms: Date.now() };
let group = '';
const devices: { id: number; publicId: string }[] = [];

const site = await openConsole();
const admin = await site.as('administrator');
const { objects } = site.appliance;
const above = objects.create(systemActor, 'group', { name: 'Line 3' }).id;
group = above;
const below = objects.create(systemActor, 'group', { name: 'Cell 1', parent: above }).id;
for (const [at, member] of [above, below, undefined].entries()) {
  const device = site.device(`hmi-${at}`, 'auto');
  devices.push(device);
  if (member !== undefined) objects.put(systemActor, 'device-decision', device.publicId, { group: member });
}
afterAll(() => site.close());

const service = () => {
  const { db, personal, events, gate, inventory, devices: known } = site.appliance;
  return deviceTaskService({ db, personal, events, gate, inventory, devices: known, clock: () => time.ms });
};
const actor: Actor = systemActor;
const all = () => devices.map(({ id }) => id);
const move = (server: string, ids = all()) => service().move(actor, { server, devices: ids, reason: 'new subnet' });
const fieldsOf = (work: () => unknown): string[] => {
  try {
    work();
    return [];
  } catch (error) {
    return Object.keys(toFailure(error).details.fields ?? {});
  }
};

describe('an order to move', () => {
  it('reaches each agent once, replaces what waits, and is told by state', () => {
    expect(move('https://first:8443').ordered).toBe(3);
    const { askedAt, ordered, without } = move('https://second:8443/');
    expect([ordered, without]).toEqual([3, 0]);
    const { queue } = service();
    const [one, two, three] = [...devices] as unknown as [{ id: number }, { id: number }, { id: number }];
    const task = queue.next(one.id);
    expect(task).toMatchObject({ action: 'move-server', server: 'https://second:8443' });
    const id = task?.id ?? '';
    queue.state(one.id, id, 'running');
    const steps = [{ name: 'move', exit: 0, output: 'a -> b', ms: 1 }];
    expect(queue.result(one.id, id, { attempt: 1, steps, state: 'completed' })).toBe('ok');
    const other = queue.next(two.id)?.id ?? '';
    const failed = [{ name: 'move', exit: 1, output: 'https://second:8443: UNREACHABLE; https://a stays', ms: 1 }];
    queue.result(two.id, other, { attempt: 1, steps: failed, state: 'failed', code: 'NOT_MOVED' });
    const [newest, before] = service().moves({ limit: 5, open: 10 });
    expect(newest).toMatchObject({ askedAt, server: 'https://second:8443', reason: 'new subnet' });
    expect(newest?.states).toEqual({ completed: 1, failed: 1, queued: 1 });
    expect(newest?.open.map(({ device, state, code }) => [device, state, code])).toEqual([
      [two.id, 'failed', 'NOT_MOVED'],
      [three.id, 'queued', null],
    ]);
    expect(newest?.open[0]?.output).toContain('UNREACHABLE');
    expect(before?.states).toEqual({ cancelled: 3 });
    // Two weeks later the third was not heard of.
    time.ms += 15 * 86_400_000;
    expect(service().moves({ limit: 1, open: 10 })[0]?.states).toEqual({ completed: 1, failed: 1, 'timed-out': 1 });
    time.ms += 30 * 86_400_000;
    expect(service().trim()).toBeGreaterThanOrEqual(6);
    expect(service().moves({ limit: 5, open: 5 })).toEqual([]);
  });

  it('takes no address that is none, and no order without a reason', () => {
    for (const server of [
      'http://a',
      'a:8443',
      '',
      'https://a/path',
      'https://u:p@a',
      'https://a?x',
      `https://${'a'.repeat(513)}`,
      'https://a:102',
      'https://10.0.0.1:502',
    ])
      expect([server, fieldsOf(() => move(server))]).toEqual([server, ['server']]);
    expect(fieldsOf(() => service().move(actor, { server: 'https://a', devices: [], reason: ' ' }))).toEqual([
      'reason',
    ]);
  });
});

describe('a group that is named', () => {
  it('is the one of its id, or the only one of its name; of several none is taken', () => {
    const { deviceFilters, objects } = site.appliance;
    expect(devicesOfGroup({ deviceFilters }, 'Cell 1')).toEqual([devices[1]?.id]);
    const other = objects.create(systemActor, 'group', { name: 'Line 4' }).id;
    const twin = objects.create(systemActor, 'group', { name: 'Cell 1', parent: other }).id;
    expect(() => devicesOfGroup({ deviceFilters }, 'Cell 1')).toThrow('name it by its id');
    expect(devicesOfGroup({ deviceFilters }, twin)).toEqual([]);
    objects.remove(systemActor, 'group', twin);
    objects.remove(systemActor, 'group', other);
  });
});

describe('the page', () => {
  it('orders a group with all below it, and shows what became of it', async () => {
    const wish = { server: 'https://third:8443', group, reason: 'new subnet' };
    expect((await admin.post(paths.agentMoves(), wish)).status).toBe(303);
    const html = await (await admin.get(paths.agentMoves())).text();
    expect(html).toContain('https://third:8443');
    expect([html.includes('hmi-0'), html.includes('hmi-1'), html.includes('hmi-2')]).toEqual([true, true, false]);
    expect((await admin.post(paths.agentMoves(), { ...wish, group: '' })).status).toBe(422);
    const wrong = await admin.post(paths.agentMoves(), { ...wish, server: 'http://third' });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('value="http://third"');
    expect((await (await site.as('viewer')).post(paths.agentMoves(), wish)).status).toBe(403);
  });
});
