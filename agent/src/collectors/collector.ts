import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { ExecutableLimits } from '../executables/round.ts';
import type { RootFiles } from '../platform/root-files.ts';

// A collector reads one collection's items from the device. Items are sorted by what identifies them and hold nothing
// that changes by itself, so that the section's hash changes only when the device did.

export type Item = Record<string, string | number | boolean | string[]>;

/**
 * What a look for packages of one kind found; `isWhole`: false where something lies there that was not read. `hasUnlisted`: beside
 * what was read lies more that no file lists.
 */
export type Look = { items: Item[]; isWhole: boolean; hasUnlisted?: boolean };

/** What a collector remembers from one time to the next, as JSON; lost where there is no state folder. */
export type Memory = {
  read(name: string): unknown;
  write(name: string, value: unknown): void;
};

/** For a collection without a state folder. */
export const noMemory: Memory = { read: () => undefined, write: () => undefined };

export type CollectContext = {
  files: RootFiles;
  memory: Memory;
  clock: () => number;
  /** The folder in which security products leave what they tell. */
  products?: string | undefined;
  /** How much of a turn's work may go into executable files; absent: not asked for. */
  executables?: ExecutableLimits | undefined;
  /** The neighbours on its network were asked for. */
  neighbours?: boolean | undefined;
  /** The packages beside the system's own by their kinds: one look for all collectors of a round. */
  beside?: (() => Promise<ReadonlyMap<string, Look>>) | undefined;
  /** Told of a part that could not be read while the rest goes on; without it the error is thrown. */
  onPart?: ((error: unknown) => void) | undefined;
};

export type Collector = {
  collection: string;
  /** How often it is due; once a day by default. `turn`: whenever the agent checks in. */
  every?: 'turn' | 'hour';
  /** Due as well when the database of the package manager changed. */
  followsPackages?: true;
  /** undefined: nothing can be known here, so there is no section; an empty one says that there is nothing. */
  collect(context: CollectContext): Promise<Item[] | undefined>;
};

/** Leaves out what is unknown: absent and empty are the same to the appliance. */
export const item = (
  fields: Record<string, string | number | boolean | readonly string[] | null | undefined>,
): Item => {
  const known: Item = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null || value === '') continue;
    if (typeof value === 'object') {
      if (value.length > 0) known[name] = [...value];
    } else known[name] = value;
  }
  return known;
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sorted by the fields named, in the order of code units: the same on every device. */
export const sortItems = (items: Item[], ...fields: string[]): Item[] => {
  const key = (one: Item): string => fields.map((field) => String(one[field] ?? '')).join('\u0000');
  return items
    .map((one) => ({ one, key: key(one) }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ one }) => one);
};

/** Items of which the later ones take the place of earlier ones with the same fields. */
export const overlay = (items: readonly Item[], ...fields: string[]): Item[] => {
  const key = (one: Item): string => fields.map((field) => String(one[field] ?? '')).join('\u0000');
  const byKey = new Map<string, Item>();
  for (const one of items) byKey.set(key(one), { ...byKey.get(key(one)), ...one });
  return [...byKey.values()];
};

/** Removes NUL padding and control characters, and bounds the length. */
export const clean = (text: string | undefined, maxLength = 256): string =>
  (text ?? '')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
    .trim()
    .slice(0, maxLength)
    .toWellFormed();

const year10000 = Date.UTC(10_000, 0);

/** When a file was changed, as it is sent; its owner may set any time: undefined where that has no four digits of a year. */
export const fileTime = (ms: number | undefined): string | undefined =>
  ms === undefined || ms < 0 || ms >= year10000 ? undefined : toTime(ms);

/** What tells one part of a machine from another. */
export const partIdentity = ['type', 'subtype', 'model', 'serial', 'slot'] as const;
const partKey = (one: Item): string => partIdentity.map((field) => String(one[field] ?? '')).join('\u0000');

/** Several equal parts (memory modules without serials, say) are told apart by their number. */
export const numbered = (items: readonly Item[]): Item[] => {
  const seen = new Map<string, number>();
  return items.map((one) => {
    const key = partKey(one);
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return times === 1 ? one : { ...one, slot: `${String(one['slot'] ?? '')}#${times}` };
  });
};
