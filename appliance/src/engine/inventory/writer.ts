import { type Database, immediate, nowIn, within } from '../../platform/database.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { compareIds } from '../../platform/id-array.ts';
import type { Personal } from '../../platform/personal.ts';
import { sectionHash } from '../../platform/section-hash.ts';
import { timeText } from '../../platform/validation.ts';
import type { Changed } from '../changes/types.ts';
import { itemCutter } from './cut-items.ts';
import type { Shape } from './item.ts';
import { joinLists, keepsTooMuch, partlyIn, readKept, withUnread } from './kept-lists.ts';
import { ownSection } from './put-own.ts';
import { changesBetween, putShared, type Resolved, resolve, resolveCut, valuesOf } from './put-shared.ts';
import { type OwnStore, ownStore, type SectionRow, type SectionStore, type SharedStore, sharedStore } from './store.ts';
import type { Collection, CutItems, CutReport, InventorySource, Item, SectionOutcome, SectionReport } from './types.ts';
import { itemsParser, mostItemsOf, plainItem } from './validate.ts';

export type CollectionStores = {
  shape: Shape;
  parse(items: readonly unknown[]): Item[];
  /** Cuts the bytes of a section; absent where there is nothing to gain. */
  cut: ((bytes: Buffer) => CutItems | undefined) | undefined;
  isPlain(item: unknown): item is Item;
  shared: SharedStore | undefined;
  own: OwnStore | undefined;
};

/** What the engine keeps ready for each collection. */
export const collectionStores = (db: Database, shape: Shape): CollectionStores => ({
  shape,
  parse: itemsParser(shape.collection),
  cut: itemCutter(shape),
  isPlain: plainItem(shape.collection),
  shared: shape.collection.mode === 'shared' ? sharedStore(db, shape) : undefined,
  own: shape.collection.mode === 'own' ? ownStore(db, shape) : undefined,
});

const known: SectionOutcome = { known: true, added: 0, removed: 0, changed: 0 };
const hashPattern = /^[0-9a-f]{64}$/;

/** What came of a report; `isOther`: its source had no such section before. */
type Written = { outcome: SectionOutcome; isOther: boolean };

/** What a report's items are: parsed and checked, or still to be found by their bytes. */
type Reported = { items: readonly Item[] } | { cut: CutItems };

const parsedCut = ({ bytes }: CutItems): unknown[] => {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown[];
  } catch (cause) {
    throw new AppError('MALFORMED', 'the items are no JSON', {}, { cause });
  }
};

const checkHash = (report: SectionReport): void => {
  let actual: string;
  try {
    actual = sectionHash(report.items);
  } catch (cause) {
    // A fraction or another value that canonical JSON does not have.
    const fields = { items: { key: 'validation.type' } };
    throw new AppError('INVALID', 'items are not canonical JSON', { fields }, { cause });
  }
  if (actual !== report.hash) {
    throw new AppError('HASH_MISMATCH', `the items of ${report.collection} have SHA-256 ${actual}, not ${report.hash}`);
  }
};

type Change = {
  operation: 'added' | 'removed' | 'changed';
  before: number | string | null;
  after: number | string | null;
};

const itemOf = (value: number | string | null): number | null => (typeof value === 'number' ? value : null);
const rowOf = (value: number | string | null): string | null => (typeof value === 'string' ? value : null);

/** The first of the collection's sources that has a section. */
export const preferredSource = (collection: Collection, sources: readonly string[]): string =>
  collection.sources.find((source) => sources.includes(source)) ?? sources[0] ?? '';

/** Keeps how many devices have an item, and which, when a device's items change; undefined is a device without a section. */
export const recount = (
  shared: SharedStore | undefined,
  device: number,
  before: Uint32Array | undefined,
  after: Uint32Array | undefined,
): void => {
  if (shared === undefined) return;
  const { added, removed } =
    before === undefined
      ? { added: Array.from(after ?? []), removed: [] }
      : compareIds(before, after ?? new Uint32Array());
  shared.add(added);
  shared.subtract(removed);
  if (before !== undefined && after !== undefined) shared.devicesByItem.changed(device, added, removed);
  else if (after !== undefined) shared.devicesByItem.came(device);
  else if (before !== undefined) shared.devicesByItem.gone(device, before);
};

