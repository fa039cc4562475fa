import type { Socket as DatagramSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { plainAddress } from '../../platform/address.ts';
import type { Link, LinkLimits, Trouble } from '../protocols/types.ts';

// Sockets that are open, as links: what the other side does is an answer, never an error. Opening them is left to the one
// module of a workspace that connects.

const closeMs = 1_000;

const troubles: Readonly<Record<string, Trouble>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EPIPE: 'closed',
};

/** The system's error as the protocols name it. */
export const troubleOf = (error: unknown): Trouble =>
  troubles[String(error instanceof Error ? (error as NodeJS.ErrnoException).code : '')] ?? 'unreachable';

/** What came, and who waits for it. */
const inbox = (maxBytes: number) => {
  const waiting: Buffer[] = [];
  const state: { left: number; trouble: Trouble | undefined; wake: (() => void) | undefined } = {
    left: maxBytes,
    trouble: undefined,
    wake: undefined,
  };
  const signal = (): void => {
    state.wake?.();
    state.wake = undefined;
  };
  const fail = (trouble: Trouble): void => {
    state.trouble ??= trouble;
    signal();
  };
  return {
    trouble: (): Trouble | undefined => state.trouble,
    fail,
    /** False once more came than may. */
    put: (bytes: Buffer): boolean => {
      state.left -= bytes.length;
      if (state.left < 0) {
        fail('too-large');
        return false;
      }
      waiting.push(bytes);
      signal();
      return true;
    },
    take: async (withinMs: number): Promise<Buffer | Trouble> => {
      const first = waiting.shift();
      if (first !== undefined) return first;
      if (state.trouble !== undefined) return state.trouble;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        state.wake = resolve;
        timer = setTimeout(resolve, withinMs);
      });
      clearTimeout(timer);
      state.wake = undefined;
      return waiting.shift() ?? state.trouble ?? 'timeout';
    },
  };
};

/** A TCP connection that is open. */
export const tcpLink = (socket: Socket, limits: LinkLimits): Link => {
  const box = inbox(limits.maxBytes);
  socket.on('data', (bytes: Buffer) => {
    if (!box.put(bytes)) socket.destroy();
  });
  socket.on('error', (error) => box.fail(troubleOf(error)));
  socket.on('end', () => box.fail('closed'));
  socket.on('close', () => box.fail('closed'));
  return {
    send: (bytes) => {
      const trouble = box.trouble();
      if (trouble !== undefined) return Promise.resolve(trouble);
      return new Promise((resolve) => {
        socket.write(bytes, (error) => resolve(error == null ? undefined : (box.trouble() ?? troubleOf(error))));
      });
    },
    receive: (withinMs) => box.take(withinMs),
    close: () =>
      new Promise((resolve) => {
        if (socket.destroyed) {
          resolve();
          return;
        }
        const done = (): void => {
          clearTimeout(timer);
          socket.destroy();
          resolve();
        };
        // A side that does not end its half is left to it: our end is sent, and all that came was read.
        const timer = setTimeout(done, closeMs);
        socket.once('close', done);
        socket.resume();
        socket.end();
      }),
  };
};

/** A UDP socket of our own towards one device: it hears that device only, from whichever of its ports. */
export const udpLink = (socket: DatagramSocket, to: { host: string; port: number }, limits: LinkLimits): Link => {
  const box = inbox(limits.maxBytes);
  const theirs = plainAddress(to.host);
  const state = { closed: false };
  socket.on('message', (bytes, from) => {
    if (plainAddress(from.address) === theirs) box.put(bytes);
  });
  socket.on('error', (error) => box.fail(troubleOf(error)));
  return {
    send: (bytes) => {
      const trouble = state.closed ? 'closed' : box.trouble();
      if (trouble !== undefined) return Promise.resolve(trouble);
      return new Promise((resolve) => {
        socket.send(bytes, to.port, to.host, (error) => resolve(error === null ? undefined : troubleOf(error)));
      });
    },
    receive: (withinMs) => box.take(withinMs),
    close: () =>
      new Promise((resolve) => {
        if (state.closed) {
          resolve();
          return;
        }
        state.closed = true;
        box.fail('closed');
        socket.close(() => resolve());
      }),
  };
};
