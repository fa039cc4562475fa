import { type Database, immediate, nowIn } from '../../platform/database.ts';
import type { DeviceSet } from '../../platform/device-set.ts';
import { AppError } from '../../platform/errors.ts';
import { type FilterLanguage, filterLanguage } from '../../platform/filter/language.ts';
import type { Rows } from '../../platform/filter/types.ts';
import type { Personal } from '../../platform/personal.ts';
import type { Scope } from '../../platform/scope.ts';
import type { Changed } from '../changes/types.ts';
import { changeReader } from './change-reader.ts';
import { sectionComparer } from './compare.ts';
import { collectionRows, collectionVocabulary } from './field-queries.ts';
import { shapeOf } from './item.ts';
import { itemsBehind, type ListSource, listSources, readKept, type UnreadList } from './kept-lists.ts';
import { reportWriter } from './put-report.ts';
import { inventoryReader } from './reader.ts';
import { type SharedStore, sectionStore } from './store.ts';
import { ensureTables, tablesOf } from './table-store.ts';
import { inventoryTransfer } from './transfer-store.ts';
import { type AnyRows, type TypedRows, typedRows } from './typed.ts';
import type {
  Change,
  ChangeLike,
  ChangeQuery,
  Collection,
  CollectionCount,
  CutItems,
  CutReport,
  DecodedReport,
  Difference,
  HeldSection,
  InventorySource,
  InventoryTransfer,
  Item,
  Members,
  ReportOutcome,
  SectionOutcome,
  SectionReport,
  Snapshot,
  ToldOfItems,
} from './types.ts';
import { type CollectionStores, collectionStores, sectionWriter } from './writer.ts';

export type { ItemOf, RowOf, SectionRowOf } from './typed.ts';

