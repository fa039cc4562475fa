import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInventoryPath } from '../documents/inventory.ts';
import { limits } from '../documents/limits.ts';
import { sha256Hex } from '../trust/hash.ts';
import type { Update } from '../updates/update.ts';
import { chunkDigests, lineMaker, updatePath } from './catalog-lines.ts';
import { objectStore } from './objects.ts';

describe('updatePath', () => {
  it('makes an inventory path of any text that a vendor wrote', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.string(),
        (ecosystem, source, name) => isInventoryPath(updatePath({ ecosystem, source } as Update, { name })),
      ),
    );
  });
});

describe('lineMaker', () => {
  const store = objectStore('/nowhere');
  it('keeps paths apart that differ in case only', () => {
    const line = lineMaker(store, []);
    const paths = ['a/File', 'a/file', 'a/FILE'].map((path, at) => line(path, 'update', String(at).repeat(64), 1).path);
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(3);
  });
});

describe('chunkDigests', () => {
  it('gives one digest per 8 MiB, the last of the rest', () => {
    const dir = mkdtempSync(join(tmpdir(), 'chunks-'));
    try {
      const bytes = Buffer.alloc(limits.chunkBytes + 10, 7);
      writeFileSync(join(dir, 'x'), bytes);
      expect(chunkDigests(join(dir, 'x'))).toEqual([
        sha256Hex(bytes.subarray(0, limits.chunkBytes)),
        sha256Hex(bytes.subarray(limits.chunkBytes)),
      ]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
