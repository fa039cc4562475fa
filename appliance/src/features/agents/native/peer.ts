import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { TLSSocket } from 'node:tls';
import { cleanAddress } from '../../../platform/network.ts';

export type Incoming = IncomingMessage | Http2ServerRequest;

/** Who is at the other end of a connection. */
export type Peer = { fingerprint: string | undefined; address: string };

const fingerprintOf = (socket: TLSSocket): string | undefined => {
  // `authorized`: the chain leads to our CA and the dates hold. Without it the certificate is only a claim.
  if (!socket.authorized) return undefined;
  return socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
};

/** Reads the peer of a request, once per connection: parsing a certificate costs more than a whole check-in. */
export const peerReader = (): ((incoming: Incoming | undefined) => Peer) => {
  const known = new WeakMap<object, Peer>();
  return (incoming) => {
    // HTTP/2 gives a proxy as the socket of a request; the session's own is the same proxy, which TLSSocket is behind.
    const socket = incoming?.socket;
    if (incoming === undefined || socket === undefined) return { fingerprint: undefined, address: 'unknown' };
    const connection = 'stream' in incoming ? (incoming.stream.session ?? socket) : socket;
    const held = known.get(connection);
    if (held !== undefined) return held;
    const peer: Peer = {
      fingerprint: socket instanceof TLSSocket ? fingerprintOf(socket) : undefined,
      address: cleanAddress(socket.remoteAddress),
    };
    known.set(connection, peer);
    return peer;
  };
};
