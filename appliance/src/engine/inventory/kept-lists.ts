import { compareIds } from '../../platform/id-array.ts';
import type { Shape } from './item.ts';
import { inOrder, type Resolved, valuesOf } from './put-shared.ts';
import type { SectionRow, SectionStore, SharedStore } from './store.ts';
import type { Collection, InventorySource } from './types.ts';
import { mostItemsOf } from './validate.ts';

// A section of packages is several lists, one of each package manager. A report closes only the lists that it read: a system has
// packages of its own, so a report that has none of them could not read their database, and what was read before stays, marked.
// A list beside those of the system may be empty; one that its source did not read whole closes nothing that is not in it.
// What another source has read whole stands in the place of it at once, and so does a list that the preferred source does not read.

/**
 * A list that its section's source did not read with its newest report. `since` is ms, `items` how many are known; `from`: the source
 * that read it; `isOwn`: the section's own source read it before. `own`: what it read, where another source's list stands in its place; it is
 * put back when that source goes.
 */
type KeptList = {
  since: number;
  items: number;
  from?: InventorySource;
  isOwn?: true;
  own?: { ids: readonly number[]; columns: Resolved['columns'] };
};

const goneMs = 30 * 86_400_000;

/**
 * A source whose lists a device with several sources is known by. `lists`: those that the preferred source does not read; none: it is the
 * preferred one. `heardAt`: ms. It is gone from `goneFrom` to before `goneUntil`, ms: 30 days after it was last heard, as long as another source of the
 * device was heard in the last 30; always where none of its clients may speak.
 */
export type ListSource = {
  device: number;
  source: InventorySource;
  lists: readonly string[];
  items: number;
  heardAt: number;
  goneFrom: number;
  goneUntil: number;
};

/** A list of a device that the source of its section did not read. */
export type UnreadList = Omit<KeptList, 'own'> & { device: number; source: InventorySource; list: string };

/** The lists of a section that its source did not read with its newest report, by their names. */
type KeptLists = Readonly<Record<string, KeptList>>;

export const readKept = (text: string | null): KeptLists => (text === null ? {} : (JSON.parse(text) as KeptLists));

const keptText = (kept: KeptLists): string | null => (Object.keys(kept).length === 0 ? null : JSON.stringify(kept));

type Values = ReturnType<typeof valuesOf>;
type Lists = NonNullable<Collection['lists']>;

/** Those of a section's items that are named, with what the device says of them. */
const some = (shape: Shape, { ids, byField }: Values, isTaken: (id: number) => boolean): Resolved => {
  const places = Array.from(ids.keys()).filter((at) => isTaken(ids[at] as number));
  const columns = shape.perDevice.map(({ name }) => [name, places.map((at) => byField[name]?.[at] ?? null)]);
  return { ids: ids.filter(isTaken), columns: Object.fromEntries(columns) };
};

const together = (shape: Shape, parts: readonly Resolved[]): Resolved =>
  inOrder(
    parts.flatMap(({ ids }) => [...ids]),
    Object.fromEntries(
      shape.perDevice.map(({ name }) => [
        name,
        parts.flatMap(({ ids, columns }) => Array.from(ids, (_, at) => columns[name]?.[at] ?? null)),
      ]),
    ),
  );

/** What a section's source itself read of a list before. */
const ownBefore = (
  { shape, shared }: { shape: Shape; shared: SharedStore },
  { values, kept }: { values: Values; kept: KeptLists },
  list: string,
): Resolved => {
  const one = kept[list];
  if (one?.own !== undefined) return { ids: Uint32Array.from(one.own.ids), columns: one.own.columns };
  if (one?.from !== undefined) return { ids: new Uint32Array(), columns: {} };
  const ids = new Set(shared.byList(values.ids).get(list));
  return some(shape, values, (id) => ids.has(id));
};

/**
 * What a report makes of a section: with the lists of the system that it has nothing of and that the section had, and with what lists
 * that were not read whole (`partly`) lack, as much as a section may hold. A report of another system's packages than before closes those of the
 * former one.
 */
