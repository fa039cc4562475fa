import { type NumberSet, setOf, withPart } from '../../platform/number-set.ts';
import { packIds, unpackIds } from '../../platform/packed-ids.ts';

// Which devices have an item, in blocks of 1,024 devices: places in the block as packed distances while that is shorter,
// one bit per device from then on. What every device has costs a bit a device, what one device has costs a byte.

const blockSize = 1_024;
const bitmapBytes = blockSize / 8;

/** The block that a device is in. */
export const blockOf = (device: number): number => Math.floor(device / blockSize);

/** The rising devices of one block. */
export const packBlock = (devices: ArrayLike<number>): Buffer => {
  const packed = packIds(Array.from(devices, (device) => (device % blockSize) + 1));
  if (packed.length < bitmapBytes) return packed;
  const bits = Buffer.alloc(bitmapBytes);
  for (let at = 0; at < devices.length; at += 1) {
    const place = (devices[at] as number) % blockSize;
    bits[place >> 3] = (bits[place >> 3] as number) | (1 << (place & 7));
  }
  return bits;
};

/** The devices of a block, rising; throws on bytes that packBlock does not make. */
export const unpackBlock = (block: number, packed: Uint8Array, count: number): Uint32Array => {
  const first = block * blockSize;
  if (packed.length < bitmapBytes) return unpackIds(packed, count).map((id) => first + id - 1);
  const devices = new Uint32Array(count);
  let at = 0;
  for (let place = 0; place < blockSize; place += 1) {
    if (((packed[place >> 3] as number) & (1 << (place & 7))) === 0) continue;
    if (at === count) throw new RangeError('more devices than counted');
    devices[at++] = first + place;
  }
  if (at !== count || packed.length > bitmapBytes) throw new RangeError('not a block of devices');
  return devices;
};

/** A set of devices with those of a block. */
export const withBlock = (set: NumberSet, block: number, packed: Uint8Array, count: number): NumberSet =>
  withPart(
    set,
    block * bitmapBytes,
    packed.length < bitmapBytes ? setOf(unpackIds(packed, count).map((id) => id - 1)) : packed,
  );
