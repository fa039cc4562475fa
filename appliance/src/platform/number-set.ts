// A set of small numbers as a string of bytes, one bit each: sets of devices are joined and counted a word at a time, however
// many devices there are. Bytes of zero at the end mean nothing.

export type NumberSet = Uint8Array;

const bitsOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = 0;
  for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
});

/** The set of some numbers. */
export const setOf = (numbers: ArrayLike<number>): NumberSet => {
  let most = -1;
  for (let at = 0; at < numbers.length; at += 1) most = Math.max(most, numbers[at] as number);
  const set = new Uint8Array((most >> 3) + 1);
  for (let at = 0; at < numbers.length; at += 1) {
    const number = numbers[at] as number;
    set[number >> 3] = (set[number >> 3] as number) | (1 << (number & 7));
  }
  return set;
};

/** The same set with room for `bytes` bytes; its own bytes when it has them. */
const withRoom = (set: NumberSet, bytes: number): NumberSet => {
  if (set.length >= bytes) return set;
  const wider = new Uint8Array(Math.max(bytes, set.length * 2));
  wider.set(set);
  return wider;
};

/** Adds a part of a set that begins at a byte; the result may be the same bytes. */
export const withPart = (set: NumberSet, from: number, part: Uint8Array): NumberSet => {
  const wide = withRoom(set, from + part.length);
  for (let at = 0; at < part.length; at += 1) wide[from + at] = (wide[from + at] as number) | (part[at] as number);
  return wide;
};

/** What is in any of the sets. */
export const anyOf = (sets: readonly NumberSet[]): NumberSet =>
  sets.reduce<NumberSet>(
    (all, set) => withPart(all, 0, set),
    new Uint8Array(Math.max(0, ...sets.map((set) => set.length))),
  );

/** What is in all of the sets, of which there is at least one. */
export const allOf = (sets: readonly NumberSet[]): NumberSet => {
  const common = Uint8Array.from(sets.reduce((least, set) => (set.length < least.length ? set : least)));
  for (const set of sets)
    for (let at = 0; at < common.length; at += 1) common[at] = (common[at] as number) & (set[at] as number);
  return common;
};

/** What is in `set` and not in `other`. */
export const without = (set: NumberSet, other: NumberSet): NumberSet => set.map((byte, at) => byte & ~(other[at] ?? 0));

/** How many numbers are in it. */
export const countOf = (set: NumberSet): number => {
  let count = 0;
  for (let at = 0; at < set.length; at += 1) count += bitsOf[set[at] as number] as number;
  return count;
};

/** How many numbers are in both. */
export const countBoth = (a: NumberSet, b: NumberSet): number => {
  let count = 0;
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) count += bitsOf[(a[at] as number) & (b[at] as number)] as number;
  return count;
};

/** Its numbers, rising. */
export const numbersOf = (set: NumberSet): number[] => {
  const numbers: number[] = [];
  for (let at = 0; at < set.length; at += 1)
    for (let rest = set[at] as number; rest > 0; rest &= rest - 1) numbers.push(at * 8 + 31 - Math.clz32(rest & -rest));
  return numbers;
};

/** One byte per number, 1 for those in it: SQL looks up a byte of a string cheaply. */
export const bytesOf = (set: NumberSet): Buffer => {
  const bytes = Buffer.alloc(set.length * 8);
  for (const number of numbersOf(set)) bytes[number] = 1;
  return bytes;
};

/** With or without one number; kept short, without bytes of zero at its end. */
export const withNumber = (set: NumberSet, number: number, isIn: boolean): NumberSet => {
  const changed = Uint8Array.from(withRoom(set, (number >> 3) + 1));
  const bit = 1 << (number & 7);
  changed[number >> 3] = isIn ? (changed[number >> 3] as number) | bit : (changed[number >> 3] as number) & ~bit;
  let length = changed.length;
  while (length > 0 && changed[length - 1] === 0) length -= 1;
  return changed.subarray(0, length);
};
