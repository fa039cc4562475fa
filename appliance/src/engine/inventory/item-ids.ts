import type { Database } from '../../platform/database.ts';
import { undoDetector } from '../../platform/undo-detector.ts';
import { byteIds } from './byte-ids.ts';
import type { NamedField } from './item.ts';
import { goneCount, tableOf } from './table-store.ts';
import type { Collection, Item } from './types.ts';

// A fleet has the same packages over and over. Which item a text is, is kept in memory, so that a report looks hardly
// anything up. Safe beside other processes: items never change, their numbers are never used again, a trigger counts the
// ones that go, and what a transaction takes back is noticed.

/** Texts that are kept at most, twice: about 30 MB. */
const mostTexts = 40_000;
/** A longer one is looked up each time. */
const longestText = 2_000;

const valueText = (value: unknown): string => {
  if (typeof value === 'string') return `${value.length}:${value}`;
  if (value === null || value === undefined) return ';';
  if (Array.isArray(value)) return `l${value.length}:${value.map(valueText).join('')}`;
  return `${typeof value}${String(value)};`;
};

/** The fields of a reported item as one text; two items have the same one only when all these fields are equal. */
export const fieldsText = (fields: readonly NamedField[], item: Item): string => {
  let text = '';
  for (const { name } of fields) text += valueText(item[name]);
  return text;
};

/** The ids of items by their text, of one connection. */
export const itemIds = (db: Database, collection: Collection) => {
  const gone = goneCount(db, collection);
  const detector = undoDetector(db, tableOf(collection));
  let young = new Map<string, number>();
  let old = new Map<string, number>();
  let goneThen: number | undefined;
  const byBytes = byteIds();

  const keep = (text: string, id: number): void => {
    if (text.length > longestText) return;
    if (young.size >= mostTexts) [young, old] = [new Map(), young];
    young.set(text, id);
  };

  return {
    /** Call first in each transaction: forgets everything when items went away or writes were undone. */
    refresh: (): void => {
      const goneNow = gone();
      if (detector.stands() && goneNow === goneThen) return;
      young = new Map();
      old = new Map();
      byBytes.clear();
      goneThen = goneNow;
    },
    get: (text: string): number | undefined => {
      const id = young.get(text);
      if (id !== undefined) return id;
      const older = old.get(text);
      if (older !== undefined) keep(text, older);
      return older;
    },
    /** The same by the bytes of items that our own agent sends. */
    byBytes,
    /** An item that was found or just made. */
    keep,
    /** Call before an item is made: should the transaction be taken back, so is what is kept of it. */
    noteMaking: (): void => detector.note(),
  };
};
