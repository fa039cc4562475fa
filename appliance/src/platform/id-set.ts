import { AppError } from './errors.ts';
import { isGapBits, packGapBits, unpackGapBits } from './gap-bits.ts';

// A set of coordinates as one value: sorted ids, each stored as its distance from the one before in groups of seven bits.
// What a device has takes half of that as bits; earlier versions did not write them.

/** Packs sorted, distinct ids. */
export const packIds = (ids: readonly number[]): Buffer => {
  const bytes: number[] = [];
  let previous = 0;
  for (const id of ids) {
    let distance = id - previous;
    if (distance <= 0) throw new AppError('INTERNAL', 'ids are not sorted and distinct');
    previous = id;
    while (distance >= 0x80) {
      bytes.push((distance % 0x80) | 0x80);
      distance = Math.floor(distance / 0x80);
    }
    bytes.push(distance);
  }
  return Buffer.from(bytes);
};

/** Packs what a device has, in as few bytes as it takes; the same ids are not always the same bytes. */
export const packLarge = (ids: readonly number[]): Buffer => {
  const packed = packIds(ids);
  return packGapBits(ids, packed.length) ?? packed;
};

/** Calls with each id of a packed set, rising, until it says true; whether it did. Makes no list: there are millions. */
export const someId = (packed: Uint8Array, isEnough: (id: number) => boolean): boolean => {
  if (isGapBits(packed)) return unpackGapBits(packed).some(isEnough);
  let id = 0;
  for (let at = 0; at < packed.length; at += 1) {
    let byte = packed[at] as number;
    let distance = byte & 0x7f;
    for (let factor = 0x80; byte >= 0x80; factor *= 0x80) {
      at += 1;
      byte = packed[at] as number;
      distance += (byte & 0x7f) * factor;
    }
    id += distance;
    if (isEnough(id)) return true;
  }
  return false;
};

/** The ids of a packed set. */
export const unpackIds = (packed: Uint8Array): number[] => {
  if (isGapBits(packed)) return Array.from(unpackGapBits(packed));
  const ids: number[] = [];
  someId(packed, (id) => {
    ids.push(id);
    return false;
  });
  return ids;
};

/** What came and what went between two sorted sets. */
export const compareSets = (
  before: readonly number[],
  after: readonly number[],
): { added: number[]; removed: number[] } => {
  const old = new Set(before);
  const now = new Set(after);
  return { added: after.filter((id) => !old.has(id)), removed: before.filter((id) => !now.has(id)) };
};
