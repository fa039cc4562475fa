import { createHash } from 'node:crypto';
import { fieldsIn } from '../protocols/packet-parts.ts';
import type { Cover, Credentials, Link, Transport, TransportKind, Trouble } from '../protocols/types.ts';
import { MAX_ATTEMPTS, MAX_EXCHANGE_PACKETS, MAX_LATE, MIN_GAP_MS, PERMIT_MS } from './limits.ts';
import type { ApprovedPacket, PermitReply, PermitRequest } from './permit.ts';

// The last hand that every packet of a job goes through: is it one that was approved, is it its turn, is there a permit for it,
// is it written down. Only then it leaves (OT Q3, Q4, Q7, Q8). Nothing that a protocol's client does gets past it.

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
  permit: string;
};

type Asked = PermitRequest extends infer R ? (R extends unknown ? Omit<R, 'controller' | 'protocol'> : never) : never;

type GuardParts = {
  host: string;
  /** Of the exchange: anything else is denied. */
  kinds: readonly TransportKind[];
  port: number;
  gapMs: number;
  /** What may leave in this exchange, in order. */
  packets: readonly ApprovedPacket[];
  secrets: Readonly<Record<string, string>>;
  clock: () => number;
  sleep: (ms: number) => Promise<void>;
  /** When the last packet of the job left, to whichever device. */
  pace: { lastMs: number };
  /** Why this runner itself ends. */
  halted: () => string | undefined;
  /** Asked before each packet, after its turn has come. */
  permit: (asked: Asked) => Promise<PermitReply>;
  /** Writes it down, before it leaves. */
  leaving: (packet: Leaving) => void;
  /** Why it was stopped, once it was. */
  onForbidden: (why: string) => void;
};

/** SHA-256, hex. */
export const packetHash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Secrets of credentials by the name of the open field that they stand in. */
export const secretsOf = (credentials: Credentials | undefined): Readonly<Record<string, string>> =>
  credentials?.snmp?.community === undefined ? {} : { community: credentials.snmp.community };

/** The place in the plan of a packet that may come at `from` or later; undefined for one that was not approved. */
export function placeOf(
  packets: readonly ApprovedPacket[],
  kind: TransportKind,
  plain: Buffer,
  from: number,
  secrets: Readonly<Record<string, string>> = {},
): number | undefined {
  const place = packets.findIndex(
    (one, n) => n >= from && one.kind === kind && fieldsIn(one.parts, plain, secrets) !== undefined,
  );
  return place < 0 ? undefined : place;
}

/** A wait that another named is kept within reason. */
const minWaitMs = 10;
const maxWaitMs = 5_000;