/** Stores sections: items, rows, counts, change log, all in one transaction. */
export const sectionWriter = (parts: {
  db: Database;
  personal: Personal;
  sections: SectionStore;
  storesOf(name: string): CollectionStores;
  all(): Iterable<CollectionStores>;
  changed: Changed;
}) => {
  const { db, personal, sections, storesOf, changed } = parts;

  /** The lists of a section that its source says it did not read whole. */
  const partlyRead = ({ lists }: Collection, device: number, source: string): ReadonlySet<string> => {
    const [row] = lists === undefined ? [] : (storesOf(lists.told.collection).own?.rows(device, source) ?? []);
    return partlyIn(row?.[lists?.told.field ?? '']);
  };

  /** Asks anew for a section whose source says now that it read its lists whole: they are closed by what it holds. */
  const askAgain = (told: string, device: number, source: string): void => {
    for (const { shape } of parts.all()) {
      const { name, lists } = shape.collection;
      if (lists?.told.collection !== told) continue;
      const kept = sections.one(device, name, source)?.kept_lists ?? null;
      if (kept !== null && keepsTooMuch(shape.collection, kept, partlyRead(shape.collection, device, source)))
        sections.unsay(device, name, source, 0);
    }
  };

  const log = (
    report: Pick<SectionReport, 'device' | 'collection' | 'source'>,
    at: number,
    first: boolean,
    count: number,
    changes: readonly Change[],
    event: number | null = null,
  ): SectionOutcome => {
    const { device, collection, source } = report;
    const base = { device, collection, source, at, event };
    if (first) {
      const empty = { before_item: null, after_item: null, before_row: null, after_row: null };
      sections.addChange({ ...base, operation: 'first', ...empty, count });
      return { known: false, added: count, removed: 0, changed: 0 };
    }
    const outcome = { known: false, added: 0, removed: 0, changed: 0 };
    for (const { operation, before, after } of changes) {
      outcome[operation] += 1;
      sections.addChange({
        ...base,
        operation,
        before_item: itemOf(before),
        after_item: itemOf(after),
        before_row: rowOf(before),
        after_row: rowOf(after),
        count: null,
      });
    }
    return outcome;
  };

  /** Bytes that have to be judged by the schema after all are parsed whole. */
  const resolved = (held: CollectionStores, shared: SharedStore, reported: Reported): Resolved => {
    if ('items' in reported) return resolve(held.shape, shared, reported.items);
    const found = resolveCut(held.shape, shared, reported.cut, held.isPlain);
    return found ?? resolve(held.shape, shared, held.parse(parsedCut(reported.cut)));
  };

  const write = (
    report: SectionReport | CutReport,
    held: CollectionStores,
    reported: Reported,
    present: readonly SectionRow[],
  ): Written => {
    const { shape, shared, own } = held;
    const { device, collection, source } = report;
    const previous = present.find((row) => row.source === source);
    const isOnly = present.length === 0;
    // Most devices have one source: then nothing else has to be looked at, before or after.
    const isAlone = present.every((row) => row === previous);
    const receivedAt = nowIn(db);
    const base = {
      id: previous?.id,
      device,
      collection,
      source: source,
      hash: Buffer.from(report.hash, 'hex'),
      collected_at: Date.parse(report.collectedAt),
      received_at: receivedAt,
      best: isOnly ? 1 : 0,
      kept_lists: null,
    };
    const bestBefore = isAlone ? undefined : shared?.arrays.itemsOf(device);
    let count: number;
    let changes: readonly Change[];
    if (shared !== undefined) {
      const read = resolved(held, shared, reported);
      const before = previous && { values: valuesOf(shared, previous.id), kept: readKept(previous.kept_lists) };
      const { found, kept } =
        before === undefined
          ? { found: read, kept: null }
          : withUnread({ shape, shared }, read, before, partlyRead(shape.collection, device, source), receivedAt);
      count = found.ids.length;
      const section = sections.write({ ...base, count, kept_lists: kept });
      changes = putShared(shape, shared, section, found, before?.values);
      if (isAlone) recount(shared, device, before?.values.ids, found.ids);
    } else if (own !== undefined) {
      const items = 'items' in reported ? reported.items : held.parse(parsedCut(reported.cut));
      ({ count, changes } = ownSection({ personal, shape, store: own, device, source, items }));
      sections.write({ ...base, count });
      askAgain(collection, device, source);
    } else {
      throw new AppError('INTERNAL', `collection ${collection} has no storage`);
    }
    if (previous === undefined && !isOnly)
      sections.setBest(
        device,
        collection,
        preferredSource(shape.collection, [...present.map((row) => row.source), source]),
      );
    if (!isAlone) {
      joinLists(sections, held, device);
      recount(shared, device, bestBefore, shared?.arrays.itemsOf(device));
    }
    const isOther = previous === undefined;
    return { outcome: log(report, receivedAt, isOther, count, changes), isOther };
  };

  /** Forgets a section; what other sources say stands in its place. */
  const drop = (held: Pick<CollectionStores, 'shape' | 'shared' | 'own'>, device: number, source: string): void => {
    const { collection } = held.shape;
    const bestBefore = held.shared?.arrays.itemsOf(device);
    held.own?.forgetSource(device, source);
    sections.drop(device, collection.name, source);
    const sources = sections.sources(device, collection.name);
    if (sources.length > 0) sections.setBest(device, collection.name, preferredSource(collection, sources));
    joinLists(sections, held, device);
    recount(held.shared, device, bestBefore, held.shared?.arrays.itemsOf(device));
    changed('section', [{ device, collection: collection.name, isOther: true }]);
  };

  return {
    /** Whether the stored section of a source has this hash. */
    isKnown: (device: number, collection: string, source: InventorySource, hash: string): boolean =>
      sections.hash(device, collection, source)?.hash.toString('hex') === hash,
    put: (report: SectionReport | CutReport): SectionOutcome => {
      const found = storesOf(report.collection);
      if (!hashPattern.test(report.hash)) throw invalid({ hash: { key: 'validation.format' } });
      if (!found.shape.collection.sources.includes(report.source))
        throw invalid({ source: { key: 'validation.choice' } });
      if (!timeText.safeParse(report.collectedAt).success) throw invalid({ collectedAt: { key: 'validation.format' } });
      return within(db, () => {
        const present = sections.of(report.device, report.collection);
        if (present.some(({ source, hash }) => source === report.source && hash.toString('hex') === report.hash))
          return known;
        if ('items' in report && !report.isHashed) checkHash(report);
        const reported =
          'cut' in report && report.cut.count <= mostItemsOf(found.shape.collection)
            ? { cut: report.cut }
            : { items: found.parse('cut' in report ? parsedCut(report.cut) : report.items) };
        const { outcome, isOther } = write(report, found, reported, present);
        changed('section', [{ device: report.device, collection: report.collection, isOther }]);
        return outcome;
      });
    },
    /** Drops sections of devices silent since a moment, with its history; how many sections. */
    expire: (held: CollectionStores, before: number, most: number): number =>
      immediate(db, () => {
        const { collection } = held.shape;
        const expired = sections.silent(collection.name, before, most);
        for (const { device, source } of expired) drop(held, device, source);
        return expired.length;
      }),
    close: (
      { shape, shared }: CollectionStores,
      { device, source, event }: { device: number; source: InventorySource; event: number },
    ): number => {
      const { collection } = shape;
      const present = sections.of(device, collection.name);
      const closed = present.find((row) => row.source === source);
      const best = present.find((row) => row.best === 1);
      if (shared === undefined || closed === undefined || best === undefined || present.length === 1)
        throw new AppError('CONFLICT', `no other source of this device has told its ${collection.name}`);
      const before = valuesOf(shared, best.id);
      const at = nowIn(db);
      drop({ shape, shared, own: undefined }, device, source);
      const after = sections.best(device, collection.name);
      const now = after === undefined ? { ids: new Uint32Array(), byField: {} } : valuesOf(shared, after.id);
      const changes = changesBetween(shape, shared, before, now);
      log({ device, collection: collection.name, source }, at, false, 0, changes, event);
      return changes.filter(({ operation }) => operation === 'removed').length;
    },
    forget: (device: number, all: Iterable<CollectionStores>): void => {
      immediate(db, () => {
        for (const { own, shared } of all) {
          own?.forget(device);
          recount(shared, device, shared?.arrays.itemsOf(device), undefined);
        }
        sections.forget(device);
        changed('inventory', [device]);
      });
    },
  };
};
