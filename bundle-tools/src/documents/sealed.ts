import { createHash } from 'node:crypto';
import { BundleError } from '../errors.ts';
import type { SealKey } from '../trust/keys.ts';
import { sodium } from '../trust/sodium.ts';
import { limits } from './limits.ts';

// SPSEAL01: magic; n; n boxes of the file key; secretstream header; frames. Section 2, "Sealed request".

const magic = new TextEncoder().encode('SPSEAL01');
const keyBytes = 32;
const boxBytes = keyBytes + 48;
const headerBytes = 24;
const frameBytes = 65_536;
const frameOverhead = 17;
const maxRecipients = 8;

const digestOf = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** True if the bytes start like a sealed file. */
export const isSealed = (bytes: Uint8Array): boolean => Buffer.compare(bytes.subarray(0, magic.length), magic) === 0;

/** Seals bytes to 1-8 X25519 public keys. */
export const sealTo = (bytes: Uint8Array, recipients: readonly Uint8Array[]): Uint8Array => {
  if (recipients.length < 1 || recipients.length > maxRecipients) {
    throw new BundleError('SEAL', `${recipients.length} recipients, 1 to ${maxRecipients} are possible`);
  }
  if (bytes.length > limits.requestBytes) throw new BundleError('LIMIT', `${bytes.length} bytes are too many to seal`);
  const key = sodium.crypto_secretstream_xchacha20poly1305_keygen();
  const boxes = recipients.map((recipient) => sodium.crypto_box_seal(key, recipient));
  const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key);
  const head = Buffer.concat([magic, Uint8Array.of(recipients.length), ...boxes, header]);
  const frames: Uint8Array[] = [head];
  let at = 0;
  do {
    const end = Math.min(at + frameBytes, bytes.length);
    const tag =
      end === bytes.length
        ? sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
        : sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    const ad = at === 0 ? digestOf(head) : null;
    frames.push(sodium.crypto_secretstream_xchacha20poly1305_push(state, bytes.subarray(at, end), ad, tag));
    at = end;
  } while (at < bytes.length);
  return Buffer.concat(frames);
};

const openBox = (boxes: Uint8Array, keys: readonly SealKey[]): Uint8Array => {
  for (let at = 0; at < boxes.length; at += boxBytes) {
    for (const { publicKey, secretKey } of keys) {
      try {
        return sodium.crypto_box_seal_open(boxes.subarray(at, at + boxBytes), publicKey, secretKey);
      } catch (error) {
        // libsodium throws for a box of another recipient: try the next.
        if (!(error instanceof Error)) throw error;
      }
    }
  }
  throw new BundleError('SEAL', 'the file is not sealed to any key that is here');
};

/** Opens a sealed file with whichever key fits; anything altered, cut or meant for another is SEAL. */
export const openSealed = (bytes: Uint8Array, keys: readonly SealKey[]): Uint8Array => {
  if (!isSealed(bytes)) throw new BundleError('SEAL', 'the file is not a sealed request');
  const count = bytes[magic.length] ?? 0;
  const boxesAt = magic.length + 1;
  const headerAt = boxesAt + count * boxBytes;
  const framesAt = headerAt + headerBytes;
  if (count < 1 || count > maxRecipients || bytes.length < framesAt + frameOverhead) {
    throw new BundleError('SEAL', 'the head of the sealed file is cut or wrong');
  }
  if (bytes.length > limits.requestBytes * 1.01 + framesAt)
    throw new BundleError('LIMIT', 'the sealed file is too large');
  const key = openBox(bytes.subarray(boxesAt, headerAt), keys);
  const state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(bytes.subarray(headerAt, framesAt), key);
  const parts: Uint8Array[] = [];
  let at = framesAt;
  while (at < bytes.length) {
    const end = Math.min(at + frameBytes + frameOverhead, bytes.length);
    if (end - at < frameOverhead) throw new BundleError('SEAL', 'a frame of the sealed file is cut');
    const ad = at === framesAt ? digestOf(bytes.subarray(0, framesAt)) : null;
    const frame = sodium.crypto_secretstream_xchacha20poly1305_pull(state, bytes.subarray(at, end), ad);
    if (frame === false) throw new BundleError('SEAL', 'the sealed file was altered');
    const last = frame.tag === sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    if (last !== (end === bytes.length))
      throw new BundleError('SEAL', 'the sealed file is cut or has more after its end');
    parts.push(frame.message);
    at = end;
  }
  return Buffer.concat(parts);
};