export const withUnread = (
  { shape, shared }: { shape: Shape; shared: SharedStore },
  found: Resolved,
  before: { values: Values; kept: KeptLists },
  partly: ReadonlySet<string>,
  atMs: number,
): { found: Resolved; kept: string | null } => {
  const whole = { found, kept: null };
  const { lists } = shape.collection;
  if (lists === undefined) return whole;
  const { added, removed } = compareIds(before.values.ids, found.ids);
  if (removed.length === 0 && partly.size === 0) return whole;
  const gone = shared.byList(removed);
  // An update is one that came and one that went: mostly the few that came say it.
  const isRead = (list: string): boolean => shared.hasList(added, list) || shared.hasList(found.ids, list);
  const had = (list: string): boolean => shared.hasList(before.values.ids, list);
  if (lists.systems.some((list) => !had(list) && isRead(list))) return whole;
  const borrowed = lists.others.filter((list) => before.kept[list]?.from !== undefined && !partly.has(list));
  const unread = [...lists.systems, ...borrowed].filter((list) => gone.has(list) && !isRead(list));
  const kept = unread.map((list): [string, KeptList] => {
    const ids = gone.get(list) ?? [];
    const { own: _own, isOwn: _isOwn, ...lent } = before.kept[list] ?? { since: atMs, items: ids.length };
    return [list, borrowed.includes(list) ? lent : (before.kept[list] ?? { ...lent, isOwn: true })];
  });
  const held = new Set(unread.flatMap((list) => gone.get(list) ?? []));
  const parts = [found, some(shape, before.values, (id) => held.has(id))];
  const isFound = new Set(found.ids);
  const read = partly.size === 0 ? new Map<string, number[]>() : shared.byList(found.ids);
  let room = Math.max(0, mostItemsOf(shape.collection) - found.ids.length - held.size);
  for (const list of lists.others.filter((one) => partly.has(one))) {
    const { ids, columns } = ownBefore({ shape, shared }, before, list);
    const lacking = new Set(ids.filter((id) => !isFound.has(id)).subarray(0, room));
    if (lacking.size === 0) continue;
    room -= lacking.size;
    parts.push(some(shape, { ids, byField: columns }, (id) => lacking.has(id)));
    const items = lacking.size + (read.get(list)?.length ?? 0);
    kept.push([list, { since: before.kept[list]?.since ?? atMs, items, isOwn: true }]);
  }
  return kept.length === 0 ? whole : { found: together(shape, parts), kept: keptText(Object.fromEntries(kept)) };
};

/** The lists that a source says it did not read whole: `npm: not read`. */
export const partlyIn = (told: unknown): Set<string> =>
  new Set(
    (typeof told === 'string' ? (JSON.parse(told) as string[]) : []).flatMap(
      (text) => /^([a-z]+): not read$/.exec(text)?.[1] ?? [],
    ),
  );

/** Whether a section keeps what its source has read whole since. */
export const keepsTooMuch = ({ lists }: Collection, keptLists: string | null, partly: ReadonlySet<string>): boolean => {
  const kept = readKept(keptLists);
  return lists?.others.some((list) => kept[list]?.isOwn === true && !partly.has(list)) === true;
};

/** Sections of one device and collection with their lists; the first is the one that counts, the others in order of preference. */
const readLists = (shared: SharedStore, collection: Collection, rows: readonly SectionRow[]) =>
  rows
    .toSorted(
      (a, b) =>
        b.best - a.best ||
        collection.sources.indexOf(a.source as InventorySource) -
          collection.sources.indexOf(b.source as InventorySource),
    )
    .map((row) => {
      const values = valuesOf(shared, row.id);
      const kept = readKept(row.kept_lists);
      const byList = shared.byList(values.ids);
      return { row, values, kept, byList, reads: (list: string) => byList.has(list) && kept[list] === undefined };
    });

/** The lists that another source has to give, or that stay as they were read before. */
const chosen = (
  { systems, others }: Lists,
  [best, ...rest]: ReturnType<typeof readLists>,
): Record<string, KeptList> => {
  const kept: Record<string, KeptList> = {};
  if (best === undefined) return kept;
  const hasSystem = systems.some(best.reads);
  for (const list of [...systems, ...others]) {
    const isSystem = systems.includes(list);
    const held = best.kept[list];
    // Packages of another system than the one that is read are of what ran there before.
    if (best.reads(list) || (isSystem && held === undefined && hasSystem)) continue;
    const other = rest.find(({ reads }) => reads(list));
    // By what is stored: a merge that is undone leaves it as it was.
    const since = held?.isOwn === true ? held.since : best.row.received_at;
    const items = (other ?? best).byList.get(list)?.length ?? 0;
    const own = held?.isOwn === true ? { isOwn: true as const } : {};
    if (other !== undefined) kept[list] = { since, items, from: other.row.source as InventorySource, ...own };
    else if (held?.isOwn === true) kept[list] = { since, items, ...own };
  }
  return kept;
};

