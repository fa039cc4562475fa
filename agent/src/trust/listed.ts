import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { inventoryLineSchema } from '@sallyport/bundle-tools/documents/inventory';
import { limits } from '@sallyport/bundle-tools/documents/limits';
import { parseStrictJson } from '@sallyport/bundle-tools/documents/strict-json';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type { Connection } from '../platform/connect.ts';
import type { TrustedTargets } from './held.ts';

// Which digests a task may name: those in an inventory whose own digest the verified targets list. The inventory can be
// 64 MiB, so it goes to a file and is read line by line.

const inventoryTarget = /^catalog\/\d+\/inventory\.jsonl$/;

const isListed = (targets: TrustedTargets, sha256: string, sizeBytes: number): boolean =>
  [...targets].some(
    ([path, target]) => inventoryTarget.test(path) && target.sha256 === sha256 && target.length === sizeBytes,
  );

const largestListed = (targets: TrustedTargets): number =>
  Math.max(0, ...[...targets].filter(([path]) => inventoryTarget.test(path)).map(([, target]) => target.length));

const hashFile = async (path: string): Promise<{ sha256: string; sizeBytes: number }> => {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), sizeBytes };
};

const fetchInventory = async (connection: Connection, targets: TrustedTargets, path: string): Promise<void> => {
  const part = `${path}.part`;
  const maxBytes = Math.min(largestListed(targets), limits.inventoryBytes);
  const fd = openSync(part, 'w', 0o600);
  try {
    const found = await connection.download({
      path: '/trust/inventory.jsonl',
      maxBytes,
      timeoutMs: 600_000,
      onStart: () => undefined,
      onChunk: (chunk) => void writeSync(fd, chunk),
    });
    if (!found) throw new BundleError('MISSING', 'inventory.jsonl is absent');
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  const { sha256, sizeBytes } = await hashFile(part);
  if (!isListed(targets, sha256, sizeBytes)) {
    rmSync(part, { force: true });
    throw new BundleError('HASH', 'the inventory is not one that the signed targets list');
  }
  renameSync(part, path);
};

/** Sizes of the wanted digests that the inventory lists. */
const findIn = async (path: string, wanted: ReadonlySet<string>): Promise<Map<string, number>> => {
  const found = new Map<string, number>();
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    // A line is parsed only when one of the digests stands somewhere in it.
    if (!(line.match(/[0-9a-f]{64}/g) ?? []).some((digest) => wanted.has(digest))) continue;
    const value = parseStrictJson(Buffer.from(line), { maxBytes: limits.inventoryLineBytes });
    const parsed = inventoryLineSchema.safeParse(value);
    if (parsed.success && wanted.has(parsed.data.sha256)) found.set(parsed.data.sha256, parsed.data.size);
  }
  return found;
};

/**
 * The sizes of the wanted objects as signed; a digest that no listed inventory has is absent from the answer. `path` is
 * where the inventory is kept between tasks.
 */
export const listedObjects = async (
  connection: Connection,
  targets: TrustedTargets,
  path: string,
  wanted: ReadonlySet<string>,
): Promise<Map<string, number>> => {
  if (isThere(path)) {
    const held = await hashFile(path);
    const found = isListed(targets, held.sha256, held.sizeBytes)
      ? await findIn(path, wanted)
      : new Map<string, number>();
    if (found.size === wanted.size) return found;
  }
  await fetchInventory(connection, targets, path);
  return findIn(path, wanted);
};
