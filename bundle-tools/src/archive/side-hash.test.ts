import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSideHash } from './side-hash.ts';

describe('a hash beside the work', () => {
  it.each([
    ['inline', 0],
    ['on a thread', 64 * 1024 * 1024],
  ])('%s equals the plain one, whatever the pieces', async (_, sizeBytes) => {
    const bytes = randomBytes(11 * 1024 * 1024 + 3);
    const hash = createSideHash(sizeBytes);
    try {
      let at = 0;
      for (const size of [1, 0, 511, 4 * 1024 * 1024, 6 * 1024 * 1024, bytes.length]) {
        const piece = Uint8Array.from(bytes.subarray(at, at + size));
        await hash.update(piece);
        // The caller's buffer is free again once update has returned.
        piece.fill(0);
        at += size;
      }
      expect(await hash.digest()).toBe(createHash('sha256').update(bytes).digest('hex'));
    } finally {
      await hash.close();
    }
  });

  it('says so when its thread is gone', async () => {
    const hash = createSideHash(64 * 1024 * 1024);
    await hash.close();
    await expect(hash.update(new Uint8Array(1))).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(hash.digest()).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
