import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { freeLoopback } from '../../../test/support/loopback.ts';
import { type ConnectionRecord, type ForbiddenBecause, type NamedTarget, outbound } from './connect.ts';

const port = 3268;
let host = '';
let met = 0;
const sockets = new Set<Socket>();
let onMeet: (socket: Socket) => void = () => undefined;
let records: ConnectionRecord[] = [];
let targets: NamedTarget[] = [];
let because: (address: string) => ForbiddenBecause | undefined = () => undefined;
const out = outbound({
  targets: () => targets,
  forbidden: () => ({ because }),
  record: (record) => records.push(record),
});
const limits = { connectMs: 30_000, idleMs: 30_000, maxBytes: 1_000 };

const server = createServer((socket) => {
  met += 1;
  socket.on('error', () => undefined);
  sockets.add(socket);
  onMeet(socket);
});
host = await freeLoopback(port);
await new Promise<void>((resolve) => server.listen(port, host, resolve));
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  met = 0;
  records = [];
  onMeet = () => undefined;
  targets = [{ purpose: 'directory', object: 'k/1', ports: [port], echo: false, covers: (other) => other === host }];
  because = () => undefined;
});
const to = (change = {}) => ({ purpose: 'directory' as const, object: 'k/1', host, port, ...change });
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { code: string }) => error.code,
  );

