import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import {
  annotationOf,
  type BacnetValue,
  iAm,
  identityAnswer,
  lookupReply,
  propertyReply,
} from '../../../bundle-tools/test/controllers/messages.ts';
import type { Peer, Place } from './peers.ts';

// Controllers that we play ourselves, on any port of the loopback.

const anywhere: Place = { host: '127.0.0.1', port: 0 };

export const udpServer = (
  { host, port }: Place,
  onMessage: (bytes: Buffer, from: RemoteInfo, socket: UdpSocket) => void,
): Promise<{ port: number; close(): Promise<void>; socket: UdpSocket }> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.on('message', (bytes, from) => onMessage(bytes, from, socket));
    socket.bind(port, host, () =>
      resolve({
        port: socket.address().port,
        socket,
        close: () => new Promise((done) => socket.close(() => done())),
      }),
    );
  });

export const tcpServer = (
  { host, port }: Place,
  onSocket: (socket: Socket) => void,
): Promise<{ port: number; close(): Promise<void> }> =>
  new Promise((resolve) => {
    const open = new Set<Socket>();
    const server: Server = createServer((socket) => {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
      onSocket(socket);
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        close: () =>
          new Promise((done) => {
            for (const socket of open) socket.destroy();
            server.close(() => done());
          }),
      });
    });
  });

/** A 1756-L83E that answers ListIdentity by UDP and TCP; one of them only where it is said so. */
export const startEnip = async (only?: 'udp' | 'tcp', at: Place = anywhere): Promise<Peer> => {
  const isListIdentity = (bytes: Buffer): boolean => bytes.length >= 24 && bytes.readUInt16LE(0) === 0x63;
  const tcp = await tcpServer(at, (socket) => {
    socket.on('data', (bytes) => {
      if (only !== 'udp' && isListIdentity(bytes)) socket.write(identityAnswer());
    });
  });
  const udp = await udpServer({ host: at.host, port: tcp.port }, (bytes, from, socket) => {
    if (only !== 'tcp' && isListIdentity(bytes)) socket.send(identityAnswer(), from.port, from.address);
  });
  return {
    host: at.host,
    port: tcp.port,
    stop: async () => {
      await Promise.all([tcp.close(), udp.close()]);
    },
  };
};

const pnioDevice = annotationOf('S7-1500', '6ES7 672-5DC01-0YA0', '0', 'V', [2, 1, 7]);

/** A PROFINET device whose answers come from another port; `more` entries follow the first without end. */
export const startPnio = async (
  order: 'little' | 'big',
  more = false,
  at: Place = anywhere,
): Promise<Peer & { answerPort: number }> => {
  const other = await udpServer({ host: at.host, port: 0 }, () => undefined);
  const ask = await udpServer(at, (bytes, from) => {
    if (bytes.length !== 156) return;
    const handle = Buffer.alloc(20);
    if (more) Buffer.from('0102030405060708090a0b0c0d0e0f10', 'hex').copy(handle, 4);
    other.socket.send(lookupReply(bytes, pnioDevice, order, handle), from.port, from.address);
  });
  return {
    host: at.host,
    port: ask.port,
    answerPort: other.port,
    stop: async () => {
      await Promise.all([ask.close(), other.close()]);
    },
  };
};

export const bacnetInstance = 4_194_000;
const bacnetValues: ReadonlyMap<number, BacnetValue> = new Map<number, BacnetValue>([
  [12, { text: '7.2', set: 'utf8' }],
  [44, { text: '5.1.0.4400', set: 'utf8' }],
  [70, { text: 'NAE-4510', set: 'latin1' }],
  [77, { text: 'Үй-12', set: 'ucs2' }],
  [120, 5],
  [121, { text: 'JCI', set: 'ucs2' }],
]);

/** A building controller that has no serial number; it may keep silent about who it is. */
export const startBacnet = async (saysWho = true, at: Place = anywhere): Promise<Peer> => {
  const server = await udpServer(at, (bytes, from, socket) => {
    const answer = (message: Buffer): void => socket.send(message, from.port, from.address);
    const [kind, service] = [bytes.readUInt8(6), bytes.readUInt8(7)];
    if (kind === 0x10 && service === 0x08 && saysWho) answer(iAm(bacnetInstance, 5));
    if (kind >> 4 !== 0 || bytes.readUInt8(9) !== 0x0c) return;
    const property = bytes.readUInt8(15) === 0x1a ? bytes.readUInt16BE(16) : bytes.readUInt8(16);
    answer(propertyReply(bytes, bacnetInstance, property === 75 ? 'object' : bacnetValues.get(property)));
  });
  return { host: at.host, port: server.port, stop: () => server.close() };
};

/** A device that answers message by message, which are as long as `lengthOf` says. */
export const startTcpDevice = async (
  answer: () => (message: Buffer) => Buffer[],
  lengthOf: (bytes: Buffer) => number | undefined,
  at: Place = anywhere,
): Promise<Peer> => {
  const server = await tcpServer(at, (socket) => {
    const device = answer();
    let held: Buffer = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      held = Buffer.concat([held, bytes]);
      for (let length = lengthOf(held); length !== undefined && length > 0 && held.length >= length; ) {
        for (const message of device(held.subarray(0, length))) socket.write(message);
        held = held.subarray(length);
        length = lengthOf(held);
      }
    });
  });
  return { host: at.host, port: server.port, stop: () => server.close() };
};
