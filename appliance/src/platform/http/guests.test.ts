import { mkdirSync } from 'node:fs';
import { connect as connectHttp2, type ServerHttp2Stream } from 'node:http2';
import { connect as connectPlain, type Socket } from 'node:net';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/commands.ts';
import { initCa, openCa } from '../../features/ca/service.ts';
import { toFailure } from '../errors.ts';
import { initKeyring } from '../keyring.ts';
import { readWire } from './body.ts';
import { guestOf, type Incoming } from './guest.ts';
import { type Listener, startListener } from './listener.ts';

// What the listener does with guests that hold something and do nothing. Its seconds pass in a few milliseconds here.

const tickMs = 10;
const folder = temporaryFolder('guests');
const opened: Socket[] = [];
const ended: string[] = [];

/** `/known` proves a key; `/stream` answers for ever; other bodies are read, and how that ended is noted. */
const fetch = async (request: Request, { incoming }: { incoming: Incoming }): Promise<Response> => {
  const { pathname } = new URL(request.url);
  if (pathname.startsWith('/known')) guestOf(incoming).prove('device:1');
  if (pathname.endsWith('/stream')) return new Response(new ReadableStream({ start: (out) => out.enqueue('open') }));
  if (pathname.endsWith('/unread')) await new Promise((resolve) => incoming.once('close', resolve));
  if (request.method === 'GET') return new Response('hello');
  try {
    const bytes = await readWire({ stream: incoming, contentLength: undefined }, 1 << 20);
    return new Response(String(bytes.length));
  } catch (error) {
    ended.push(`${pathname} ${toFailure(error).code}`);
    throw error;
  }
};

const keysDir = join(folder.path, 'keys');
mkdirSync(keysDir);
const keyring = await initKeyring(keysDir);
await initCa({ keyring, keysDir, site: 'line-1' });
const ca = await openCa({ keyring, keysDir, certificateDays: () => 90 });
const tls = await ca.serverMaterial(['localhost']);
const listener = await startListener({ fetch, tls, listen: { address: '127.0.0.1', port: 0 }, tickMs });
afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy();
  ended.splice(0);
});
afterAll(async () => {
  await listener.close();
  folder.remove();
});

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.on('error', () => undefined);
    if (socket.destroyed) resolve();
    else socket.once('close', () => resolve());
  });

const open = (
  protocol: 'h2' | 'http/1.1',
  { port = listener.port, localAddress = '127.0.0.1' } = {},
): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const from: ConnectionOptions & { localAddress: string } = {
      host: '127.0.0.1',
      localAddress,
      port,
      servername: 'localhost',
      ca: tls.ca,
      ALPNProtocols: [protocol],
    };
    const socket = connect(from);
    opened.push(socket);
    socket.on('error', reject);
    socket.once('secureConnect', () => resolve(socket));
  });

const session = async (from?: { port: number; localAddress: string }) => {
  const socket = await open('h2', from);
  const made = connectHttp2('https://localhost', { createConnection: () => socket });
  made.on('error', () => undefined);
  return { socket, made };
};

/** One call over a session; its answer's status, or how it was closed. */
const ask = (made: ReturnType<typeof connectHttp2>, path: string, body?: string): Promise<number | string> =>
  new Promise((resolve) => {
    const stream = made.request({ ':path': path, ':method': body === undefined ? 'GET' : 'POST' });
    stream.on('error', () => undefined);
    stream.once('response', (headers) => resolve(Number(headers[':status'])));
    stream.once('close', () => resolve(`closed with ${(stream as unknown as ServerHttp2Stream).rstCode}`));
    stream.resume();
    if (body !== undefined) stream.write(body);
    else stream.end();
  });

/** Frames of HTTP/2 (RFC 9113 4.1) as a client sends them that takes each of its requests back at once. */
const resets = (count: number): Buffer => {
  const frame = (type: number, flags: number, stream: number, payload: Buffer): Buffer => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
  };
  const literal = (name: string, value: string): Buffer =>
    Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), Buffer.from([value.length]), Buffer.from(value)]);
  // :method GET and :scheme https by the static table (RFC 7541 A).
  const head = Buffer.concat([
    Buffer.from([0x82, 0x87]),
    literal(':path', '/page'),
    literal(':authority', 'localhost'),
  ]);
  const settings = frame(4, 0, 0, Buffer.alloc(0));
  const pairs = Array.from({ length: count }, (_, n) =>
    Buffer.concat([frame(1, 5, 2 * n + 1, head), frame(3, 0, 2 * n + 1, Buffer.from([0, 0, 0, 8]))]),
  );
  return Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settings, ...pairs]);
};

