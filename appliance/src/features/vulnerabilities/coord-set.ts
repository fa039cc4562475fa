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

/** The ids of a packed set. */
export const unpackIds = (packed: Uint8Array): number[] => {
  const ids: number[] = [];
  let previous = 0;
  let value = 0;
  let factor = 1;
  for (const byte of packed) {
    value += (byte & 0x7f) * factor;
    if (byte & 0x80) {
      factor *= 0x80;
      continue;
    }
    previous += value;
    ids.push(previous);
    value = 0;
    factor = 1;
  }
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