describe('a connection', () => {
  it('goes only where the object names the host, the port and the purpose', async () => {
    const denied = [
      to({ host: '127.0.0.2' }),
      to({ host: 'localhost' }),
      to({ port: port + 1 }),
      to({ purpose: 'discovery' }),
      to({ object: 'k/2' }),
    ];
    for (const other of denied) {
      expect(await codeOf(out.open(other, limits))).toBe('NOT_NAMED');
      expect(await codeOf(out.probe(other, 500))).toBe('NOT_NAMED');
    }
    expect(await codeOf(out.ping({ purpose: 'directory', object: 'k/1', host }, 500))).toBe('NOT_NAMED');
    expect(met).toBe(0);
    expect(records.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 11 }, () => 'denied'));
    const open = await out.open(to(), limits);
    open.close();
    targets = [];
    expect(await codeOf(out.open(to(), limits))).toBe('NOT_NAMED');
  });

  it('ends when more comes than was allowed, and is counted with its bytes', async () => {
    onMeet = (socket) => socket.write(Buffer.alloc(5_000));
    const open = await out.open(to(), limits);
    open.write(Buffer.from('hello'));
    expect(
      await codeOf(
        (async () => {
          while ((await open.read()) !== undefined);
        })(),
      ),
    ).toBe('TOO_LARGE');
    expect(records).toMatchObject([{ outcome: 'opened', object: 'k/1', bytesWritten: 5 }]);
    expect(records[0]?.bytesRead).toBeGreaterThan(1_000);
  });

  it('ends when nothing comes', async () => {
    const open = await out.open(to(), { ...limits, idleMs: 50 });
    expect(await codeOf(open.read())).toBe('TIMEOUT');
  });

  it('refuses to begin TLS after words in plain text', async () => {
    onMeet = (socket) => socket.write('injected');
    const open = await out.open(to(), limits);
    const first = await open.read();
    expect(first?.toString()).toBe('injected');
    const opened: Socket[] = [];
    const onSocket = (message: unknown): number => opened.push((message as { socket: Socket }).socket);
    subscribe('net.client.socket', onSocket);
    const other = await out.open(to(), limits);
    unsubscribe('net.client.socket', onSocket);
    await expect.poll(() => opened[0]?.bytesRead).toBe('injected'.length);
    expect(await codeOf(other.secure({ by: 'fingerprint', sha256: 'ab'.repeat(32) }))).toBe('PEER');
    other.close();
    open.close();
  });

  it('goes to no port beside the closed list of its purpose, whatever an object names', async () => {
    targets = [...targets, { ...(targets[0] as NamedTarget), ports: [port, 22, 80, 102, 502], echo: true }];
    for (const other of [22, 80, 102, 502])
      expect(await codeOf(out.open(to({ port: other }), limits))).toBe('NOT_NAMED');
    expect(await codeOf(out.probe(to(), 500))).toBe('NOT_NAMED');
    expect(await codeOf(out.ping({ purpose: 'directory', object: 'k/1', host }, 500))).toBe('NOT_NAMED');
    expect(await out.link(to(), 'tcp', { connectMs: 500, maxBytes: 100 })).toBe('denied');
    expect(met).toBe(0);
  });

  it('for events and mail goes to another port only by two persons, to none of controllers and by datagrams to none', async () => {
    const named = { object: 'k/1', echo: false, covers: (one: string) => one === host };
    const ports = [514, port, 502, 44_818];
    targets = (['siem', 'mail'] as const).map((purpose) => ({ ...named, purpose, ports, udp: ports }));
    const other = to({ purpose: 'siem' });
    expect(await codeOf(out.open(other, limits))).toBe('NOT_NAMED');
    expect(await codeOf(out.open(to({ purpose: 'mail' }), limits))).toBe('NOT_NAMED');
    expect(met).toBe(0);
    targets = targets.map((target) => ({ ...target, agreed: [port, 502, 44_818] }));
    const open = await out.open(other, limits);
    open.close();
    for (const forbidden of [502, 44_818])
      expect(await codeOf(out.open({ ...other, port: forbidden }, limits))).toBe('NOT_NAMED');
    expect(await out.link(other, 'udp', { connectMs: 500, maxBytes: 100 })).toBe('denied');
    const datagrams = await out.link({ ...other, port: 514 }, 'udp', { connectMs: 500, maxBytes: 100 });
    expect(typeof datagrams).toBe('object');
    if (typeof datagrams === 'object') await datagrams.close();
  });

  it('is handed to a library as a stream that waits for a slow side, and stays within its limits', async () => {
    const whole = Buffer.alloc(8 * 1024 * 1024, 'x');
    let peer: Socket | undefined;
    let got = 0;
    onMeet = (socket) => {
      peer = socket.pause();
      socket.on('data', (bytes) => {
        got += bytes.length;
        if (got === whole.length) socket.end('bye');
      });
    };
    const open = await out.open(to(), limits);
    const stream = open.stream(Buffer.from('220 hello, '));
    expect(stream.setTimeout()).toBe(stream);
    expect(stream.write(whole)).toBe(false);
    await expect.poll(() => peer).toBeDefined();
    expect(stream.writableLength).toBe(whole.length);
    peer?.resume();
    expect(String(Buffer.concat(await stream.toArray()))).toBe('220 hello, bye');
    expect(stream.writableLength).toBe(0);
    expect(records).toMatchObject([{ outcome: 'opened', bytesRead: 3, bytesWritten: whole.length }]);

    onMeet = (socket) => socket.write(Buffer.alloc(5_000));
    const flooded = (await out.open(to(), limits)).stream();
    expect(await codeOf(flooded.toArray())).toBe('TOO_LARGE');
  });

  it('goes to no port on which controllers speak but for identification, whatever an object names', async () => {
    const ports = [102, 502, 2_404, 20_000];
    targets = [{ purpose: 'agent-push', object: 'k/1', ports, echo: false, covers: (one) => one === host }];
    for (const other of ports)
      expect(await codeOf(out.hostKeys(to({ purpose: 'agent-push', port: other }), 500))).toBe('NOT_NAMED');
    expect(met).toBe(0);
  });

  it('goes to the address that was looked at, and not at all when one of a name is kept from', async () => {
    targets = targets.map((target) => ({ ...target, covers: () => true }));
    const looked: string[] = [];
    because = (address) => {
      looked.push(address);
      return address === host ? 'controller' : undefined;
    };
    expect(await codeOf(out.open(to(), limits))).toBe('FORBIDDEN_ADDRESS');
    expect(records.at(-1)).toMatchObject({ outcome: 'denied', forbidden: { address: host, because: 'controller' } });
    because = (address) => (address === '127.0.0.1' || address === '::1' ? 'zone' : undefined);
    expect(await codeOf(out.open(to({ host: 'localhost' }), limits))).toBe('FORBIDDEN_ADDRESS');
    expect(records.at(-1)?.forbidden?.because).toBe('zone');
    for (const other of ['0.0.0.0', '::', '255.255.255.255', '224.0.0.1', 'ff02::1', '::ffff:0.0.0.0'])
      expect(await codeOf(out.open(to({ host: other }), limits))).toBe('FORBIDDEN_ADDRESS');
    expect(met).toBe(0);
  });

  it('that is only a probe says whether somebody is there', async () => {
    targets = [
      { purpose: 'discovery', object: 'k/1', ports: [8443, 5985], echo: false, covers: (one) => one === host },
    ];
    const answering = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => answering.listen(8443, host, resolve));
    const question = to({ purpose: 'discovery', port: 8443 });
    expect(await out.probe(question, 1_000)).toBe('open');
    expect(await out.probe({ ...question, port: 5985 }, 1_000)).toBe('closed');
    await new Promise((resolve) => answering.close(resolve));
  });
});
