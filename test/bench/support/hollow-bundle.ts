import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { encodeHeader, entrySize } from '@sallyport/bundle-tools/archive/header';
import type { BundlePlan } from '@sallyport/bundle-tools/builder/plan-bundle';
import type { InventoryLine } from '@sallyport/bundle-tools/documents/inventory';
import { limits } from '@sallyport/bundle-tools/documents/limits';
import type { Objects } from './made-bundle.ts';

// A bundle far larger than the disk has room for: its objects are NUL, so that its volume is a file with holes. For the
// importer a byte is a byte.

const objectCount = 12;
const shares = (objectCount * (objectCount + 1)) / 2;

/** Objects of NUL, all of another size, of about `totalBytes` together; the largest has 0.15 of that. */
export const hollowObjects = (totalBytes: number): Objects => {
  const { chunkBytes } = limits;
  const zeros = Buffer.alloc(chunkBytes);
  const chunk = createHash('sha256').update(zeros).digest('hex');
  const running = createHash('sha256');
  let hashed = 0;
  const lines = Array.from({ length: objectCount }, (_, index): InventoryLine => {
    const chunks = Math.max(index + 1, Math.round((totalBytes * (index + 1)) / shares / chunkBytes));
    // Each is longer than the one before and begins with it, so all are hashed in one pass.
    for (; hashed < chunks; hashed += 1) running.update(zeros);
    return {
      path: `objects/${index}`,
      sha256: running.copy().digest('hex'),
      size: chunks * chunkBytes,
      kind: 'update',
      ...(chunks > 1 ? { chunks: Array.from({ length: chunks }, () => chunk) } : {}),
    };
  });
  return { folder: '', lines, totalBytes: lines.reduce((sum, { size }) => sum + size, 0) };
};

/** Writes a plan's only volume with holes for its objects; `prelude` may differ from what was signed. */
export const writeHollow = (path: string, plan: BundlePlan, prelude = plan.prelude): void => {
  const file = openSync(path, 'w');
  let at = 0;
  for (const { name, bytes } of prelude) {
    writeSync(file, encodeHeader(name, bytes.length), 0, undefined, at);
    writeSync(file, bytes, 0, undefined, at + entrySize(0));
    at += entrySize(bytes.length);
  }
  for (const { name, length } of plan.items) {
    writeSync(file, encodeHeader(name, length), 0, undefined, at);
    at += entrySize(length);
  }
  ftruncateSync(file, plan.manifest.volumes[0]?.bytes ?? 0);
  closeSync(file);
};
