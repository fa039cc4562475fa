// Events: what happened, as types that are declared once (define.ts). Append-only. Types marked `audit` also join the audit
// chain, which objects write too: one hash chain that no cap trims. The chain commits to a salted hash of the parameters
// and names actors by reference (`account:<id>`), never by personal value. Retention is per type, with a cap on rows
// beside it; dropping old rows never keeps a new one from being stored. Texts are catalogue keys: `event.<type>`, with
// the parameters by name.
import { z } from 'zod';
import type { Filter } from '../../platform/filter/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { deviceReference, type Shape, time } from '../../platform/shapes.ts';
import { type Area, areas } from '../objects/types.ts';

export const severities = ['critical', 'failure', 'warning', 'info'] as const;
type Severity = (typeof severities)[number];

/** A declaration with its name. */
export type EventType = EventDeclaration & { type: string };

/** `time` is milliseconds. */
export type EventParams = Record<string, string | number>;

export const eventShape = z.object({
  id: z.int(),
  at: time,
  type: z.string(),
  severity: z.enum(severities),
  area: z.enum(areas),
  device: deviceReference.nullable(),
  actor: z.string().nullable().describe('`type:id` of who did it'),
  from: z.string().nullable().describe('The address that the call came from'),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  audit: z.int().nullable().describe('Its number in the audit chain'),
});
export type StoredEvent = Omit<Shape<typeof eventShape>, 'device' | 'audit'> & {
  readonly device: number | null;
  readonly auditSeq: number | null;
};

export type EventQuery = {
  /** Devices whose events are read. */
  scope: Scope;
  /** `type:id` of who reads: what they did is theirs, wherever; nothing is where the whole site is read. */
  reader?: string;
  /** In the language of events; see `EventService.language`. */
  filter?: Filter | undefined;
  /** Of these types, of this device alone: what code asks. */
  type?: readonly string[];
  device?: number;
  /** The `next` of the page before. */
  after?: number | undefined;
  limit: number;
};

/** Events behind a number, up to another, that a filter finds within a reach. */
export type EventSpan = Pick<EventQuery, 'scope' | 'reader' | 'filter'> & {
  readonly after: number;
  readonly upTo: number;
  /** So many are read, the newest of them. */
  readonly most: number;
  /** The controllers whose own events are read too, where the reach is not the site. */
  readonly controllers?: Scope | undefined;
};

/** Events from a moment on, in milliseconds. */
export function fromMoment(ms: number): Filter {
  return { field: 'from', op: 'after', value: new Date(ms).toISOString() };
}

export type EventPage = { rows: StoredEvent[]; total: number; next?: number };

export const auditEntry = z.object({
  seq: z.int(),
  at: time,
  actor: z.string(),
  from: z.string().nullable(),
  operation: z.string(),
  kind: z.string(),
  object: z.string(),
  revision: z.int(),
  commitment: z.string(),
  prev: z.string(),
  hash: z.string(),
});
export type AuditEntry = Shape<typeof auditEntry>;

export type NewAuditEntry = {
  /** The time of what it records; the two must agree. */
  at: number;
  actor: string;
  from?: string | undefined;
  operation: string;
  kind: string;
  object: string;
  revision: number;
  /** 32 bytes: SHA-256(salt ‖ canonical JSON of the stored form). */
  commitment: Uint8Array;
};

export type ChainReport =
  | { ok: true; length: number; head: string }
  | { ok: false; length: number; brokenAt: number; reason: string };

type ParamType = 'text' | 'integer' | 'time';

export type EventDeclaration = {
  severity: Severity;
  area: Area;
  params: Readonly<Record<string, ParamType>>;
  audit?: boolean;
  retentionDays: number;
} & (
  | {
      bound: 'device';
      /** Whether it names the device that it happened to; one that names none is the site's. */
      device: 'always' | 'sometimes';
    }
  | { bound: 'zone' | 'catalog' | 'site'; device?: never }
);

/** What an event has: its own, else what its table shares. */
type With<S, E> = { readonly [K in keyof S | keyof E]: K extends keyof E ? E[K] : K extends keyof S ? S[K] : never };

/** A feature's table of events, by their names; what most of them have stands before it once. */
export function defineEvents<
  const S extends Partial<EventDeclaration>,
  const T extends Readonly<Record<string, Partial<EventDeclaration>>>,
>(
  shared: S,
  events: T & { readonly [N in keyof T]: With<S, T[N]> extends EventDeclaration ? unknown : EventDeclaration },
): { readonly [N in keyof T]: With<S, T[N]> } {
  const whole = Object.entries(events).map(([name, event]) => [name, { ...shared, ...event }]);
  return Object.fromEntries(whole);
}

/** Text is a string, a number an integer, a time milliseconds. */
type ParamValues<P> = { -readonly [K in keyof P]: P[K] extends 'text' ? string : number };

type ParamsOf<D extends EventDeclaration> = ParamValues<D['params']>;

type DeviceOf<D> = D extends { device: 'always' }
  ? { device: number }
  : D extends { device: 'sometimes' }
    ? { device?: number }
    : { device?: never };

/** What `record` takes of an event. */
export type EventOf<D extends EventDeclaration> = DeviceOf<D> & {
  /** `type:id` of who did it. */
  actor?: string;
  from?: string;
  params: ParamsOf<D>;
};

export const isParam = (type: ParamType, value: unknown): value is string | number =>
  type === 'text' ? typeof value === 'string' : Number.isSafeInteger(value);

/** The parameters that an event declares, out of a sent message; undefined when one is missing or wrong. */
export function pickParams<D extends EventDeclaration>(
  { params }: D,
  given: Readonly<Record<string, unknown>>,
): ParamsOf<D> | undefined {
  const picked: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(params)) {
    const value = given[name];
    if (!isParam(type, value)) return undefined;
    picked[name] = value;
  }
  return picked as ParamsOf<D>;
}
