import { constants } from 'node:fs';
import { join } from 'node:path';
import { BundleError } from '../errors.ts';
import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readSync } from '../person/files.ts';

// A medium is a folder that a person names. File names are never trusted: what a file is, its first bytes say.

/** What a file on a medium looks like. */
type MediumFileKind = 'request' | 'tar' | 'json' | 'other';
type MediumFile = {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly kind: MediumFileKind;
};

const maxEntries = 10_000;
const sealMagic = Buffer.from('SPSEAL01');

/** What the first bytes of a file say it is. */
export const kindOfBytes = (head: Uint8Array): MediumFileKind => {
  const bytes = Buffer.from(head);
  if (bytes.subarray(0, 8).equals(sealMagic)) return 'request';
  if (bytes.length >= 263 && bytes.subarray(257, 262).toString('latin1') === 'ustar') return 'tar';
  return /^\s*\{/.test(bytes.subarray(0, 64).toString('latin1')) ? 'json' : 'other';
};

const readHead = (path: string): { head: Uint8Array; sizeBytes: number } | undefined => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const info = fstatSync(fd);
    if (!info.isFile()) return undefined;
    const head = new Uint8Array(512);
    const count = readSync(fd, head, 0, head.length, 0);
    return { head: head.subarray(0, count), sizeBytes: info.size };
  } finally {
    closeSync(fd);
  }
};

/** The plain files at the top of a medium, by name; leftovers of other systems (`._*`) and hidden files are passed over. */
export const listMedium = (folder: string): ReadonlyArray<MediumFile> => {
  if (!lstatSync(folder, { throwIfNoEntry: false })) throw new BundleError('NOT_FOUND', `${folder} is not there`);
  const names = readdirSync(folder);
  if (names.length > maxEntries) throw new BundleError('LIMIT', `${folder} holds more than ${maxEntries} entries`);
  return names
    .filter((name) => !name.startsWith('.'))
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return [];
      const found = readHead(path);
      return found === undefined ? [] : [{ path, name, sizeBytes: found.sizeBytes, kind: kindOfBytes(found.head) }];
    });
};

/** The kind of one file. */
export const kindOfFile = (path: string): MediumFileKind => {
  const found = readHead(path);
  if (found === undefined) throw new BundleError('NOT_REGULAR', `${path} is not a plain file`);
  return kindOfBytes(found.head);
};
