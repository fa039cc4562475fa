import type { InventoryLine } from '../documents/inventory.ts';
import { limits } from '../documents/limits.ts';
import type { Manifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { endBytes, entrySize } from './header.ts';

/** One entry under `o/`: an object, or a part of a cut one. */
export type Item = { name: string; line: number; sha256: string; offset: number; length: number; whole: boolean };

const wholeItem = (line: number, { sha256, size }: InventoryLine): Item => ({
  name: `o/${sha256}`,
  line,
  sha256,
  offset: 0,
  length: size,
  whole: true,
});

/**
 * The entries under `o/` that a bundle has, in order: included lines in inventory order, a cut one as its parts.
 * Parts that do not cover their object, or an object past the largest entry that is not cut, are METADATA.
 */
export const itemsOf = (
  lines: readonly InventoryLine[],
  include: readonly number[],
  parts: Manifest['parts'],
): Item[] => {
  const cut = new Map<number, Manifest['parts']>();
  for (const part of parts) {
    const own = cut.get(part.line);
    if (own === undefined) cut.set(part.line, [part]);
    else own.push(part);
  }
  const seen = new Set<string>();
  const items: Item[] = [];
  let partsUsed = 0;
  for (const number of include) {
    const line = lines[number];
    if (line === undefined) throw new BundleError('METADATA', `there is no inventory line ${number}`);
    if (seen.has(line.sha256)) throw new BundleError('METADATA', `object ${line.sha256} is included twice`);
    seen.add(line.sha256);
    const own = cut.get(number);
    if (own === undefined) {
      if (line.size > limits.entryBytes) throw new BundleError('METADATA', `object ${line.sha256} has to be cut`);
      items.push(wholeItem(number, line));
      continue;
    }
    let offset = 0;
    for (const [index, part] of own.entries()) {
      const fits = part.part === index + 1 && part.offset === offset && part.length <= limits.entryBytes;
      if (!fits || offset % limits.chunkBytes !== 0)
        throw new BundleError('METADATA', `parts of line ${number} do not join`);
      offset += part.length;
      const name = `o/${line.sha256}.p${String(part.part).padStart(4, '0')}`;
      items.push({ name, line: number, sha256: line.sha256, offset: part.offset, length: part.length, whole: false });
    }
    if (offset !== line.size) throw new BundleError('METADATA', `parts of line ${number} do not cover it`);
    partsUsed += own.length;
  }
  if (partsUsed !== parts.length)
    throw new BundleError('METADATA', 'there are parts of an object that is not included');
  return items;
};

/** The size of a volume: prelude entries, items, end marker. */
export const volumeSize = (preludeSizes: readonly number[], items: readonly Item[]): number =>
  preludeSizes.reduce((sum, size) => sum + entrySize(size), 0) +
  items.reduce((sum, item) => sum + entrySize(item.length), 0) +
  endBytes;

/** The items of a volume; `first` and `last` are inclusive. */
export const volumeItems = (volume: { first: number; last: number }, items: readonly Item[]): readonly Item[] =>
  items.slice(volume.first, volume.last + 1);

/** Checks that the volumes hold every item once, in order, and have the size that follows. */
export const checkVolumes = (
  volumes: Manifest['volumes'],
  items: readonly Item[],
  preludeSizes: readonly number[],
): void => {
  if (items.length === 0) {
    const [only, ...others] = volumes;
    if (only === undefined || others.length > 0 || only.first !== 1 || only.last !== 0) {
      throw new BundleError('METADATA', 'a bundle without objects has one volume without objects');
    }
    if (only.bytes !== volumeSize(preludeSizes, [])) throw new BundleError('METADATA', 'volume 1 has another size');
    return;
  }
  let next = 0;
  for (const volume of volumes) {
    if (volume.first !== next || volume.last < volume.first || volume.last >= items.length) {
      throw new BundleError('METADATA', `volume ${volume.n} does not continue the one before`);
    }
    if (volume.bytes !== volumeSize(preludeSizes, volumeItems(volume, items))) {
      throw new BundleError('METADATA', `volume ${volume.n} has another size than its entries`);
    }
    next = volume.last + 1;
  }
  if (next !== items.length) throw new BundleError('METADATA', 'the volumes leave objects out');
};

/** Where every object goes: the cut ones' parts, all items, and the items of each volume. */
export type Layout = { parts: Manifest['parts']; items: Item[]; ranges: { first: number; last: number }[] };

/** The most whole chunks of an entry that fit into `room`; 0 when none does. */
const chunksIn = (room: number): number =>
  Math.min(limits.entryBytes, Math.floor((room - entrySize(0)) / limits.chunkBytes) * limits.chunkBytes);

/**
 * Lays the included lines out over volumes of at most `volumeBytes`, in inventory order. An object that no volume can
 * hold whole is cut at multiples of 8 MiB and fills what is left of the volume it starts in; any other stays whole. A
 * medium too small for the prelude and one chunk is LIMIT.
 */
export const layOut = (
  lines: readonly InventoryLine[],
  include: readonly number[],
  preludeSizes: readonly number[],
  volumeBytes: number,
): Layout => {
  const capacity = volumeBytes - volumeSize(preludeSizes, []);
  const tooSmall = (size: number): BundleError =>
    new BundleError(
      'LIMIT',
      `a volume of ${volumeBytes} bytes is too small for an object of ${size} bytes; take a larger medium`,
    );
  const parts: Manifest['parts'] = [];
  const starts: number[] = [0];
  let count = 0;
  let room = capacity;
  if (capacity < 0) throw tooSmall(0);
  const nextVolume = (): void => {
    starts.push(count);
    room = capacity;
  };
  const place = (length: number): void => {
    count += 1;
    room -= entrySize(length);
  };
  for (const number of include) {
    const size = lines[number]?.size ?? 0;
    if (size <= limits.entryBytes && entrySize(size) <= capacity) {
      if (entrySize(size) > room) nextVolume();
      place(size);
      continue;
    }
    if (size <= limits.chunkBytes) throw tooSmall(size);
    for (let offset = 0; offset < size; ) {
      const left = size - offset;
      const length = left <= limits.entryBytes && entrySize(left) <= room ? left : chunksIn(room);
      if (length <= 0) {
        if (room === capacity) throw tooSmall(size);
        nextVolume();
        continue;
      }
      const own = parts.at(-1);
      parts.push({ line: number, part: own?.line === number ? own.part + 1 : 1, offset, length });
      place(length);
      offset += length;
    }
  }
  if (starts.length > limits.volumes) {
    throw new BundleError('LIMIT', `${starts.length} volumes, at most ${limits.volumes}; take a larger medium`);
  }
  const items = itemsOf(lines, include, parts);
  const ranges = starts.map((first, index) => ({ first, last: (starts[index + 1] ?? count) - 1 }));
  return { parts, items, ranges: items.length === 0 ? [{ first: 1, last: 0 }] : ranges };
};
