import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Whether a port of an address can be listened on. */
const isFree = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });

/** An address of the loopback network that nobody else listens at: ports of a closed list are free there. */
export const freeLoopback = async (...ports: number[]): Promise<string> => {
  for (;;) {
    const host = `127.${randomInt(64, 128)}.${randomInt(256)}.${randomInt(1, 255)}`;
    const free = await Promise.all(ports.map((port) => isFree(port, host)));
    if (free.every(Boolean)) return host;
  }
};
