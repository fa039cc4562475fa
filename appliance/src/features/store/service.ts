import type { Readable } from 'node:stream';
import type { StoredObject, StoreFinding } from './types.ts';

export type StoreService = {
  /** Stores bytes or a stream; HASH_MISMATCH when `sha256` is given and differs, TOO_LARGE over `maxBytes`. */
  put(content: Uint8Array | Readable, options: { sha256?: string; maxBytes: number }): Promise<StoredObject>;
  /** Moves a finished file on the same file system into the store; hashes it first. HASH_MISMATCH leaves it where it is. */
  adopt(path: string, sha256: string): Promise<StoredObject>;
  has(sha256: string): boolean;
  /** Where an object lies, whether or not it is there. */
  path(sha256: string): string;
  /** Throws NOT_FOUND. `end` is inclusive. */
  open(sha256: string, range?: { start: number; end?: number }): Readable;
  read(sha256: string, maxBytes: number): Uint8Array;
  size(sha256: string): number;
  remove(sha256: string): void;
  list(): Iterable<StoredObject>;
  /** Removes what a crash left in objects/tmp; called at start. */
  sweep(): number;
  /** Hashes every object again. */
  verify(onProgress?: (done: number) => void): Promise<StoreFinding[]>;
};
