import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import {
  cryptoReady,
  fingerprintOf,
  generateSealKey,
  generateSigningKey,
  signBytes,
} from '@sallyport/bundle-tools/trust/keys';
import { beforeAll, describe, expect, it } from 'vitest';
import { fileFolder } from '../../../../test/support/test-folder.ts';
import { AppError } from '../../platform/errors.ts';
import { sealer } from '../../platform/sealed-stream.ts';
import { packed, readSealedFiles, readStatement, writeBackup } from './container.ts';

// What anybody could seal who knows the public recovery key. The fuzzer found the first two.

const folder = fileFolder('container');
beforeAll(() => cryptoReady());

const sink = { begin: () => undefined, write: () => undefined, end: () => undefined };
const key = generateSealKey();
const framed = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
};
const codeOf = (plain: Uint8Array): string => codeOfBlocks(Buffer.concat([...packed([plain])]));
const codeOfBlocks = (plain: Uint8Array): string => {
  const seal = sealer(key.publicKey);
  const path = join(folder, 'backup');
  writeFileSync(path, Buffer.concat([seal.head, ...seal.push(plain), seal.end()]));
  try {
    return `${readSealedFiles(path, key, sink)} files`;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
};

describe('a sealed container', () => {
  it.each([
    '',
    '{',
    '[]',
    '{"path":"config.json"}',
    '{"path":"config.json","size":0,"path":"state.db"}',
    '{"end":true}',
  ])('with the header %j is refused', (text) => expect(codeOf(framed(text))).toBe('MALFORMED'));

  it('that is refused in the middle is closed', () => {
    const open = (): number => readdirSync('/proc/self/fd').length;
    codeOf(framed('{'));
    const before = open();
    for (let n = 0; n < 20; n += 1) codeOf(framed('{'));
    expect(open()).toBe(before);
  });

  it('with a block that is too long, is not packed, or unpacks to too much is refused', () => {
    const length = (bytes: number): Buffer => {
      const four = Buffer.alloc(4);
      four.writeUInt32BE(bytes);
      return four;
    };
    const bomb = zstdCompressSync(Buffer.alloc(64 << 20));
    expect(bomb.length).toBeLessThan(1 << 20);
    for (const blocks of [
      length(2 ** 31),
      Buffer.concat([length(4), Buffer.from('abcd')]),
      Buffer.concat([length(bomb.length), bomb]),
    ])
      expect(codeOfBlocks(blocks)).toBe('MALFORMED');
  });

  it('carries a statement that its site signed, and no byte of it can be changed', () => {
    const site = generateSigningKey();
    const path = join(folder, 'stated');
    const objects = [{ sha256: 'ab'.repeat(32), size: 7 }];
    const statement = { site: 'test-1', begun: 5, release: '0.2.0', schema: 47, objects };
    const entries = [{ path: 'config.json', sizeBytes: 3, content: Buffer.from('abc') }];
    const sign = (bytes: Uint8Array) => ({ signature: signBytes(bytes, site), publicKey: site.publicKey });
    const written = writeBackup(path, { recipient: key.publicKey, entries, statement, sign }, () => undefined);
    expect(readStatement(path)).toEqual({ statement: written, signedBy: fingerprintOf(site.publicKey) });
    expect(readSealedFiles(path, key, sink, written.sealed.bytes)).toBe(1);
    const bytes = readFileSync(path);
    for (let at = written.sealed.bytes; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      writeFileSync(path, altered);
      // Another public key would be another site's; the signature is then not its.
      expect(() => readStatement(path), `byte ${at}`).toThrow(AppError);
    }
  });

  it('is read when it is whole', () => {
    const plain = Buffer.concat([
      framed('{"path":"config.json","size":3}'),
      Buffer.from('abc'),
      framed('{"end":true,"files":1}'),
    ]);
    expect(codeOf(plain)).toBe('1 files');
  });
});
