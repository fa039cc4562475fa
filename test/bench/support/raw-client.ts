import { connect as connectPlain, type Socket } from 'node:net';
import { connect } from 'node:tls';
import type { Certified } from './site.ts';

// A client that costs as little as it can, since it shares the machine with the server that is measured: prepared request
// bytes over kept-alive TLS, one request at a time on each connection, and just enough of HTTP/1.1 to find the end.

export type Reply = { status: number; body: Buffer; retryAfterSeconds?: number };

export type Connection = {
  send(request: Buffer): Promise<Reply>;
  close(): void;
};

const headEnd = Buffer.from('\r\n\r\n');

const unchunk = (bytes: Buffer): Buffer | undefined => {
  const pieces: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (lineEnd + 4 + size > bytes.length) return undefined;
    if (size === 0) return Buffer.concat(pieces);
    pieces.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 4 + size;
  }
};

/** The reply at the start of the bytes; undefined until it is whole. */
const parseReply = (bytes: Buffer): Reply | undefined => {
  const end = bytes.indexOf(headEnd);
  if (end === -1) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  const retry = /\r\nretry-after: *(\d+)/i.exec(head);
  const meta = { status, ...(retry === null ? {} : { retryAfterSeconds: Number(retry[1]) }) };
  if (length !== null) {
    const size = Number(length[1]);
    return bytes.length < end + 4 + size ? undefined : { ...meta, body: bytes.subarray(end + 4, end + 4 + size) };
  }
  const body = unchunk(bytes.subarray(end + 4));
  return body === undefined ? undefined : { ...meta, body };
};

/** A connection over a socket that says by `readyEvent` that it can be written to. */
const overSocket = (socket: Socket, readyEvent: 'connect' | 'secureConnect'): Promise<Connection> =>
  new Promise((resolve, reject) => {
    let waiting: PromiseWithResolvers<Reply> | undefined;
    let received: Buffer = Buffer.alloc(0);
    const fail = (error: Error): void => {
      reject(error);
      waiting?.reject(error);
    };
    socket.setNoDelay(true);
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the server closed the connection')));
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const reply = parseReply(received);
      if (reply === undefined || waiting === undefined) return;
      received = Buffer.alloc(0);
      const { resolve: answer } = waiting;
      waiting = undefined;
      answer(reply);
    });
    socket.once(readyEvent, () =>
      resolve({
        send: (request) => {
          waiting = Promise.withResolvers<Reply>();
          if (socket.destroyed) waiting.reject(new Error('the connection is closed'));
          else socket.write(request);
          return waiting.promise;
        },
        close: () => {
          socket.removeAllListeners('close');
          socket.destroy();
        },
      }),
    );
  });

const tlsOptions = { host: '127.0.0.1', servername: 'localhost', ALPNProtocols: ['http/1.1'] };

/** A mutual TLS connection, ready to send. */
export const openConnection = (port: number, ca: string, device: Certified): Promise<Connection> =>
  overSocket(
    // A stranger has no certificate.
    connect({ ...tlsOptions, port, ca, ...(device.key === '' ? {} : { key: device.key, cert: device.cert }) }),
    'secureConnect',
  );

/** A connection without a certificate; without a CA it has no TLS either. */
export const openAnonymous = (port: number, ca: string | undefined): Promise<Connection> =>
  ca === undefined
    ? overSocket(connectPlain({ host: '127.0.0.1', port }), 'connect')
    : overSocket(connect({ ...tlsOptions, port, ca }), 'secureConnect');

/** Opens one connection for each device, a few at a time. */
export const openConnections = async (
  port: number,
  ca: string,
  devices: readonly Certified[],
): Promise<Connection[]> => {
  const connections: Connection[] = [];
  const atOnce = 16;
  for (let at = 0; at < devices.length; at += atOnce) {
    const some = devices.slice(at, at + atOnce).map((device) => openConnection(port, ca, device));
    connections.push(...(await Promise.all(some)));
  }
  return connections;
};

/** The bytes of a request with a JSON body, or with a body that is packed already. */
export const requestBytes = (method: string, path: string, body: Buffer | object): Buffer => {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const packed = Buffer.isBuffer(body) ? 'Content-Encoding: gzip\r\n' : '';
  const head =
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nContent-Type: application/json\r\n` +
    `${packed}Content-Length: ${bytes.length}\r\nConnection: keep-alive\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
};

export type Load = {
  /** Milliseconds of each request, sorted. */
  latencies: Float64Array;
  seconds: number;
  perSecond: number;
};

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();

/** Keeps `inFlight` requests under way, taking connections in turn, and counts those answered after the warm-up. */
export const closedLoop = async (options: {
  connections: readonly Connection[];
  request: (index: number) => Buffer;
  check: (reply: Reply) => void;
  inFlight: number;
  warmUpMs: number;
  measureMs: number;
}): Promise<Load> => {
  const { connections, request, check } = options;
  const idle = connections.map((_, index) => index);
  const latencies: number[] = [];
  const start = performance.now();
  const from = start + options.warmUpMs;
  const until = from + options.measureMs;
  const worker = async (): Promise<void> => {
    for (;;) {
      const sent = performance.now();
      if (sent >= until) return;
      const index = idle.shift();
      if (index === undefined) throw new Error('more requests in flight than connections');
      const reply = await (connections[index] as Connection).send(request(index));
      const done = performance.now();
      idle.push(index);
      check(reply);
      if (done >= from && done < until) latencies.push(done - sent);
    }
  };
  await Promise.all(Array.from({ length: options.inFlight }, worker));
  const seconds = options.measureMs / 1000;
  return { latencies: sorted(latencies), seconds, perSecond: latencies.length / seconds };
};

/** Sends at a fixed rate whatever the answers do; latency counts from the moment when a request was due. */
export const openLoop = async (options: {
  connections: readonly Connection[];
  request: (index: number) => Buffer;
  check: (reply: Reply) => void;
  perSecond: number;
  measureMs: number;
}): Promise<Load> => {
  const { connections, request, check } = options;
  const idle = connections.map((_, index) => index);
  // A server that falls behind finds what was due meanwhile here; waiting is part of the latency.
  const late: number[] = [];
  const latencies: number[] = [];
  const working = new Set<Promise<void>>();
  const state: { failed?: unknown } = {};
  const sendFrom = async (index: number, firstDue: number): Promise<void> => {
    for (let due: number | undefined = firstDue; due !== undefined; due = late.shift()) {
      check(await (connections[index] as Connection).send(request(index)));
      latencies.push(performance.now() - due);
    }
    idle.push(index);
  };
  const begin = (due: number): void => {
    const index = idle.shift();
    if (index === undefined) {
      late.push(due);
      return;
    }
    const one: Promise<void> = sendFrom(index, due)
      .catch((error: unknown) => {
        state.failed = error;
      })
      .finally(() => working.delete(one));
    working.add(one);
  };
  const start = performance.now();
  const total = Math.floor((options.perSecond * options.measureMs) / 1000);
  for (let sent = 0; sent < total && state.failed === undefined; ) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * options.perSecond));
    for (; sent < due; sent += 1) begin(start + (sent / options.perSecond) * 1000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  while (working.size > 0) await Promise.all(working);
  if (state.failed !== undefined) throw state.failed;
  const seconds = (performance.now() - start) / 1000;
  return { latencies: sorted(latencies), seconds, perSecond: latencies.length / seconds };
};
