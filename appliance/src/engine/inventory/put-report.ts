import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { type Database, within } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { sectionHash } from '../../platform/section-hash.ts';
import type { SectionStore } from './store.ts';
import type {
  Collection,
  DecodedReport,
  InventorySource,
  Item,
  ReportOutcome,
  SectionOutcome,
  SectionReport,
} from './types.ts';
import { itemFilter, mostItemsOf } from './validate.ts';

// A foreign agent is not ours to repair: what of its report does not fit is left out and counted, and the rest is stored.

type Parts = {
  db: Database;
  collections: readonly Collection[];
  hashes(device: number, source: InventorySource): Record<string, string>;
  put(report: SectionReport): SectionOutcome;
  sentStore: Pick<SectionStore, 'hasSent' | 'setSent'>;
  /** The items that this source reported last, as they were sent. */
  held(device: number, collection: string, source: InventorySource): Item[];
};

/** Stores a decoded report whole, in one transaction. */
export const reportWriter = ({ db, collections, hashes, put, sentStore, held: heldItems }: Parts) => {
  const filters = new Map(
    collections.map((collection) => [collection.name, { collection, filter: itemFilter(collection) }]),
  );

  return (device: number, source: InventorySource, report: DecodedReport, now: number): ReportOutcome =>
    within(db, () => {
      const held = hashes(device, source);
      const dropped: Record<string, number> = { ...report.dropped };
      const drop = (name: string, count: number): void => {
        if (count > 0) dropped[name] = (dropped[name] ?? 0) + count;
      };
      const sections: Array<{ collection: string; outcome: SectionOutcome }> = [];
      const store = (collection: string, collectedAt: string, hash: string, items: readonly Item[]): void => {
        sections.push({
          collection,
          outcome: put({ device, source, collection, collectedAt, hash, isHashed: true, items }),
        });
      };

      for (const { collection, collectedAt, items: reported, onto, sent, isSame } of report.sections) {
        const known = filters.get(collection);
        if (known === undefined || !known.collection.sources.includes(source)) {
          drop(collection, reported.length);
          continue;
        }
        if (isSame && sent !== undefined) {
          if (!sentStore.hasSent(device, collection, source, sent))
            throw new AppError('OVERLOADED', 'the section changed meanwhile; repeat the report');
          sections.push({ collection, outcome: { known: true, added: 0, removed: 0, changed: 0 } });
          continue;
        }
        const items = onto === undefined ? reported : onto(heldItems(device, collection, source));
        // The usual case is a section that is as it was: its hash is enough, and nothing is checked again.
        const hash = hashOf(items);
        if (hash !== undefined && held[collection] === hash) {
          store(collection, collectedAt, hash, items);
        } else {
          const valid = known.filter(systemsFirst(known.collection, items));
          drop(collection, items.length - valid.length);
          store(collection, collectedAt, sectionHash(valid), valid);
        }
        if (sent !== undefined) sentStore.setSent(device, collection, source, sent);
      }
      if (report.full) {
        const present = new Set(report.sections.map(({ collection }) => collection));
        const empty = sectionHash([]);
        const covers = report.covers;
        for (const collection of Object.keys(held)) {
          if (!present.has(collection) && (covers?.has(collection) ?? true)) store(collection, toTime(now), empty, []);
        }
      }
      return { sections, dropped, full: report.full };
    });
};

/** Of more items than a section may hold, those of lists of the system stay: how many lie beside them is anybody's to say. */
const systemsFirst = (collection: Collection, items: readonly Item[]): readonly Item[] => {
  const { lists } = collection;
  if (lists === undefined || items.length <= mostItemsOf(collection)) return items;
  const isOfSystem = (item: Item): boolean => lists.systems.includes(String(item[lists.field]));
  return [...items.filter(isOfSystem), ...items.filter((item) => !isOfSystem(item))];
};

/** Undefined where an item holds what canonical JSON does not have; the filter takes that item out. */
const hashOf = (items: readonly Item[]): string | undefined => {
  try {
    return sectionHash(items);
  } catch {
    return undefined;
  }
};
