import type { Database } from '../../platform/database.ts';
import type { Personal } from '../../platform/personal.ts';
import type {
  Change,
  Collection,
  CollectionCount,
  Door,
  ListQuery,
  ListResult,
  Members,
  SectionChanged,
  SectionOutcome,
  SectionReport,
  SectionRow,
} from './types.ts';

export type InventoryService = {
  collections(): readonly Collection[];
  /** Throws UNKNOWN_COLLECTION. */
  collection(name: string): Collection;
  /** Section hashes (hex) of a device; without a door, of any of them. */
  hashes(device: number, door?: Door): Record<string, string>;
  /** Stores a section whole or not at all; HASH_MISMATCH, INVALID, UNKNOWN_COLLECTION. In the caller's transaction when there is one. */
  putSection(report: SectionReport): SectionOutcome;
  /** The device's rows of a collection through the best door. */
  section(device: number, collection: string, options?: { personal?: boolean }): SectionRow[];
  list(query: ListQuery): ListResult;
  /** The devices that have an item of a `shared` collection. */
  itemDevices(collection: string, item: number): number[];
  members(collection: string): Iterable<Members>;
  changes(query: { device?: number; collection?: string; after?: number; limit: number; personal?: boolean }): Change[];
  counts(): CollectionCount[];
  /** Removes everything of a device. */
  forget(device: number): void;
  /** Drops old changes and items that no device has; in small steps. */
  trim(): { changes: number; items: number };
};

export type InventoryParts = {
  db: Database;
  personal: Personal;
  collections: readonly Collection[];
  /** Called inside the transaction after a section changed. */
  onChanged?: ReadonlyArray<(changed: SectionChanged) => void>;
};
