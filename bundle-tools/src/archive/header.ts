import { BundleError } from '../errors.ts';

// Section 2, "Header": one byte form per name and size, equal to tar-stream's for mode 0644, ids 0, mtime 0.

export const blockBytes = 512;

/** What a volume ends with. */
export const endBytes = 2 * blockBytes;

const nameForm = /^[0-9a-zA-Z._-]+(?:\/[0-9a-zA-Z._-]+)*$/;

// A name is never joined to a path that is written; that it could not lead anywhere either costs nothing.

/** Whether an entry may have this name: segments of letters, digits, `.`, `_` and `-`, none of them `.` or `..`. */
export const isEntryName = (name: string): boolean =>
  name.length <= 100 && nameForm.test(name) && name.split('/').every((segment) => segment !== '.' && segment !== '..');

const maxSize = 8 ** 11 - 1;

/** Bytes of NUL after a body of `size` bytes. */
export const paddingOf = (size: number): number => (blockBytes - (size % blockBytes)) % blockBytes;

/** Bytes that an entry takes: header, body, padding. */
export const entrySize = (size: number): number => blockBytes + size + paddingOf(size);

/** The 512 bytes that announce an entry. */
export const encodeHeader = (name: string, size: number): Uint8Array => {
  if (!isEntryName(name)) throw new BundleError('HEADER', `${JSON.stringify(name)} is no entry name`);
  if (!Number.isSafeInteger(size) || size < 0 || size > maxSize)
    throw new BundleError('HEADER', `no entry has ${size} bytes`);
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0, 'latin1');
  block.write('000644 \0', 100, 'latin1');
  for (const at of [108, 116, 329, 337]) block.write('000000 \0', at, 'latin1');
  block.write(`${size.toString(8).padStart(11, '0')} `, 124, 'latin1');
  block.write('00000000000 ', 136, 'latin1');
  block.write('        ', 148, 'latin1');
  block.write('0', 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')} \0`, 148, 'latin1');
  return block;
};

/** True for a block of NUL. */
export const isZeroBlock = (block: Uint8Array): boolean => block.every((byte) => byte === 0);

/**
 * Reads a header by regenerating it: name and size are taken out, the block is built anew and all 512 bytes must be
 * equal. No other field of tar is ever interpreted, so none can mean anything.
 */
export const decodeHeader = (block: Uint8Array): { name: string; size: number } => {
  const text = Buffer.from(block.buffer, block.byteOffset, block.length).toString('latin1');
  const name = text.slice(0, 100).replace(/\0.*$/s, '');
  const digits = text.slice(124, 135);
  if (!isEntryName(name)) throw new BundleError('HEADER', 'the name of an entry is not of our form');
  if (!/^[0-7]{11}$/.test(digits)) throw new BundleError('HEADER', `the size of ${name} is not of our form`);
  const size = Number.parseInt(digits, 8);
  if (Buffer.compare(encodeHeader(name, size), block) !== 0) {
    throw new BundleError('HEADER', `the header of ${name} is not the one that we write`);
  }
  return { name, size };
};
