import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { chainFileName, splitChain } from '../documents/custody-chain.ts';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';
import { closeSync, fstatSync, lstatSync, openSync, readSync } from '../person/files.ts';

const maxFileBytes = limits.custodyLines * (limits.custodyBytes + 1);

/** Where the chains lie that travel with a file, or with the files of a folder. */
export const custodyFolder = (path: string): string =>
  join(lstatSync(path).isDirectory() ? path : dirname(path), 'custody');

const readWhole = (path: string): Uint8Array => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(fd);
    if (!fstatSync(fd).isFile()) throw new BundleError('NOT_REGULAR', `${path} is not a plain file`);
    if (size > maxFileBytes) throw new BundleError('LIMIT', `${path} has ${size} bytes, at most ${maxFileBytes}`);
    const bytes = new Uint8Array(size);
    let at = 0;
    for (let count = -1; at < size && count !== 0; at += count) count = readSync(fd, bytes, at, size - at, at);
    return bytes.subarray(0, at);
  } finally {
    closeSync(fd);
  }
};

/** The chain about a file, in its folder; empty when there is none. METADATA and LIMIT when it is no chain. */
export const readChain = (folder: string, sha256: string): string[] => {
  const path = join(folder, chainFileName(sha256));
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return lstatSync(path, { throwIfNoEntry: false }) === undefined ? [] : splitChain(readWhole(path));
};

/**
 * The chain about a file that was read from `path`, as evidence: what cannot be read or is no chain counts as absent,
 * and the next line shows that by naming none before it. Nothing of it is understood here.
 */
export const chainBeside = (path: string, sha256: string): string[] => {
  try {
    return readChain(custodyFolder(path), sha256);
  } catch (error) {
    if (error instanceof BundleError || (error instanceof Error && 'code' in error)) return [];
    throw error;
  }
};
