import { basename, join } from 'node:path';
import { packGzip } from '../archive/gzip.ts';
import { endBytes, entrySize } from '../archive/header.ts';
import { cutObject, type Item, itemsOf, volumeItems, volumeSize } from '../archive/layout.ts';
import { type WriterEntry, writeVolume } from '../archive/writer.ts';
import { encodeBitmap } from '../documents/bitmap.ts';
import { type InventoryLine, parseInventory } from '../documents/inventory.ts';
import { limits } from '../documents/limits.ts';
import { type Manifest, signManifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { sha256Hex } from '../trust/hash.ts';
import type { SigningKey } from '../trust/keys.ts';
import { describeMetadata } from '../trust/repository.ts';

const dayMs = 86_400_000;
const rootDays = 180;

export type BundleOptions = {
  /** The folder that the volumes go to. */
  out: string;
  bundleId: string;
  /** A site's name or `*`. */
  site: string;
  /** The request that is answered; absent for a broadcast. */
  request?: { requestId: string; digest: string; nonce: string };
  seq: number;
  prevBundle?: string;
  issuedAt: string;
  expires: string;
  tuf: {
    /** The root in force. */
    root: Uint8Array;
    /** The roots to bring along, from the site's version + 1 to the one in force. */
    roots: readonly Uint8Array[];
    timestamp: Uint8Array;
    snapshot: Uint8Array;
    targets: Uint8Array;
  };
  policy: Uint8Array;
  inventory: { catalog: number; bytes: Uint8Array; encoding?: 'identity' | 'gzip' };
  /** Line numbers of the objects to carry: of a digest that several lines have, any of them. */
  include: readonly number[];
  /** Line numbers of what the site is known to hold. */
  reliesOn: readonly number[];
  objectPath: (sha256: string) => string;
  unfulfilled: Manifest['unfulfilled'];
  receiptSeen: number;
  /** What the medium takes; one volume is written, a larger bundle is LIMIT. */
  volumeBytes?: number;
  sign: readonly SigningKey[];
  onProgress?: (doneBytes: number, totalBytes: number) => void;
};

export type BuiltBundle = {
  files: { path: string; n: number; bytes: number; sha256: string }[];
  manifest: Manifest;
  manifestBytes: Uint8Array;
};

type PreludeEntry = { name: string; bytes: Uint8Array };

const tufEntries = (
  tuf: BundleOptions['tuf'],
): { entries: PreludeEntry[]; versions: Manifest['tuf']; rootExpires: string } => {
  const root = describeMetadata(tuf.root);
  const timestamp = describeMetadata(tuf.timestamp);
  const snapshot = describeMetadata(tuf.snapshot);
  const targets = describeMetadata(tuf.targets);
  const roots = tuf.roots.map((bytes) => ({ bytes, version: describeMetadata(bytes).version }));
  for (const [index, { version }] of roots.entries()) {
    if (version !== root.version - roots.length + 1 + index) {
      throw new BundleError('ROOT_CHAIN', 'the roots to bring along do not end at the one in force');
    }
  }
  return {
    entries: [
      ...roots.map(({ bytes, version }) => ({ name: `tuf/${version}.root.json`, bytes })),
      { name: 'tuf/timestamp.json', bytes: tuf.timestamp },
      { name: `tuf/${snapshot.version}.snapshot.json`, bytes: tuf.snapshot },
      { name: `tuf/${targets.version}.targets.json`, bytes: tuf.targets },
    ],
    versions: {
      root: root.version,
      timestamp: timestamp.version,
      snapshot: snapshot.version,
      targets: targets.version,
    },
    rootExpires: root.expires,
  };
};

const packInventory = ({ bytes, encoding }: BundleOptions['inventory']): PreludeEntry =>
  encoding === 'gzip' ? { name: 'inventory.jsonl.gz', bytes: packGzip(bytes) } : { name: 'inventory.jsonl', bytes };

// Only the first line of a digest may be included; a caller may name any.
const firstLines = (lines: readonly InventoryLine[], wanted: readonly number[]): number[] => {
  const first = new Map<string, number>();
  for (const [number, { sha256 }] of lines.entries()) if (!first.has(sha256)) first.set(sha256, number);
  const chosen = new Set<number>();
  for (const number of wanted) {
    const line = lines[number];
    if (line === undefined) throw new BundleError('INTERNAL', `there is no inventory line ${number}`);
    chosen.add(first.get(line.sha256) ?? number);
  }
  return [...chosen].sort((a, b) => a - b);
};

const checkRootAge = (rootExpires: string, issuedAt: string): void => {
  if (Date.parse(rootExpires) < Date.parse(issuedAt) + rootDays * dayMs) {
    throw new BundleError('ROOT_TOO_SHORT', `the root expires at ${rootExpires}, ${rootDays} days are needed`);
  }
};

const checkRoom = (bytes: number, options: BundleOptions): void => {
  if (options.volumeBytes !== undefined && bytes > options.volumeBytes) {
    throw new BundleError('LIMIT', `the bundle has ${bytes} bytes, the medium takes ${options.volumeBytes}`);
  }
};

const objectEntries = (
  items: readonly Item[],
  lines: readonly InventoryLine[],
  objectPath: BundleOptions['objectPath'],
): WriterEntry[] =>
  items.map((item) => ({
    name: item.name,
    size: item.length,
    path: objectPath(item.sha256),
    offset: item.offset,
    ...(item.whole && lines[item.line] !== undefined ? { sha256: item.sha256 } : {}),
  }));

/**
 * Writes a bundle for one site, or a broadcast. The manifest names the volume's size and lies in the volume: both are
 * computed until they agree. The same input gives the same bytes.
 */
export const buildBundle = async (options: BundleOptions): Promise<BuiltBundle> => {
  const lines = parseInventory(options.inventory.bytes);
  const include = firstLines(lines, options.include);
  const reliesOn = firstLines(lines, options.reliesOn).filter((number) => !include.includes(number));
  const parts = include.flatMap((number) => {
    const size = lines[number]?.size ?? 0;
    return size > limits.entryBytes ? cutObject(number, size) : [];
  });
  const items = itemsOf(lines, include, parts);
  const { entries, versions, rootExpires } = tufEntries(options.tuf);
  checkRootAge(rootExpires, options.issuedAt);
  const inventory = packInventory(options.inventory);
  const rest: PreludeEntry[] = [...entries, { name: 'policy.json', bytes: options.policy }, inventory];
  const objectBytes = include.reduce((sum, number) => sum + (lines[number]?.size ?? 0), 0);
  const range = items.length === 0 ? { first: 1, last: 0 } : { first: 0, last: items.length - 1 };

  const sign = (bytes: number): { manifest: Manifest; manifestBytes: Uint8Array } => {
    const manifest: Manifest = {
      format: 'sallyport-bundle/1',
      bundle_id: options.bundleId,
      site: options.site,
      ...(options.request === undefined
        ? {}
        : {
            request_id: options.request.requestId,
            request_digest: options.request.digest,
            nonce: options.request.nonce,
          }),
      seq: options.seq,
      ...(options.prevBundle === undefined ? {} : { prev_bundle: options.prevBundle }),
      issued_at: options.issuedAt,
      expires: options.expires,
      tuf: versions,
      inventory: {
        catalog: options.inventory.catalog,
        size: options.inventory.bytes.length,
        lines: lines.length,
        packed_size: inventory.bytes.length,
        sha256: sha256Hex(options.inventory.bytes),
        encoding: options.inventory.encoding ?? 'identity',
      },
      include: encodeBitmap(include, lines.length),
      relies_on: encodeBitmap(reliesOn, lines.length),
      parts,
      unfulfilled: options.unfulfilled,
      totals: { bytes: objectBytes, objects: include.length, peak_disk: objectBytes + options.inventory.bytes.length },
      receipt_seen: options.receiptSeen,
      volumes: [{ n: 1, bytes, ...range }],
    };
    return { manifest, manifestBytes: signManifest(manifest, options.sign) };
  };

  const sizes = rest.map((entry) => entry.bytes.length);
  let bytes = 0;
  let head = sign(bytes);
  for (let round = 0; ; round += 1) {
    const next = volumeSize([head.manifestBytes.length, ...sizes], items);
    if (next === bytes) break;
    // The size has a few digits more or less and the entry is padded to 512: two or three rounds, never sixteen.
    if (round === 16) throw new BundleError('INTERNAL', 'manifest and volume sizes do not settle');
    bytes = next;
    head = sign(bytes);
  }
  checkRoom(bytes, options);

  const path = join(options.out, `${options.bundleId.slice(0, 8)}-1of1.tar`);
  const written = await writeVolume(
    path,
    [
      { name: 'bundle.dsse.json', bytes: head.manifestBytes },
      ...rest,
      ...objectEntries(volumeItems(range, items), lines, options.objectPath),
    ],
    (done) => options.onProgress?.(done, bytes),
  );
  if (written.bytes !== bytes) throw new BundleError('INTERNAL', `${basename(path)} has ${written.bytes} bytes`);
  return { files: [{ path, n: 1, ...written }], ...head };
};

/** What a bundle with these objects takes on a medium, for planning; the manifest counted at its limit. */
export const estimateBundleBytes = (preludeSizes: readonly number[], objectSizes: readonly number[]): number =>
  [limits.manifestBytes, ...preludeSizes, ...objectSizes].reduce((sum, size) => sum + entrySize(size), 0) + endBytes;
