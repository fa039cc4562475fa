import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileFolder } from '../../../test/support/test-folder.ts';
import { type ByteStream, createByteStream } from './byte-stream.ts';

const folder = fileFolder('stream');

const content = Buffer.from(Array.from({ length: 200_001 }, (_, index) => (index * 7 + (index >> 8)) % 251));
const path = join(folder, 'file');
writeFileSync(path, content);

// Told of a small file it takes small buffers, 64 KiB each: this one has more than three of them.
const using = async (use: (stream: ByteStream, handle: FileHandle) => Promise<void>, isHashed = true) => {
  const handle = await open(path);
  const stream = createByteStream(handle, { what: 'file', sizeBytes: 1, isHashed });
  try {
    await use(stream, handle);
  } finally {
    await stream.settle();
    await handle.close();
  }
};

describe('a stream of bytes', () => {
  it('gives what is asked for, across its buffers, and knows where it is', () =>
    using(async (stream) => {
      expect(stream.position()).toBe(0);
      let at = 0;
      for (const count of [0, 1, 65_535, 1, 70_000, 0, 64_000, 464]) {
        const piece = await stream.take(count);
        expect(Buffer.compare(piece, content.subarray(at, at + count))).toBe(0);
        at += count;
        expect(stream.position()).toBe(at);
      }
      expect(at).toBe(content.length);
      expect(await stream.atEnd()).toBe(true);
      expect(await stream.atEnd()).toBe(true);
      expect((await stream.take(0)).length).toBe(0);
      expect(await stream.digest()).toBe(createHash('sha256').update(content).digest('hex'));
    }));

  it('gives no more than is asked for, as it comes', () =>
    using(async (stream) => {
      const pieces: Uint8Array[] = [];
      while (!(await stream.atEnd())) {
        const piece = await stream.some(50_000);
        expect(piece.length).toBeGreaterThan(0);
        expect(piece.length).toBeLessThanOrEqual(50_000);
        pieces.push(Uint8Array.from(piece));
      }
      expect(Buffer.compare(Buffer.concat(pieces), content)).toBe(0);
      await expect(stream.some(1)).rejects.toMatchObject({ code: 'TRUNCATED', message: 'file ends at byte 200001' });
    }));

  it('gives one that spans three buffers, and none that ends too early', () =>
    using(async (stream) => {
      await stream.take(10);
      expect(Buffer.compare(await stream.take(180_000), content.subarray(10, 180_010))).toBe(0);
      await expect(stream.take(content.length)).rejects.toMatchObject({ code: 'TRUNCATED' });
    }));

  it('tells of a read that fails', () =>
    using(async (stream, handle) => {
      await handle.close();
      await expect(stream.take(1)).rejects.toMatchObject({ code: 'MEDIUM_IO', message: 'cannot read file: EBADF' });
      await expect(stream.atEnd()).rejects.toMatchObject({ code: 'MEDIUM_IO' });
    }));

  it('has a digest only where one is asked for', () =>
    using(async (stream) => {
      expect(Buffer.compare(await stream.take(content.length), content)).toBe(0);
      await expect(stream.digest()).rejects.toMatchObject({ code: 'INTERNAL', message: 'this file is not hashed' });
    }, false));
});
