import type { Database } from '../../platform/database.ts';
import type { Keyring } from '../../platform/keyring.ts';
import type {
  AuditEntry,
  ChainReport,
  EventPage,
  EventQuery,
  EventType,
  NewAuditEntry,
  NewEvent,
  StoredEvent,
} from './types.ts';

export type EventService = {
  types(): readonly EventType[];
  type(name: string): EventType;
  /** Throws INTERNAL for an undeclared type or a wrong parameter: that is a defect of ours, not of input. */
  record(type: string, event?: NewEvent): StoredEvent;
  list(query: EventQuery): EventPage;
  /** Adds an entry to the audit chain; needs the caller's transaction. Returns its number. */
  append(entry: NewAuditEntry): number;
  audit(query: { after?: number; limit: number; kind?: string; object?: string }): AuditEntry[];
  verifyChain(): ChainReport;
  /** Applies retention and the cap. */
  trim(): number;
};

export type EventParts = {
  db: Database;
  keyring: Keyring;
  types: readonly EventType[];
  /** The cap on events that are not audit events; read at each trim. */
  maxRows: () => number;
};
