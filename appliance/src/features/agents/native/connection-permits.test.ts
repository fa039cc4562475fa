import { afterAll, describe, expect, it } from 'vitest';
import { introduce, signedIn } from '../../../../../test/support/persons.ts';
import { openApiSite } from '../../../../test/support/api-site.ts';
import { systemActor } from '../../../engine/objects/types.ts';
import { wholeSite } from '../../../platform/scope.ts';
import { joinedQueues } from '../../device-tasks/types.ts';
import { connectionPermits } from './connection-permits.ts';

// Which connections of an agent get a permit, over real orders and the real forbidden set; that the agent asks and what it then does
// not send: test/integration/agent-move.test.ts.

const site = await openApiSite();
afterAll(() => site.close());
const { appliance } = site;
const { deviceTasks, discovery, events, objects, controllers } = appliance;
const time = { ms: Date.now() };
const tasks = joinedQueues([appliance.tasks, appliance.identification.queue, deviceTasks.queue]);
const permits = connectionPermits({
  tasks,
  events,
  forbiddenBecause: discovery.forbiddenBecause,
  clock: () => time.ms,
});

let made = 0;
introduce(appliance.db, 'anna', 'boris');
objects.setSetting(systemActor, 'devices.agent-ports', ['443', '8443']);
/** One person asked for it, another agreed. */
const ordered = async (server: string) => {
  made += 1;
  const device = site.device(`hmi-${made}`, 'auto').id;
  const wish = { server, devices: [device], reason: 'new subnet', although: 'nothing listens there' };
  const { id } = await deviceTasks.moves.order(signedIn('anna'), wish);
  deviceTasks.moves.agree(signedIn('boris'), id);
  return { device, task: deviceTasks.queue.next(device)?.id ?? '' };
};
const told = () =>
  events.list({ scope: wholeSite('job'), type: ['connection-forbidden'], limit: 100 }).rows.map(({ params }) => params);

describe('a permit of an agent to connect where an order leads', () => {
  it('is for the address and port of an open order of this device, and for nothing else', async () => {
    const { device, task } = await ordered('https://127.0.0.7:8443');
    const other = await ordered('https://127.0.0.8');
    const go = (address: string, port: number, who = device, id = task) =>
      permits.mayConnect(who, id, { address, port });
    expect(go('127.0.0.7', 8443)).toBe(true);
    expect({
      'another port': go('127.0.0.7', 443),
      'another address': go('127.0.0.9', 8443),
      'the order of another device': go('127.0.0.8', 443, device, other.task),
      'no order': go('127.0.0.7', 8443, device, 'none'),
      'a name': go('localhost', 8443),
    }).toEqual({
      'another port': false,
      'another address': false,
      'the order of another device': false,
      'no order': false,
      'a name': false,
    });
    expect(go('127.0.0.8', 443, other.device, other.task)).toBe(true);
    deviceTasks.queue.state(device, task, 'running');
    expect(go('127.0.0.7', 8443)).toBe(true);
    deviceTasks.cancel(systemActor, task);
    expect(go('127.0.0.7', 8443)).toBe(false);
  });

  it('is for each address to which a name leads, by the set of that moment, and the journal alone says why not', async () => {
    const { device, task } = await ordered('https://localhost');
    const go = (address: string) => permits.mayConnect(device, task, { address, port: 443 });
    expect([go('192.0.2.20'), go('2001:db8::20')]).toEqual([true, true]);
    const { publicId } = controllers.create(systemActor, { name: 'P-20', address: '192.0.2.20' });
    expect([go('192.0.2.20'), go('::ffff:192.0.2.20'), go('192.0.2.21')]).toEqual([false, false, true]);
    controllers.edit(systemActor, publicId, { address: null });
    expect(go('192.0.2.20')).toBe(false);
    objects.create(systemActor, 'address-range', { name: 'Cell', network: '192.0.2.21', controllers: true });
    expect([go('192.0.2.21'), go('192.0.2.21')]).toEqual([false, false]);
    const params = { purpose: 'move-server', host: 'localhost', port: 443 };
    expect(told().toReversed()).toEqual([
      { ...params, address: '192.0.2.20', because: 'controller' },
      { ...params, address: '::ffff:192.0.2.20', because: 'controller' },
      { ...params, address: '192.0.2.21', because: 'range' },
    ]);
    time.ms += 11 * 60_000;
    expect(go('192.0.2.20')).toBe(false);
    expect(told()[0]).toEqual({ ...params, address: '192.0.2.20', because: 'protected' });
  });

  it('is there for the own address of the appliance, whatever a record or zone says', async () => {
    const { device, task } = await ordered('https://localhost');
    const zone = { name: 'Hall', level: '1', prefixes: ['127.0.0.0/8'], queryPolicy: 'never' } as const;
    objects.create(systemActor, 'controller-zone', zone);
    const go = (address: string) => permits.mayConnect(device, task, { address, port: 443 });
    expect([go('127.0.0.1'), go('127.0.0.2')]).toEqual([true, false]);
  });

  it('is asked for by agents that get such an order; for one that does not ask, the order ends and the next one comes', async () => {
    const { device, task } = await ordered('https://localhost');
    const log = deviceTasks.ask(
      systemActor,
      appliance.devices.byId(device).publicId,
      { kind: 'show-log', lines: 5 },
      'x',
    );
    expect(permits.nextFor(device, { permits: true })).toMatchObject({ id: task, action: 'move-server' });
    expect(permits.nextFor(device, {})).toBeNull();
    expect(deviceTasks.get(task, wholeSite('job'))).toMatchObject({
      state: 'failed',
      code: 'UNKNOWN_ACTION',
      output: expect.stringContaining('update it first') as string,
    });
    expect(permits.nextFor(device, {})).toMatchObject({ id: log.id, action: 'show-log' });
  });
});
