import { AppError } from '../../platform/errors.ts';

// What advisories say about one package, as one value: ranges, listed versions and what a person must look at, in the order
// of their advisories. A package is read and written as a whole, a record costs some forty bytes and no row of its own.
// Each record: a byte for its kind, seven for the key of the advisory, then its qualifier and three texts with their lengths.

export const RANGE = 0;
export const EXACT = 1;
export const REVIEW = 2;
export type RecordKind = typeof RANGE | typeof EXACT | typeof REVIEW;

// A range has its bounds and what fixes it ('' where nothing does); a listed version has itself; what cannot be compared has the
// texts `introduced`, `fixed`, `last_affected`.

const advBytes = 7;
/** Keys of advisories have 52 bits (`advisoryKey`). */
const lowBits = 2 ** 24;

/** Writes a number in groups of seven bits; where it ends. */
export const pushNumber = (out: Buffer, at: number, value: number): number => {
  let left = value;
  let end = at;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) {
    out[end] = (left % 0x80) | 0x80;
    end += 1;
  }
  out[end] = left;
  return end + 1;
};

/** Writes the key of an advisory. */
export const pushAdvisory = (out: Buffer, at: number, adv: number): void => {
  const high = Math.floor(adv / lowBits);
  const low = adv % lowBits;
  out[at] = high >>> 24;
  out[at + 1] = high >>> 16;
  out[at + 2] = high >>> 8;
  out[at + 3] = high;
  out[at + 4] = low >>> 16;
  out[at + 5] = low >>> 8;
  out[at + 6] = low;
};

/** A place in a packed value, and the record that was read last; its texts are `data` from `starts` to `ends`. */
export type RecordCursor = {
  readonly data: Buffer;
  next: number;
  /** Where the record begins. */
  start: number;
  kind: number;
  adv: number;
  qual: number;
  readonly starts: [number, number, number];
  readonly ends: [number, number, number];
};

export const recordsOf = (data: Buffer): RecordCursor => ({
  data,
  next: 0,
  start: 0,
  kind: RANGE,
  adv: 0,
  qual: 0,
  starts: [0, 0, 0],
  ends: [0, 0, 0],
});

/** Reads on; false at the end. Makes no object: a match of everything passes a million records. */
export const readRecord = (cursor: RecordCursor): boolean => {
  const { data, starts, ends } = cursor;
  let at = cursor.next;
  if (at >= data.length) return false;
  cursor.start = at;
  cursor.kind = data[at] as number;
  cursor.adv =
    ((((data[at + 1] as number) << 24) |
      ((data[at + 2] as number) << 16) |
      ((data[at + 3] as number) << 8) |
      (data[at + 4] as number)) >>>
      0) *
      lowBits +
    (((data[at + 5] as number) << 16) | ((data[at + 6] as number) << 8) | (data[at + 7] as number));
  at += 1 + advBytes;
  for (let n = -1; n < 3; n += 1) {
    let byte = data[at] as number;
    let value = byte & 0x7f;
    for (let factor = 0x80; byte >= 0x80; factor *= 0x80) {
      at += 1;
      byte = data[at] as number;
      value += (byte & 0x7f) * factor;
    }
    at += 1;
    if (n < 0) cursor.qual = value;
    else {
      starts[n as 0] = at;
      at += value;
      ends[n as 0] = at;
    }
  }
  if (!(at <= data.length)) throw new AppError('INTERNAL', 'the records of a package are cut off');
  cursor.next = at;
  return true;
};

/** A packed value without the records of some advisories and with others, each in bytes. */
export const changeRecords = (
  held: Buffer | undefined,
  dropped: ReadonlySet<number> | undefined,
  added: readonly { readonly adv: number; readonly bytes: Uint8Array }[],
): Buffer => {
  const pieces = [...added];
  if (held !== undefined) {
    const cursor = recordsOf(held);
    while (readRecord(cursor))
      if (!dropped?.has(cursor.adv)) pieces.push({ adv: cursor.adv, bytes: held.subarray(cursor.start, cursor.next) });
  }
  pieces.sort((a, b) => a.adv - b.adv);
  return Buffer.concat(pieces.map(({ bytes }) => bytes));
};
