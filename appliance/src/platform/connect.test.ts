import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ConnectionRecord, type NamedTarget, outbound } from './connect.ts';

let server: Server;
let port = 0;
let met = 0;
const sockets = new Set<Socket>();
let onMeet: (socket: Socket) => void = () => undefined;
let records: ConnectionRecord[] = [];
let targets: NamedTarget[] = [];
const out = outbound({ targets: () => targets, record: (record) => records.push(record) });
const limits = { connectMs: 2_000, idleMs: 2_000, maxBytes: 1_000 };

beforeAll(async () => {
  server = createServer((socket) => {
    met += 1;
    socket.on('error', () => undefined);
    sockets.add(socket);
    onMeet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  met = 0;
  records = [];
  onMeet = () => undefined;
  targets = [
    { purpose: 'directory', object: 'k/1', ports: [port], echo: false, covers: (host) => host === '127.0.0.1' },
  ];
});
const to = (change = {}) => ({ purpose: 'directory' as const, object: 'k/1', host: '127.0.0.1', port, ...change });
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
    expect(await codeOf(out.ping({ purpose: 'directory', object: 'k/1', host: '127.0.0.1' }, 500))).toBe('NOT_NAMED');
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
    onMeet = (socket) => socket.write('injected');
    const other = await out.open(to(), limits);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await codeOf(other.secure({ by: 'fingerprint', sha256: 'ab'.repeat(32) }))).toBe('PEER');
    other.close();
    open.close();
  });

  it('that is only a probe says whether somebody is there', async () => {
    expect(await out.probe(to(), 1_000)).toBe('open');
    const free = await new Promise<number>((resolve) => {
      const other = createServer().listen(0, '127.0.0.1', () => {
        const address = other.address();
        other.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
      });
    });
    targets = targets.map((target) => ({ ...target, ports: [port, free] }));
    expect(await out.probe(to({ port: free }), 1_000)).toBe('closed');
  });
});
