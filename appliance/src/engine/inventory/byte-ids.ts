import { randomInt } from 'node:crypto';

// Ids by the bytes of items, without a string for each: one table of places, one piece of memory with the bytes. A hash
// only says where to look; the bytes are compared, four at a time as the cutter lays them out. A sender of many items with one
// hash is served elsewhere.

/** Items that are kept at most, and their words: about 33 MB. When either is full, all are forgotten. */
const mostItems = 100_000;
const mostWords = 7 << 20;
const firstWords = 1 << 18;
const slots = 1 << 18;
const longestProbe = 16;
/** A longer one is looked up each time. */
const longestItem = 1_024;

const grown = (array: Uint32Array): Uint32Array<ArrayBuffer> => {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
};

/** Nothing is taken before the first item is kept. */
export const byteIds = () => {
  const seed = randomInt(2 ** 31);
  let table = new Uint32Array(0);
  let ids = new Uint32Array(0);
  let ends = new Uint32Array(0);
  let arena = new Int32Array(0);
  let count = 0;

  const endOf = (entry: number): number => (entry === 0 ? 0 : (ends[entry - 1] as number));

  const slotOf = (hash: number): number => {
    const mixed = Math.imul(hash ^ seed, 0x9e3779b1);
    return (mixed ^ (mixed >>> 15)) & (slots - 1);
  };

  const isEntry = (entry: number, keys: Int32Array, from: number, to: number): boolean => {
    const start = endOf(entry - 1);
    if (endOf(entry) - start !== to - from) return false;
    for (let n = from, at = start; n < to; n += 1, at += 1) if (arena[at] !== keys[n]) return false;
    return true;
  };

  const clear = (): void => {
    table.fill(0);
    count = 0;
  };

  const makeRoom = (size: number): void => {
    if (table.length === 0) {
      table = new Uint32Array(slots);
      ids = new Uint32Array(1_024);
      ends = new Uint32Array(1_024);
      arena = new Int32Array(firstWords);
    }
    if (count >= mostItems || endOf(count) + size > mostWords) clear();
    if (count === ids.length) {
      ids = grown(ids);
      ends = grown(ends);
    }
    if (endOf(count) + size > arena.length) {
      const larger = new Int32Array(Math.min(mostWords, arena.length * 2));
      larger.set(arena);
      arena = larger;
    }
  };

  return {
    /** Forgets everything. */
    clear,
    /** The id of the item with these bytes; 0 where it is not known. */
    get: (keys: Int32Array, from: number, to: number, hash: number): number => {
      if (count === 0) return 0;
      let slot = slotOf(hash);
      for (let probe = 0; probe < longestProbe; probe += 1) {
        const entry = table[slot] as number;
        if (entry === 0) return 0;
        if (isEntry(entry, keys, from, to)) return ids[entry - 1] as number;
        slot = (slot + 1) & (slots - 1);
      }
      return 0;
    },
    /** An item that `get` does not know. */
    keep: (keys: Int32Array, from: number, to: number, hash: number, id: number): void => {
      const size = to - from;
      if (size > longestItem) return;
      makeRoom(size);
      let slot = slotOf(hash);
      for (let probe = 0; table[slot] !== 0; probe += 1) {
        if (probe === longestProbe - 1) return;
        slot = (slot + 1) & (slots - 1);
      }
      const start = endOf(count);
      arena.set(keys.subarray(from, to), start);
      ends[count] = start + size;
      ids[count] = id;
      count += 1;
      table[slot] = count;
    },
  };
};
