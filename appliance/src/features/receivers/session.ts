import type { Duplex } from 'node:stream';
import type { Outbound } from '../../platform/connect.ts';
import type { Destination, Proof } from '../../platform/connection.ts';
import { AppError } from '../../platform/errors.ts';
import { counted } from './lines.ts';
import { answerReader, frame, isTaken, nextTxnr, offer } from './relp.ts';
import { isSecured, type Transport } from './types.ts';

// One connection to a receiver. `send` returns once the lines are out of our hands: with RELP once the receiver has taken them, with
// TCP and TLS once the system has, in datagrams once they are sent.

export type Session = {
  send(lines: readonly string[]): Promise<void>;
  /** Whether the other side ended it, or nothing came or went for long. */
  isOver(): boolean;
  close(): Promise<void>;
};

type To = { readonly destination: Destination; readonly transport: Transport; readonly proof: Proof | undefined };

const connectMs = 5_000;
/** Nothing goes for so long: the connection is given up, and made anew when there is something. */
const idleMs = 180_000;
/** What a receiver of syslog says is nothing, one of RELP a line for each of ours. */
const plainAnswerBytes = 64 * 1024;
const relpAnswerBytes = 1024 * 1024 * 1024;
/** Characters; receivers take 8 KiB and more. */
const datagramLength = 4_000;

const write = (stream: Duplex, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    const onClose = (): void => reject(new AppError('UNREACHABLE', 'the other side closed the connection'));
    stream.once('close', onClose);
    stream.write(bytes, (error) => {
      stream.off('close', onClose);
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });

const opened = async (out: Outbound, { destination, transport, proof }: To, maxBytes: number): Promise<Duplex> => {
  if (isSecured(transport) && proof === undefined)
    throw new AppError('PEER', 'nothing says how the receiver proves itself');
  const connection = await out.open(
    destination,
    { connectMs, idleMs, maxBytes },
    isSecured(transport) ? proof : undefined,
  );
  return connection.stream();
};

const streamSession = async (out: Outbound, to: To): Promise<Session> => {
  const stream = await opened(out, to, plainAnswerBytes);
  // What it says is read, so that its end is seen; what goes wrong is told by the next write.
  stream.resume().on('error', () => undefined);
  return {
    send: (lines) => write(stream, Buffer.concat(lines.map(counted))),
    isOver: () => stream.destroyed || stream.readableEnded,
    close: async () => void stream.destroy(),
  };
};

const relpSession = async (out: Outbound, to: To): Promise<Session> => {
  const stream = await opened(out, to, relpAnswerBytes);
  const read = answerReader();
  const waiting = new Set<number>();
  let fault: Error | undefined;
  let wake: (() => void) | undefined;
  const signal = (): void => {
    wake?.();
    wake = undefined;
  };
  const fail = (error: Error): void => {
    fault ??= error;
    stream.destroy();
    signal();
  };
  stream
    .on('data', (bytes: Buffer) => {
      try {
        for (const answer of read(bytes)) {
          if (answer.command === 'serverclose') fail(new AppError('UNREACHABLE', 'the receiver ends the session'));
          else if (!isTaken(answer))
            fail(new AppError('PEER', `the receiver did not take a line: ${answer.data.slice(0, 100)}`));
          else waiting.delete(answer.txnr);
        }
        signal();
      } catch (error) {
        fail(error as Error);
      }
    })
    .on('error', (error: Error) => fail(error))
    .on('end', () => fail(new AppError('UNREACHABLE', 'the other side closed the connection')))
    .on('close', () => fail(new AppError('UNREACHABLE', 'the other side closed the connection')));
  let txnr = 0;
  const ask = async (command: 'open' | 'syslog', lines: readonly string[]): Promise<void> => {
    const frames = lines.map((line) => {
      txnr = nextTxnr(txnr);
      waiting.add(txnr);
      return frame(txnr, command, line);
    });
    await write(stream, Buffer.concat(frames));
    while (waiting.size > 0) {
      if (fault !== undefined) throw fault;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (fault !== undefined) throw fault;
  };
  // A receiver that does not speak RELP may take what comes and say nothing.
  const late = setTimeout(
    () => fail(new AppError('TIMEOUT', 'the other side does not answer as RELP does')),
    connectMs,
  );
  await ask('open', [offer]).finally(() => clearTimeout(late));
  return {
    send: (lines) => ask('syslog', lines),
    isOver: () => fault !== undefined || stream.destroyed,
    close: async () => void stream.destroy(),
  };
};

const datagramSession = async (out: Outbound, { destination }: To): Promise<Session> => {
  const link = await out.link(destination, 'udp', { connectMs, maxBytes: plainAnswerBytes });
  if (typeof link === 'string')
    throw new AppError('UNREACHABLE', `${destination.host} port ${destination.port}: ${link}`);
  let over = false;
  return {
    send: async (lines) => {
      for (const line of lines) {
        const trouble = await link.send(Buffer.from(line.slice(0, datagramLength)));
        if (trouble === undefined) continue;
        over = true;
        throw new AppError('UNREACHABLE', `${destination.host} port ${destination.port}: ${trouble}`);
      }
    },
    isOver: () => over,
    close: async () => {
      over = true;
      await link.close();
    },
  };
};

/** Opens a connection to a receiver. NOT_NAMED, FORBIDDEN_ADDRESS, UNREACHABLE, PEER. */
export function openSession(out: Outbound, to: To): Promise<Session> {
  switch (to.transport) {
    case 'udp':
      return datagramSession(out, to);
    case 'tcp':
    case 'tls':
      return streamSession(out, to);
    case 'relp':
    case 'relp-tls':
      return relpSession(out, to);
  }
}
