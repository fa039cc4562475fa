import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createConnection, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { type ProxyChoice, proxyAuthorization, shownAddress } from '../downloads/proxies.ts';
import { BundleError } from '../errors.ts';

// The only module of the workspace that opens an outgoing connection.

type GetOptions = {
  readonly proxyOf: ProxyChoice;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

const MAX_REDIRECTS = 5;
const USER_AGENT = 'sallyport';

const response = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
    request.end();
  });

/** An IPv6 host stands in brackets in an address only. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

/** What a request to the proxy itself is made with: it may be spoken to over TLS. */
const toProxy = (proxy: URL) =>
  proxy.protocol === 'https:'
    ? { start: httpsRequest, host: bare(proxy.hostname), port: proxy.port || 443 }
    : { start: httpRequest, host: bare(proxy.hostname), port: proxy.port || 80 };

/** The account for the proxy, and for it alone: it is no header of the request that the tunnel carries. */
const account = (proxy: URL): Readonly<Record<string, string>> => {
  const value = proxyAuthorization(proxy);
  return value === undefined ? {} : { 'proxy-authorization': value };
};

const accountRefused = (proxy: URL): BundleError =>
  new BundleError(
    'PROXY_AUTH',
    `the proxy ${shownAddress(proxy)} ${proxy.username === '' ? 'asks for a name and a password' : 'refuses this name and password'} (407)`,
  );

/** A tunnel through a proxy, for https. */
const tunnel = (url: URL, proxy: URL, signal: AbortSignal): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const target = `${url.hostname}:${url.port || 443}`;
    const { start, host, port } = toProxy(proxy);
    const headers = { host: target, ...account(proxy) };
    const request = start({ host, port, method: 'CONNECT', path: target, headers, signal, agent: false });
    request.once('connect', (answer, socket) => {
      if (answer.statusCode === 200) return resolve(socket);
      socket.destroy();
      if (answer.statusCode === 407) return reject(accountRefused(proxy));
      return reject(new Error(`the proxy ${shownAddress(proxy)} answered ${answer.statusCode}`));
    });
    request.once('error', reject);
    request.end();
  });

const open = async (url: URL, { proxyOf, headers: given, signal }: GetOptions): Promise<IncomingMessage> => {
  const headers = { 'user-agent': USER_AGENT, 'accept-encoding': 'identity', host: url.host, ...given };
  const proxy = proxyOf(url);
  if (proxy === undefined) {
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return response(start(url, { headers, signal, agent: false }));
  }
  if (url.protocol === 'http:') {
    const { start, host, port } = toProxy(proxy);
    const all = { ...headers, ...account(proxy) };
    const path = `${url.origin}${url.pathname}${url.search}`;
    const answer = await response(start({ host, port, path, headers: all, signal, agent: false }));
    if (answer.statusCode !== 407) return answer;
    answer.destroy();
    throw accountRefused(proxy);
  }
  const socket = await tunnel(url, proxy, signal);
  return response(
    httpsRequest(url, {
      headers,
      signal,
      // An agent would connect by itself.
      createConnection: () => tlsConnect({ socket, servername: bare(url.hostname) }),
    }),
  );
};

const parseUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new BundleError('FETCH_FAILED', `not an address of http or https: ${shownAddress(text).slice(0, 100)}`);
  return url;
};

const redirectTarget = (from: URL, location: string): URL => {
  if (!URL.canParse(location, from.href))
    throw new BundleError('FETCH_FAILED', `${shownAddress(from)}: redirect to no address`);
  const to = new URL(location, from);
  if (to.protocol !== 'https:' && to.protocol !== from.protocol) {
    throw new BundleError(
      'FETCH_FAILED',
      `${shownAddress(from)}: refused to be redirected from ${from.protocol} to ${to.protocol}`,
    );
  }
  return to;
};

/**
 * Sends a GET over http or https and follows redirects, never from https to http; returns the answer with its body unread.
 * FETCH_FAILED for what no other try changes, PROXY_AUTH; any other error is one of the connection.
 */
export async function openGet(
  address: string,
  options: GetOptions,
): Promise<{ readonly answer: IncomingMessage; readonly url: URL }> {
  let url = parseUrl(address);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const answer = await open(url, options);
    const { location } = answer.headers;
    if (![301, 302, 303, 307, 308].includes(answer.statusCode ?? 0) || location === undefined) return { answer, url };
    answer.destroy();
    url = redirectTarget(url, location);
  }
  throw new BundleError('FETCH_FAILED', `${shownAddress(url)}: more than ${MAX_REDIRECTS} redirects`);
}

type UnixExchangeOptions = {
  /** What is sent, piece by piece; read only as fast as the service takes it. */
  send: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  maxAnswerBytes: number;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
};

/**
 * Says something to a service of this computer through its Unix socket and returns all that it answers until it closes.
 * An answer that comes before everything was sent counts. Refuses with FETCH_FAILED or LIMIT.
 */
export const unixExchange = async (socketPath: string, options: UnixExchangeOptions): Promise<Uint8Array> => {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  signal.throwIfAborted();
  const socket = createConnection({ path: socketPath, signal });
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  let failure: Error | undefined;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.once('error', (error) => {
    failure = error;
  });
  socket.on('data', (chunk: Uint8Array) => {
    sizeBytes += chunk.length;
    chunks.push(chunk);
    if (sizeBytes > options.maxAnswerBytes) socket.destroy();
  });
  try {
    for await (const piece of options.send) {
      if (socket.destroyed || !socket.writable) break;
      if (!socket.write(piece)) await Promise.race([closed, new Promise((resolve) => socket.once('drain', resolve))]);
    }
    // A service that hung up early may have answered why: the answer is still in the socket.
    await closed;
  } finally {
    socket.destroy();
  }
  options.signal?.throwIfAborted();
  if (deadline.aborted)
    throw new BundleError('FETCH_FAILED', `${socketPath}: no complete answer within ${options.timeoutMs} ms`);
  if (sizeBytes > options.maxAnswerBytes)
    throw new BundleError('LIMIT', `${socketPath} answered more than ${options.maxAnswerBytes} bytes`);
  if (failure !== undefined && sizeBytes === 0)
    throw new BundleError('FETCH_FAILED', `${socketPath}: ${failure.message}`, { cause: failure });
  return Buffer.concat(chunks);
};
