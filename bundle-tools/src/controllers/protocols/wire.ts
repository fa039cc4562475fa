import { hash } from 'node:crypto';
import type { Request } from './exchange.ts';
import type { IdentifyOptions, Link, LinkLimits, PacketEntry, Transport, TransportKind, Trouble } from './types.ts';

// The pacing of one exchange (OT Q4, Q8): a pause before each packet, one in flight, every packet logged.

/** Between two requests to a device. */
const minIntervalMs = 500;
const connectMs = 3_000;
export const usualWaitMs = 3_000;
/** Messages that answer nothing, per request: a device that talks on and on is left. */
const maxOther = 16;

type Heard = { message: Buffer; tookMs: number };

type WireParts = {
  kind: TransportKind;
  port: number;
  attempts: number;
  maxBytes: number;
  lengthOf(bytes: Buffer): number | undefined;
  log: PacketEntry[];
  pacer: Pacer;
};

type Pacer = {
  /** Waits until the interval since the last packet has passed; false once the job is stopped. */
  pause(): Promise<boolean>;
  /** A packet has left. */
  mark(): void;
};

/** Keeps the interval between packets to a device, over all its connections. */
export const pacer = ({ clock, sleep, intervalMs = minIntervalMs, isStopped }: IdentifyOptions): Pacer => {
  let last: number | undefined;
  return {
    pause: async () => {
      if (isStopped?.() === true) return false;
      // A timer may fire early, and the clock counts whole milliseconds: only what is past the interval is enough.
      while (last !== undefined && clock() - last <= intervalMs) {
        await sleep(last + intervalMs + 1 - clock());
        if (isStopped?.() === true) return false;
      }
      return true;
    },
    mark: () => {
      last = clock();
    },
  };
};

/** The packets of one way to a device. `ask` sends a request and waits for its answer. */
export const wire = (transport: Transport, options: IdentifyOptions, parts: WireParts) => {
  const { kind, port, log } = parts;
  let link: Link | undefined;
  let left = kind === 'tcp' ? parts.attempts : 1;
  let held: Buffer = Buffer.alloc(0);
  let total = 0;

  const entry = (direction: PacketEntry['direction'], bytes: Buffer, meaning: Request['meaning']): void => {
    log.push({
      atMs: options.clock(),
      direction,
      kind,
      port,
      bytes: bytes.length,
      sha256: hash('sha256', bytes, 'hex'),
      meaning,
    });
  };

  const drop = async (): Promise<void> => {
    const open = link;
    link = undefined;
    held = Buffer.alloc(0);
    await open?.close();
  };

  const connect = async (): Promise<Trouble | 'stopped' | undefined> => {
    const limits: LinkLimits = { connectMs, maxBytes: parts.maxBytes };
    let trouble: Trouble = 'closed';
    while (link === undefined && left > 0) {
      left -= 1;
      if (!(await parts.pacer.pause())) return 'stopped';
      const opened = await transport.connect({ kind, port }, limits);
      if (kind === 'tcp') parts.pacer.mark();
      if (typeof opened !== 'string') {
        link = opened;
        return undefined;
      }
      trouble = opened;
      // Who refuses has no socket left, or nothing there: it is not asked again (OT Q9).
      if (trouble !== 'timeout' && trouble !== 'unreachable') {
        left = 0;
        return trouble;
      }
    }
    return link === undefined ? trouble : undefined;
  };

  /** The next whole message that is held; 'malformed' bytes end the connection. */
  const next = (): Buffer | 'malformed' | undefined => {
    if (held.length === 0) return undefined;
    const length = kind === 'udp' ? held.length : parts.lengthOf(held);
    if (length === 0 || (length !== undefined && length > parts.maxBytes)) return 'malformed';
    if (length === undefined || held.length < length) return undefined;
    const message = Buffer.from(held.subarray(0, length));
    held = held.subarray(length);
    return message;
  };

  const listen = async (request: Request, sentAtMs: number): Promise<Heard | Trouble> => {
    for (let others = 0; link !== undefined; ) {
      const message = next();
      if (message === 'malformed') {
        entry('received', held, { key: 'unexpected', params: {} });
        return 'too-large';
      }
      if (message !== undefined) {
        if (request.answers?.(message) === true) {
          entry('received', message, request.meaning);
          return { message, tookMs: options.clock() - sentAtMs };
        }
        entry('received', message, { key: 'unexpected', params: {} });
        others += 1;
        if (others >= maxOther) return 'too-large';
        continue;
      }
      const rest = sentAtMs + (options.replyMs ?? usualWaitMs) - options.clock();
      if (rest <= 0) return 'timeout';
      const came = await link.receive(rest);
      if (typeof came === 'string') return came;
      total += came.length;
      if (total > parts.maxBytes) return 'too-large';
      held = kind === 'udp' || held.length === 0 ? came : Buffer.concat([held, came]);
    }
    return 'closed';
  };

  const once = async (request: Request): Promise<Heard | Trouble | 'stopped' | undefined> => {
    if (!(await parts.pacer.pause()) || link === undefined) return 'stopped';
    entry('sent', request.bytes, request.meaning);
    const failed = await link.send(request.bytes, request.cover);
    parts.pacer.mark();
    if (failed !== undefined) return failed;
    // Only now it has left: the sender may have waited for its turn or for a permit.
    const sentAtMs = options.clock();
    return request.answers === undefined ? undefined : listen(request, sentAtMs);
  };

  return {
    /** Undefined where no answer was due. */
    ask: async (request: Request): Promise<Heard | Trouble | 'stopped' | undefined> => {
      if (link === undefined) {
        const trouble = await connect();
        if (trouble !== undefined) return trouble;
      }
      let answer = await once(request);
      for (let sends = 1; answer === 'timeout' && kind === 'udp' && sends < parts.attempts; sends += 1)
        answer = await once(request);
      if (typeof answer === 'string' && answer !== 'timeout') await drop();
      return answer;
    },
    close: drop,
    isOpen: (): boolean => link !== undefined,
  };
};
