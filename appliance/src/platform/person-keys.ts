import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { AppError } from './errors.ts';

// The wrapped keys of persons lie in a file of their own, keys/persons, each in a place of fixed size that its number
// names. A key is destroyed by writing zeros over it and waiting for the disk: readers of the database cannot delay that,
// and no log, journal or free page keeps a copy. Places are made ahead of their use and durable before a row names
// them, so a crash loses no key that is in use; a place is never filled twice, so a destroyed key never comes back.
// Who makes places holds the write lock of the database; reading and destroying need no lock.

/** What one key takes; a sector holds a whole number of them, so a cut write never leaves half of two. */
const keyPlaceBytes = 128;
/** So many places are made at once: one wait for the disk for so many new persons. */
const placesAtOnce = 64;
const copyPlaces = 8_192;

export type PersonKeys = {
  /** Null where the key was destroyed. KEY when the file ends before it: then it is not the file of this database. */
  read(id: number): Buffer | null;
  /** The number of the first whole key after `id`; call it under the write lock of the database. */
  next(id: number, make: (id: number) => Uint8Array): number;
  /** Returns when the disk has it, and the places were read back empty. */
  destroy(ids: readonly number[]): void;
  /** Writes a copy in which only the keys of `living` are. */
  copyTo(path: string, living: ReadonlySet<number>): void;
  close(): void;
};

/** The folder of a data directory in which the file lies also has this name for backups and restores. */
export const personKeysFile = 'persons';

const empty = Buffer.alloc(keyPlaceBytes);

const openFile = (path: string): number => {
  const isNew = !isThere(path);
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  if (isNew) syncDir(dirname(path));
  return fd;
};

const writeAt = (fd: number, bytes: Uint8Array, position: number): void => {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, position + at);
};

/** The places of keys in a file, which is made when it is not there. */
export function openPersonKeys(path: string): PersonKeys {
  const fd = openFile(path);
  const place = Buffer.alloc(keyPlaceBytes);
  const startOf = (id: number): number => (id - 1) * keyPlaceBytes;
  const places = (): number => Math.floor(fstatSync(fd).size / keyPlaceBytes);

  /** Undefined past the end of the file. */
  const look = (id: number): Buffer | null | undefined => {
    const got = readSync(fd, place, 0, keyPlaceBytes, startOf(id));
    if (got < keyPlaceBytes) return undefined;
    const length = place.readUInt8(0);
    return length === 0 || length >= keyPlaceBytes ? null : Buffer.from(place.subarray(1, 1 + length));
  };

  const addPlaces = (make: (id: number) => Uint8Array): void => {
    const first = places() + 1;
    const bytes = Buffer.alloc(placesAtOnce * keyPlaceBytes);
    for (let n = 0; n < placesAtOnce; n += 1) {
      const wrapped = make(first + n);
      bytes.writeUInt8(wrapped.length, n * keyPlaceBytes);
      bytes.set(wrapped, n * keyPlaceBytes + 1);
    }
    writeAt(fd, bytes, startOf(first));
    fsyncSync(fd);
  };

  return {
    read: (id) => {
      const found = look(id);
      if (found === undefined) throw new AppError('KEY', `keys/${personKeysFile} has no place ${id}`);
      return found;
    },
    next: (id, make) => {
      for (let at = id + 1; ; at += 1) {
        if (look(at) === undefined) addPlaces(make);
        if (look(at)) return at;
      }
    },
    destroy: (ids) => {
      const held = ids.filter((id) => id <= places());
      if (held.length === 0) return;
      for (const id of held) writeAt(fd, empty, startOf(id));
      fsyncSync(fd);
      const left = held.find((id) => look(id) !== null);
      if (left !== undefined)
        throw new AppError('KEY', `keys/${personKeysFile}: place ${left} did not take the erasure`);
    },
    copyTo: (to, living) => {
      const target = openSync(to, 'wx', 0o600);
      try {
        const chunk = Buffer.alloc(copyPlaces * keyPlaceBytes);
        const last = places();
        for (let from = 1; from <= last; from += copyPlaces) {
          const count = Math.min(copyPlaces, last - from + 1);
          readSync(fd, chunk, 0, count * keyPlaceBytes, startOf(from));
          for (let n = 0; n < count; n += 1)
            if (!living.has(from + n)) chunk.fill(0, n * keyPlaceBytes, (n + 1) * keyPlaceBytes);
          writeAt(target, chunk.subarray(0, count * keyPlaceBytes), startOf(from));
        }
        fsyncSync(target);
      } finally {
        closeSync(target);
      }
    },
    close: () => closeSync(fd),
  };
}
