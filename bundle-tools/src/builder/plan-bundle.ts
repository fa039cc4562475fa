import { packGzip } from '../archive/gzip.ts';
import { entrySize } from '../archive/header.ts';
import { type Item, type Layout, layOut, volumeItems, volumeSize } from '../archive/layout.ts';
import { encodeBitmap } from '../documents/bitmap.ts';
import { type InventoryLine, parseInventory } from '../documents/inventory.ts';
import { type Manifest, signManifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { defined } from '../platform/defined.ts';
import { sha256Hex } from '../trust/hash.ts';
import type { SigningKey } from '../trust/keys.ts';
import { describeMetadata } from '../trust/repository.ts';

const dayMs = 86_400_000;
const rootDays = 180;
const settleRounds = 32;

export type BundleOptions = {
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
  unfulfilled: Manifest['unfulfilled'];
  receiptSeen: number;
  /** The most that one volume may have; without it there is one volume. */
  volumeBytes?: number;
  sign: readonly SigningKey[];
};

export type PreludeEntry = { name: string; bytes: Uint8Array };

/** Everything that decides a bundle's bytes but the objects themselves. */
export type BundlePlan = {
  manifest: Manifest;
  /** `bundle.dsse.json` and all after it before `o/`, in order: the same in every volume. */
  prelude: readonly PreludeEntry[];
  items: readonly Item[];
};

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

/**
 * Plans a bundle for one site, or a broadcast: lays the objects out and signs the manifest. The manifest names the
 * volumes' sizes and lies in each volume, so both are computed until they agree. The same input gives the same plan.
 */
export const planBundle = (options: BundleOptions): BundlePlan => {
  const lines = parseInventory(options.inventory.bytes);
  const include = firstLines(lines, options.include);
  const carried = new Set(include);
  const reliesOn = firstLines(lines, options.reliesOn).filter((number) => !carried.has(number));
  const { entries, versions, rootExpires } = tufEntries(options.tuf);
  checkRootAge(rootExpires, options.issuedAt);
  const inventory = packInventory(options.inventory);
  const rest: PreludeEntry[] = [...entries, { name: 'policy.json', bytes: options.policy }, inventory];
  const sizes = rest.map((entry) => entry.bytes.length);
  const objectBytes = include.reduce((sum, number) => sum + (lines[number]?.size ?? 0), 0);

  const sign = (layout: Layout, volumes: Manifest['volumes']): { manifest: Manifest; bytes: Uint8Array } => {
    const manifest: Manifest = {
      format: 'sallyport-bundle/1',
      bundle_id: options.bundleId,
      site: options.site,
      ...defined({
        request_id: options.request?.requestId,
        request_digest: options.request?.digest,
        nonce: options.request?.nonce,
      }),
      seq: options.seq,
      ...defined({ prev_bundle: options.prevBundle }),
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
      parts: layout.parts,
      unfulfilled: options.unfulfilled,
      totals: { bytes: objectBytes, objects: include.length, peak_disk: objectBytes + options.inventory.bytes.length },
      receipt_seen: options.receiptSeen,
      volumes,
    };
    return { manifest, bytes: signManifest(manifest, options.sign) };
  };

  const measure = (layout: Layout, manifestBytes: number): Manifest['volumes'] =>
    layout.ranges.map((range, index) => ({
      n: index + 1,
      bytes: volumeSize([manifestBytes, ...sizes], volumeItems(range, layout.items)),
      ...range,
    }));

  // Room is kept for a manifest of `reserved` bytes; when it turns out larger, more room is kept. It only ever grows.
  let reserved = 0;
  for (let round = 0; round < settleRounds; round += 1) {
    const layout = layOut(lines, include, [reserved, ...sizes], options.volumeBytes ?? Number.MAX_SAFE_INTEGER);
    let head = sign(layout, measure(layout, reserved));
    for (let inner = 0; inner < settleRounds; inner += 1) {
      const volumes = measure(layout, head.bytes.length);
      if (volumes.every(({ bytes }, index) => bytes === head.manifest.volumes[index]?.bytes)) break;
      head = sign(layout, volumes);
    }
    if (entrySize(head.bytes.length) <= entrySize(reserved)) {
      return {
        manifest: head.manifest,
        prelude: [{ name: 'bundle.dsse.json', bytes: head.bytes }, ...rest],
        items: layout.items,
      };
    }
    reserved = head.bytes.length;
  }
  throw new BundleError('INTERNAL', 'manifest and volume sizes do not settle');
};
