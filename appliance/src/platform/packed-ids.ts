import { isGapBits, packGapBits, unpackGapBits } from './gap-bits.ts';

// Sorted ids as the differences between them, as bits, or where that is not shorter each a little-endian base-128 number.
// Earlier versions wrote the latter alone.

const maxId = 0xffff_ffff;

/** Packs strictly rising ids below 2^32. */
export const packIds = (ids: ArrayLike<number>): Buffer => {
  const bytes = Buffer.allocUnsafe(ids.length * 5);
  let at = 0;
  let previous = 0;
  for (let index = 0; index < ids.length; index += 1) {
    const id = ids[index] as number;
    if (!Number.isInteger(id) || id <= previous || id > maxId)
      throw new RangeError(`ids must rise and fit 32 bits: ${previous}, ${id}`);
    let delta = id - previous;
    while (delta >= 0x80) {
      bytes[at++] = (delta % 0x80) | 0x80;
      delta = Math.floor(delta / 0x80);
    }
    bytes[at++] = delta;
    previous = id;
  }
  return packGapBits(ids, at) ?? Buffer.from(bytes.subarray(0, at));
};

const unpackBits = (packed: Uint8Array, count: number): Uint32Array => {
  const ids = unpackGapBits(packed);
  if (ids.length !== count) throw new RangeError(`${ids.length} packed ids, not ${count}`);
  return ids;
};

/** The ids of packed bytes; throws on bytes that packIds does not make. */
export const unpackIds = (packed: Uint8Array, count: number): Uint32Array => {
  if (isGapBits(packed)) return unpackBits(packed, count);
  const ids = new Uint32Array(count);
  let at = 0;
  let previous = 0;
  for (let index = 0; index < count; index += 1) {
    let delta = 0;
    let factor = 1;
    for (;;) {
      const byte = packed[at++];
      if (byte === undefined || factor > 0x80 ** 4) throw new RangeError('packed ids end early or are too long');
      delta += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 0x80;
    }
    const id = previous + delta;
    if (delta === 0 || id > maxId) throw new RangeError('packed ids do not rise');
    ids[index] = id;
    previous = id;
  }
  if (at !== packed.length) throw new RangeError('bytes after the packed ids');
  return ids;
};

/** Whether an id is in sorted ids. */
export const hasId = (ids: Uint32Array, id: number): boolean => {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] as number) < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id;
};

/** What sorted `after` has more and less than sorted `before`. */
export const compareIds = (before: Uint32Array, after: Uint32Array): { added: number[]; removed: number[] } => {
  const added: number[] = [];
  const removed: number[] = [];
  let a = 0;
  let b = 0;
  while (a < before.length || b < after.length) {
    const left = before[a] ?? Number.POSITIVE_INFINITY;
    const right = after[b] ?? Number.POSITIVE_INFINITY;
    if (left === right) {
      a += 1;
      b += 1;
    } else if (left < right) {
      removed.push(left);
      a += 1;
    } else {
      added.push(right);
      b += 1;
    }
  }
  return { added, removed };
};
