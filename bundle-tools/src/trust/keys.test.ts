import { createPublicKey, verify } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileFolder } from '../../../test/support/test-folder.ts';
import {
  fingerprintOf,
  generateSealKey,
  generateSigningKey,
  groupHex,
  keyidOf,
  readSealKey,
  readSigningKey,
  signBytes,
  tufKeyOf,
  verifyBytes,
  writeSealKey,
  writeSigningKey,
} from './keys.ts';

const dir = fileFolder('keys');

const refusal = (code: string, message: string) => expect.objectContaining({ code, message });

describe('keys', () => {
  it('come back from their files, which only their owner reads', () => {
    const [signing, seal] = [generateSigningKey(), generateSealKey()];
    writeSigningKey(join(dir, 'sign.json'), signing);
    writeSealKey(join(dir, 'seal.json'), seal);
    expect(readSigningKey(join(dir, 'sign.json'))).toEqual(signing);
    expect(readSealKey(join(dir, 'seal.json'))).toEqual(seal);
    for (const name of ['sign.json', 'seal.json']) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dir, 'sign.json'), 'utf8')).toMatch(
      /^\{"type":"ed25519","public":".{44}","secret":".{88}"\}\n$/,
    );
    expect(readFileSync(join(dir, 'seal.json'), 'utf8')).toMatch(
      /^\{"type":"x25519","public":".{44}","secret":".{44}"\}\n$/,
    );
    expect(() => readSigningKey(join(dir, 'seal.json'))).toThrow(expect.objectContaining({ code: 'METADATA' }));
    expect(() => readSealKey(join(dir, 'absent.json'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('whose halves do not belong together are refused', () => {
    const [one, two] = [generateSigningKey(), generateSigningKey()];
    const path = join(dir, 'mixed.json');
    const mixed = `the halves of the signing key in ${path} do not belong together`;
    writeSigningKey(path, { ...one, publicKey: two.publicKey });
    expect(() => readSigningKey(path)).toThrow(refusal('METADATA', mixed));
    const secretKey = Buffer.concat([one.secretKey.subarray(0, 32), two.publicKey]);
    writeSigningKey(path, { ...one, secretKey });
    expect(() => readSigningKey(path)).toThrow(refusal('METADATA', mixed));
    const [a, b] = [generateSealKey(), generateSealKey()];
    writeSealKey(path, { ...a, publicKey: b.publicKey });
    expect(() => readSealKey(path)).toThrow(
      refusal('METADATA', `the halves of the seal key in ${path} do not belong together`),
    );
  });

  it('in files that are none are refused, by the name of the file', () => {
    const path = join(dir, 'file.json');
    const write = (content: unknown) =>
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    const seal = generateSealKey();
    const half = Buffer.from(seal.publicKey).toString('base64');
    const noSigningKey = refusal('METADATA', `${path} is no signing key file`);
    const noSealKey = refusal('METADATA', `${path} is no seal key file`);
    for (const content of [
      {},
      { type: 'ed25519', public: half, secret: half },
      { type: 'x25519', public: half, secret: half, remark: '' },
      { type: 'x25519', public: half.slice(4), secret: half },
      { type: 'x25519', public: half },
    ]) {
      write(content);
      expect(() => readSigningKey(path)).toThrow(noSigningKey);
      expect(() => readSealKey(path)).toThrow(noSealKey);
    }
    write({ type: 'x25519', public: half, secret: half });
    expect(() => readSigningKey(path)).toThrow(noSigningKey);
    for (const content of ['a key', `"${'k'.repeat(4095)}"`]) {
      write(content);
      expect(() => readSigningKey(path)).toThrow(refusal('METADATA', `${path} is no key file`));
      expect(() => readSealKey(path)).toThrow(refusal('METADATA', `${path} is no key file`));
    }
    write(`"${'k'.repeat(4094)}"`);
    expect(() => readSealKey(path)).toThrow(noSealKey);
    const absent = join(dir, 'absent.json');
    expect(() => readSigningKey(absent)).toThrow(refusal('NOT_FOUND', `cannot read the key file ${absent}`));
  });

  it('are told apart by all of their bytes', () => {
    const keys = [generateSigningKey(), generateSigningKey()].map(({ publicKey }) => publicKey);
    expect(new Set(keys.map(fingerprintOf)).size).toBe(2);
    expect(fingerprintOf(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    const [one, two] = [generateSealKey(), generateSealKey()];
    expect(one).not.toEqual(two);
    expect(one.publicKey).toHaveLength(32);
    expect(one.secretKey).toHaveLength(32);
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
  });

  it('have the id that python3-securesystemslib gives them', () => {
    const publicKey = Buffer.alloc(32, 1);
    expect(tufKeyOf(publicKey)).toEqual({
      keytype: 'ed25519',
      scheme: 'ed25519',
      keyval: { public: '01'.repeat(32) },
    });
    expect(keyidOf(publicKey)).toBe('e0493be9def0b26d9ff89feacbed3194035ec612201c691d3dbeb190ea9da248');
  });

  it('are read aloud in fours', () => {
    expect(groupHex('0123456789abcdef')).toBe('0123 4567 89ab cdef');
    expect(groupHex('01234')).toBe('0123 4');
    expect(groupHex('')).toBe('');
  });
});
