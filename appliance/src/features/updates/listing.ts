import { fitsIn, type MemoryFields } from '../../platform/filter/memory-filter.ts';
import type { Filter } from '../../platform/filter/types.ts';
import { memoryPage } from '../../platform/list/memory-list.ts';
import { fold } from '../../platform/sql-functions.ts';
import type { Need } from './needs.ts';
import { DECISION_RANK } from './overview.ts';
import {
  type Approval,
  SUPPLIES,
  type Supply,
  type UpdateCounts,
  type UpdateItem,
  type UpdateListQuery,
} from './types.ts';

// The list of updates: items of the catalogue and needs, filtered, sorted and counted before any need is made an item.

export type Entry = UpdateItem | Need;

type Sort = NonNullable<UpdateListQuery['sort']>;

const SUPPLY_RANK: Readonly<Record<Supply, number>> = {
  unfulfilled: 0,
  needed: 1,
  requested: 2,
  arrived: 3,
  superseded: 4,
};

const isNeed = (entry: Entry): entry is Need => 'fix' in entry;

const isDeployable = (item: UpdateItem): boolean =>
  // Agents install only what the inventory in force lists.
  item.approval === 'approved' && item.supply === 'arrived' && item.devices > 0 && item.asOf === undefined;

/** What an item of the catalogue is sorted by. */
export const orderOf = (item: UpdateItem, sort: Sort): string | number => {
  switch (sort) {
    case 'name':
      return item.name.toLowerCase();
    case 'devices':
      return item.devices;
    case 'supply':
      return SUPPLY_RANK[item.supply];
    case 'size':
      return item.sizeBytes;
    case 'since':
      return item.firstSeenAt;
    case 'decision':
      return item.decision ? DECISION_RANK[item.decision] : item.security ? 4 : 5;
  }
};

const needOrder = ({ fix, supply }: Need, sort: Sort, devices: ReadonlyMap<number, number>): string | number => {
  switch (sort) {
    case 'name':
      return fix.source.toLowerCase();
    case 'devices':
      return devices.get(fix.number) ?? 0;
    case 'supply':
      return SUPPLY_RANK[supply];
    case 'size':
      return 0;
    case 'since':
      return '';
    case 'decision':
      return DECISION_RANK[fix.decision];
  }
};

/** Decides between entries of the same place; needs of one kind are in the order of their packages. */
const tieOf = (entry: Entry): string => (isNeed(entry) ? `${entry.fix.source}/${entry.fix.ecosystem}` : entry.id);

type Texts = { name: string; source: string; title?: string | undefined; version: string };

const textsOf = ({ name, source, title, version }: Texts) => [name, source, title ?? null, version];

/** Whether an update of the catalogue has a text in what is searched. */
export const hasText = (update: Texts, text: string): boolean =>
  textsOf(update).some((one) => one !== null && fold(one).includes(fold(text)));

/** A text in ASCII that all that a filter finds has; SQL looks for no other in every case of its letters. */
export const searchedText = (filter: Filter | undefined): string | undefined => {
  if (filter === undefined) return undefined;
  if ('all' in filter) return filter.all.map(searchedText).find((text) => text !== undefined);
  if (!('field' in filter) || filter.field !== 'text') return undefined;
  const text = String(filter.value);
  return /^[ -~]+$/.test(text) ? text : undefined;
};

/** What an entry has of each field of fields.ts. */
const fieldsOf = ({ needApproval, devicesOf }: Pick<PageParts, 'needApproval' | 'devicesOf'>): MemoryFields<Entry> => {
  // Of all needs, where it is asked for.
  let held: ReadonlyMap<number, number> | undefined;
  const devicesOfNeed = ({ fix }: Need): number => {
    held ??= devicesOf();
    return held.get(fix.number) ?? 0;
  };
  return {
    name: (entry) => (isNeed(entry) ? entry.fix.source : entry.name),
    version: (entry) => (isNeed(entry) ? entry.fix.fixed : entry.version),
    approval: (entry) => (isNeed(entry) ? needApproval(entry) : entry.approval),
    supply: ({ supply }) => supply,
    security: (entry) => isNeed(entry) || entry.security,
    deployable: (entry) => !isNeed(entry) && isDeployable(entry),
    decision: (entry) => (isNeed(entry) ? entry.fix.decision : (entry.decision ?? null)),
    devices: (entry) => (isNeed(entry) ? devicesOfNeed(entry) : entry.devices),
    findings: (entry) => (isNeed(entry) ? entry.fix.findings : entry.findings),
    size: (entry) => (isNeed(entry) ? 0 : entry.sizeBytes),
    text: (entry) => (isNeed(entry) ? [entry.fix.source, entry.fix.fixed] : textsOf(entry)),
  };
};

type PageParts = {
  readonly needApproval: (need: Need) => Approval;
  /** How many devices have a need, by the number of its package: of all needs, or of those on the page. */
  readonly devicesOf: (needs?: readonly Need[]) => ReadonlyMap<number, number>;
  readonly toItem: (need: Need, devices: number) => UpdateItem;
};

/** One page of entries in the order that is asked for. */
export const updatePage = (
  entries: readonly Entry[],
  query: UpdateListQuery,
  parts: PageParts,
): { rows: UpdateItem[]; total: number; next?: string } => {
  const { filter, sort = 'decision', descending = false, after, limit } = query;
  const all = sort === 'devices' ? parts.devicesOf() : new Map<number, number>();
  const placeOf = (entry: Entry): string | number =>
    isNeed(entry) ? needOrder(entry, sort, all) : orderOf(entry, sort);
  const { rows, ...page } = memoryPage(
    filter === undefined ? entries : entries.filter(fitsIn(filter, fieldsOf(parts))),
    {
      keyOf: (entry) => [placeOf(entry), tieOf(entry)],
      keys: 2,
      descending,
      after,
      limit,
    },
  );
  const devices = parts.devicesOf(rows.filter(isNeed));
  return {
    ...page,
    rows: rows.map((entry) => (isNeed(entry) ? parts.toItem(entry, devices.get(entry.fix.number) ?? 0) : entry)),
  };
};

/** Entries by supply, and what waits for a person. A need never arrived, so it needs no decision. */
export const updateCounts = (entries: readonly Entry[]): UpdateCounts => {
  const counts = Object.fromEntries(SUPPLIES.map((supply) => [supply, 0])) as Record<Supply, number>;
  let undecided = 0;
  let deployable = 0;
  for (const entry of entries) {
    counts[entry.supply] += 1;
    if (isNeed(entry)) continue;
    if (entry.approval === 'undefined' && entry.supply === 'arrived') undecided += 1;
    if (isDeployable(entry)) deployable += 1;
  }
  return { ...counts, undecided, deployable };
};