/** Kept lists with what the section's own source read of those in whose place another one's stand; without it where none does any more. */
const withOwn = (
  shape: Shape,
  kept: Readonly<Record<string, KeptList>>,
  best: ReturnType<typeof readLists>[number],
): Record<string, KeptList> =>
  Object.fromEntries(
    Object.entries(kept).map(([list, one]) => {
      const before = best.kept[list];
      if (one.isOwn !== true || before === undefined) return [list, one];
      if (one.from === undefined) return [list, { ...one, items: before.own?.ids.length ?? one.items }];
      if (before.own !== undefined || before.from !== undefined) return [list, { ...one, ...ownOf(before) }];
      const held = new Set(best.byList.get(list));
      const { ids, columns } = some(shape, best.values, (id) => held.has(id));
      return [list, { ...one, own: { ids: [...ids], columns } }];
    }),
  );

const ownOf = ({ own }: KeptList): Pick<KeptList, 'own'> => (own === undefined ? {} : { own });

/** Items that sections have only behind another source's list. */
export const itemsBehind = (texts: readonly string[]): Uint32Array[] =>
  texts.flatMap((text) =>
    Object.values(readKept(text)).flatMap(({ own }) => (own === undefined ? [] : [Uint32Array.from(own.ids)])),
  );

/**
 * Puts the lists that other sources have read into the section that counts, in the place of those that its own source did not
 * read. For a device with several sources, after any of their sections changed.
 */
export const joinLists = (
  sections: Pick<SectionStore, 'of' | 'setKept'>,
  { shape, shared }: { shape: Shape; shared: SharedStore | undefined },
  device: number,
): void => {
  const { lists } = shape.collection;
  if (lists === undefined || shared === undefined) return;
  const read = readLists(shared, shape.collection, sections.of(device, shape.collection.name));
  const [best] = read;
  if (best === undefined) return;
  const kept = withOwn(shape, chosen(lists, read), best);
  const isBorrowed = (one: KeptList | undefined): boolean => one?.from !== undefined;
  if (![...Object.values(kept), ...Object.values(best.kept)].some(isBorrowed)) return;
  const away = new Set(
    Object.keys(best.kept).flatMap((list) =>
      kept[list] === undefined || isBorrowed(kept[list]) || best.kept[list]?.own !== undefined
        ? (best.byList.get(list) ?? [])
        : [],
    ),
  );
  const borrowed = Object.entries(kept).flatMap(([list, { from }]) => {
    const other = read.find(({ row }) => row.source === from);
    const ids = new Set(other?.byList.get(list));
    return other === undefined ? [] : [some(shape, other.values, (id) => ids.has(id))];
  });
  const back = Object.entries(kept).flatMap(([list, { from }]) => {
    const own = from === undefined ? best.kept[list]?.own : undefined;
    return own === undefined ? [] : [{ ids: Uint32Array.from(own.ids), columns: own.columns }];
  });
  const { ids, columns } = together(shape, [some(shape, best.values, (id) => !away.has(id)), ...borrowed, ...back]);
  shared.arrays.put(best.row.id, ids, columns, shared.usual.completed(ids, columns));
  sections.setKept(best.row.id, keptText(kept), ids.length);
};

/** The sources that what is known of devices comes from, out of all that they have. */
export const listSources = (rows: ReturnType<SectionStore['heard']>): ListSource[] =>
  [...Map.groupBy(rows, ({ device }) => device).values()].flatMap((own) => {
    const best = own.find((row) => row.best === 1);
    if (best === undefined) return [];
    const borrowed = Object.entries(readKept(best.lists)).filter(([, { from }]) => from !== undefined);
    const anyAt = Math.max(...own.map((row) => row.anyAt));
    const itemsOf = (lists: typeof borrowed): number => lists.reduce((sum, [, { items }]) => sum + items, 0);
    return own.flatMap(({ device, source, heardAt, removed }) => {
      const given = borrowed.filter(([, { from }]) => from === source);
      const isBest = source === best.source;
      if (!isBest && given.length === 0) return [];
      const items = isBest ? best.count - itemsOf(borrowed) : itemsOf(given);
      const lists = given.map(([list]) => list);
      const isRemoved = removed === 1;
      const goneFrom = isRemoved ? 0 : heardAt + goneMs;
      const goneUntil = isRemoved ? Number.MAX_SAFE_INTEGER : anyAt + goneMs;
      return [{ device, source: source as InventorySource, lists, items, heardAt, goneFrom, goneUntil }];
    });
  });
