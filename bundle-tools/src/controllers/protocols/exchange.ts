import type { Collector } from './collector.ts';
import type { DeviceFact } from './device-fact.ts';
import { bytesOf, fieldsIn, type Piece, partsOf } from './packet-parts.ts';
import type { Allowed, Cover, Credentials, Meaning, PlannedPacket, Switches, TransportKind, Trouble } from './types.ts';

// What a protocol tells the runner: the next request, given what came. It sends nothing and waits for nothing itself.

/** One request of a protocol's closed list; only its builders make one. */
export type Request = {
  /** As they leave. */
  bytes: Buffer;
  /** What they are made of, before anything is hidden. */
  pieces: readonly Piece[];
  /** Of a request whose bytes are hidden. */
  cover?: Cover;
  meaning: Meaning;
  /** Whether a message answers it; others are passed over. Absent where no answer is due, as for a goodbye. */
  answers?: (message: Buffer) => boolean;
  /** What only this request would bring: refused or absent fields are facts, too (OT F8). */
  gives: readonly string[];
};

export type Answer = Buffer | Trouble;

export type Exchange = Generator<Request, void, Answer>;

export type ExchangeContext = {
  kind: TransportKind;
  switches: Switches;
  credentials: Credentials;
  collect: Collector;
  /** Notes that the device speaks the protocol at the port that was asked. */
  serve: (facts?: readonly DeviceFact[]) => void;
  random: (count: number) => Buffer;
  clock: () => number;
  /** What OPC UA calls the device: its address as it was named. */
  url: string;
};

export type PlanContext = { port: number; switches: Switches; credentials: Credentials; url: string };

/** One protocol. */
export type Client = {
  allowed: Allowed;
  /**
   * How it is tried, in order. TCP: that many connections; UDP: that many sends of a request. All ways together: two.
   */
  ways: readonly { kind: TransportKind; attempts: number }[];
  /** How many bytes may come in all. */
  maxBytes: number;
  /** TCP: length of the message at the start; undefined while unknown, 0 for what is none. */
  lengthOf(bytes: Buffer): number | undefined;
  /** Whether another request may follow one that stayed unanswered on the same connection. */
  outlivesSilence?: true;
  exchange(context: ExchangeContext): Exchange;
  plan(context: PlanContext): PlannedPacket[];
};

/** The bytes of an answer, or undefined for trouble. */
export const messageOf = (answer: Buffer | string): Buffer | undefined =>
  typeof answer === 'string' ? undefined : answer;

/** A request of pieces that leave as they are. */
export const requestOf = (pieces: readonly Piece[], more: Omit<Request, 'bytes' | 'pieces' | 'cover'>): Request => ({
  bytes: bytesOf(pieces),
  pieces,
  ...more,
});

/** A request as it stands in a plan. */
export const planned = (
  request: Request,
  at: { kind: TransportKind; port: number },
  when: PlannedPacket['when'] = 'always',
): PlannedPacket => {
  const [plain, parts] = [bytesOf(request.pieces), partsOf(request.pieces)];
  const fields = fieldsIn(parts, plain) ?? [];
  const open = [...new Set(fields.map(({ name }) => name))];
  return { ...at, hex: plain.toString('hex'), parts, fields, meaning: request.meaning, when, open };
};

/** The address by which OPC UA speaks of a device. */
export const urlOf = (host: string | undefined, port: number): string =>
  host === undefined ? '' : `opc.tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;
