import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { introduce, signedIn } from '../../../../test/support/persons.ts';
import { openConsole } from '../../../test/support/console.ts';
import { type Actor, systemActor } from '../../engine/objects/types.ts';
import type { ConnectionRecord } from '../../platform/connect.ts';
import { toFailure } from '../../platform/errors.ts';
import { wholeSite } from '../../platform/scope.ts';
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

introduce(site.appliance.db, 'anna', 'boris');
const [anna, boris] = [signedIn('anna'), signedIn('boris')];
const records: string[] = [];
objects.setSetting(systemActor, 'devices.agent-ports', ['8443']);

const service = () => {
  const { discovery } = site.appliance;
  const noteConnection = ({ purpose, outcome, port }: ConnectionRecord) => {
    records.push(`${purpose} ${outcome} ${port}`);
  };
  return deviceTaskService({
    ...site.appliance,
    config: { listen: { address: '127.0.0.1', port: 443 } },
    discovery: { forbiddenBecause: discovery.forbiddenBecause, noteConnection },
    clock: () => time.ms,
  });
};
const all = () => devices.map(({ id }) => id);
/** Nothing listens there. */
const wishOf = (server: string, ids = all()) => ({
  server,
  devices: ids,
  reason: 'new subnet',
  although: 'it moves tonight',
});
const order = (server: string, ids = all(), actor: Actor = anna) => service().moves.order(actor, wishOf(server, ids));
const move = async (server: string, ids = all()) => {
  const { id } = await order(server, ids);
  service().moves.agree(boris, id);
  return id;
};
const newest = () => service().moves.list({ limit: 5, open: 10 })[0];
const failureOf = async (work: () => unknown) => {
  try {
    await work();
    return undefined;
  } catch (error) {
    const { code, details } = toFailure(error);
    return { code, fields: Object.keys(details.fields ?? {}) };
  }
};
/** Its task as the device gets it, which is then in work. */
const begin = (device: number): string => {
  const task = service().queue.next(device);
  service().queue.state(device, task?.id ?? '', 'running');
  return task?.id ?? '';
};
/** The word of a device, in a call to the appliance as `host`. */
const end = (
  device: number,
  id: string,
  { host, code }: { host: string; code?: 'NOT_MOVED' | 'UNKNOWN_ACTION' | undefined },
) =>
  service().queue.result(
    device,
    id,
    {
      attempt: 1,
      steps: [{ name: 'move', exit: code === undefined ? 0 : 1, output: 'a -> b', ms: 1 }],
      state: code === undefined ? 'completed' : 'failed',
      ...(code === undefined ? {} : { code }),
    },
    host,
  );
const present = '10.0.0.2:8443';
const waiting = (): number[] => all().filter((id) => service().queue.next(id) !== null);
const stopped = () =>
  site.appliance.events.list({ scope: wholeSite('job'), type: ['agents-move-stopped'], limit: 100 }).rows;

