import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { BundleError } from '../errors.ts';
import type { HashReply } from './hash-worker.ts';

/** A thread that hashes what lies in shared buffers, in the order in which they are sent to it. */
type HashThread = {
  readonly buffers: readonly Uint8Array[];
  /** Whether the thread has still to read the buffer. */
  isBusy(index: number): boolean;
  /** Hashes the first `length` bytes of the buffer; it is busy until then. */
  send(index: number, length: number): void;
  /** Waits until a buffer is given back. Throws INTERNAL once the thread has failed. */
  change(): Promise<void>;
  /** Throws INTERNAL when the thread has failed. */
  check(): void;
  digest(): Promise<string>;
  close(): Promise<void>;
};

/** The size of a buffer, and how large content must be for a thread to save more than its start costs. Bytes. */
export const slotBytes = 4 * 1024 * 1024;
export const worthBytes = 32 * 1024 * 1024;
const slotCount = 4;

const workerPath = (): string => {
  const self = fileURLToPath(import.meta.url);
  return fileURLToPath(new URL(self.endsWith('.ts') ? './hash-worker.ts' : './hash-worker.js', import.meta.url));
};

/** Starts a hashing thread with its buffers; `close` ends it. */
export const createHashThread = (): HashThread => {
  const slots = Array.from({ length: slotCount }, () => new SharedArrayBuffer(slotBytes));
  const buffers = slots.map((slot) => new Uint8Array(slot));
  const busy = slots.map(() => false);
  const worker = new Worker(workerPath(), { workerData: { slots }, env: {}, execArgv: [] });
  let waiting: (() => void) | undefined;
  let failure: Error | undefined;
  const digest = Promise.withResolvers<string>();
  // Awaited in `digest`; a failure before that is told by `check`.
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
  const check = (): void => {
    if (failure !== undefined) throw failure;
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
    isBusy: (index) => busy[index] === true,
    send: (index, length) => {
      busy[index] = true;
      worker.postMessage({ slot: index, length });
    },
    change: async () => {
      check();
      await new Promise<void>((resolve) => {
        waiting = resolve;
      });
      check();
    },
    check,
    digest: async () => {
      worker.postMessage('digest');
      return digest.promise;
    },
    close: async () => {
      await worker.terminate();
    },
  };
};