const slowHead = 'POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{';

describe('the listener ends', () => {
  it('a connection that never shakes hands', async () => {
    const socket = connectPlain({ host: '127.0.0.1', port: listener.port });
    opened.push(socket);
    socket.resume();
    await closed(socket);
  });

  it('a head that does not come to its end', async () => {
    const socket = await open('http/1.1');
    socket.resume();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
    const drip = setInterval(() => socket.write('X-A: b\r\n'), tickMs);
    await closed(socket);
    clearInterval(drip);
  });

  it('a session of HTTP/2 without requests, however many pings it sends', async () => {
    const { socket, made } = await session();
    const pings = setInterval(() => void (made.destroyed || made.ping(() => undefined)), tickMs);
    await closed(socket);
    clearInterval(pings);
  });

  it.each([
    ['a body that comes byte by byte over HTTP/1.1', 'http/1.1'],
    ['one over HTTP/2', 'h2'],
  ] as const)('%s', async (_name, protocol) => {
    if (protocol === 'h2') {
      const { made } = await session();
      expect(await ask(made, '/slow', '{')).toBe('closed with 11');
    } else {
      const socket = await open('http/1.1');
      socket.resume();
      socket.write(slowHead);
      const drip = setInterval(() => socket.write(' '), tickMs);
      await closed(socket);
      clearInterval(drip);
    }
    // The handler hears of it in a turn of its own.
    await expect.poll(() => ended).toEqual(['/slow MALFORMED']);
  });

  it('a body that stops coming from a known sender, and nothing else of its session', async () => {
    const { socket, made } = await session();
    expect(await ask(made, '/known')).toBe(200);
    expect(await ask(made, '/known/slow', '{')).toBe('closed with 11');
    expect([await ask(made, '/known'), socket.destroyed]).toEqual([200, false]);
  });

  it('an idle connection of a known sender, later than that of a stranger', async () => {
    const known = await session();
    expect(await ask(known.made, '/known')).toBe(200);
    const stranger = await session();
    await closed(stranger.socket);
    expect(known.socket.destroyed).toBe(false);
    await closed(known.socket);
  });
});

describe('the listener leaves alone', () => {
  it('an answer that goes on, while strangers come and are ended', async () => {
    const { socket, made } = await session();
    expect(await ask(made, '/known/stream')).toBe(200);
    // Each of them takes longer than any body may be silent.
    for (let n = 0; n < 3; n += 1) await closed((await session()).socket);
    expect(socket.destroyed).toBe(false);
  });

  it('a body that is there and is not read yet', async () => {
    const { made } = await session();
    expect(await ask(made, '/known')).toBe(200);
    const waits = ask(made, '/known/unread', 'x'.repeat(1_000));
    for (let n = 0; n < 3; n += 1) await closed((await session()).socket);
    const first = await Promise.race([waits, ask(made, '/known')]);
    expect(first).toBe(200);
  });
});