/** The inventory engine: typed by the declarations where the code names a collection. */
export type InventoryService = InventoryTransfer &
  TypedRows & {
    ofAnyCollection: AnyRows;
    collections(): readonly Collection[];
    /** What filters of devices ask of the rows of each collection. */
    filterRows(): Rows[];
    /** The language that the list of a collection is asked in; `told` as its queries have it. */
    language(collection: Collection, told?: ToldOfItems): FilterLanguage;
    /** Throws UNKNOWN_COLLECTION. */
    collection(name: string): Collection;
    /** Section hashes (hex) of a device; without a source, of the best one of each collection. */
    hashes(device: number, source?: InventorySource): Record<string, string>;
    /**
     * Stores a section whole or not at all; HASH_MISMATCH, INVALID, UNKNOWN_COLLECTION. In the caller's transaction when there is
     * one: the caller takes that back when this throws.
     */
    putSection(report: SectionReport | CutReport): SectionOutcome;
    /** Cuts the bytes of a section's items, canonical JSON; undefined where they have to be read whole. */
    cutItems(collection: string, bytes: Buffer): CutItems | undefined;
    /** Stores a decoded report in one transaction, the caller's when there is one; what does not fit its collection is left out and counted. */
    putReport(device: number, source: InventorySource, report: DecodedReport, now: number): ReportOutcome;
    /** Whether the section that is stored of a source has this hash. */
    isKnown(device: number, collection: string, source: InventorySource, hash: string): boolean;
    /** Whether the section that is stored of a source was made of what has this digest. */
    hasSent(device: number, collection: string, source: InventorySource, sent: Uint8Array): boolean;
    /** The items that a source reported last, as they were sent. */
    held(device: number, collection: string, source: InventorySource): Item[];
    /** The devices in reach that have an item of a `shared` collection. */
    itemDevices(collection: string, item: number, scope: Scope): number[];
    /** The devices that have one of these items of a `shared` collection. */
    devicesWith(collection: string, items: ReadonlySet<number>): number[];
    /** The same as a set. */
    deviceSetWith(collection: string, items: ReadonlySet<number>): DeviceSet;
    /** What some devices have of a `shared` collection: sorted ids of items. */
    membersAmong(collection: string, devices: readonly number[]): Members[];
    /** The ids of a device's items of a `shared` collection, rising. */
    memberIds(device: number, collection: string): Uint32Array;
    /** Enters devices that reported for the first time into the rows of who has what, at most so many; how many they were. */
    enterPending(most: number): number;
    /** The same in parts of one short transaction each: `entered` once some are in, `more` while something is left. */
    enterPart(most: number): { more: boolean; entered: number };
    /** How many of them wait. */
    waiting(): number;
    /** No write may happen on this connection while it is read. */
    members(collection: string): Iterable<Members>;
    /** What changed, the newest first. */
    changes(query: ChangeQuery): Change[];
    /** How many changes are kept, of the whole site about. */
    aboutChanges(scope: Scope): number;
    /** Of devices, the lists of a collection that its best source did not read with its newest report. */
    keptLists(collection: string, devices: readonly number[]): UnreadList[];
    /** Of devices with several sources of a collection, those that what is known of it comes from. */
    listSources(collection: string, devices: readonly number[]): ListSource[];
    /**
     * Forgets all that a source said of a collection of a device, since a person says so; `event`: of that act. What other sources say stands in its
     * place. How many items of the device went. In the caller's transaction. CONFLICT where no other source has said anything.
     */
    closeSource(closed: { device: number; collection: string; source: InventorySource; event: number }): number;
    /** The sections of a device, whatever source brought them. */
    sectionsOf(device: number): HeldSection[];
    /** Removes rows of an `own` collection for ever, unlogged; their sections are asked for anew. In the caller's transaction. */
    eraseRows(collection: string, ids: readonly number[]): void;
    /** Rows that are kept elsewhere like changes, with their values; personal ones are null. */
    readChanges(rows: readonly ChangeLike[]): Change[];
    /** What a device's section holds now; undefined when it was never reported. */
    snapshot(device: number, collection: string): Snapshot | undefined;
    /** What `after` has more, less and otherwise than `before`. */
    compare(collection: string, before: Snapshot, after: Snapshot): Difference[];
    /** Keys of the contents of shared items, hex. */
    itemKeys(collection: string, items: Uint32Array): string[];
    /** What devices in reach report. */
    counts(scope: Scope): CollectionCount[];
    /** Names of the tables in which a collection is stored. */
    tablesOf(collection: Collection): string[];
    /** How many devices in reach report a collection. */
    reporting(collection: string, scope: Scope): number;
    /** Removes everything of a device. */
    forget(device: number): void;
    /** Drops old changes and items that no device has; in small steps. */
    trim(): { changes: number; items: number; sections: number };
    /** What in sections, items and counts does not fit together. */
    verify(): string[];
  };

type InventoryParts = {
  db: Database;
  personal: Personal;
  collections: readonly Collection[];
  changed: Changed;
  /** Items of a shared collection that are kept though no device has them. */
  kept?: (collection: string) => Iterable<Uint32Array>;
};

const dayMs = 86_400_000;
const batchRows = 2_000;
/** A section of software may have thousands of items. */
const batchSections = 200;

/** Every member must exist, and the kept counts must be those of the members. */
const checkShared = (name: string, members: Iterable<Members>, shared: SharedStore): string[] => {
  const expected = new Map<number, number>();
  for (const { items } of members) for (const id of items) expected.set(id, (expected.get(id) ?? 0) + 1);
  const counts = shared.counts();
  const faults: string[] = [];
  for (const [id, devices] of expected) {
    if (counts.get(id) !== devices)
      faults.push(`${name}: item ${id} is counted ${counts.get(id) ?? 0} times, not ${devices}`);
  }
  for (const [id, devices] of counts) {
    if (devices > 0 && !expected.has(id)) faults.push(`${name}: item ${id} is counted, and no device has it`);
  }
  const missing = [...expected.keys()].filter((id) => !counts.has(id) || shared.byIds([id]).length === 0);
  return [...faults, ...missing.map((id) => `${name}: item ${id} is missing`)];
};