/** A transport that sends what may be sent, when it may. */
export const guardedTransport = (inner: Transport, parts: GuardParts): Transport & { release(): Promise<void> } => {
  const { host, kinds, clock, sleep, pace } = parts;
  const gapMs = Math.max(MIN_GAP_MS, parts.gapMs);
  const sent: { packets: number; place: number; isHeld: boolean; open: Link | undefined } = {
    packets: 0,
    place: 0,
    isHeld: false,
    open: undefined,
  };
  const times = new Map<string, number>();
  const used = new Set<string>();

  const turn = async (): Promise<void> => {
    for (;;) {
      const waitMs = pace.lastMs + gapMs - clock();
      // A clock that was put back must not stop the job for as long.
      if (waitMs <= 0 || waitMs > gapMs) return;
      await sleep(waitMs);
    }
  };
  /** A permit that is fresh and was not used; undefined when nothing more may leave. */
  const permitFor = async (asked: Asked): Promise<{ permit: string; askedMs: number } | undefined> => {
    for (let late = 0; late < MAX_LATE; ) {
      await turn();
      const halted = parts.halted();
      if (halted !== undefined) {
        parts.onForbidden(halted);
        return undefined;
      }
      const askedMs = clock();
      const reply = await parts.permit(asked);
      if (reply.go) {
        const tookMs = clock() - askedMs;
        sent.isHeld = true;
        if (tookMs >= 0 && tookMs < PERMIT_MS && !used.has(reply.permit)) {
          used.add(reply.permit);
          return { permit: reply.permit, askedMs };
        }
        late += 1;
      } else if ('why' in reply) {
        parts.onForbidden(reply.why);
        return undefined;
      } else await sleep(Math.min(maxWaitMs, Math.max(minWaitMs, reply.waitMs)));
    }
    parts.onForbidden('server-away');
    return undefined;
  };
  /** Compares it with what was approved, waits for its turn, gets its permit, writes it down. */
  const leave = async (kind: TransportKind, bytes: Uint8Array | undefined, plain?: Uint8Array): Promise<boolean> => {
    const [what, wire] = [bytes === undefined ? 'connect' : 'send', Buffer.from(bytes ?? [])] as const;
    const sha256 = packetHash(wire);
    const key = `${kind} ${what} ${sha256}`;
    const attempt = (times.get(key) ?? 0) + 1;
    if (attempt > MAX_ATTEMPTS || sent.packets >= MAX_EXCHANGE_PACKETS) return false;
    const open = Buffer.from(plain ?? wire);
    const place = what === 'connect' ? 0 : placeOf(parts.packets, kind, open, sent.place, parts.secrets);
    if (place === undefined) {
      parts.onForbidden('outside');
      return false;
    }
    const given = await permitFor(
      what === 'connect' ? { what, kind: 'tcp' } : { what, kind, place, hex: open.toString('hex'), sha256 },
    );
    if (given === undefined) return false;
    const { permit, askedMs } = given;
    times.set(key, attempt);
    sent.packets += 1;
    if (what === 'send') sent.place = place;
    const atMs = clock();
    pace.lastMs = atMs;
    parts.leaving({ atMs, kind, host, port: parts.port, what, attempt, hex: wire.toString('hex'), sha256, permit });
    // Its life counts from the question: what took too long to write down has no permit any more. The log may say more than
    // what left, never less.
    const ageMs = clock() - askedMs;
    if (ageMs >= 0 && ageMs < PERMIT_MS) return true;
    parts.onForbidden('server-away');
    return false;
  };
  /** What is hidden is hidden here, from the bytes that were compared. */
  const isSealOf = (bytes: Uint8Array, { plain, seal }: Cover): boolean => Buffer.from(seal(plain)).equals(bytes);

  return {
    connect: async (to, limits): Promise<Link | Trouble> => {
      if (!kinds.includes(to.kind) || to.port !== parts.port) return 'denied';
      // One connection per device (OT Q4); another one only after it was closed.
      if (sent.open !== undefined) return 'denied';
      if (to.kind === 'tcp' && !(await leave('tcp', undefined))) return 'denied';
      const link = await inner.connect(to, limits);
      // The pause is counted from when it left, not from when it was let go.
      if (to.kind === 'tcp') pace.lastMs = clock();
      if (typeof link === 'string') return link;
      sent.open = link;
      return {
        send: async (bytes, cover) => {
          if (cover !== undefined && !isSealOf(bytes, cover)) {
            parts.onForbidden('outside');
            return 'denied';
          }
          if (!(await leave(to.kind, bytes, cover?.plain))) return 'denied';
          const trouble = await link.send(bytes);
          pace.lastMs = clock();
          return trouble;
        },
        receive: async (withinMs) => {
          const came = await link.receive(withinMs);
          // The controller answered late: the pause before its next packet counts from now.
          if (typeof came !== 'string') pace.lastMs = clock();
          return came;
        },
        close: async () => {
          await link.close();
          if (sent.open === link) sent.open = undefined;
        },
      };
    },
    /** Closes what is left open, then lets the controller go. */
    release: async () => {
      await sent.open?.close();
      sent.open = undefined;
      if (!sent.isHeld) return;
      sent.isHeld = false;
      await parts.permit({ what: 'close' });
    },
  };
};
