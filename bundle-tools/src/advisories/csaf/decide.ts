import { type FirmwareOrder, orderOf, parseFirmware } from '../../versions/firmware.ts';
import type { Bound, Interval, LeafVersions, Measure, ReviewReason } from './leaf-versions.ts';

// Is a device's version among those that a leaf names? Three answers (ADVISORIES 6.1, 7 and 8): what is unknown, coarser
// than the bound, or written in a way that has no order is for a person, never "not affected".

export type Answer =
  | { answer: 'affected' | 'not affected' }
  | { answer: 'review'; reason: ReviewReason | 'version-unknown' | 'version-coarse' | 'version-form' };

/** What was read from the device, by what bounds may speak of. */
export type Reading = Readonly<Partial<Record<Measure, string>>>;

/** `yes` and `no` are certain for every version that the reading may stand for. */
type Truth = 'yes' | 'no' | 'coarse' | 'unordered';

const above = (order: FirmwareOrder, { inclusive }: Bound): Truth => {
  if (order === 'above') return 'yes';
  if (order === 'below') return 'no';
  if (order === 'equal') return inclusive ? 'yes' : 'no';
  // 8.1.3 is behind 8.1; whether "> 8.1" means it is another matter.
  if (order === 'finer') return inclusive ? 'yes' : 'coarse';
  return order === 'unknown' ? 'unordered' : 'coarse';
};

const below = (order: FirmwareOrder, { inclusive }: Bound): Truth => {
  if (order === 'below' || order === 'bare') return 'yes';
  if (order === 'above') return 'no';
  if (order === 'equal') return inclusive ? 'yes' : 'no';
  // "<= 8.1" may well mean 8.1.3.
  if (order === 'finer') return inclusive ? 'coarse' : 'no';
  return order === 'unknown' ? 'unordered' : 'coarse';
};

const both = (a: Truth, b: Truth): Truth => {
  if (a === 'no' || b === 'no') return 'no';
  if (a === 'yes') return b;
  return b === 'yes' ? a : 'coarse';
};

const either = (truths: readonly Truth[]): Truth => {
  if (truths.includes('yes')) return 'yes';
  return truths.find((truth) => truth !== 'no') ?? 'no';
};

const digits = (text: string): number[] => text.split('.').map(Number);

/** Serial numbers by as many first digits as the bound has. */
const serialOrder = (serial: string, bound: string): FirmwareOrder => {
  const first = /\d+/.exec(serial)?.[0] ?? '';
  if (first.length < bound.length || !/^\d+$/.test(bound)) return 'unknown';
  const head = first.slice(0, bound.length);
  if (head === bound) return 'equal';
  return head < bound ? 'below' : 'above';
};

const dateOrder = (text: string, bound: string): FirmwareOrder => {
  const found = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text.trim());
  if (found === null) return 'unknown';
  const [a, b] = [found.slice(1).map(Number), digits(bound)];
  const at = a.findIndex((part, index) => part !== b[index]);
  if (at < 0) return 'equal';
  return (a[at] ?? 0) < (b[at] ?? 0) ? 'below' : 'above';
};

const orderBy = (of: Measure, value: string, bound: string): FirmwareOrder => {
  if (of === 'serial') return serialOrder(value, bound);
  if (of === 'date') return dateOrder(value, bound);
  const [version, limit] = [parseFirmware(value), parseFirmware(bound)];
  return version === undefined || limit === undefined ? 'unknown' : orderOf(version, limit);
};

const within = (of: Measure, value: string, { low, high }: Interval): Truth => {
  if (low !== undefined && low === high) {
    const order = orderBy(of, value, low.version);
    // One version: a finer or coarser reading may be it.
    if (order === 'equal') return 'yes';
    return order === 'below' || order === 'above' ? 'no' : order === 'unknown' ? 'unordered' : 'coarse';
  }
  return both(
    low === undefined ? 'yes' : above(orderBy(of, value, low.version), low),
    high === undefined ? 'yes' : below(orderBy(of, value, high.version), high),
  );
};

/** Decides about one leaf; pure. */
export const decide = (reading: Reading, leaf: LeafVersions): Answer => {
  if (leaf.kind === 'all') return { answer: 'affected' };
  if (leaf.kind === 'review') return { answer: 'review', reason: leaf.reason };
  const value = reading[leaf.of]?.trim() ?? '';
  if (value === '') return { answer: 'review', reason: 'version-unknown' };
  const truth = either(leaf.intervals.map((interval) => within(leaf.of, value, interval)));
  if (truth === 'yes') return { answer: 'affected' };
  if (truth === 'no') return { answer: 'not affected' };
  return { answer: 'review', reason: truth === 'coarse' ? 'version-coarse' : 'version-form' };
};
