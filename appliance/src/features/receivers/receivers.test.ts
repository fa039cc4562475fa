import { createSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { paths } from '@sallyport/ui/paths';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { freeLoopback } from '../../../../test/support/loopback.ts';
import { until } from '../../../../test/support/until.ts';
import { openConsole } from '../../../test/support/console.ts';
import { runHere } from '../../../test/support/run-line.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

const port = 1514;
const site = await openConsole();
const { appliance } = site;
const { events, objects, receivers } = appliance;
const admin = await site.as('administrator');
const host = await freeLoopback(port);
afterAll(() => site.close());
afterEach(() => {
  vi.useRealTimers();
});

/** Takes every frame of RELP that is whole; what is left of the bytes. */
const takeFrames = (bytes: Buffer, socket: Socket): Buffer => {
  const [head = '', txnr = '', length = '0'] = /^(\d+) \w+ (\d+) /.exec(bytes.toString('latin1')) ?? [];
  const size = head.length + Number(length) + 1;
  if (head === '' || bytes.length < size) return bytes;
  socket.write(`${txnr} rsp 6 200 OK\n`);
  return takeFrames(bytes.subarray(size), socket);
};

/** A listener that keeps what comes, and answers RELP; the state of each test decides whether it is there. */
const listen = async (): Promise<{ text: () => string; close: () => Promise<void> }> => {
  let text = '';
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    let held = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      text += String(bytes);
      held = Buffer.from(takeFrames(Buffer.concat([held, bytes]), socket));
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return {
    text: () => text,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
};

const make = (name: string, more: object = {}): string =>
  objects.create(systemActor, 'siem', { name, host, port, transport: 'tcp', ...more }).id;
const turn = (): Promise<void> => receivers.turn(() => Promise.resolve());
const standing = (id: string) => receivers.list().find((one) => one.id === id);
const happen = (): number => events.record('disk-full', { params: { freeBytes: 1 } }).id;
const typesSince = (number: number): string[] => events.after(number, 1_000).map(({ type }) => type);

describe('a receiver of events', () => {
  it.each<[string, object, string]>([
    ['a port on which controllers speak', { port: 102 }, 'port'],
    ['a port beside the list', { port: 8_080 }, 'port'],
    ['TLS without a proof', { transport: 'tls' }, 'fingerprint'],
    ['no authority', { transport: 'tls', ca: 'x' }, 'ca'],
    ['a name for datagrams', { transport: 'udp', host: 'siem.plant' }, 'host'],
    ['no host', { host: '999.1.1.1' }, 'host'],
    ['a filter that cannot be read', { query: 'severity=dreadful' }, 'query'],
  ])('is not taken with %s', (_what, given, field) => {
    expect(() => make('wrong', given)).toThrow(field);
  });

  it('gets what happens after it was named, and a test line by page, call and command', async () => {
    const listener = await listen();
    happen();
    const id = make('first');
    expect(await admin.html(paths.receivers())).toContain('Nothing sent yet');
    await turn();
    const number = happen();
    await until(async () => {
      await turn();
      return listener.text().includes(`seq="${number}"`);
    });
    expect(listener.text().match(/disk-full/g)).toHaveLength(1);
    const tested = await admin.post(paths.receivers(), { id });
    expect(tested.status).toBe(303);
    await until(() => listener.text().includes('receiver-test'));
    const page = await admin.html(paths.receivers());
    expect(page).toContain('Up to date');
    const command = ['--data', appliance.paths.data];
    expect(await runHere('siem', 'test', id, ...command)).toMatchObject({ code: 0 });
    expect((await runHere('siem', 'list', ...command)).stdout).toContain(`tcp ${host}:${port} rfc5424`);
    await listener.close();
    const refused = await admin.post(paths.receivers(), { id });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('The test line did not arrive');
    objects.remove(systemActor, 'siem', id);
    await turn();
  });

  it('is told of once when it is behind by an hour, and once when it is back', async () => {
    const id = make('away', { transport: 'relp' });
    await turn();
    happen();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61 * 60_000 });
    const before = events.newest();
    await turn();
    await turn();
    expect(typesSince(before).filter((type) => type === 'receiver-behind')).toHaveLength(1);
    expect(standing(id)).toMatchObject({ state: 'behind' });
    const listener = await listen();
    await until(async () => {
      await turn();
      return standing(id)?.state !== 'behind';
    });
    expect(typesSince(before).filter((type) => type === 'receiver-back')).toHaveLength(1);
    objects.remove(systemActor, 'siem', id);
    await turn();
    await listener.close();
  });

  it('is told how many events retention removed before it had them', async () => {
    const socket = createSocket('udp4').on('error', () => undefined);
    await new Promise<void>((resolve) => socket.bind(port, host, resolve));
    const id = make('late', { transport: 'udp' });
    await turn();
    const from = standing(id);
    const numbers = [happen(), happen(), happen()];
    appliance.db.prepare('delete from event where id in (?, ?)').run(numbers[0], numbers[1]);
    await until(async () => {
      await turn();
      return (standing(id)?.missed ?? 0) > 0;
    });
    expect(from?.missed).toBe(0);
    expect(standing(id)?.missed).toBe(2);
    const told = events.list({ scope: wholeSite('job'), limit: 5, type: ['receiver-missed'] }).rows;
    expect(told.map(({ params }) => params)).toEqual([{ name: 'late', events: 2 }]);
    objects.remove(systemActor, 'siem', id);
    await turn();
    expect(receivers.trim()).toBeGreaterThan(0);
    socket.close();
  });
});
