import { createHmac, timingSafeEqual } from 'node:crypto';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';

// Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, what every authenticator speaks. A code counts
// once: the step of the last one is kept.

const stepMs = 30_000;
const digits = 6;
/** Steps before and after now that count, for clocks that differ. */
const drift = 1;
const secretBytes = 20;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const toBase32 = (bytes: Uint8Array): string => {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
};

export const fromBase32 = (text: string): Buffer => {
  let bits = '';
  for (const char of text.toUpperCase().replace(/[\s=]/g, '')) {
    const value = alphabet.indexOf(char);
    if (value === -1) return Buffer.alloc(0);
    bits += value.toString(2).padStart(5, '0');
  }
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};

/** A new secret in the form that people type into an authenticator. */
export const newTotpSecret = (): string => toBase32(randomBytes(secretBytes));

/** The code of a step (RFC 4226, section 5.3). */
export const totpCode = (secret: string, step: number): string => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = (mac[mac.length - 1] ?? 0) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, '0');
};

/** The step that a code belongs to, near now and later than the last one used; undefined for a wrong or used code. */
export const matchTotp = (secret: string, code: string, nowMs: number, lastStep: number): number | undefined => {
  const given = Buffer.from(code.replace(/\s/g, ''));
  if (given.length !== digits || fromBase32(secret).length === 0) return undefined;
  const now = Math.floor(nowMs / stepMs);
  // A code that was used under a clock far ahead says nothing about the steps of now: else each code would be refused until then.
  const used = lastStep > now + drift ? 0 : lastStep;
  let found: number | undefined;
  for (let step = now - drift; step <= now + drift; step += 1) {
    if (timingSafeEqual(Buffer.from(totpCode(secret, step)), given) && step > used) found ??= step;
  }
  return found;
};

const codeCount = 10;
const codePattern = /^[a-z2-7]{10}$/;

/** What is hashed of a recovery code, however it was typed; undefined for a text that is none. */
export const recoveryCode = (text: string): string | undefined => {
  const code = text.toLowerCase().replace(/[\s-]/g, '');
  return codePattern.test(code) ? code : undefined;
};

/** Codes for the day without the authenticator: shown once, kept as slow hashes. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: codeCount }, () => {
    const plain = toBase32(randomBytes(7)).toLowerCase().slice(0, 10);
    return `${plain.slice(0, 5)}-${plain.slice(5)}`;
  });
