import { IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer, Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { getRequestListener, type Http2Bindings, type HttpBindings } from '@hono/node-server';
import { AppError } from '../errors.ts';
import { type Guests, listenerGuests } from './guests.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { servedProtocol, type TlsFiles } from './served-tls.ts';

type Fetch = (request: Request, env: HttpBindings | Http2Bindings) => Response | Promise<Response>;

export type Listener = {
  address: string;
  port: number;
  /** New connections get this certificate; those that are open stay as they are. */
  present(tls: Presented): void;
  close(): Promise<void>;
};

/** What callers are shown: by the name that they ask for, if any (RFC 6066 3). */
export type Presented = TlsFiles & {
  /** Instead of it for the names that this one covers. */
  named?: { files: TlsFiles; covers: (name: string) => boolean } | undefined;
};

type ListenerParts = {
  fetch: Fetch;
  tls: Presented;
  listen: { address: string; port: number };
  /** Networks from which known devices spoke before. */
  familiar?: Iterable<string>;
  /** What the guests' time is counted in; tests let it pass faster. */
  tickMs?: number;
};

// Node closes idle sockets after 5 s: agents that poll each minute would shake hands each time. Guests end theirs before it.
const keepAliveMs = 90_000;
const headersMs = 20_000;
const requestMs = 30 * 60_000;
// A fleet that comes back at once waits here for its handshake. The system's own limit (net.core.somaxconn, 4,096 as
// Debian has it) bounds it; what finds no place is repeated by the client's system after a second.
const waitingConnections = 4_096;
const overloaded = Buffer.from(
  JSON.stringify({ error: 'OVERLOADED', message: 'too many requests of strangers at once; repeat it later' }),
);

/** Answers without the application: strangers may send many more requests than are answered. */
const refuse = (
  incoming: IncomingMessage | Http2ServerRequest,
  outgoing: ServerResponse | Http2ServerResponse,
): void => {
  // What still comes of a body is not waited for.
  if ('stream' in incoming) outgoing.once('finish', () => incoming.stream?.close());
  Object.assign(outgoing, { statusCode: 503 });
  outgoing.setHeader('Content-Type', 'application/json');
  outgoing.setHeader('Retry-After', '10');
  outgoing.end(overloaded);
};

/** Requests that count the bytes received of their bodies. */
const countingRequests = (received: Guests['received']) => ({
  Http1IncomingMessage: class extends IncomingMessage {
    override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
      if (chunk !== null) received(this, chunk.length);
      return super.push(chunk, encoding);
    }
  },
  Http2ServerRequest: class extends Http2ServerRequest {
    override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
      if (chunk !== null) received(this, chunk.length);
      return super.push(chunk, encoding);
    }
  },
});

/** What keeps a server from its address, with what to do; anything else as it is. */
const listenFault = (error: Error, { address, port }: { address: string; port: number }): Error => {
  const { code } = error as { code?: string };
  const at = `port ${port} of ${address}`;
  if (code === 'EADDRINUSE')
    return new AppError('IN_USE', `another program listens on ${at}; stop it, or give another one: --listen ADDR:PORT`);
  if (code === 'EACCES')
    return new AppError('IN_USE', `this user may not listen on ${at}: a port below 1024 needs CAP_NET_BIND_SERVICE`);
  if (code === 'EADDRNOTAVAIL')
    return new AppError('USAGE', `this computer has no address ${address}; give one that it has: --listen ADDR:PORT`);
  return error;
};

/**
 * The one listener: TLS 1.2 or newer, HTTP/1.1 and HTTP/2. A client certificate is asked for and never required; the
 * agents' entry point judges it, browsers have none.
 */
export const startListener = async (parts: ListenerParts): Promise<Listener> => {
  const { fetch: answer, tls, listen, tickMs } = parts;
  const guests = listenerGuests(tickMs === undefined ? {} : { tickMs });
  guests.familiar(parts.familiar ?? []);
  const answering = getRequestListener(answer);
  let named: { context: SecureContext; covers: (name: string) => boolean } | undefined;
  /** What is presented where no name is covered; the other context is made beside it. */
  const usual = ({ named: other, ...files }: Presented): TlsFiles => {
    named = other && { context: createSecureContext({ ...other.files, ...servedProtocol }), covers: other.covers };
    return files;
  };
  const server = createSecureServer(
    {
      ...usual(tls),
      ...servedProtocol,
      SNICallback: (name, done) => done(null, named?.covers(name) ? named.context : undefined),
      ...countingRequests(guests.received),
      allowHTTP1: true,
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: headersMs,
      maxSessionMemory: 16,
      settings: { maxConcurrentStreams: 100 },
      // A browser that leaves a page takes back what it has open, no more; each request that is taken back has cost what others cost.
      streamResetBurst: 100,
      streamResetRate: 10,
    },
    (incoming, outgoing) => {
      if (incoming.socket?.destroyed !== false) return;
      // Before anything answers, and on the answer itself: a page, a refusal and what this server says by itself all have
      // them, and headers of Fetch, which are checked and sorted for each answer, cost more than the rest of a small one.
      setSecurityHeaders(outgoing, incoming.headers[':authority'] ?? incoming.headers.host);
      if (guests.isAdmitted(incoming)) void answering(incoming, outgoing);
      else refuse(incoming, outgoing);
    },
  );
  Object.assign(server, { keepAliveTimeout: keepAliveMs, headersTimeout: headersMs, requestTimeout: requestMs });
  guests.watch(server);
  await new Promise<void>((resolve, reject) => {
    const onFault = (error: Error): void => reject(listenFault(error, listen));
    server.once('error', onFault);
    server.listen({ port: listen.port, host: listen.address, backlog: waitingConnections }, () => {
      server.off('error', onFault);
      resolve();
    });
  });
  const bound = server.address() as AddressInfo;
  return {
    address: bound.address,
    port: bound.port,
    present: (next) => server.setSecureContext({ ...usual(next), ...servedProtocol }),
    close: () =>
      new Promise((resolve) => {
        guests.stop();
        server.close(() => resolve());
        // Open event streams would keep it waiting for ever.
        guests.closeAll();
      }),
  };
};
