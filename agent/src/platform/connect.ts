import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction, createConnection as openSocket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { tcpLink, troubleOf, udpLink } from '@sallyport/bundle-tools/controllers/identification/socket-link';
import type { Link, Transport, TransportKind, Trouble } from '@sallyport/bundle-tools/controllers/protocols/types';
import type { AddressSet } from '@sallyport/bundle-tools/platform/address-set';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { errorReply, nativePrefix, wireLimits } from '@sallyport/bundle-tools/protocol/common';
import { applianceName, isServerAddress, serverEndpoint } from '@sallyport/bundle-tools/protocol/site';
import { commonVersion, spokenText, versionHeader } from '@sallyport/bundle-tools/protocol/version';
import { AgentError } from '../errors.ts';

// The only module of the agent that connects. Everything goes to the one server of the state folder; after the first
// contact its certificate must lead to the pinned CA, which makes no server's certificate but the appliance's. Where the appliance says that a controller is, not
// even the server is looked for: a name or an address may have gone over to one. Where an order leads, only addresses with a permit are
// (permitted.ts). Beside it only the controllers that a task
// names are reached, each at its address and ports, while that task runs.

export type Reply = { status: number; headers: IncomingHttpHeaders; body: Buffer };

type Call = {
  method: 'GET' | 'POST' | 'PUT';
  /** Below the prefix of the entry point. */
  path: string;
  body?: unknown;
  /** A body that is JSON already. */
  json?: string;
  maxBytes?: number;
  timeoutMs?: number;
};

type Download = {
  path: string;
  /** Bytes that are there already; asked for with `Range`. */
  from?: number;
  maxBytes: number;
  timeoutMs: number;
  /** Told before the first chunk whether the server continues at `from` or starts anew. */
  onStart: (continues: boolean) => void;
  onChunk: (chunk: Buffer) => void;
};

export type Connection = {
  call(call: Call): Promise<Reply>;
  /** Streams a body; 404 is `false`. */
  download(download: Download): Promise<boolean>;
  close(): void;
};

export type ConnectOptions = {
  server: string;
  /** The only addresses to which it goes; absent: those to which the name leads. */
  addresses?: readonly string[];
  /** PEM of the pinned CA; null only for the first contact, which sends nothing secret. */
  ca: string | null;
  identity?: { key: string; cert: string };
  /** Where controllers are, as the appliance sent last; read at each connection. */
  forbidden: () => AddressSet;
};

const defaultTimeoutMs = 60_000;
const gzipFromBytes = 1024;

/** `https://host[:port]`, nothing else. */
export const parseServer = (text: string): URL => {
  if (!isServerAddress(text)) throw new AgentError('USAGE', `not an https address of a server: ${text.slice(0, 200)}`);
  return new URL(text);
};

/** What OpenSSL says of dates that do not hold, in words for who looks for the cause. */
const timeFaults: Readonly<Record<string, string>> = {
  CERT_NOT_YET_VALID: 'begins later than',
  CERT_HAS_EXPIRED: 'ended before',
};

const unreachable = (error: unknown): AgentError => {
  const fault = error instanceof Error && 'code' in error ? timeFaults[String(error.code)] : undefined;
  if (fault !== undefined)
    return new AgentError(
      'UNREACHABLE',
      `the certificate of the server ${fault} the clock of this computer, ${toTime(nowMs())}: set the clock; if it is right, the appliance's is wrong`,
      {},
      { cause: error },
    );
  return error instanceof AgentError
    ? error
    : new AgentError('UNREACHABLE', error instanceof Error ? error.message : String(error), {}, { cause: error });
};

