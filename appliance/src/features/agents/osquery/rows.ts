import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { cleanText } from '@sallyport/bundle-tools/protocol/common';
import type { Item } from '../../../engine/inventory/types.ts';

// Values of osquery's rows: texts, numbers as texts, empty where it knows nothing.

export type Row = Readonly<Record<string, unknown>>;

/** Rows by the name of the question; a question that was not asked on this system has none. */
export type Answers = Readonly<Record<string, readonly Row[]>>;

/** What the system calls itself: `ID` and `VERSION_ID` of os-release, as far as osquery tells them. */
export type System = { vendor: string; release: string };

/** Makes a collection's items of the answers. */
export type ItemsOf = (answers: Answers, system: System) => Item[];

/** The column as clean text; empty when absent. */
export const text = (row: Row | undefined, column: string, maxLength = 256): string => {
  const value = row?.[column];
  const plain = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '';
  return cleanText(plain.slice(0, maxLength * 2)).slice(0, maxLength);
};

/** The column as a whole number that is exact; undefined when absent, negative or anything else. */
export const whole = (row: Row | undefined, column: string): number | undefined => {
  const value = text(row, column, 20);
  return /^\d{1,16}$/.test(value) && Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
};

/** Like `whole`, with zero meaning unknown. */
export const amount = (row: Row | undefined, column: string): number | undefined => whole(row, column) || undefined;

/** Seconds since 1970 as time text; undefined for zero and for what no clock shows. */
export const time = (row: Row | undefined, column: string): string | undefined => {
  const seconds = whole(row, column) ?? 0;
  return seconds > 0 && seconds < 253_402_300_800 ? toTime(seconds * 1000) : undefined;
};

const placeholder =
  /^(?:-|unknown|not specified|none|default string|to be filled.*|n\/?a|0+|<bad index>|no module installed)$/i;

/** Text that firmware fills with words where it knows nothing. */
export const known = (row: Row | undefined, column: string, maxLength = 256): string => {
  const value = text(row, column, maxLength);
  return placeholder.test(value) ? '' : value;
};

/** Four hex digits of a PCI or USB id. */
export const hexId = (row: Row, column: string): string => {
  const value = text(row, column, 16).replace(/^0x/i, '');
  return /^[0-9a-f]{1,4}$/i.test(value) ? value.toLowerCase().padStart(4, '0') : '';
};

/** Leaves out what is unknown: absent and empty are the same to the engine. */
export const item = (
  fields: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>,
): Item => {
  const kept: Item = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === '') continue;
    if (typeof value !== 'object') kept[name] = value;
    else if (value.length > 0) kept[name] = [...value];
  }
  return kept;
};

/** Sorted by their texts, without doubles of the named fields: the same machine gives the same section. */
export const sortedDistinct = (items: readonly Item[], ...identity: readonly string[]): Item[] => {
  const byKey = new Map<string, Item>();
  for (const one of items) {
    const key = identity.map((field) => String(one[field] ?? '')).join('\0');
    if (!byKey.has(key)) byKey.set(key, one);
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
};

/** Block devices that the system made itself. */
export const ownBlockDevice = /^(?:\/dev\/)?(?:loop|ram|zram|dm-|md|sr|fd)\d/;
