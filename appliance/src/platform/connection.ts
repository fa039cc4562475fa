import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { AppError } from './errors.ts';
import type { Purpose } from './outbound-rules.ts';

// Bytes over a connection that connect.ts opened: within its limits, counted, and under TLS only once the other side is proven. A
// library gets it as a stream, so that it opens, looks up and trusts nothing itself.

/** Where to, what for, and which object names it (`kind/id`). */
export type Destination = { purpose: Purpose; object: string; host: string; port: number };

/** How the other side proves who it is: a certificate of this CA for this name, or exactly this certificate. */
export type Proof = { by: 'ca'; pem: string; name: string } | { by: 'fingerprint'; sha256: string };

export type Limits = { connectMs: number; idleMs: number; maxBytes: number };

/** What libraries take for a socket. Their own timers set nothing: `Limits` bounds the time. */
type ConnectionStream = Duplex & { setTimeout(): ConnectionStream };

export type Connection = {
  write(bytes: Uint8Array): void;
  /** Bytes as they come; ends when the other side does. */
  read(): Promise<Buffer | undefined>;
  /** Goes on under TLS; returns once the other side is proven. */
  secure(proof: Proof): Promise<void>;
  /** Allows that many bytes from now on. */
  allow(maxBytes: number): void;
  /**
   * The rest of the connection for a library, which waits where the other side is slow; `read` and `write` are over then. `first`
   * is read before what comes: a greeting that was taken to ask for TLS.
   */
  stream(first?: Uint8Array): ConnectionStream;
  close(): void;
};

/** The error of a connection that could not be opened or broke off. */
export const unreachable = (to: Destination, cause: unknown): AppError => {
  if (cause instanceof AppError) return cause;
  const reason = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
  return new AppError('UNREACHABLE', `${to.host} port ${to.port}: ${reason}`, {}, { cause });
};

/** Reads and writes over a socket that is open, within its limits; `prove` begins TLS over it. */
export const connectionOver = (
  first: Socket,
  to: Destination,
  limits: Limits,
  parts: {
    prove(socket: Socket, proof: Proof, timeoutMs: number): Promise<TLSSocket>;
    ended(read: number, written: number): void;
  },
): Connection => {
  let socket = first;
  let left = limits.maxBytes;
  let fault: AppError | undefined;
  let isOver = false;
  let isReported = false;
  const waiting: Buffer[] = [];
  let wake: (() => void) | undefined;
  let taken: Duplex | undefined;
  const signal = (): void => {
    wake?.();
    wake = undefined;
  };
  const report = (): void => {
    if (isReported) return;
    isReported = true;
    parts.ended(first.bytesRead, first.bytesWritten);
  };
  const end = (error?: unknown): void => {
    if (error !== undefined) fault ??= unreachable(to, error);
    isOver = true;
    report();
    socket.destroy();
    first.destroy();
    signal();
    if (fault !== undefined) taken?.destroy(fault);
    else if (taken?.readableEnded === false && !taken.destroyed) taken.push(null);
  };
  const onData = (bytes: Buffer): void => {
    left -= bytes.length;
    if (left < 0) {
      end(new AppError('TOO_LARGE', 'the other side sends more than is allowed'));
      return;
    }
    if (taken !== undefined) {
      if (!taken.push(bytes)) socket.pause();
      return;
    }
    waiting.push(bytes);
    signal();
  };
  const onEnd = (): void => end();
  const onTimeout = (): void => end(new AppError('TIMEOUT', `nothing came for ${limits.idleMs} ms`));
  const attach = (to: Socket): void => {
    to.setTimeout(limits.idleMs);
    to.on('data', onData).on('error', end).on('close', onEnd).on('timeout', onTimeout);
  };
  attach(first);
  return {
    write: (bytes) => {
      if (isOver) throw fault ?? new AppError('UNREACHABLE', 'the connection is closed');
      socket.write(bytes);
    },
    read: async () => {
      for (;;) {
        const bytes = waiting.shift();
        if (bytes !== undefined) return bytes;
        if (fault !== undefined) throw fault;
        if (isOver) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    secure: async (proof) => {
      // What came in plain text is dropped: it may be put there to be read as if it came under TLS.
      if (waiting.length > 0) throw new AppError('PEER', 'the other side sent more before TLS began');
      socket.off('data', onData).off('error', end).off('close', onEnd).off('timeout', onTimeout);
      // What goes wrong below TLS is told by the socket above it, and must not end the process here.
      first.on('error', () => undefined);
      try {
        socket = await parts.prove(first, proof, limits.connectMs);
      } catch (cause) {
        const error = unreachable(to, cause);
        end(error);
        throw error;
      }
      attach(socket);
    },
    allow: (maxBytes) => {
      left = maxBytes;
    },
    stream: (before) => {
      const stream = new Duplex({
        read: () => void socket.resume(),
        write: (bytes: Buffer, _encoding, done) => {
          if (isOver) done(fault ?? new AppError('UNREACHABLE', 'the connection is closed'));
          else socket.write(bytes, done);
        },
        final: (done) => {
          if (isOver) done();
          else socket.end(done);
        },
        destroy: (error, done) => {
          end();
          done(error);
        },
      });
      taken = stream;
      if (before !== undefined) stream.push(before);
      for (const bytes of waiting.splice(0)) stream.push(bytes);
      if (fault !== undefined) stream.destroy(fault);
      else if (isOver) stream.push(null);
      const own: ConnectionStream = Object.assign(stream, { setTimeout: () => own });
      return own;
    },
    close: () => end(),
  };
};
