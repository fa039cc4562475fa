import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { BundleError } from '../errors.ts';
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from '../person/files.ts';
import { randomBytes } from '../platform/ambient.ts';
import { ensureDir, syncDir, writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';

/** Bytes by their SHA-256, under `sha256/aa/…`; written once, verified, then renamed into place. */
export type ObjectStore = {
  path(sha256: string): string;
  has(sha256: string): boolean;
  size(sha256: string): number;
  putBytes(bytes: Uint8Array): { sha256: string; size: number };
  /** Copies a file in; refuses bytes that do not have the digest. */
  putFile(path: string, sha256: string): { sha256: string; size: number };
};

const bufferBytes = 1024 * 1024;
const digestForm = /^[0-9a-f]{64}$/;

/** SHA-256 of bytes in memory, as lower-case hex. */
const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** SHA-256 and length of a file, in one pass with flat memory. */
export const hashFile = (path: string): { sha256: string; size: number } => {
  const fd = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    const buffer = new Uint8Array(bufferBytes);
    let size = 0;
    for (;;) {
      const count = readSync(fd, buffer, 0, buffer.length, null);
      if (count === 0) return { sha256: hash.digest('hex'), size };
      hash.update(buffer.subarray(0, count));
      size += count;
    }
  } finally {
    closeSync(fd);
  }
};

/** Copies a file durably and returns what was written. */
export const copyFileDurable = (
  from: string,
  to: string,
  onBytes: (count: number) => void = () => {},
): { sha256: string; size: number } => {
  const input = openSync(from, 'r');
  try {
    const output = openSync(to, 'wx', 0o644);
    try {
      const hash = createHash('sha256');
      const buffer = new Uint8Array(bufferBytes);
      let size = 0;
      for (;;) {
        const count = readSync(input, buffer, 0, buffer.length, null);
        if (count === 0) break;
        for (let at = 0; at < count; ) at += writeSync(output, buffer, at, count - at);
        hash.update(buffer.subarray(0, count));
        size += count;
        onBytes(size);
      }
      fsyncSync(output);
      return { sha256: hash.digest('hex'), size };
    } finally {
      closeSync(output);
    }
  } finally {
    closeSync(input);
  }
};

/** The object store in a folder. */
export const objectStore = (root: string): ObjectStore => {
  const pathOf = (sha256: string): string => {
    if (!digestForm.test(sha256)) throw new BundleError('METADATA', 'an object is not named by a SHA-256');
    return join(root, sha256.slice(0, 2), sha256);
  };
  const folderOf = (sha256: string): string => join(root, sha256.slice(0, 2));
  return {
    path: pathOf,
    has: (sha256) => isThere(pathOf(sha256)),
    size: (sha256) => statSync(pathOf(sha256)).size,
    putBytes: (bytes) => {
      const sha256 = sha256Hex(bytes);
      if (!isThere(pathOf(sha256))) {
        ensureDir(folderOf(sha256));
        writeFileDurable(pathOf(sha256), bytes);
      }
      return { sha256, size: bytes.length };
    },
    putFile: (path, sha256) => {
      const target = pathOf(sha256);
      if (isThere(target)) return { sha256, size: statSync(target).size };
      ensureDir(folderOf(sha256));
      const part = join(folderOf(sha256), `.${Buffer.from(randomBytes(6)).toString('hex')}.part`);
      try {
        const written = copyFileDurable(path, part);
        if (written.sha256 !== sha256)
          throw new BundleError('HASH', `${path} does not have the digest that its source declares`);
        renameSync(part, target);
        syncDir(folderOf(sha256));
        return written;
      } finally {
        rmSync(part, { force: true });
      }
    },
  };
};