describe('an order to move', () => {
  it('reaches no agent before a second person agreed, then one, then the rest once that one was heard there', async () => {
    const { id, ordered, without } = await order('https://127.0.0.1:8443/');
    expect([ordered, without]).toEqual([3, 0]);
    expect(waiting()).toEqual([]);
    expect(newest()).toMatchObject({ id, states: { asked: 3 }, answers: 'UNREACHABLE', although: 'it moves tonight' });
    expect(await failureOf(() => service().moves.agree(anna, id))).toMatchObject({ code: 'APPROVAL_SELF' });
    // Nor by the tasks of which it is made.
    const task = newest()?.open[0]?.id ?? '';
    expect(await failureOf(() => service().confirm(boris, task))).toMatchObject({ code: 'CONFLICT' });
    expect(service().moves.agree(boris, id)).toMatchObject({
      states: { held: 2, queued: 1 },
      agreedBy: 'account:boris',
    });
    const [first = 0, ...more] = waiting();
    expect(more).toEqual([]);
    expect(service().queue.next(first)).toMatchObject({ action: 'move-server', server: 'https://127.0.0.1:8443' });
    const work = begin(first);
    expect(newest()).toMatchObject({ states: { running: 1, held: 2 }, first });
    expect(waiting()).toEqual([first]);
    expect(end(first, work, { host: '127.0.0.1:8443' })).toBe('ok');
    expect(newest()).toMatchObject({ states: { completed: 1, queued: 2 }, first: null });
    expect(waiting()).toEqual(all().filter((one) => one !== first));
    // Two weeks later the others were not heard of.
    time.ms += 15 * 86_400_000;
    expect(newest()?.states).toEqual({ completed: 1, 'timed-out': 2 });
    time.ms += 30 * 86_400_000;
    expect(service().trim()).toBe(3);
    expect(service().moves.list({ limit: 5, open: 5 })).toEqual([]);
  });

  it('lets nobody follow a device that says at the old address that it has gone', async () => {
    await move('https://127.0.0.1:8443');
    const [first = 0] = waiting();
    const before = stopped().length;
    end(first, begin(first), { host: present });
    expect(waiting()).toEqual([]);
    expect(newest()?.states).toEqual({ completed: 1, cancelled: 2 });
    expect(stopped()).toHaveLength(before + 1);
    expect(stopped()[0]).toMatchObject({ params: { server: 'https://127.0.0.1:8443', devices: 2 } });
  });

  it('ends where the first device did not get there, and goes on to the next where that one is too old to say', async () => {
    await move('https://127.0.0.1:8443');
    const [first = 0] = waiting();
    end(first, begin(first), { host: present, code: 'UNKNOWN_ACTION' });
    const [second = 0, ...more] = waiting();
    expect([second === first, more]).toEqual([false, []]);
    expect(newest()?.states).toEqual({ failed: 1, queued: 1, held: 1 });
    end(second, begin(second), { host: present, code: 'NOT_MOVED' });
    expect(newest()?.states).toEqual({ failed: 2, cancelled: 1 });
    expect(
      newest()
        ?.open.map(({ code }) => code)
        .sort(),
    ).toEqual(['FIRST_NOT_MOVED', 'NOT_MOVED', 'UNKNOWN_ACTION']);
    expect(waiting()).toEqual([]);
  });

  it('ends where the first device is not heard of in time, or its order is taken back alone', async () => {
    const { id } = await order('https://127.0.0.1:8443');
    service().moves.agree(boris, id);
    const [first = 0] = waiting();
    const task = service().queue.next(first)?.id ?? '';
    service().cancel(boris, task);
    expect(newest()?.states).toEqual({ cancelled: 3 });
    await move('https://127.0.0.1:8443');
    time.ms += 15 * 86_400_000;
    expect(newest()?.states['timed-out']).toBe(3);
    expect(waiting()).toEqual([]);
  });

  it('that another one replaces, or a person takes back, lets nobody go any more', async () => {
    const before = await move('https://127.0.0.1:8443');
    const [device = 0] = waiting();
    // What waits for a second person is another person's affair, and stays.
    const { id: asked } = await order('https://127.0.0.1:8443');
    const after = await move('https://127.0.0.1', [device]);
    const orders = service().moves.list({ limit: 5, open: 10 });
    expect(orders.find(({ id }) => id === before)?.states).toEqual({ cancelled: 3 });
    expect(orders.find(({ id }) => id === asked)?.states).toEqual({ asked: 3 });
    expect(service().moves.refuse(boris, after).states).toEqual({ cancelled: 1 });
    expect(await failureOf(() => service().moves.refuse(boris, after))).toMatchObject({ code: 'CONFLICT' });
    service().moves.refuse(anna, asked);
    expect(waiting()).toEqual([]);
  });

  it('is judged again when it is agreed to, and its port at each permit', async () => {
    const listed = (ports: string[]) => objects.setSetting(systemActor, 'devices.agent-ports', ports);
    const { id } = await order('https://127.0.0.1:8443');
    listed([]);
    expect(await failureOf(() => service().moves.agree(boris, id))).toMatchObject({ code: 'INVALID' });
    listed(['8443']);
    service().moves.agree(boris, id);
    const [first = 0] = waiting();
    const task = service().queue.next(first)?.id ?? '';
    expect(service().queue.leadsTo?.(first, task)).toBe('https://127.0.0.1:8443');
    listed([]);
    expect(service().queue.leadsTo?.(first, task)).toBeUndefined();
    listed(['8443']);
    service().moves.refuse(anna, id);
  });

  it('is asked for by a person, with a reason, at an address of this site that needs no word or has one', async () => {
    for (const server of [
      'http://a',
      'a:8443',
      '',
      'https://a/path',
      'https://u:p@a',
      'https://a?x',
      `https://${'a'.repeat(513)}`,
    ])
      expect([server, await failureOf(() => order(server))]).toEqual([server, { code: 'INVALID', fields: ['server'] }]);
    expect(await failureOf(() => order('https://127.0.0.1:9000'))).toEqual({ code: 'INVALID', fields: ['server'] });
    expect(await failureOf(() => order('https://127.0.0.1', all(), systemActor))).toMatchObject({
      code: 'APPROVAL_PERSON',
    });
    expect(await failureOf(() => order('https://127.0.0.1', []))).toMatchObject({ code: 'CONFLICT' });
    const bare = { server: 'https://127.0.0.1', devices: all(), reason: ' ' };
    expect(await failureOf(() => service().moves.order(anna, bare))).toEqual({ code: 'INVALID', fields: ['reason'] });
    expect(await failureOf(() => service().moves.order(anna, { ...bare, reason: 'x' }))).toEqual({
      code: 'INVALID',
      fields: ['although'],
    });
  });

  it('leads to no address of a controller, and none is looked at', async () => {
    site.appliance.controllers.create(systemActor, { name: 'P-1', address: '127.0.0.9' });
    const told = records.length;
    expect(await failureOf(() => order('https://127.0.0.9'))).toMatchObject({ code: 'FORBIDDEN_ADDRESS' });
    expect(records).toHaveLength(told);
  });

  it.each([102, 502, 44_818, 47_808, 4_840])(
    'never names port %d, on which controllers speak, whatever was agreed',
    async (port) => {
      expect(() => objects.setSetting(systemActor, 'devices.agent-ports', [String(port)])).toThrow('invalid');
      const told = records.length;
      expect(await failureOf(() => order(`https://127.0.0.1:${port}`))).toEqual({
        code: 'INVALID',
        fields: ['server'],
      });
      expect(records).toHaveLength(told);
    },
  );
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
    const wish = { server: 'https://127.0.0.2:8443', group, reason: 'new subnet' };
    const unproven = await admin.post(paths.agentMoves(), wish);
    expect(unproven.status).toBe(422);
    expect(await unproven.text()).toContain('name="although"');
    expect((await admin.post(paths.agentMoves(), { ...wish, although: 'tonight' })).status).toBe(303);
    const html = await (await admin.get(paths.agentMoves())).text();
    expect(html).toContain('https://127.0.0.2:8443');
    expect(html).toContain('tonight');
    expect(newest()?.open.map(({ device }) => device)).toEqual(all().slice(0, 2));
    // A table of each order is told from the others where it is heard alone.
    const captions = [...html.matchAll(/<caption[^>]*>([^<]*)/g)].map(([, text]) => text);
    expect(captions.length).toBeGreaterThan(1);
    expect(new Set(captions).size).toBe(captions.length);
    expect((await admin.post(paths.agentMoves(), { ...wish, group: '' })).status).toBe(422);
    const wrong = await admin.post(paths.agentMoves(), { ...wish, server: 'http://third' });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('value="http://third"');
    expect((await (await site.as('viewer')).post(paths.agentMoves(), wish)).status).toBe(403);
  });
});
