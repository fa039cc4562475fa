import { AppError } from '../../platform/errors.ts';

// A device's coordinates as one value: sorted ids, each stored as its distance from the one before in groups of seven
// bits. A thousand ids take about two kilobytes.

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

/** Calls with each id of a packed set, rising, until it says true; whether it did. Makes no list: there are millions. */
export const someId = (packed: Uint8Array, isEnough: (id: number) => boolean): boolean => {
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
