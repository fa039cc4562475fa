import { connect as connectHttp2 } from 'node:http2';
import { createConnection, type Socket } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

// What strangers without a key do to a server, each on connections of its own from addresses of the loopback network. The
// test that a known device is served meanwhile and the benchmark of its answers share them.

export type Target = { port: number; ca: string; glpiToken: string };

/** An attack under way; `end` closes what it holds. */
type Attack = { held(): number; end(): void };

/** Strangers' addresses; the known devices of a test come from 127.0.0.1. */
const addresses = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `127.0.${9 + Math.trunc(n / 250)}.${1 + (n % 250)}`);

const open = ({ port, ca }: Target, localAddress: string, protocol: 'h2' | 'http/1.1'): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const from: ConnectionOptions & { localAddress: string } = {
      host: '127.0.0.1',
      servername: 'localhost',
      port,
      ca,
      localAddress,
      ALPNProtocols: [protocol],
    };
    const socket = connect(from);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
    socket.once('secureConnect', () => {
      // From here on it is closed whenever the server likes.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });

const isOpen = (socket: Socket): boolean => !socket.destroyed && socket.readable && socket.writable;

/** Keeps `count` connections and opens the next one for each that the server closes. */
const keepOpen = async (
  from: readonly string[],
  count: number,
  make: (address: string) => Promise<Socket>,
): Promise<Attack> => {
  const over = { now: false };
  const sockets = new Map<number, Socket>();
  const one = async (n: number): Promise<void> => {
    const socket = await make(from[n % from.length] ?? '127.0.0.1').catch(() => undefined);
    if (socket === undefined) return;
    sockets.set(n, socket);
    if (over.now) socket.destroy();
  };
  const atOnce = 16;
  for (let n = 0; n < count; n += atOnce)
    await Promise.all(Array.from({ length: Math.min(atOnce, count - n) }, (_, k) => one(n + k)));
  const again = setInterval(() => {
    const closed = [...sockets].filter(([, socket]) => !isOpen(socket)).map(([n]) => n);
    for (const n of closed.slice(0, atOnce)) void one(n);
  }, 500);
  return {
    held: () => [...sockets.values()].filter(isOpen).length,
    end: () => {
      over.now = true;
      clearInterval(again);
      for (const socket of sockets.values()) socket.destroy();
    },
  };
};

const slowPaths = ['/api/osquery/log', '/api/osquery/distributed/write', '/api/osquery/carve/block'] as const;

const dripMs = 5_000;

/** Bodies without a key that come byte by byte. */
const dripping = (target: Target, from: readonly string[], count: number, pathOf: (n: number) => string) => {
  let n = 0;
  return keepOpen(from, count, async (address) => {
    n += 1;
    const path = pathOf(n);
    const socket = await open(target, address, 'http/1.1');
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 8000000\r\n\r\n{"data":[`,
    );
    const drip = setInterval(() => socket.write(' '), dripMs);
    socket.once('close', () => clearInterval(drip));
    return socket;
  });
};

/** Sockets that send a body of the osquery source byte by byte, without a key. */
const slowOsqueryBodies = (target: Target, from: readonly string[], count: number): Promise<Attack> =>
  dripping(target, from, count, (n) => slowPaths[n % slowPaths.length] ?? slowPaths[0]);

/** The same at the address of GLPI agents, with a valid token. */
const slowGlpiBodies = (target: Target, from: readonly string[], count: number): Promise<Attack> =>
  dripping(target, from, count, () => `/a/${target.glpiToken}/glpi`);

/** HTTP/2 sessions that ask for nothing. */
const idleSessions = (target: Target, from: readonly string[], count: number): Promise<Attack> =>
  keepOpen(from, count, async (address) => {
    const socket = await open(target, address, 'h2');
    const session = connectHttp2('https://localhost', { createConnection: () => socket });
    session.on('error', () => undefined);
    return socket;
  });

/** Connections that say nothing, or the first bytes of a TLS hello and no more. */
const unfinishedHellos = (
  { port }: Target,
  from: readonly string[],
  { count, bytes }: { count: number; bytes: number },
): Promise<Attack> =>
  keepOpen(
    from,
    count,
    (localAddress) =>
      new Promise((resolve, reject) => {
        const socket = createConnection({ host: '127.0.0.1', port, localAddress });
        socket.once('error', reject);
        socket.once('connect', () => {
          socket.on('error', () => undefined);
          // A handshake record of 512 bytes, which are not all sent.
          socket.write(Buffer.concat([Buffer.of(22, 3, 1, 2, 0, 1), Buffer.alloc(bytes)]).subarray(0, bytes));
          resolve(socket);
        });
      }),
  );

/** Connections that ask for `asks` pages at once and read none of the answers. */
const unreadAnswers = (
  target: Target,
  from: readonly string[],
  { count, asks }: { count: number; asks: number },
): Promise<Attack> =>
  keepOpen(from, count, async (address) => {
    const socket = await open(target, address, 'http/1.1');
    socket.pause();
    socket.write('GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(asks));
    return socket;
  });

const loginBytes = 4 * 1024 * 1024;
const pieceBytes = 64 * 1024;

/** Connections with `streams` log-in forms of 4 MiB each that do not end; made when all was sent that the server takes. */
const unfinishedLogins = (
  target: Target,
  from: readonly string[],
  { connections, streams }: { connections: number; streams: number },
): Promise<Attack> =>
  keepOpen(from, connections, async (address) => {
    const socket = await open(target, address, 'h2');
    const session = connectHttp2('https://localhost', { createConnection: () => socket });
    session.on('error', () => undefined);
    const piece = Buffer.alloc(pieceBytes, 'x');
    const sent: Promise<void>[] = [];
    for (let n = 0; n < streams; n += 1) {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/login',
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
      });
      stream.on('error', () => undefined);
      stream.resume();
      let left = loginBytes - 1;
      const { promise, resolve } = Promise.withResolvers<void>();
      sent.push(promise);
      stream.once('close', resolve);
      const send = (): void => {
        while (left > 0 && !stream.destroyed) {
          const size = Math.min(left, pieceBytes);
          left -= size;
          if (!stream.write(piece.subarray(0, size))) {
            stream.once('drain', send);
            return;
          }
        }
        resolve();
      };
      send();
    }
    await Promise.all(sent);
    return socket;
  });

/** What strangers do, by name: the test runs all of it, the benchmark measures some. */
export const attacks = {
  'osquery bodies': (target) => slowOsqueryBodies(target, addresses(2), 64),
  'osquery bodies, many addresses': (target) => slowOsqueryBodies(target, addresses(200), 200),
  'GLPI bodies': (target) => slowGlpiBodies(target, addresses(2), 64),
  'GLPI bodies, many addresses': (target) => slowGlpiBodies(target, addresses(200), 200),
  'idle sessions': (target) => idleSessions(target, addresses(4), 300),
  'idle sessions, own address': (target) => idleSessions(target, ['127.0.0.1'], 300),
  'idle sessions, many addresses': (target) => idleSessions(target, addresses(300), 300),
  'silent connections': (target) => unfinishedHellos(target, addresses(4), { count: 300, bytes: 0 }),
  'silent connections, many addresses': (target) => unfinishedHellos(target, addresses(300), { count: 300, bytes: 0 }),
  'half hellos': (target) => unfinishedHellos(target, addresses(300), { count: 300, bytes: 100 }),
  'unread pages': (target) => unreadAnswers(target, addresses(20), { count: 60, asks: 200 }),
  'unfinished forms': (target) => unfinishedLogins(target, addresses(1), { connections: 1, streams: 100 }),
  'unfinished forms, many addresses': (target) =>
    unfinishedLogins(target, addresses(20), { connections: 12, streams: 100 }),
} as const satisfies Readonly<Record<string, (target: Target) => Promise<Attack>>>;
