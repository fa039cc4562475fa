import { packIds, someId } from './id-set.ts';
import { setOf } from './number-set.ts';

// Some devices of one block, as a string of bytes: their places in the block as packed distances while that is shorter than one
// bit per place, the bits from then on. A set has one form only.

/** Devices of a block: a question reads a row for each block, a report writes whole rows. */
export const blockDevices = 4_096;
/** The bytes of a block, one bit per device. */
export const blockBytes = blockDevices / 8;

/** The block that a device is in. */
export const blockOf = (device: number): number => Math.floor(device / blockDevices);

export const placeOf = (device: number): number => device % blockDevices;

/** The set of some rising places. */
export const packPlaces = (places: readonly number[]): Buffer => {
  const packed = packIds(places.map((place) => place + 1));
  if (packed.length < blockBytes) return packed;
  const bits = Buffer.alloc(blockBytes);
  bits.set(setOf(places));
  return bits;
};

/** Calls with each place of a set, rising. */
const eachPlace = (set: Uint8Array, call: (place: number) => void): void => {
  if (set.length < blockBytes) {
    someId(set, (id) => {
      call(id - 1);
      return false;
    });
    return;
  }
  for (let at = 0; at < set.length; at += 1)
    for (let rest = set[at] as number; rest > 0; rest &= rest - 1) call(at * 8 + 31 - Math.clz32(rest & -rest));
};

/** The places of a set, rising. */
export const placesOf = (set: Uint8Array): number[] => {
  const places: number[] = [];
  eachPlace(set, (place) => places.push(place));
  return places;
};

/** Adds the devices of a block to a set of devices that has room for the block. */
export const addPlaces = (devices: Uint8Array, block: number, set: Uint8Array): void => {
  const first = block * blockBytes;
  if (set.length < blockBytes)
    eachPlace(set, (place) => {
      const at = first + (place >> 3);
      devices[at] = (devices[at] as number) | (1 << (place & 7));
    });
  else
    for (let at = 0; at < set.length; at += 1)
      devices[first + at] = (devices[first + at] as number) | (set[at] as number);
};

/** A set with and without some places, rising; undefined: nothing is left of it. */
export const withPlaces = (
  set: Uint8Array | undefined,
  added: readonly number[],
  removed: readonly number[] = [],
): Buffer | undefined => {
  const places = new Set(set === undefined ? [] : placesOf(set));
  for (const place of removed) places.delete(place);
  for (const place of added) places.add(place);
  return places.size === 0 ? undefined : packPlaces([...places].sort((a, b) => a - b));
};
