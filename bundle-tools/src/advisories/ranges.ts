import { compareKeys, fromHex, HIGHEST, inBounds, keyAfter, LOWEST, toHex } from '../versions/key.ts';
import { keyFor } from '../versions/scheme.ts';
import type { AffectedRange } from './advisory.ts';

/** One event of an OSV range; exactly one of them is set. */
export type RangeEvent = { kind: 'introduced' | 'fixed' | 'last_affected' | 'limit'; version: string };

type KeyedEvent = RangeEvent & { key: Uint8Array };

const keyOfEvent = (ecosystem: string, event: RangeEvent): Uint8Array | null => {
  if (event.kind === 'introduced' && event.version === '0') return LOWEST;
  if (event.kind === 'limit' && event.version === '*') return HIGHEST;
  const key = keyFor(ecosystem, event.version);
  return key !== null && event.kind === 'last_affected' ? keyAfter(key) : key;
};

const bound = (version: string | undefined, field: 'introduced' | 'fixed' | 'last_affected') =>
  version === undefined ? {} : { [field]: version };

const interval = (from: KeyedEvent, to: KeyedEvent | undefined): AffectedRange => ({
  lo: toHex(from.key),
  hi: toHex(to?.key ?? HIGHEST),
  ...bound(from.version, 'introduced'),
  ...bound(to?.kind === 'fixed' ? to.version : undefined, 'fixed'),
  ...bound(to?.kind === 'last_affected' ? to.version : undefined, 'last_affected'),
  comparable: true,
});

/** The intervals of a range with a bound that has no key: kept for people, with the bounds that are known. */
const incomparable = (ecosystem: string, events: readonly RangeEvent[]): AffectedRange[] => {
  const ranges: AffectedRange[] = [];
  let current: AffectedRange | undefined;
  for (const event of events) {
    const key = keyOfEvent(ecosystem, event);
    if (event.kind === 'introduced' || current === undefined) {
      current = { lo: '', hi: toHex(HIGHEST), comparable: false };
      ranges.push(current);
    }
    if (event.kind === 'introduced') {
      current.introduced = event.version;
      if (key !== null) current.lo = toHex(key);
    } else {
      if (event.kind !== 'limit') current[event.kind] = event.version;
      if (key !== null) current.hi = toHex(key);
    }
  }
  return ranges;
};

/**
 * The intervals that the events of one OSV range describe. Events come in any order; at the same version their own
 * order decides. A second `fixed` without a new `introduced` changes nothing. When any version has no key, the whole
 * range is kept as not comparable.
 */
export const rangesOfEvents = (ecosystem: string, events: readonly RangeEvent[]): AffectedRange[] => {
  const keyed: KeyedEvent[] = [];
  for (const event of events) {
    const key = keyOfEvent(ecosystem, event);
    if (key === null) return incomparable(ecosystem, events);
    keyed.push({ ...event, key });
  }
  keyed.sort((a, b) => compareKeys(a.key, b.key));
  const ranges: AffectedRange[] = [];
  let open: KeyedEvent | undefined;
  for (const event of keyed) {
    if (event.kind === 'introduced') {
      open ??= event;
    } else if (open !== undefined) {
      if (compareKeys(open.key, event.key) < 0) ranges.push(interval(open, event));
      open = undefined;
    }
  }
  if (open !== undefined) ranges.push(interval(open, undefined));
  return ranges;
};

/** The listed versions that no comparable interval holds: those must be matched exactly. */
export const versionsOutside = (
  ecosystem: string,
  versions: readonly string[],
  ranges: readonly AffectedRange[],
): string[] => {
  const bounds = ranges
    .filter((range) => range.comparable)
    .map((range) => ({ lo: fromHex(range.lo), hi: fromHex(range.hi) }));
  return [...new Set(versions)]
    .filter((version) => {
      const key = keyFor(ecosystem, version);
      return key === null || !bounds.some(({ lo, hi }) => inBounds(key, lo, hi));
    })
    .sort();
};
