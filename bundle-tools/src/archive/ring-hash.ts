import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { BundleError } from '../errors.ts';
import type { HashReply } from './hash-worker.ts';

// A volume is hashed as a whole for its receipt while each object in it is hashed for itself: twice the work on the
// same bytes. A large volume is read into shared memory, where a thread of its own hashes it without a copy.

/** A ring of buffers to read a file into, and the SHA-256 over all of it. */
export type RingHash = {
  readonly buffers: readonly Uint8Array[];
  /** Waits until the buffer may be overwritten. */
  free(index: number): Promise<void>;
  /** Hashes the first `length` bytes of the buffer; buffers are given in the order of the file. */
  update(index: number, length: number): void;
  digest(): Promise<string>;
  close(): Promise<void>;
};

const slotBytes = 4 * 1024 * 1024;
const slotCount = 4;
const smallestBytes = 64 * 1024;
// Below this a thread takes longer to start than it saves.
const worthBytes = 32 * 1024 * 1024;

const buffersFor = (sizeBytes: number): Uint8Array[] => {
  // Fits the buffers to a small file; the end is where the file ends.
  const bufferBytes = Math.min(slotBytes, Math.max(smallestBytes, Math.ceil(sizeBytes / 512) * 512));
  return [Buffer.allocUnsafe(bufferBytes), Buffer.allocUnsafe(bufferBytes)];
};

/** Buffers without a hash, for a file whose own digest nobody asks for. */
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

const workerPath = (): string => {
  const self = fileURLToPath(import.meta.url);
  return fileURLToPath(new URL(self.endsWith('.ts') ? './hash-worker.ts' : './hash-worker.js', import.meta.url));
};

const createThreadRing = (): RingHash => {
  const slots = Array.from({ length: slotCount }, () => new SharedArrayBuffer(slotBytes));
  const buffers = slots.map((slot) => new Uint8Array(slot));
  const busy = slots.map(() => false);
  const worker = new Worker(workerPath(), { workerData: { slots }, env: {}, execArgv: [] });
  let waiting: (() => void) | undefined;
  let failure: Error | undefined;
  const digest = Promise.withResolvers<string>();
  // Awaited in `digest`; a failure before that is told by `free`.
  digest.promise.catch(() => undefined);

  const wake = (): void => {
    waiting?.();
    waiting = undefined;
  };
  const fail = (error: Error): void => {
    failure ??= new BundleError('INTERNAL', 'the hashing thread failed', { cause: error });
    digest.reject(failure);
    wake();
  };
  worker.on('message', (reply: HashReply) => {
    if ('digest' in reply) digest.resolve(reply.digest);
    else busy[reply.free] = false;
    wake();
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('it ended')));

  return {
    buffers,
    free: async (index) => {
      while (busy[index]) {
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => {
          waiting = resolve;
        });
      }
      if (failure !== undefined) throw failure;
    },
    update: (index, length) => {
      busy[index] = true;
      worker.postMessage({ slot: index, length });
    },
    digest: async () => {
      worker.postMessage('digest');
      return digest.promise;
    },
    close: async () => {
      await worker.terminate();
    },
  };
};

/** A ring for a file of about `sizeBytes`, which decides whether a thread is worth it. */
export const createRingHash = (sizeBytes: number): RingHash =>
  sizeBytes < worthBytes ? createInlineRing(sizeBytes) : createThreadRing();
