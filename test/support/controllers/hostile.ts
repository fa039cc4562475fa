import type { Socket } from 'node:net';
import type { Protocol } from '@sallyport/bundle-tools/controllers/protocols/types';
import type { Place } from './peers.ts';
import { tcpServer, udpServer } from './responders.ts';

// Devices that misbehave in every way, to see that what we send to them stays what it is.

type Manner = 'garbage' | 'echo' | 'endless' | 'huge' | 'silent' | 'reset';
export const tcpManners: readonly Manner[] = ['garbage', 'echo', 'endless', 'huge', 'silent', 'reset'];
export const udpManners: readonly Manner[] = ['garbage', 'echo', 'endless', 'huge', 'silent'];

/** Bytes that chance would give, the same in each run. */
const noise = (seed: number, count: number): Buffer => {
  let state = seed >>> 0 || 1;
  return Buffer.from(
    Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
};

/** The head of a message that never ends, where the protocol has one. */
const hugeHeads: Readonly<Partial<Record<Protocol, string>>> = {
  modbus: '00010000ffffff2b',
  s7: '0300ffff02f080',
  enip: '6300ffff000000000000000000000000000000000000000000',
  opcua: '4d53474301000040',
};

const flood = (socket: Socket, bytes: Buffer): void => {
  const block = Buffer.concat(Array.from({ length: Math.ceil(65_536 / bytes.length) }, () => bytes));
  let left = 6;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= 1;
      if (!socket.write(block)) {
        socket.once('drain', more);
        return;
      }
    }
  };
  more();
};

/** One that speaks TCP. */
export const hostileTcp = (protocol: Protocol, manner: Manner, seed: number, at: Place) =>
  tcpServer(at, (socket) => {
    let count = seed;
    socket.on('data', (bytes) => {
      count += 1;
      if (manner === 'garbage') socket.write(noise(count, 1 + (count % 200)));
      else if (manner === 'echo') socket.write(bytes);
      else if (manner === 'endless') flood(socket, bytes);
      else if (manner === 'huge') {
        socket.write(Buffer.from(hugeHeads[protocol] ?? 'ff', 'hex'));
        flood(socket, noise(count, 1_024));
      } else if (manner === 'reset') socket.resetAndDestroy();
    });
  });

/** One that speaks UDP. */
export const hostileUdp = (manner: Manner, seed: number, at: Place) => {
  let count = seed;
  return udpServer(at, (bytes, from, socket) => {
    const answer = (message: Buffer): void => socket.send(message, from.port, from.address);
    count += 1;
    if (manner === 'garbage') answer(noise(count, 1 + (count % 200)));
    else if (manner === 'echo') answer(bytes);
    else if (manner === 'huge') answer(Buffer.concat([bytes, noise(count, 60_000)]));
    else if (manner === 'endless') for (let n = 0; n < 40; n += 1) answer(bytes);
  });
};
