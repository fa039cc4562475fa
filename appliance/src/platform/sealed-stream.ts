import { createHash } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { AppError } from './errors.ts';

// A sealed file of any length: magic, the file key in a box to one X25519 key, a secretstream header, then frames of
// 64 KiB. The first frame binds the head, the last one carries the final tag, so neither a cut nor a splice passes.

const magic = Buffer.from('SPBACK01');
const boxBytes = 32 + 48;
const headerBytes = 24;
const frameBytes = 65_536;
const overheadBytes = 17;
export const sealedFrameBytes = frameBytes + overheadBytes;
export const sealedHeadBytes = magic.length + boxBytes + headerBytes;

const digestOf = (head: Uint8Array): Uint8Array => createHash('sha256').update(head).digest();

/** Cuts what is pushed into frames and seals them; `end` gives the last one. libsodium must be ready. */
export const sealer = (recipient: Uint8Array): { head: Buffer; push(bytes: Uint8Array): Buffer[]; end(): Buffer } => {
  const key = sodium.crypto_secretstream_xchacha20poly1305_keygen();
  const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key);
  const head = Buffer.concat([magic, sodium.crypto_box_seal(key, recipient), header]);
  let bound: Uint8Array | null = digestOf(head);
  let pending = Buffer.alloc(0);
  const frame = (bytes: Uint8Array, tag: number): Buffer => {
    const sealed = sodium.crypto_secretstream_xchacha20poly1305_push(state, bytes, bound, tag);
    bound = null;
    return Buffer.from(sealed);
  };
  return {
    head,
    push: (bytes) => {
      pending = Buffer.concat([pending, bytes]);
      const frames: Buffer[] = [];
      let at = 0;
      // The last full frame is kept back: only `end` knows whether it is the final one.
      for (; pending.length - at > frameBytes; at += frameBytes) {
        frames.push(
          frame(pending.subarray(at, at + frameBytes), sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE),
        );
      }
      pending = Buffer.from(pending.subarray(at));
      return frames;
    },
    end: () => frame(pending, sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL),
  };
};

/** Opens frames in order; throws KEY for another key or an altered byte. */
export const opener = (
  head: Uint8Array,
  key: { publicKey: Uint8Array; secretKey: Uint8Array },
): { open(frame: Uint8Array): { bytes: Uint8Array; final: boolean } } => {
  if (head.length !== sealedHeadBytes || !magic.equals(head.subarray(0, magic.length))) {
    throw new AppError('MALFORMED', 'not a sealed backup');
  }
  let fileKey: Uint8Array;
  try {
    fileKey = sodium.crypto_box_seal_open(
      head.subarray(magic.length, magic.length + boxBytes),
      key.publicKey,
      key.secretKey,
    );
  } catch (cause) {
    throw new AppError('KEY', 'the recovery key does not open this backup', {}, { cause });
  }
  const state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(head.subarray(magic.length + boxBytes), fileKey);
  let bound: Uint8Array | null = digestOf(head);
  return {
    open: (frame) => {
      const opened = sodium.crypto_secretstream_xchacha20poly1305_pull(state, frame, bound);
      bound = null;
      if (opened === false) throw new AppError('KEY', 'the backup was altered');
      return { bytes: opened.message, final: opened.tag === sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL };
    },
  };
};