const mixed = (item: number): number => Math.imul(item ^ (item >>> 15), 0x9e3779b1);

/**
 * Who is entered for an item must be who has it; of a device that waits, some rows may be missing. There may be a hundred million
 * rows, so a number and a sum of them are compared for each device.
 */
const checkItemDevices = (name: string, members: Iterable<Members>, { devicesByItem }: SharedStore): string[] => {
  const sums = new Map<number, { rows: number; sum: number }>();
  const waiting = new Map<number, ReadonlySet<number>>();
  for (const { device, items } of members) {
    if (devicesByItem.isWaiting(device)) waiting.set(device, new Set(items));
    else sums.set(device, { rows: items.length, sum: items.reduce((sum, item) => (sum + mixed(item)) | 0, 0) });
  }
  const faults: string[] = [];
  for (const [item, device] of devicesByItem.rows()) {
    const held = sums.get(device);
    if (held !== undefined) {
      held.rows -= 1;
      held.sum = (held.sum - mixed(item)) | 0;
    } else if (waiting.get(device)?.has(item) !== true)
      faults.push(`${name}: device ${device} is entered for item ${item} and does not have it`);
  }
  for (const [device, { rows, sum }] of sums)
    if (rows !== 0 || sum !== 0) faults.push(`${name}: device ${device} is entered for other items than it has`);
  return faults.slice(0, 20);
};

