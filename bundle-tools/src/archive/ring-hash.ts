import { createHash } from 'node:crypto';
import { BundleError } from '../errors.ts';
import { createHashThread, slotBytes, worthBytes } from './hash-thread.ts';

// A volume is hashed as a whole for its receipt while each object in it is hashed for itself: twice the work on the
// same bytes. A large volume is read into shared memory, where a thread of its own hashes it without a copy.

/** A ring of buffers to read a file into, and the SHA-256 over all of it. */
type RingHash = {
  readonly buffers: readonly Uint8Array[];
  /** Waits until the buffer may be overwritten. */
  free(index: number): Promise<void>;
  /** Hashes the first `length` bytes of the buffer; buffers are given in the order of the file. */
  update(index: number, length: number): void;
  digest(): Promise<string>;
  close(): Promise<void>;
};

const smallestBytes = 64 * 1024;

const buffersFor = (sizeBytes: number): Uint8Array[] => {
  // Fits the buffers to a small file; the end is where the file ends.
  const bufferBytes = Math.min(slotBytes, Math.max(smallestBytes, Math.ceil(sizeBytes / 512) * 512));
  return [Buffer.allocUnsafe(bufferBytes), Buffer.allocUnsafe(bufferBytes)];
};

/** Buffers without a hash, for a file whose own digest is not needed. */
export const createPlainRing = (sizeBytes: number): RingHash => ({
  buffers: buffersFor(sizeBytes),
  free: async () => undefined,
  update: () => undefined,
  digest: async () => {
    throw new BundleError('INTERNAL', 'this file is not hashed');
  },
  close: async () => undefined,
});

const createInlineRing = (sizeBytes: number): RingHash => {
  const hash = createHash('sha256');
  const buffers = buffersFor(sizeBytes);
  return {
    buffers,
    free: async () => undefined,
    update: (index, length) => {
      hash.update(buffers[index]?.subarray(0, length) ?? '');
    },
    digest: async () => hash.digest('hex'),
    close: async () => undefined,
  };
};

const createThreadRing = (): RingHash => {
  const { buffers, isBusy, check, change, send, digest, close } = createHashThread();
  return {
    buffers,
    free: async (index) => {
      check();
      while (isBusy(index)) await change();
    },
    update: send,
    digest,
    close,
  };
};

/** A ring for a file of about `sizeBytes`, which decides whether a thread is worth it. */
export const createRingHash = (sizeBytes: number): RingHash =>
  sizeBytes < worthBytes ? createInlineRing(sizeBytes) : createThreadRing();
