import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { BundleError } from '../errors.ts';
import type { HashReply } from './hash-worker.ts';

// A volume that is written is hashed as a whole while each object in it is checked: twice the work on the same bytes, so
// a large volume gets a thread of its own.

/** SHA-256 over everything that `update` was given, in order. */
export type SideHash = {
  update(bytes: Uint8Array): Promise<void>;
  digest(): Promise<string>;
  close(): Promise<void>;
};

const slotBytes = 4 * 1024 * 1024;
const slotCount = 4;
// Below this a thread takes longer to start than it saves.
const worthBytes = 32 * 1024 * 1024;

const createInlineHash = (): SideHash => {
  const hash = createHash('sha256');
  return {
    update: async (bytes) => {
      hash.update(bytes);
    },
    digest: async () => hash.digest('hex'),
    close: async () => undefined,
  };
};

const workerPath = (): string => {
  const self = fileURLToPath(import.meta.url);
  return fileURLToPath(new URL(self.endsWith('.ts') ? './hash-worker.ts' : './hash-worker.js', import.meta.url));
};

const createThreadHash = (): SideHash => {
  const slots = Array.from({ length: slotCount }, () => new SharedArrayBuffer(slotBytes));
  const views = slots.map((slot) => new Uint8Array(slot));
  const free = slots.map((_, index) => index);
  const worker = new Worker(workerPath(), { workerData: { slots }, env: {}, execArgv: [] });
  let waiting: (() => void) | undefined;
  let failure: Error | undefined;
  const digest = Promise.withResolvers<string>();
  // Awaited in `digest`; a failure before that is told by `update`.
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
    else free.push(reply.free);
    wake();
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('it ended')));

  const takeSlot = async (): Promise<number> => {
    for (;;) {
      if (failure !== undefined) throw failure;
      const slot = free.shift();
      if (slot !== undefined) return slot;
      await new Promise<void>((resolve) => {
        waiting = resolve;
      });
    }
  };

  return {
    update: async (bytes) => {
      for (let at = 0; at < bytes.length; at += slotBytes) {
        const slot = await takeSlot();
        const piece = bytes.subarray(at, at + slotBytes);
        views[slot]?.set(piece);
        worker.postMessage({ slot, length: piece.length });
      }
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

/** A hash beside the work; `sizeBytes` decides whether it is worth a thread. */
export const createSideHash = (sizeBytes: number): SideHash =>
  sizeBytes < worthBytes ? createInlineHash() : createThreadHash();
