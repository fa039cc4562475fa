import { createSocket } from 'node:dgram';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { freeLoopback } from './loopback.ts';

/** A device at an address of its own that counts what arrives at it, whoever sends. */
export type CountingController = {
  host: string;
  /** Connections and datagrams, by port. */
  met(): string[];
  /** Bytes of all of them. */
  bytes(): number;
  close(): Promise<void>;
};

/** Listens at these ports of a free address of the loopback network, by TCP and UDP. */
export const countingController = async (...ports: number[]): Promise<CountingController> => {
  const host = await freeLoopback(...ports);
  const met: string[] = [];
  let bytes = 0;
  const sockets = new Set<Socket>();
  const servers = await Promise.all(
    ports.map(
      (port) =>
        new Promise<{ close(): void }>((resolve) => {
          const server = createServer((socket) => {
            met.push(`tcp/${port}`);
            sockets.add(socket);
            socket
              .on('error', () => undefined)
              .on('data', (data) => {
                bytes += data.length;
              });
          });
          server.listen(port, host, () => resolve(server));
        }),
    ),
  );
  const datagrams = await Promise.all(
    ports.map(
      (port) =>
        new Promise<{ close(): void }>((resolve) => {
          const socket = createSocket('udp4');
          socket.on('message', (data) => {
            met.push(`udp/${port}`);
            bytes += data.length;
          });
          socket.bind(port, host, () => resolve(socket));
        }),
    ),
  );
  return {
    host,
    met: () => [...met],
    bytes: () => bytes,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      for (const one of [...servers, ...datagrams]) one.close();
    },
  };
};

/** A `ping` in a folder that notes whom it was sent to, and says that he is there. */
export const countingPing = (folder: string): { path: string; sent(): string[] } => {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const notes = join(folder, 'pinged');
  writeFileSync(notes, '');
  writeFileSync(join(bin, 'ping'), `#!/bin/sh\nfor last; do :; done\necho "$last" >> '${notes}'\n`);
  chmodSync(join(bin, 'ping'), 0o755);
  return {
    path: `${bin}:${process.env['PATH'] ?? ''}`,
    sent: () =>
      readFileSync(notes, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
  };
};
