import { createHash, type X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { TLSSocket } from 'node:tls';
import { cleanAddress } from '../../../platform/network.ts';
import { BACKDATE_MS, CLIENT_AUTH } from '../../ca/types.ts';
import type { IssuedCertificate } from '../../devices/types.ts';

type Incoming = IncomingMessage | Http2ServerRequest;

/** Who is at the other end of a connection. */
type Peer = {
  fingerprint: string | undefined;
  /**
   * Of a certificate that only its time speaks against, by this computer's clock. Its key is proved; that it is of our CA, only the
   * database knows, and by whose clock it ended.
   */
  untimely: string | undefined;
  address: string;
  /** What the certificate says, where it is a device's of our CA; for one that the database does not know. */
  issued: () => IssuedCertificate | undefined;
};

/** Reads a client certificate whose chain leads to our CA. */
const issuedOf = (certificate: X509Certificate, fingerprint: string): IssuedCertificate | undefined => {
  const [, publicId] = /^CN=([0-9a-f]{32})$/.exec(certificate.subject) ?? [];
  if (publicId === undefined || !certificate.keyUsage?.includes(CLIENT_AUTH)) return undefined;
  const notBefore = certificate.validFromDate.getTime();
  return {
    publicId,
    fingerprint,
    serial: certificate.serialNumber.toLowerCase(),
    keyDigest: createHash('sha256')
      .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex'),
    notBefore,
    notAfter: certificate.validToDate.getTime(),
    issuedAt: notBefore + BACKDATE_MS,
  };
};

const fingerprintOf = (socket: TLSSocket): string | undefined =>
  socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();

/** What OpenSSL calls a certificate whose dates do not hold; it may hide that the chain does not, either. */
const timeFaults: ReadonlySet<unknown> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/** Reads the peer of a request, once per connection: parsing a certificate costs more than a whole check-in. */
export const peerReader = (): ((incoming: Incoming | undefined) => Peer) => {
  const known = new WeakMap<object, Peer>();
  return (incoming) => {
    // HTTP/2 gives a proxy as the socket of a request; the session's own is the same proxy, which TLSSocket is behind.
    const socket = incoming?.socket;
    if (incoming === undefined || socket === undefined)
      return { fingerprint: undefined, untimely: undefined, address: 'unknown', issued: () => undefined };
    const connection = 'stream' in incoming ? (incoming.stream.session ?? socket) : socket;
    const held = known.get(connection);
    if (held !== undefined) return held;
    // `authorized`: the chain leads to our CA and the dates hold. Without it the certificate is only a claim.
    const fingerprint = socket instanceof TLSSocket && socket.authorized ? fingerprintOf(socket) : undefined;
    const peer: Peer = {
      fingerprint,
      untimely:
        // Node's types have an error here; it is the code of one.
        socket instanceof TLSSocket && timeFaults.has(socket.authorizationError) ? fingerprintOf(socket) : undefined,
      address: cleanAddress(socket.remoteAddress),
      issued: () => {
        const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
        return certificate === undefined || fingerprint === undefined ? undefined : issuedOf(certificate, fingerprint);
      },
    };
    known.set(connection, peer);
    return peer;
  };
};
