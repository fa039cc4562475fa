import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { ownFolder } from '../../../../test/support/test-folder.ts';
import { AppError } from '../../platform/errors.ts';
import { readUpload } from './multipart.ts';

let dir = '';
beforeEach(() => {
  dir = ownFolder('upload');
});

const contentType = 'multipart/form-data; boundary=----edge7';
const part = (name: string, content: Buffer | string, file?: string): Buffer =>
  Buffer.concat([
    Buffer.from(
      `------edge7\r\nContent-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
const end = Buffer.from('------edge7--\r\n');
const chunked = async function* (bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
};
let n = 0;
const read = async (bytes: Buffer, size = 7, options: { maxFileBytes?: number; onFields?: () => void } = {}) => {
  n += 1;
  const path = join(dir, String(n));
  const upload = await readUpload(chunked(bytes, size), {
    contentType,
    onFields: () => undefined,
    fileField: 'file',
    path,
    maxFileBytes: 1 << 20,
    ...options,
  });
  return { ...upload, content: readFileSync(path) };
};
const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  return error instanceof AppError ? error.code : `not refused: ${String(error)}`;
};

describe('upload', () => {
  it('gives back any file however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(Buffer.from('\r\n------edge\r\n--\r\n------edg'))),
        fc.integer({ min: 1, max: 64 }),
        async (bytes, size) => {
          const content = Buffer.from(bytes);
          const body = Buffer.concat([part('csrf', 'abc'), part('file', content, 'b.tar'), end]);
          const upload = await read(body, size);
          expect(upload.content.equals(content)).toBe(true);
          expect(upload.fields.get('csrf')).toBe('abc');
          expect(upload).toMatchObject({ fileName: 'b.tar', sizeBytes: content.length });
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it('lets the fields decide before a byte of the file is written', async () => {
    const body = Buffer.concat([part('csrf', 'wrong'), part('file', 'data', 'b.tar'), end]);
    const refuse = (): void => {
      throw new AppError('CSRF', 'no');
    };
    expect(await codeOf(read(body, 5, { onFields: refuse }))).toBe('CSRF');
    expect(() => readFileSync(join(dir, String(n)))).toThrow('ENOENT');
  });

  it('drops a little after the file and refuses more than that', async () => {
    const body = (bytes: number): Buffer =>
      Buffer.concat([part('csrf', 'abc'), part('file', 'data', 'b.tar'), part('more', 'x'.repeat(bytes)), end]);
    expect((await read(body(1_000))).content.toString()).toBe('data');
    expect(await codeOf(read(body(100_000), 1_024))).toBe('MALFORMED');
    expect(await codeOf(read(body(100_000), 1 << 20))).toBe('MALFORMED');
  });

  it('refuses what is cut off, garbled, without a file or too large', async () => {
    const whole = Buffer.concat([part('csrf', 'abc'), part('file', 'data', 'b.tar'), end]);
    expect(await codeOf(read(whole.subarray(0, whole.length - 20)))).toBe('MALFORMED');
    expect(await codeOf(read(Buffer.from('garbage of some length, longer than the edge')))).toBe('MALFORMED');
    expect(await codeOf(read(Buffer.concat([part('csrf', 'abc'), end])))).toBe('MALFORMED');
    expect(await codeOf(read(Buffer.concat([part('csrf', 'x'.repeat(20_000)), end])))).toBe('MALFORMED');
    expect(await codeOf(read(whole, 7, { maxFileBytes: 3 }))).toBe('TOO_LARGE');
    expect(await read(whole, 7, { maxFileBytes: 4 })).toMatchObject({ sizeBytes: 4 });
    const field = (bytes: number): Buffer =>
      Buffer.concat([part('note', 'x'.repeat(bytes)), part('file', 'data', 'b'), end]);
    expect((await read(field(16_384), 1_024)).fields.get('note')).toHaveLength(16_384);
    expect(await codeOf(read(field(16_385), 1_024))).toBe('MALFORMED');
    const many = Array.from({ length: 51 }, (_, at) => part(`f${at}`, ''));
    expect(await codeOf(read(Buffer.concat([...many, part('file', 'data', 'b'), end])))).toBe('MALFORMED');
    expect(await codeOf(read(Buffer.concat([Buffer.alloc(3_000_000, 'x'), whole]), 65_536))).toBe('MALFORMED');
    const other = { contentType: 'application/json', onFields: () => undefined, fileField: 'file', maxFileBytes: 1 };
    expect(await codeOf(readUpload(chunked(whole, 9), { ...other, path: join(dir, 'x') }))).toBe('UNSUPPORTED_TYPE');
  });
});
