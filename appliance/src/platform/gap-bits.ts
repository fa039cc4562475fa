// Rising ids as bits: each gap as an exponential Golomb code, that is as many zeros as the number has bits beyond the order,
// then the number. What one device has lies in runs of neighbours and far jumps between them; such a set takes half a byte
// an id, and is read as fast as bytes are.
//
// Layout: a zero, which a list of gaps in bytes never begins with; the order; then the codes, the most significant bit first,
// and zeros up to the end of the byte.

const headerBytes = 2;
const mostOrder = 9;
/** Fewer take no less room than in bytes. */
const leastIds = 4;
/** Beyond 24 bits a code would not fit the 32 that are read at once. */
const mostGap = 1 << 24;

/** Bits of a gap's code. */
const codeBits = (gap: number, order: number): number => {
  const width = 32 - Math.clz32(gap - 1 + (1 << order));
  return 2 * width - 1 - order;
};

/** The bits that all ids take in an order; Infinity where a gap is too large or none. */
const bitsOf = (ids: ArrayLike<number>, order: number): number => {
  let bits = 0;
  let previous = 0;
  for (let n = 0; n < ids.length; n += 1) {
    const id = ids[n] as number;
    const gap = id - previous;
    if (gap < 1 || gap > mostGap) return Number.POSITIVE_INFINITY;
    bits += codeBits(gap, order);
    previous = id;
  }
  return bits;
};

/** Whether bytes are codes and no list of gaps in bytes. */
export const isGapBits = (packed: Uint8Array): boolean => packed[0] === 0;

/** Packs rising ids; undefined for a few, and where that takes no less than so many bytes. */
export const packGapBits = (ids: ArrayLike<number>, bytes: number): Buffer | undefined => {
  if (ids.length < leastIds) return undefined;
  // Of gaps that are all alike the best order is about that of their mean, of runs and jumps a lower one.
  const mean = (ids[ids.length - 1] as number) / ids.length;
  let order = Math.max(0, Math.min(mostOrder, Math.round(Math.log2(mean))));
  let bits = bitsOf(ids, order);
  for (let next = order - 1; next >= Math.max(0, order - 2); next -= 1) {
    const others = bitsOf(ids, next);
    if (others >= bits) continue;
    bits = others;
    order = next;
  }
  const size = headerBytes + Math.ceil(bits / 8);
  if (size >= bytes) return undefined;
  const packed = Buffer.alloc(size);
  packed[1] = order;
  let at = headerBytes;
  let held = 0;
  let heldBits = 0;
  const put = (value: number, width: number): void => {
    held = (held << width) | value;
    heldBits += width;
    while (heldBits >= 8) {
      heldBits -= 8;
      packed[at++] = held >>> heldBits;
    }
  };
  let previous = 0;
  for (let n = 0; n < ids.length; n += 1) {
    const id = ids[n] as number;
    const value = id - previous - 1 + (1 << order);
    const width = 32 - Math.clz32(value);
    previous = id;
    if (width > order + 1) put(0, width - 1 - order);
    put(value, width);
  }
  if (heldBits > 0) packed[at] = held << (8 - heldBits);
  return packed;
};

/** The ids of packed gaps; throws on bytes that packGapBits does not make. */
export const unpackGapBits = (packed: Uint8Array): Uint32Array => {
  const order = packed[1] ?? mostOrder + 1;
  if (packed[0] !== 0 || order > mostOrder) throw new RangeError('no packed gaps');
  const allBits = (packed.length - headerBytes) * 8;
  // A bit is the least that an id takes.
  const ids = new Uint32Array(allBits);
  const least = (1 << order) - 1;
  let count = 0;
  let id = 0;
  let at = headerBytes;
  let held = 0;
  let heldBits = 0;
  let read = 0;
  for (;;) {
    for (; heldBits <= 24; heldBits += 8) held |= (packed[at++] as number) << (24 - heldBits);
    // Only the zeros that fill up the last byte are left: between two ids there are never that many.
    if (held === 0) break;
    const zeros = Math.clz32(held);
    const width = zeros + 1 + order;
    held <<= zeros;
    heldBits -= zeros;
    for (; heldBits <= 24; heldBits += 8) held |= (packed[at++] as number) << (24 - heldBits);
    id += (held >>> (32 - width)) - least;
    held <<= width;
    heldBits -= width;
    read += zeros + width;
    if (width > 25 || read > allBits) throw new RangeError('packed gaps end early');
    ids[count++] = id;
  }
  if (allBits - read >= 8) throw new RangeError('bytes after the packed gaps');
  return ids.subarray(0, count);
};
