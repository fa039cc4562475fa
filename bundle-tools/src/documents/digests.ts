import { BundleError } from '../errors.ts';

/** Packs SHA-256 digests into sorted, distinct 32-byte values: the `have` list and the importer's list of held objects. */
export const packDigests = (digests: Iterable<string>): Uint8Array => {
  const sorted = [...new Set(digests)].sort();
  const packed = Buffer.alloc(sorted.length * 32);
  for (const [index, digest] of sorted.entries()) packed.write(digest, index * 32, 'hex');
  return packed;
};

/** True if `packed` is whole, sorted and without repeats. */
export const isPackedDigests = (packed: Uint8Array): boolean => {
  if (packed.length % 32 !== 0) return false;
  for (let at = 32; at < packed.length; at += 32) {
    if (Buffer.compare(packed.subarray(at - 32, at), packed.subarray(at, at + 32)) >= 0) return false;
  }
  return true;
};

/** The digests of a packed list, in hex. */
export const unpackDigests = (packed: Uint8Array): string[] => {
  if (!isPackedDigests(packed))
    throw new BundleError('METADATA', 'the list of digests is not sorted, distinct and whole');
  const hex = Buffer.from(packed).toString('hex');
  return Array.from({ length: packed.length / 32 }, (_, index) => hex.slice(index * 64, index * 64 + 64));
};

/** Looks a digest up in a packed list. */
export const hasDigest = (packed: Uint8Array, digest: string): boolean => {
  const wanted = Buffer.from(digest, 'hex');
  let low = 0;
  let high = packed.length / 32;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = Buffer.compare(packed.subarray(middle * 32, middle * 32 + 32), wanted);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return false;
};