const readBody = async (response: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new AgentError('LIMIT', `the server sent more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const encode = ({ body, json: text }: Call): { bytes: Buffer; headers: Record<string, string> } => {
  if (body === undefined && text === undefined) return { bytes: Buffer.alloc(0), headers: {} };
  const json = Buffer.from(text ?? JSON.stringify(body));
  const zip = json.length >= gzipFromBytes;
  const bytes = zip ? gzipSync(json) : json;
  if (bytes.length > wireLimits.wireBytes || json.length > wireLimits.inflatedBytes) {
    throw new AgentError('LIMIT', `a message of ${json.length} bytes is too large to send`);
  }
  return {
    bytes,
    headers: { 'Content-Type': 'application/json', ...(zip ? { 'Content-Encoding': 'gzip' } : {}) },
  };
};

const kept = (address: string): AgentError =>
  new AgentError('FORBIDDEN_ADDRESS', `a controller is at ${address}: the server is not looked for there`);

/** Looks a name up and hands on the addresses only when a controller is at none of them. */
const lookupBeside =
  (forbidden: () => AddressSet): LookupFunction =>
  (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      const held = error === null ? found.find(({ address }) => forbidden().has(address)) : undefined;
      const [first] = found ?? [];
      if (error !== null) callback(error, '');
      else if (held !== undefined) callback(kept(held.address), '');
      else if (options.all === true) callback(null, found);
      else callback(null, first?.address ?? '', first?.family);
    });
  };

/** The addresses to which a name leads; of an address itself. UNREACHABLE for none. */
export const addressesOf = (host: string): Promise<string[]> =>
  new Promise((resolve, reject) => {
    if (isIP(host) !== 0) resolve([host]);
    else
      lookup(host, { all: true }, (error, found) => {
        if (error === null && found.length > 0) resolve(found.map(({ address }) => address));
        else reject(new AgentError('UNREACHABLE', error?.message ?? `${host} has no address`));
      });
  });

/** Hands on these addresses, whatever the name leads to. */
const lookupOf =
  (addresses: readonly string[], forbidden: () => AddressSet): LookupFunction =>
  (_name, options, callback) => {
    const held = addresses.find((address) => forbidden().has(address));
    const all = addresses.map((address) => ({ address, family: isIP(address) }));
    const [first] = all;
    if (held !== undefined) callback(kept(held), '');
    else if (options.all === true) callback(null, all);
    else callback(null, first?.address ?? '', first?.family);
  };

/** Opens kept-alive connections to the server, at most two at a time. */
export const connect = (options: ConnectOptions): Connection => {
  const { host, port } = serverEndpoint(parseServer(options.server).href);
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 2,
    lookup:
      options.addresses === undefined
        ? lookupBeside(options.forbidden)
        : lookupOf(options.addresses, options.forbidden),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: options.ca !== null,
    ...defined({ ca: options.ca ?? undefined }),
    ...options.identity,
    servername: applianceName,
  });

  const send = (
    call: { method: string; path: string; headers: Record<string, string>; bytes: Buffer; timeoutMs: number },
    onResponse: (response: IncomingMessage) => Promise<void>,
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      // An address is not looked up.
      if (isIP(host) !== 0 && options.forbidden().has(host)) {
        reject(kept(host));
        return;
      }
      const signal = AbortSignal.timeout(call.timeoutMs);
      const outgoing = httpsRequest({
        agent,
        host,
        port,
        method: call.method,
        path: `${nativePrefix}${call.path}`,
        headers: {
          ...call.headers,
          [versionHeader]: spokenText,
          'Content-Length': String(call.bytes.length),
          Accept: 'application/json',
        },
        signal,
      });
      const fail = (error: unknown): void => {
        outgoing.destroy();
        reject(
          signal.aborted ? new AgentError('UNREACHABLE', `no answer within ${call.timeoutMs} ms`) : unreachable(error),
        );
      };
      outgoing.once('error', fail);
      outgoing.once('response', (response) => {
        const answered = response.headers[versionHeader];
        if (commonVersion(answered === undefined ? undefined : String(answered)) === undefined)
          fail(
            new AgentError(
              'VERSION',
              `the server speaks version ${String(answered)} of the calls of agents, this agent ${spokenText}: update the older of the two`,
            ),
          );
        else onResponse(response).then(resolve, fail);
      });
      outgoing.end(call.bytes);
    });

  const call = async (sent: Call): Promise<Reply> => {
    const { method, path, maxBytes, timeoutMs } = sent;
    const { bytes, headers } = encode(sent);
    const result: { reply?: Reply } = {};
    await send({ method, path, headers, bytes, timeoutMs: timeoutMs ?? defaultTimeoutMs }, async (response) => {
      const read = await readBody(response, maxBytes ?? wireLimits.wireBytes);
      result.reply = { status: response.statusCode ?? 0, headers: response.headers, body: read };
    });
    if (result.reply === undefined) throw new AgentError('UNREACHABLE', 'no answer');
    return result.reply;
  };

  const download = async (wanted: Download): Promise<boolean> => {
    const from = wanted.from ?? 0;
    const headers: Record<string, string> = from > 0 ? { Range: `bytes=${from}-` } : {};
    const result = { found: true };
    await send(
      { method: 'GET', path: wanted.path, headers, bytes: Buffer.alloc(0), timeoutMs: wanted.timeoutMs },
      async (response) => {
        const status = response.statusCode ?? 0;
        if (status !== 200 && status !== 206) {
          const body = await readBody(response, wireLimits.smallBytes);
          if (status !== 404) throw toError({ status, headers: response.headers, body });
          result.found = false;
          return;
        }
        wanted.onStart(status === 206);
        let bytes = status === 206 ? from : 0;
        for await (const chunk of response as AsyncIterable<Buffer>) {
          bytes += chunk.length;
          if (bytes > wanted.maxBytes)
            throw new AgentError('LIMIT', `the server sent more than ${wanted.maxBytes} bytes`);
          wanted.onChunk(chunk);
        }
        if (!response.complete) throw new AgentError('UNREACHABLE', 'the answer was cut off');
      },
    );
    return result.found;
  };

  return { call, download, close: () => agent.destroy() };
};

const retryAfter = (headers: IncomingHttpHeaders): number | undefined => {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 86_400) : undefined;
};

/** The error that a refusal of the server stands for. */
export const toError = (reply: Reply): AgentError => {
  let parsed: ReturnType<typeof errorReply.safeParse>;
  try {
    parsed = errorReply.safeParse(JSON.parse(reply.body.toString('utf8')));
  } catch {
    parsed = errorReply.safeParse(undefined);
  }
  const serverCode = parsed.success ? parsed.data.error : `HTTP ${reply.status}`;
  const message = parsed.success ? parsed.data.message : `the server answered ${reply.status}`;
  const seconds = retryAfter(reply.headers);
  const details = {
    status: reply.status,
    ...defined({ retryAfterSeconds: seconds }),
  };
  if (serverCode === 'CERTIFICATE_ENDED' || serverCode === 'DEVICE_REVOKED' || serverCode === 'TOKEN_HELD')
    return new AgentError(serverCode, message, details);
  if (reply.status === 401) return new AgentError('REFUSED', message, details);
  if (reply.status === 409 && serverCode === 'POSSIBLE_CLONE')
    return new AgentError('POSSIBLE_CLONE', message, details);
  if (serverCode === 'VERSION') return new AgentError('VERSION', message, details);
  if (serverCode === 'NO_ROOT') return new AgentError('NO_ROOT', message, details);
  if (reply.status === 429 || reply.status >= 500) return new AgentError('RETRY', message, details);
  return new AgentError('ANSWER', `${serverCode}: ${message}`, details);
};

/** Address, port and way of a device that a task names. */
type NamedDevice = { host: string; port: number; kind: TransportKind };

const connectTcp = (
  host: string,
  port: number,
  limits: { connectMs: number; maxBytes: number },
): Promise<Link | Trouble> =>
  new Promise((resolve) => {
    const socket = openSocket({ host, port, noDelay: true });
    const timer = setTimeout(() => {
      socket.destroy();
      resolve('timeout');
    }, limits.connectMs);
    const onError = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(troubleOf(error));
    };
    socket.once('error', onError);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', onError);
      resolve(tcpLink(socket, limits));
    });
  });

/** Transports to the devices that a task names, and to no other. */
export const deviceTransport =
  (named: readonly NamedDevice[]): ((host: string) => Transport) =>
  (host) => ({
    connect: async ({ kind, port }, limits) => {
      const isNamed = named.some((one) => one.host === host && one.port === port && one.kind === kind);
      if (!isNamed || isIP(host) === 0) return 'denied';
      if (kind === 'tcp') return connectTcp(host, port, limits);
      return udpLink(createSocket(isIP(host) === 6 ? 'udp6' : 'udp4'), { host, port }, limits);
    },
  });
