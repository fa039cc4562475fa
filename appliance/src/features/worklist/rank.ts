import type { FoundWork, WorkBand, WorkItem, WorkPlace, WorkRank, WorkWeight } from './types.ts';

// The order of work: harm, the most important target, how many there are, how near the end is, what waits, how long it is open.

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
const placePoints: Readonly<Record<WorkPlace, number>> = { low: 15, middle: 10, high: 5 };

/** Calendar days of the site between two moments. */
type DaysUntil = (fromMs: number, toMs: number) => number;

/** When it should be done, ms; undefined where nothing says so. */
const dueOf = (item: Pick<FoundWork, 'dueAt' | 'since'>, limitMs: number | undefined): number | undefined =>
  item.dueAt ?? (item.since === undefined || limitMs === undefined ? undefined : item.since + limitMs);

function duePoints(dueAt: number | undefined, nowMs: number, daysUntil: DaysUntil): number {
  if (dueAt === undefined) return 0;
  if (dueAt <= nowMs) return 20;
  const days = daysUntil(nowMs, dueAt);
  return days === 0 ? 15 : days <= 3 ? 10 : days <= 7 ? 5 : 0;
}

/** What an item's rank is made of. */
export function rankOf(
  kind: WorkWeight,
  item: Pick<FoundWork, 'place' | 'targets' | 'dueAt' | 'since' | 'blocks' | 'moreHarm'>,
  nowMs: number,
  daysUntil: DaysUntil,
): WorkRank {
  const { place, targets, since, blocks = 0 } = item;
  return {
    harm: kind.harm + (item.moreHarm ?? 0),
    place: place === undefined ? 0 : placePoints[place],
    targets: Math.min(10, Math.ceil(Math.log2(1 + targets))),
    due: duePoints(dueOf(item, kind.limitMs), nowMs, daysUntil),
    blocks: Math.min(10, 5 * blocks),
    age: since === undefined ? 0 : Math.max(0, Math.min(5, Math.floor((nowMs - since) / weekMs))),
  };
}

export const totalOf = (rank: WorkRank): number => Object.values(rank).reduce((sum, part) => sum + part, 0);

export const bandOf = ({ isUrgent, total }: { isUrgent: boolean; total: number }): WorkBand =>
  isUrgent || total >= 70 ? 'now' : total >= 35 ? 'today' : 'week';

/** An item that waits for another ranks at most as high as that one. What is waited for and not there holds nothing down. */
export function heldDown(items: readonly WorkItem[]): WorkItem[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  const cap = (item: WorkItem, met: ReadonlySet<string>): number => {
    const other = item.waitsFor === undefined || met.has(item.waitsFor) ? undefined : byId.get(item.waitsFor);
    return other === undefined ? item.total : Math.min(item.total, cap(other, new Set([...met, item.id])));
  };
  return items.map((item) => {
    const total = cap(item, new Set());
    return { ...item, total, band: bandOf({ isUrgent: item.isUrgent, total }) };
  });
}

/** Urgent first, then by rank; what others wait for before what waits; older before newer; then by name: no two are equal. */
export function compareWork(a: WorkItem, b: WorkItem): number {
  return (
    Number(b.isUrgent) - Number(a.isUrgent) ||
    b.total - a.total ||
    Number(a.waitsFor !== undefined) - Number(b.waitsFor !== undefined) ||
    (a.since ?? Number.MAX_SAFE_INTEGER) - (b.since ?? Number.MAX_SAFE_INTEGER) ||
    (a.order ?? 0) - (b.order ?? 0) ||
    (a.id < b.id ? -1 : 1)
  );
}
