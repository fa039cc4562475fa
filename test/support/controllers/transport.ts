import { createSocket } from 'node:dgram';
import { createConnection, type Socket } from 'node:net';
import type { Link, LinkLimits, Transport, Trouble } from '@sallyport/bundle-tools/controllers/protocols/types';

// A transport over real sockets, to one address of this computer.

const troubleOf = (error: NodeJS.ErrnoException): Trouble => {
  if (error.code === 'ECONNREFUSED') return 'refused';
  return error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'reset' : 'unreachable';
};

type Queue = { push(item: Buffer | Trouble): void; next(withinMs: number): Promise<Buffer | Trouble> };

/** What came and was not asked for yet. Trouble stays the last word. */
const queue = (): Queue => {
  const items: Buffer[] = [];
  let last: Trouble | undefined;
  let wake: (() => void) | undefined;
  return {
    push: (item) => {
      if (typeof item === 'string') last ??= item;
      else items.push(item);
      wake?.();
    },
    next: async (withinMs) => {
      if (items.length === 0 && last === undefined) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, withinMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
      return items.shift() ?? last ?? 'timeout';
    },
  };
};

const tcpLink = async (host: string, port: number, { connectMs, maxBytes }: LinkLimits): Promise<Link | Trouble> => {
  const socket: Socket = createConnection({ host, port, noDelay: true });
  const opened = await new Promise<Trouble | undefined>((resolve) => {
    const timer = setTimeout(() => resolve('timeout'), connectMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
    socket.once('error', (error) => {
      clearTimeout(timer);
      resolve(troubleOf(error));
    });
  });
  if (opened !== undefined) {
    socket.destroy();
    return opened;
  }
  const came = queue();
  let total = 0;
  socket.on('data', (bytes) => {
    total += bytes.length;
    if (total > maxBytes) {
      came.push('too-large');
      socket.pause();
    } else came.push(bytes);
  });
  socket.on('error', (error) => came.push(troubleOf(error)));
  socket.on('end', () => came.push('closed'));
  return {
    send: async (bytes) => {
      if (socket.destroyed) return 'closed';
      socket.write(bytes);
      return undefined;
    },
    receive: (withinMs) => came.next(withinMs),
    close: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => socket.destroy(), 100);
        socket.once('close', () => {
          clearTimeout(timer);
          resolve();
        });
        if (socket.destroyed) resolve();
        else {
          socket.resume();
          socket.end();
        }
      }),
  };
};

const udpLink = async (host: string, port: number, { maxBytes }: LinkLimits): Promise<Link> => {
  const socket = createSocket('udp4');
  const came = queue();
  let total = 0;
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.on('message', (bytes, from) => {
    if (from.address !== host) return;
    total += bytes.length;
    came.push(total > maxBytes ? 'too-large' : bytes);
  });
  return {
    send: (bytes) =>
      new Promise((resolve) => {
        socket.send(bytes, port, host, (error) => resolve(error === null ? undefined : troubleOf(error)));
      }),
    receive: (withinMs) => came.next(withinMs),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
};

/** To one device of this computer. */
export const loopback = (host = '127.0.0.1'): Transport => ({
  connect: ({ kind, port }, limits) => (kind === 'tcp' ? tcpLink(host, port, limits) : udpLink(host, port, limits)),
});
