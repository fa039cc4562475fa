import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createConnection, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connect as tlsConnect } from 'node:tls';
import { BundleError } from '../errors.ts';

// The only module of the workspace that opens an outgoing connection.

type HttpGetOptions = {
  /** More bytes than this: LIMIT, whatever the server announced. */
  maxBytes: number;
  /** Of the whole exchange, redirects included. */
  timeoutMs: number;
  /** `http://host:port` of a proxy. */
  proxy?: string | undefined;
  /** Write the body to this new file instead of memory; it is removed again when the fetch fails. */
  to?: string | undefined;
  /** The digest that the body must have. */
  sha256?: string | undefined;
  signal?: AbortSignal | undefined;
};

type HttpGetResult = {
  /** Empty when the body went to a file. */
  bytes: Uint8Array;
  sizeBytes: number;
  sha256: string;
  /** After redirects. */
  url: string;
};

const MAX_REDIRECTS = 5;
const USER_AGENT = 'sallyport';

/** The address without user, password and query: what may stand in a message. */
const shown = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

const failed = (url: URL, cause: unknown): BundleError =>
  cause instanceof BundleError
    ? cause
    : new BundleError('FETCH_FAILED', `${shown(url)}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });

const response = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
    request.end();
  });

/** A tunnel through an HTTP proxy, for https. */
const tunnel = (url: URL, proxy: URL, signal: AbortSignal): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const target = `${url.hostname}:${url.port || 443}`;
    const request = httpRequest({
      host: proxy.hostname,
      port: proxy.port || 80,
      method: 'CONNECT',
      path: target,
      headers: { host: target },
      signal,
    });
    request.once('connect', (answer, socket) => {
      if (answer.statusCode === 200) return resolve(socket);
      socket.destroy();
      return reject(new Error(`the proxy answered ${answer.statusCode}`));
    });
    request.once('error', reject);
    request.end();
  });

const open = async (url: URL, proxy: URL | undefined, signal: AbortSignal): Promise<IncomingMessage> => {
  const headers = { 'user-agent': USER_AGENT, 'accept-encoding': 'identity', host: url.host };
  if (url.protocol === 'http:') {
    const { hostname, port } = proxy ?? url;
    const path = proxy === undefined ? `${url.pathname}${url.search}` : url.href;
    return response(httpRequest({ host: bare(hostname), port: port || 80, path, headers, signal, agent: false }));
  }
  if (proxy === undefined) return response(httpsRequest(url, { headers, signal, agent: false }));
  const socket = await tunnel(url, proxy, signal);
  return response(
    httpsRequest(url, {
      headers,
      signal,
      agent: false,
      createConnection: () => tlsConnect({ socket, servername: url.hostname }),
    }),
  );
};

/** An IPv6 host stands in brackets in an address only. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

const parseUrl = (text: string, protocols: readonly string[]): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !protocols.includes(url.protocol)) {
    throw new BundleError('FETCH_FAILED', `not an address of ${protocols.join(' or ')}: ${text.slice(0, 100)}`);
  }
  return url;
};

const redirectTarget = (from: URL, location: string): URL => {
  if (!URL.canParse(location, from.href))
    throw new BundleError('FETCH_FAILED', `${shown(from)}: redirect to no address`);
  const to = new URL(location, from);
  if (to.protocol !== 'https:' && to.protocol !== from.protocol) {
    throw new BundleError(
      'FETCH_FAILED',
      `${shown(from)}: refused to be redirected from ${from.protocol} to ${to.protocol}`,
    );
  }
  return to;
};

const statusError = (url: URL, status: number): BundleError =>
  new BundleError(status === 404 || status === 410 ? 'NOT_FOUND' : 'FETCH_FAILED', `${shown(url)}: status ${status}`);

/** Counts, bounds and hashes what passes. */
const boundedSink = (hash: Hash, maxBytes: number, url: URL) => {
  const state = { sizeBytes: 0 };
  const take = (chunk: Uint8Array): void => {
    state.sizeBytes += chunk.length;
    if (state.sizeBytes > maxBytes) throw new BundleError('LIMIT', `${shown(url)}: more than ${maxBytes} bytes`);
    hash.update(chunk);
  };
  return { state, take };
};

const receive = async (answer: IncomingMessage, url: URL, options: HttpGetOptions): Promise<HttpGetResult> => {
  const declared = Number(answer.headers['content-length'] ?? Number.NaN);
  if (declared > options.maxBytes) {
    throw new BundleError('LIMIT', `${shown(url)}: ${declared} bytes announced, ${options.maxBytes} allowed`);
  }
  const hash = createHash('sha256');
  const { state, take } = boundedSink(hash, options.maxBytes, url);
  const chunks: Uint8Array[] = [];
  const inMemory = (): Writable =>
    new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    });
  const sink = options.to === undefined ? inMemory() : createWriteStream(options.to, { flags: 'wx', mode: 0o644 });
  await pipeline(
    answer,
    async function* (source: AsyncIterable<Uint8Array>) {
      for await (const chunk of source) {
        take(chunk);
        yield chunk;
      }
    },
    sink,
  );
  if (Number.isFinite(declared) && declared !== state.sizeBytes) {
    throw new BundleError('TRUNCATED', `${shown(url)}: ${state.sizeBytes} of ${declared} bytes`);
  }
  const sha256 = hash.digest('hex');
  if (options.sha256 !== undefined && options.sha256 !== sha256) {
    throw new BundleError('HASH', `${shown(url)}: SHA-256 is ${sha256}, expected ${options.sha256}`);
  }
  return {
    bytes: options.to === undefined ? Buffer.concat(chunks) : new Uint8Array(0),
    sizeBytes: state.sizeBytes,
    sha256,
    url: url.href,
  };
};

/**
 * GET over http or https, bounded in bytes, time and redirects. A redirect never leads from https to http. Refuses
 * with FETCH_FAILED, NOT_FOUND, LIMIT, TRUNCATED or HASH.
 */
export const httpGet = async (address: string, options: HttpGetOptions): Promise<HttpGetResult> => {
  let url = parseUrl(address, ['http:', 'https:']);
  const proxy = options.proxy === undefined ? undefined : parseUrl(options.proxy, ['http:']);
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  // The signal that caused the failure says more than the socket error that follows from it.
  const reason = (error: unknown): unknown =>
    deadline.aborted ? new Error(`no complete answer within ${options.timeoutMs} ms`) : error;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    let answer: IncomingMessage;
    try {
      answer = await open(url, proxy, signal);
    } catch (error) {
      throw failed(url, reason(error));
    }
    const status = answer.statusCode ?? 0;
    if (status === 200) {
      try {
        return await receive(answer, url, options);
      } catch (error) {
        if (options.to !== undefined && (error as NodeJS.ErrnoException).code !== 'EEXIST')
          await rm(options.to, { force: true });
        throw failed(url, reason(error));
      }
    }
    answer.destroy();
    const { location } = answer.headers;
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined) throw statusError(url, status);
    url = redirectTarget(url, location);
  }
  throw new BundleError('FETCH_FAILED', `${shown(url)}: more than ${MAX_REDIRECTS} redirects`);
};

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
