import { type FirmwareOrder, type FirmwareVersion, orderOf, parseFirmware } from '../../versions/firmware.ts';
import type { Bound, Interval, LeafVersions, Measure, ReviewReason } from './bounds.ts';

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
  if (b === 'yes') return a;
  return a === 'unordered' || b === 'unordered' ? 'unordered' : 'coarse';
};

const either = (truths: readonly Truth[]): Truth => {
  if (truths.includes('yes')) return 'yes';
  return truths.find((truth) => truth !== 'no') ?? 'no';
};

const digits = (text: string): number[] => text.split('.').map(Number);

/** Serial numbers by as many first digits as the bound has. */
const serialOrder = (serial: string, bound: string): FirmwareOrder => {
  // X, Y and Z are October to December, and stand behind the digits.
  const first = /\d[\dXYZ]*/.exec(serial.toUpperCase())?.[0] ?? '';
  if (first.length < bound.length || !/^[\dxyz]+$/i.test(bound)) return 'unknown';
  const head = first.slice(0, bound.length);
  const limit = bound.toUpperCase();
  if (head === limit) return 'equal';
  return head < limit ? 'below' : 'above';
};

const dateOrder = (text: string, bound: string): FirmwareOrder => {
  const found = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text.trim());
  if (found === null) return 'unknown';
  const [a, b] = [found.slice(1).map(Number), digits(bound)];
  const at = a.findIndex((part, index) => part !== b[index]);
  if (at < 0) return 'equal';
  return (a[at] ?? 0) < (b[at] ?? 0) ? 'below' : 'above';
};

const compareIndexes = (a: number, b: number): FirmwareOrder => (a === b ? 'equal' : a < b ? 'below' : 'above');

/** How a vendor writes versions, where it decides about their order. */
export type Habits = {
  /** Fractions of a fixed number of digits: 1.30 may be 1.030 or 1.300. */
  fixedWidth?: boolean;
};

/** WAGO counts firmware: `03.06.11(18)` is FW18, and 03.06.11 alone has no place in that row. */
const firmwareIndex = (value: string): string | undefined =>
  /\((\d{1,3})\)\s*$/.exec(value)?.[1] ?? /^(?:fw|firmware)? ?0*(\d{1,3})$/i.exec(value.trim())?.[1];

const fractionOf = (text: string): string | undefined => /^[vr]?\d+\.(\d+)[a-z]?$/i.exec(text.trim())?.[1];

/** parseFirmware, memoised by its callers: bounds and versions repeat. */
export type ParseVersion = (text: string) => FirmwareVersion | undefined;

type Ways = Habits & { parse: ParseVersion };

const orderBy = (of: Measure, value: string, bound: string, { fixedWidth = false, parse }: Ways): FirmwareOrder => {
  if (of === 'serial') return serialOrder(value, bound);
  if (of === 'date') return dateOrder(value, bound);
  if (bound.startsWith('fw') && /^fw\d{1,3}$/.test(bound)) {
    const index = firmwareIndex(value);
    return index === undefined ? 'unknown' : compareIndexes(Number(index), Number(bound.slice(2)));
  }
  const [own, other] = fixedWidth ? [fractionOf(value), fractionOf(bound)] : [];
  if (own !== undefined && other !== undefined && own.length !== other.length) return 'unknown';
  const [version, limit] = [parse(value), parse(bound)];
  return version === undefined || limit === undefined ? 'unknown' : orderOf(version, limit);
};

const within = (of: Measure, value: string, { low, high }: Interval, ways: Ways): Truth => {
  if (low !== undefined && low === high) {
    const order = orderBy(of, value, low.version, ways);
    // One version: a finer or coarser reading may be it.
    if (order === 'equal') return 'yes';
    return order === 'below' || order === 'above' ? 'no' : order === 'unknown' ? 'unordered' : 'coarse';
  }
  const under = low && orderBy(of, value, low.version, ways);
  const over = high && orderBy(of, value, high.version, ways);
  // `> 6.1 | < 6.1.4`: a reading of 6.1 may stand for what lies between.
  if (under === 'equal' && low?.inclusive === false && over === 'coarser') return 'coarse';
  return both(
    low === undefined || under === undefined ? 'yes' : above(under, low),
    high === undefined || over === undefined ? 'yes' : below(over, high),
  );
};

const none: readonly Interval[] = [];

/** Decides about one leaf; pure. */
export const decide = (
  reading: Reading,
  leaf: LeafVersions,
  habits: Habits = {},
  parse: ParseVersion = parseFirmware,
): Answer => {
  if (leaf.kind === 'all') return { answer: 'affected' };
  if (leaf.kind === 'review') return { answer: 'review', reason: leaf.reason };
  const value = reading[leaf.of]?.trim() ?? '';
  if (value === '') return { answer: 'review', reason: 'version-unknown' };
  const ways = { ...habits, parse };
  const truth = either(leaf.intervals.map((interval) => within(leaf.of, value, interval, ways)));
  if (truth === 'yes') return { answer: 'affected' };
  const unsure = either((leaf.unsure ?? none).map((interval) => within(leaf.of, value, interval, ways)));
  if (unsure !== 'no') return { answer: 'review', reason: unsure === 'yes' ? 'mixed' : 'version-coarse' };
  if (truth === 'no') return { answer: 'not affected' };
  return { answer: 'review', reason: truth === 'coarse' ? 'version-coarse' : 'version-form' };
};
