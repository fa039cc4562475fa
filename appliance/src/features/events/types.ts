// Events: what happened, as types that are declared once (define.ts). Append-only. Types marked `audit` also join the audit
// chain, which objects write too: one hash chain that no cap trims. The chain commits to a salted hash of the parameters
// and names actors by reference (`account:<id>`), never by personal value. Retention is per type, with a cap on rows
// beside it; dropping old rows never keeps a new one from being stored. Texts are catalogue keys: `event.<type>`, with
// the parameters by name.
import type { Area } from '../objects/types.ts';
import type { EventDeclaration, Severity } from './define.ts';

export { type ParamType, type Severity, severities } from './define.ts';

/** A declaration with its name. */
export type EventType = EventDeclaration & { type: string };

/** `time` is milliseconds. */
export type EventParams = Record<string, string | number>;

export type StoredEvent = {
  id: number;
  at: number;
  type: string;
  severity: Severity;
  area: Area;
  device: number | null;
  actor: string | null;
  from: string | null;
  params: EventParams;
  auditSeq: number | null;
};

export type EventQuery = {
  severity?: readonly Severity[];
  type?: readonly string[];
  area?: readonly Area[];
  /** One, or a device with the records that became part of it. */
  device?: number | readonly number[];
  search?: string;
  from?: number;
  to?: number;
  audit?: boolean;
  /** The `next` of the page before. */
  after?: number;
  limit: number;
};

export type EventPage = { rows: StoredEvent[]; total: number; next?: number };

export type AuditEntry = {
  seq: number;
  at: number;
  actor: string;
  from: string | null;
  operation: string;
  kind: string;
  object: string;
  revision: number;
  /** Hex. */
  commitment: string;
  prev: string;
  hash: string;
};

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
