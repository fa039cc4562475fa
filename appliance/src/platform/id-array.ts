// Rising ids as a plain array of 32-bit numbers, in the byte order of the processors that this runs on. What a device has is
// kept as such an array: nothing is unpacked to look at it.

/** The bytes of ids as they are stored. */
export function idBytes(ids: Uint32Array): Buffer {
  return Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength);
}

/** The ids of stored bytes; without a copy where the bytes lie on a boundary of four. */
export function idsOf(bytes: Uint8Array): Uint32Array {
  const whole = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  return new Uint32Array(whole.buffer, whole.byteOffset, whole.byteLength >> 2);
}

/** Ids in order, each once. */
export function sortedIds(ids: Iterable<number>): Uint32Array {
  const sorted = Uint32Array.from(ids).sort();
  let count = 0;
  for (let at = 0; at < sorted.length; at += 1)
    if (count === 0 || sorted[at] !== sorted[count - 1]) {
      sorted[count] = sorted[at] as number;
      count += 1;
    }
  return sorted.subarray(0, count);
}

/** The place of an id in rising ids; -1 where it is not among them. */
export function placeOfId(ids: Uint32Array, id: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] as number) < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id ? low : -1;
}

/** Whether an id is in rising ids. */
export function hasId(ids: Uint32Array, id: number): boolean {
  return placeOfId(ids, id) >= 0;
}

/** What rising `after` has more and less than rising `before`. */
export function compareIds(before: Uint32Array, after: Uint32Array): { added: number[]; removed: number[] } {
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
}
