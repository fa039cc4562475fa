import { createServer, type Socket } from 'node:net';

/** What a device of a test does with one request: the answer as it should be, later, another one, or the end. */
export type ModbusManner = (ask: {
  unit: number;
  code: number;
  /** Requests so far, this one included. */
  n: number;
  /** The right answer. */
  answer: Buffer;
  socket: Socket;
}) => Buffer | undefined | Promise<Buffer | undefined>;

const texts: Readonly<Record<number, string>> = {
  0: 'Schneider Electric',
  1: 'BMX P34 2020',
  2: 'V3.10',
  4: 'Modicon M340',
  5: 'M340',
};

/** A Modbus/TCP device on loopback that tells who it is (function 43/14), and counts all that came. */
export const modbusDevice = async (host: string, manner: ModbusManner = ({ answer }) => answer) => {
  const seen: { at: number; bytes: Buffer }[] = [];
  const open = new Set<Socket>();
  const state = { connections: 0, mostAtOnce: 0 };

  const idAnswer = (request: Buffer): Buffer => {
    const code = request.readUInt8(9);
    const objects = Object.entries(texts).filter(([id]) => (code === 1 ? Number(id) <= 2 : Number(id) > 2));
    const list = objects.map(([id, text]) =>
      Buffer.concat([Buffer.from([Number(id), text.length]), Buffer.from(text, 'latin1')]),
    );
    const pdu = Buffer.concat([Buffer.from([0x2b, 0x0e, code, 0x83, 0x00, 0x00, list.length]), ...list]);
    const head = Buffer.from(request.subarray(0, 7));
    head.writeUInt16BE(pdu.length + 1, 4);
    return Buffer.concat([head, pdu]);
  };

  const server = createServer((socket) => {
    state.connections += 1;
    open.add(socket);
    state.mostAtOnce = Math.max(state.mostAtOnce, open.size);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    socket.on('data', (bytes: Buffer) => {
      seen.push({ at: performance.now(), bytes });
      const code = bytes.readUInt8(7);
      const answer =
        code === 0x2b ? idAnswer(bytes) : Buffer.concat([bytes.subarray(0, 7), Buffer.from([code | 0x80, 1])]);
      void (async () => {
        const said = await manner({ unit: bytes.readUInt8(6), code, n: seen.length, answer, socket });
        if (said !== undefined && !socket.destroyed) socket.write(said);
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  return {
    host,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    seen,
    state,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
