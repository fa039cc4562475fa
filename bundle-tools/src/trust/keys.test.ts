import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  generateSealKey,
  generateSigningKey,
  groupHex,
  readSealKey,
  readSigningKey,
  signBytes,
  verifyBytes,
  writeSealKey,
  writeSigningKey,
} from './keys.ts';

const dir = mkdtempSync(join(tmpdir(), 'sallyport-keys-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('keys', () => {
  it('come back from their files, which only their owner reads', () => {
    const [signing, seal] = [generateSigningKey(), generateSealKey()];
    writeSigningKey(join(dir, 'sign.json'), signing);
    writeSealKey(join(dir, 'seal.json'), seal);
    expect(readSigningKey(join(dir, 'sign.json'))).toEqual(signing);
    expect(readSealKey(join(dir, 'seal.json'))).toEqual(seal);
    expect(statSync(join(dir, 'sign.json')).mode & 0o777).toBe(0o600);
    expect(() => readSigningKey(join(dir, 'seal.json'))).toThrow(expect.objectContaining({ code: 'METADATA' }));
    expect(() => readSealKey(join(dir, 'absent.json'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('whose halves do not belong together are refused', () => {
    const [one, two] = [generateSigningKey(), generateSigningKey()];
    writeSigningKey(join(dir, 'mixed.json'), { ...one, publicKey: two.publicKey });
    expect(() => readSigningKey(join(dir, 'mixed.json'))).toThrow('belong together');
    const [a, b] = [generateSealKey(), generateSealKey()];
    writeSealKey(join(dir, 'mixed.json'), { ...a, publicKey: b.publicKey });
    expect(() => readSealKey(join(dir, 'mixed.json'))).toThrow('belong together');
    writeFileSync(join(dir, 'text.json'), 'a key');
    expect(() => readSigningKey(join(dir, 'text.json'))).toThrow('no key file');
  });

  it('sign what other libraries verify', () => {
    const key = generateSigningKey();
    const bytes = Buffer.from('signed here');
    const signature = signBytes(bytes, key);
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.publicKey]);
    expect(verify(null, bytes, createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature)).toBe(true);
    expect(verifyBytes(bytes, signature, key.publicKey)).toBe(true);
    expect(verifyBytes(Buffer.from('Signed here'), signature, key.publicKey)).toBe(false);
    expect(verifyBytes(bytes, signature.subarray(1), key.publicKey)).toBe(false);
    expect(verifyBytes(bytes, signature, generateSigningKey().publicKey)).toBe(false);
    expect(readFileSync(join(dir, 'sign.json'), 'utf8')).not.toContain('undefined');
  });

  it('are read aloud in fours', () => {
    expect(groupHex('0123456789abcdef')).toBe('0123 4567 89ab cdef');
  });
});
