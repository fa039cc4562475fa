import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cryptoReady, generateSealKey } from '@sallyport/bundle-tools/trust/keys';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../platform/errors.ts';
import { sealer } from '../../platform/sealed-stream.ts';
import { readBackup } from './container.ts';

// What anybody could seal who knows the public recovery key. The fuzzer found the first two.

const folder = mkdtempSync(join(tmpdir(), 'sallyport-container-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => cryptoReady());

const sink = { begin: () => undefined, write: () => undefined, end: () => undefined };
const key = generateSealKey();
const framed = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
};
const codeOf = (plain: Uint8Array): string => {
  const seal = sealer(key.publicKey);
  const path = join(folder, 'backup');
  writeFileSync(path, Buffer.concat([seal.head, ...seal.push(plain), seal.end()]));
  try {
    return `${readBackup(path, key, sink)} files`;
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

  it('is read when it is whole', () => {
    const plain = Buffer.concat([
      framed('{"path":"config.json","size":3}'),
      Buffer.from('abc'),
      framed('{"end":true,"files":1}'),
    ]);
    expect(codeOf(plain)).toBe('1 files');
  });
});
