import { createSocket } from 'node:dgram';
import { createConnection } from 'node:net';
import { tcpLink, troubleOf, udpLink } from '@sallyport/bundle-tools/controllers/identification/socket-link';
import type { Link, LinkLimits, Transport, Trouble } from '@sallyport/bundle-tools/controllers/protocols/types';

// The links of both sides, over sockets that a test opens.

const opened = (host: string, port: number, limits: LinkLimits): Promise<Link | Trouble> =>
  new Promise((resolve) => {
    const socket = createConnection({ host, port, noDelay: true });
    const timer = setTimeout(() => {
      socket.destroy();
      resolve('timeout');
    }, limits.connectMs);
    const failed = (error: unknown): void => {
      clearTimeout(timer);
      resolve(troubleOf(error));
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      resolve(tcpLink(socket, limits));
    });
  });

/** To one device of this computer. */
export const loopback = (host = '127.0.0.1'): Transport => ({
  connect: async ({ kind, port }, limits) =>
    kind === 'tcp' ? opened(host, port, limits) : udpLink(createSocket('udp4'), { host, port }, limits),
});
