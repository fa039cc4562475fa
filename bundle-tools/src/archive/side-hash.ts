import { createHash } from 'node:crypto';
import { createHashThread, slotBytes, worthBytes } from './hash-thread.ts';

// A volume that is written is hashed as a whole while each object in it is checked: twice the work on the same bytes, so
// a large volume gets a thread of its own.

/** SHA-256 over everything that `update` was given, in order. */
type SideHash = {
  update(bytes: Uint8Array): Promise<void>;
  digest(): Promise<string>;
  close(): Promise<void>;
};

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

const createThreadHash = (): SideHash => {
  const { buffers, isBusy, check, change, send, digest, close } = createHashThread();

  const takeSlot = async (): Promise<number> => {
    check();
    for (;;) {
      const slot = buffers.findIndex((_, index) => !isBusy(index));
      if (slot !== -1) return slot;
      await change();
    }
  };

  return {
    update: async (bytes) => {
      for (let at = 0; at < bytes.length; at += slotBytes) {
        const slot = await takeSlot();
        const piece = bytes.subarray(at, at + slotBytes);
        buffers[slot]?.set(piece);
        send(slot, piece.length);
      }
    },
    digest,
    close,
  };
};

/** A hash beside the work; `sizeBytes` decides whether it is worth a thread. */
export const createSideHash = (sizeBytes: number): SideHash =>
  sizeBytes < worthBytes ? createInlineHash() : createThreadHash();
