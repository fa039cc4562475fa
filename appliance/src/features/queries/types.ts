// Live queries and samples.
//
// A live query is read-only SQL that osquery answers at its next contact, outside the queues of tasks and with a deadline
// of its own. The guard refuses what would connect elsewhere or show secrets. Every query is in the audit chain. What
// devices answer may be personal, so rows are encrypted under a key of the query and go after their time.
//
// A sample is one file of one device. One person asks for it, a second one approves it, and only then the device is told;
// what it may send is bounded by the approval and bound to it.

import { z } from 'zod';
import type { Actor } from '../../engine/objects/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { deviceReference, type Shape, time } from '../../platform/shapes.ts';

export type AnswerState = 'waiting' | 'sent' | 'answered' | 'failed' | 'denylisted';

const countsSchema = z.object({
  expected: z.int().describe('Devices that were asked'),
  answered: z.int(),
  failed: z.int(),
  denylisted: z.int().describe('The client refuses this query for a day, because it once took too much'),
  offline: z.int().describe('Not heard from for longer than their interval'),
  waiting: z.int(),
  rows: z.int(),
});
export type QueryCounts = z.infer<typeof countsSchema>;

export const querySchema = z.object({
  id: z.string(),
  sql: z.string(),
  state: z.enum(['running', 'finished', 'stopped', 'expired']),
  createdAt: time,
  createdBy: z.string().describe('`type:id` of who asked'),
  deadlineAt: time,
  stoppedAt: time.nullable(),
  counts: countsSchema,
});
export type LiveQuery = Shape<typeof querySchema>;

export type ResultRow = Readonly<Record<string, string>>;

export type DeviceAnswer = {
  device: number;
  publicId: string;
  name: string;
  state: AnswerState;
  isOffline: boolean;
  answeredAt: number | null;
  wallMs: number | null;
  rowCount: number | null;
  /** More rows came than are kept. */
  isCut: boolean;
  rows: readonly ResultRow[];
  message: string | null;
};

export type NewQuery = {
  sql: string;
  /** Public ids; absent: every device that osquery speaks for. */
  devices?: readonly string[];
  /** Seconds until the answer is no longer waited for. */
  waitSeconds: number;
};

/** What a device sent to a live query. */
export type RawAnswer = {
  status: number;
  message: string;
  rows: ReadonlyArray<Readonly<Record<string, unknown>>>;
  wallMs?: number | undefined;
};

export const sampleSchema = z.object({
  id: z.string(),
  device: deviceReference,
  path: z.string().nullable(),
  reason: z.string().nullable(),
  state: z.enum(['asked', 'approved', 'declined', 'sent', 'receiving', 'received', 'failed']),
  askedAt: time,
  askedBy: z.string(),
  decidedAt: time.nullable(),
  decidedBy: z.string().nullable(),
  sizeBytes: z.int().nullable(),
  receivedAt: time.nullable(),
  sha256: z.string().nullable(),
  code: z.string().nullable().describe('Why it failed'),
});
export type Sample = Omit<Shape<typeof sampleSchema>, 'device'> & {
  readonly device: number;
  readonly deadlineAt: number | null;
  readonly maxBytes: number;
  readonly receivedBlocks: number;
  readonly blockCount: number | null;
};
export type SampleState = Sample['state'];

export type SampleService = {
  ask(actor: Actor, wanted: { device: number; path: string; reason: string; maxBytes?: number }): Sample;
  /** Another person than who asked says yes; what hinders an approval (accounts/approve.ts), CONFLICT. */
  decide(actor: Actor, id: string, decision: 'approve' | 'decline'): Sample;
  /** Throws NOT_FOUND. */
  get(id: string, scope: Scope): Sample;
  list(query: { scope: Scope; limit: number }): Sample[];
  /** What this device is to send; it counts as sent. */
  takeOpen(device: number): { id: string; sql: string }[];
  /** What the query that starts the transfer came to; its rows name the client's request. */
  answer(
    device: number,
    id: string,
    answer: { status: number; rows: readonly Readonly<Record<string, unknown>>[] },
  ): void;
  /** Opens the one session of an approved sample of this device; FORBIDDEN, TOO_LARGE, MALFORMED. */
  begin(device: number, call: CarveBegin): string;
  /** FORBIDDEN for a session that is not open; blocks come one after the other, a repeat is harmless. */
  block(call: CarveBlock): void;
  /** The file as it came: a tar, or one in zstd. Blocks in order. */
  read(actor: Actor, id: string): Iterable<Buffer>;
  trim(): number;
};

export const largestSampleBytes = 64 << 20;

export const maxSqlLength = 16_384;

/** The state of an answer as people are told it: a device that is away is not one that is slow. */
export const shownState = ({ state, isOffline }: Pick<DeviceAnswer, 'state' | 'isOffline'>): ShownState => {
  if (isOffline) return 'offline';
  return state === 'sent' ? 'waiting' : state;
};

type CarveBegin = {
  requestId: string;
  blockCount: number;
  blockBytes: number;
  sizeBytes: number;
};

type CarveBlock = { session: string; requestId: string; block: number; data: string };

type ShownState = 'waiting' | 'offline' | 'answered' | 'failed' | 'denylisted';

export const maxWaitSeconds = 3_600;

/** Where the answer of a device ends: its rows are asked for up to the bound, and what is past another one has failed. */
export const answerLimits = { ms: 10_000, bytes: 8 << 20, rows: 100_000 };
