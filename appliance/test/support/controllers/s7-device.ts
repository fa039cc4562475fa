import { createServer, type Socket } from 'node:net';
import { tpktLength } from '@sallyport/bundle-tools/controllers/protocols/s7/client';
import { modeRecord, s7Controller, usualLists } from '../../../../bundle-tools/test/controllers/s7-controller.ts';

const [RUN, STOP] = [8, 4];

/** An S7 CPU on loopback that is in RUN when it is asked first, and in STOP when it is asked again where it `leaves`. */
export const s7Device = async (place: { host: string; port: number }, leaves = false) => {
  const open = new Set<Socket>();
  const counts = { connections: 0, modes: 0 };
  const server = createServer((socket) => {
    counts.connections += 1;
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    const controller = s7Controller({
      lists: () =>
        new Map(usualLists()).set(0x0424, { records: [modeRecord(leaves && counts.modes > 1 ? STOP : RUN)] }),
    });
    let held: Buffer = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      held = Buffer.concat([held, bytes]);
      for (let length = tpktLength(held); length !== undefined && length > 0 && held.length >= length; ) {
        const request = held.subarray(0, length);
        // The list that a read is about stands at its end.
        if (request.readUInt16BE(Math.max(0, request.length - 4)) === 0x0424) counts.modes += 1;
        for (const message of controller(request)) socket.write(message);
        held = held.subarray(length);
        length = tpktLength(held);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(place.port, place.host, resolve));
  const address = server.address();
  return {
    host: place.host,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    counts,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