describe('strangers', () => {
  it('who hold more than their share of bytes are ended at their own cost', async () => {
    const { made } = await session();
    const piece = 'x'.repeat(1 << 20);
    // 1 MiB is what a body may have; twelve of them at once are the share of a network.
    const all = Array.from({ length: 40 }, () => ask(made, '/held', piece.slice(0, -1)));
    expect(await Promise.race(all)).toBe('closed with 11');
  });

  describe('who ask more than is answered in a second', () => {
    const asked = { count: 0 };
    let patient: Listener;
    const from = async (localAddress: string) => (await session({ port: patient.port, localAddress })).made;
    const many = async (made: ReturnType<typeof connectHttp2>, count: number): Promise<(number | string)[]> => {
      const answers: (number | string)[] = [];
      for (let n = 0; n < count; n += 1) answers.push(await ask(made, '/page'));
      return answers;
    };

    beforeAll(async () => {
      // Its second does not end while the test runs.
      patient = await startListener({
        fetch: (request, env) => {
          asked.count += 1;
          return fetch(request, env as { incoming: Incoming });
        },
        tls,
        listen: { address: '127.0.0.1', port: 0 },
        tickMs: 2 ** 30,
      });
    });
    afterAll(() => patient.close());

    it('are told to come again by a short answer, each network for itself, and each has a little', async () => {
      const first = await many(await from('127.0.1.1'), 160);
      expect(first.filter((status) => status === 200)).toHaveLength(150);
      expect(first.slice(150)).toEqual(Array.from({ length: 10 }, () => 503));
      expect(new Set(await many(await from('127.0.1.2'), 150))).toEqual(new Set([200]));
      // All strangers together have had theirs: what a page needs at least is still there for anybody.
      expect(await many(await from('127.0.1.3'), 4)).toEqual([200, 200, 503, 503]);
      expect(asked.count).toBe(302);
    });

    it('take nothing from a known sender, nor from its network', async () => {
      const known = await from('127.0.2.1');
      expect(await ask(known, '/known')).toBe(200);
      expect(new Set(await many(known, 200))).toEqual(new Set([200]));
      expect(new Set(await many(await from('127.0.2.1'), 200))).toEqual(new Set([200]));
    });

    it('and do not wait for answers are ended, with few of them answered', async () => {
      asked.count = 0;
      const socket = await open('http/1.1', { port: patient.port, localAddress: '127.0.2.1' });
      const page = 'GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n';
      socket.write(page.repeat(500));
      await closed(socket);
      expect(asked.count).toBeLessThanOrEqual(8);
      // A network that no known device speaks from is not let in again for a while.
      const stranger = { port: patient.port, localAddress: '127.0.3.1' };
      const unread = await open('http/1.1', stranger);
      unread.write(page.repeat(500));
      await closed(unread);
      await expect(open('http/1.1', stranger)).rejects.toThrow();
    });

    it('and take their requests back at once are ended after few of them, with all their connections', async () => {
      asked.count = 0;
      const stranger = { port: patient.port, localAddress: '127.0.4.1' };
      const [one, two] = [await open('h2', stranger), await open('h2', stranger)];
      two.resume();
      const gone = [closed(one), closed(two)];
      one.resume();
      one.write(resets(20_000));
      await Promise.all(gone);
      expect(asked.count).toBeLessThanOrEqual(150);
      await expect(open('h2', stranger)).rejects.toThrow();
      // Another network is served meanwhile.
      const other = await from('127.0.4.2');
      expect(await ask(other, '/known')).toBe(200);
      other.close();
    });

    it('and who has a key and does so loses that connection alone', async () => {
      const [socket, beside] = [
        await session({ port: patient.port, localAddress: '127.0.4.3' }),
        await session({ port: patient.port, localAddress: '127.0.4.3' }),
      ];
      expect([await ask(socket.made, '/known'), await ask(beside.made, '/known')]).toEqual([200, 200]);
      const gone = closed(socket.socket);
      // Each is answered before it is taken back: what is taken back in the turn in which it was asked may not be sent at all.
      for (let n = 0; n < 2_000 && !socket.socket.destroyed; n += 1) {
        const stream = socket.made.request({ ':path': '/known/stream' }).on('error', () => undefined);
        await new Promise<void>(
          (resolve) => void stream.once('response', () => resolve()).once('close', () => resolve()),
        );
        stream.close(8);
      }
      await gone;
      expect(await ask(beside.made, '/known')).toBe(200);
    });

    it('and go on after a thousand short answers are not answered any more', async () => {
      const made = await from('127.0.5.1');
      const answers = await many(made, 1_700);
      expect(answers.slice(0, 3)).toEqual([200, 200, 503]);
      expect(answers.filter((status) => status === 503)).toHaveLength(1_500);
      expect(answers.at(-1)).toMatch(/^closed/);
      await expect(open('h2', { port: patient.port, localAddress: '127.0.5.1' })).rejects.toThrow();
    });
  });
});