/** The inventory engine over its declarations; makes the tables that are missing. */
export const inventoryService = ({
  db,
  personal,
  collections,
  changed,
  kept = () => [],
}: InventoryParts): InventoryService => {
  ensureTables(db, collections);
  const storesByName = new Map<string, CollectionStores>(
    collections.map((collection) => [collection.name, collectionStores(db, shapeOf(collection))]),
  );
  const sections = sectionStore(db);
  const storesOf = (name: string): CollectionStores => {
    const found = storesByName.get(name);
    if (found === undefined) throw new AppError('UNKNOWN_COLLECTION', `there is no collection ${name.slice(0, 64)}`);
    return found;
  };
  const outranked = (name: string): Set<number> =>
    new Set(
      [
        ...(storesOf(name).shared?.arrays.outranked() ?? []),
        ...itemsBehind(sections.keptBehind(name)),
        ...kept(name),
      ].flatMap((ids) => [...ids]),
    );
  const writer = sectionWriter({ db, personal, sections, storesOf, all: () => storesByName.values(), changed });
  const { readCell, ...reader } = inventoryReader({ db, personal, sections, storesOf });
  const log = changeReader({ db, storesByName, storesOf, readCell });

  const hashesOf = (device: number, source: InventorySource): Record<string, string> => {
    const hashes = sections.hashesOf(device, source);
    for (const name of Object.keys(hashes)) if (!storesByName.has(name)) delete hashes[name];
    return hashes;
  };
  const hashes = (device: number, source?: InventorySource): Record<string, string> =>
    source === undefined
      ? Object.fromEntries(
          sections
            .hashes(device)
            .filter((row) => row.best === 1 && storesByName.has(row.collection))
            .map((row) => [row.collection, row.hash.toString('hex')]),
        )
      : hashesOf(device, source);

  const enterPart: InventoryService['enterPart'] = (most) => {
    for (const { shared } of storesByName.values()) {
      const { isDone, entered } = shared?.devicesByItem.enterPart(most) ?? { isDone: true, entered: 0 };
      if (!isDone || entered > 0) return { more: true, entered };
    }
    return { more: false, entered: 0 };
  };

  return {
    collections: () => collections,
    collection: (name) => storesOf(name).shape.collection,
    hashes,
    sectionsOf: (device) =>
      sections
        .hashes(device)
        .filter((row) => storesByName.has(row.collection))
        .map(({ collection, source, hash, collected_at, count }) => ({
          collection,
          source: source as InventorySource,
          hash: hash.toString('hex'),
          collectedAt: collected_at,
          count,
        })),
    keptLists: (name, devices) =>
      sections.kept(storesOf(name).shape.collection.name, devices).flatMap(({ device, source, lists }) =>
        Object.entries(readKept(lists)).map(([list, { own: _own, ...kept }]) => ({
          device,
          source: source as InventorySource,
          list,
          ...kept,
        })),
      ),
    listSources: (name, devices) => listSources(sections.heard(storesOf(name).shape.collection.name, devices)),
    eraseRows: (name, ids) => {
      const { own } = storesOf(name);
      if (own === undefined) throw new AppError('INTERNAL', `items of ${name} are not a device's own`);
      for (const { device, source, rows } of own.places(ids)) sections.unsay(device, name, source, rows);
      for (const id of ids) own.remove(id);
    },
    putSection: writer.put,
    closeSource: ({ collection, ...closed }) => writer.close(storesOf(collection), closed),
    cutItems: (name, bytes) => storesByName.get(name)?.cut?.(bytes),
    isKnown: writer.isKnown,
    hasSent: sections.hasSent,
    putReport: reportWriter({ db, collections, hashes, put: writer.put, sentStore: sections, held: reader.held }),
    ...reader,
    ...typedRows(reader),
    ofAnyCollection: reader,
    filterRows: () => collections.map(collectionRows).filter(({ fields }) => fields.size > 0),
    // A part of a text is looked for in each of hundreds of thousands of items.
    language: (collection, told) =>
      filterLanguage({ vocabulary: collectionVocabulary(personal, collection, told), scans: 2 }),
    changes: log.changes,
    aboutChanges: log.about,
    ...inventoryTransfer({ db, sections, storesByName, changed }),
    readChanges: (rows) => log.read(rows, false),
    ...sectionComparer({ personal, sections, storesOf }),
    reporting: sections.reporting,
    tablesOf,
    counts: (scope) => {
      const held = new Map(sections.counts(scope).map((row) => [row.collection, row]));
      return collections.map(({ name }) => ({
        collection: name,
        rows: held.get(name)?.rows ?? 0,
        devices: held.get(name)?.devices ?? 0,
      }));
    },
    // One moment of the database: reports go on meanwhile.
    verify: db.transaction(() =>
      [...storesByName.values()].flatMap(({ shape: { collection }, shared }) =>
        shared === undefined
          ? []
          : [
              ...(shared.arrays.missing() > 0
                ? [`${collection.name}: a section has no items, or not as many as it says`]
                : []),
              ...checkShared(collection.name, reader.members(collection.name), shared),
              ...checkItemDevices(collection.name, reader.members(collection.name), shared),
            ],
      ),
    ),
    enterPart,
    enterPending: (most) => {
      let count = 0;
      for (let isMore = true; isMore && count < most; ) {
        const { more, entered } = enterPart(most - count);
        count += entered;
        isMore = more;
      }
      return count;
    },
    waiting: () =>
      [...storesByName.values()].reduce((sum, { shared }) => sum + (shared?.devicesByItem.waiting() ?? 0), 0),
    forget: (device) => writer.forget(device, storesByName.values()),
    trim: () => {
      const removed = { changes: 0, items: 0, sections: 0 };
      for (const held of storesByName.values()) {
        const { shape, shared } = held;
        const before = nowIn(db) - shape.collection.retentionDays * dayMs;
        for (let n = batchSections; n === batchSections; removed.sections += n)
          n = writer.expire(held, before, batchSections);
        const firstKept = log.firstAt(before) ?? Number.MAX_SAFE_INTEGER;
        for (let n = batchRows; n === batchRows; removed.changes += n) {
          n = immediate(db, () => sections.trimChanges(shape.collection.name, before, firstKept, batchRows));
        }
        if (shared === undefined) continue;
        for (let n = batchRows; n === batchRows; removed.items += n)
          n = immediate(db, () => shared.removeOrphans(outranked(shape.collection.name), batchRows));
      }
      return removed;
    },
  };
};
