import { createHash } from 'node:crypto';
import type { Link, Transport, TransportKind, Trouble } from '../protocols/types.ts';
import { MAX_ATTEMPTS, MAX_EXCHANGE_PACKETS, MIN_GAP_MS } from './limits.ts';

// The last hand that every packet of a job goes through: may it still be sent, is it its turn, is it written down. Only
// then it leaves (OT Q3, Q4, Q8). Nothing that a protocol's client does gets past it.

/** One thing that leaves. A connection that is begun is one, with no bytes of its own. */
export type Leaving = {
  atMs: number;
  kind: TransportKind;
  host: string;
  port: number;
  what: 'connect' | 'send';
  /** How many times the same left in this exchange, this one included. */
  attempt: number;
  hex: string;
  sha256: string;
};

export type GuardParts = {
  host: string;
  /** Of the exchange: anything else is denied. */
  kinds: readonly TransportKind[];
  port: number;
  gapMs: number;
  clock: () => number;
  sleep: (ms: number) => Promise<void>;
  /** When the last packet of the job left, to whichever device. */
  pace: { lastMs: number };
  /** Why nothing may leave now. Asked before each packet, after its turn has come. */
  forbidden: () => Promise<string | undefined>;
  /** Writes it down, before it leaves. */
  leaving: (packet: Leaving) => void;
  /** Why it was stopped, once it was. */
  onForbidden: (why: string) => void;
};

/** SHA-256, hex. */
export const packetHash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A transport that sends what may be sent, when it may. */
export const guardedTransport = (inner: Transport, parts: GuardParts): Transport => {
  const { host, kinds, clock, sleep, pace } = parts;
  const gapMs = Math.max(MIN_GAP_MS, parts.gapMs);
  const sent = { packets: 0, open: 0 };
  const times = new Map<string, number>();

  const mayLeave = async (): Promise<boolean> => {
    for (;;) {
      const waitMs = pace.lastMs + gapMs - clock();
      // A clock that was put back must not stop the job for as long.
      if (waitMs <= 0 || waitMs > gapMs) break;
      await sleep(waitMs);
    }
    const why = await parts.forbidden();
    if (why !== undefined) parts.onForbidden(why);
    return why === undefined;
  };
  /** Waits for its turn, asks whether it may still go, writes it down. */
  const leave = async (kind: TransportKind, what: Leaving['what'], bytes: Uint8Array): Promise<boolean> => {
    const sha256 = packetHash(bytes);
    const key = `${kind} ${what} ${sha256}`;
    const attempt = (times.get(key) ?? 0) + 1;
    if (attempt > MAX_ATTEMPTS || sent.packets >= MAX_EXCHANGE_PACKETS || !(await mayLeave())) return false;
    times.set(key, attempt);
    sent.packets += 1;
    pace.lastMs = clock();
    const hex = Buffer.from(bytes).toString('hex');
    parts.leaving({ atMs: pace.lastMs, kind, host, port: parts.port, what, attempt, hex, sha256 });
    return true;
  };

  return {
    connect: async (to, limits): Promise<Link | Trouble> => {
      if (!kinds.includes(to.kind) || to.port !== parts.port) return 'denied';
      // One connection per device (OT Q4); another one only after it was closed.
      if (sent.open > 0) return 'denied';
      if (to.kind === 'tcp' && !(await leave('tcp', 'connect', Buffer.alloc(0)))) return 'denied';
      const link = await inner.connect(to, limits);
      if (typeof link === 'string') return link;
      sent.open += 1;
      let isOpen = true;
      return {
        send: async (bytes) => ((await leave(to.kind, 'send', bytes)) ? link.send(bytes) : 'denied'),
        receive: link.receive,
        close: async () => {
          await link.close();
          if (isOpen) sent.open -= 1;
          isOpen = false;
        },
      };
    },
  };
};
