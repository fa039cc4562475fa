import * as z from 'zod';
import { BundleError } from '../errors.ts';
import { checkDocument, hex, int, text, time } from './fields.ts';
import { limits } from './limits.ts';
import { parseStrictJson } from './strict-json.ts';

/** What this release stores. A line of another kind is of a later one: see `unknownObjects`. */
export const inventoryKinds = [
  'advisory',
  'update',
  'firmware',
  'announcement',
  'release',
  'package',
  'database',
  'document',
  'sealed',
] as const;
export type InventoryKind = (typeof inventoryKinds)[number];
const knownKinds: ReadonlySet<string> = new Set(inventoryKinds);

/** A path is a label that people read, never a file path; so nothing in it may look like one that leads elsewhere. */
export const isInventoryPath = (path: string): boolean =>
  path !== '' &&
  Buffer.byteLength(path) <= 512 &&
  path.isWellFormed() &&
  path.normalize('NFC') === path &&
  !/^[A-Za-z]:/.test(path) &&
  !/[\p{Cc}\p{Zl}\p{Zp}\\]/u.test(path) &&
  path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');

const approval = z.strictObject({
  vendor: text(128),
  product: text(256),
  verdict: z.enum(['tested', 'failed', 'conditional']),
  date: time,
  source: hex,
});

/** How many digests of 8 MiB chunks an object of this size has. */
const chunkCount = (sizeBytes: number): number => Math.ceil(sizeBytes / limits.chunkBytes);

export const inventoryLineSchema = z
  .strictObject({
    path: z.string().refine(isInventoryPath, 'not an inventory path'),
    sha256: hex,
    size: int.max(limits.objectBytes),
    kind: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'not the name of a kind'),
    approval: z.array(approval).max(64).optional(),
    chunks: z.array(hex).optional(),
  })
  .refine(
    (line) =>
      line.chunks === undefined ? line.size <= limits.chunkBytes : line.chunks.length === chunkCount(line.size),
    'chunks do not fit the size',
  );

/** One object that a curator has signed for. */
export type InventoryLine = z.infer<typeof inventoryLineSchema>;

/**
 * The objects that lines of unknown kinds alone have, by digest. An importer checks their bytes like any other's, stores none of
 * them, waits for none of them and names the kinds in its receipt (docs/bundle-format.md, "Kinds").
 */
export function unknownObjects(lines: readonly InventoryLine[]): ReadonlyMap<string, InventoryLine> {
  const found = new Map<string, InventoryLine>();
  for (const line of lines) if (!knownKinds.has(line.kind) && !found.has(line.sha256)) found.set(line.sha256, line);
  if (found.size > 0) for (const { kind, sha256 } of lines) if (knownKinds.has(kind)) found.delete(sha256);
  return found;
}

// Two paths that differ only in case or composition would be one file on some disks and one word to a reader.
const foldPath = (path: string): string => path.normalize('NFKC').toLowerCase().normalize('NFC');

const utf8 = new TextEncoder();

const checkOrder = (lines: readonly InventoryLine[]): void => {
  const folded = new Set<string>();
  const sizes = new Map<string, number>();
  let previous: Uint8Array | undefined;
  for (const { path, sha256, size } of lines) {
    const bytes = utf8.encode(path);
    if (previous !== undefined && Buffer.compare(previous, bytes) >= 0) {
      throw new BundleError('METADATA', `inventory: ${JSON.stringify(path)} is out of order or there twice`);
    }
    previous = bytes;
    const key = foldPath(path);
    if (folded.has(key)) {
      throw new BundleError('METADATA', `inventory: ${JSON.stringify(path)} differs from another path in case only`);
    }
    folded.add(key);
    if ((sizes.get(sha256) ?? size) !== size) {
      throw new BundleError('METADATA', `inventory: ${sha256} has two sizes`);
    }
    sizes.set(sha256, size);
  }
};

/** Parses an inventory: one JSON object and LF per line, sorted by the bytes of `path`. */
export const parseInventory = (bytes: Uint8Array): InventoryLine[] => {
  if (bytes.length > limits.inventoryBytes) throw new BundleError('LIMIT', `inventory of ${bytes.length} bytes`);
  const lines: InventoryLine[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    if (end === -1) throw new BundleError('METADATA', 'inventory: the last line has no line feed');
    if (lines.length === limits.inventoryLines) {
      throw new BundleError('LIMIT', `inventory of more than ${limits.inventoryLines} lines`);
    }
    const value = parseStrictJson(bytes.subarray(at, end), { maxBytes: limits.inventoryLineBytes });
    lines.push(checkDocument(inventoryLineSchema, value, `inventory line ${lines.length}`));
    at = end + 1;
  }
  checkOrder(lines);
  return lines;
};

/** Writes an inventory: sorts the lines and checks what `parseInventory` would check. */
export const encodeInventory = (lines: readonly InventoryLine[]): Uint8Array => {
  const sorted = lines
    .map((line, index) => ({
      line: checkDocument(inventoryLineSchema, line, `inventory line ${index}`),
      key: utf8.encode(line.path),
    }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ line }) => line);
  checkOrder(sorted);
  if (sorted.length > limits.inventoryLines) throw new BundleError('LIMIT', `inventory of ${sorted.length} lines`);
  const bytes = utf8.encode(sorted.map((line) => `${JSON.stringify(line)}\n`).join(''));
  if (bytes.length > limits.inventoryBytes) throw new BundleError('LIMIT', `inventory of ${bytes.length} bytes`);
  return bytes;
};
