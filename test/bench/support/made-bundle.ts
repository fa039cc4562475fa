import { createCipheriv, createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuiltBundle, buildBundle } from '@sallyport/bundle-tools/builder/build-bundle';
import { type BundlePlan, planBundle } from '@sallyport/bundle-tools/builder/plan-bundle';
import { encodeInventory, type InventoryLine } from '@sallyport/bundle-tools/documents/inventory';
import { limits } from '@sallyport/bundle-tools/documents/limits';
import { encodePolicy } from '@sallyport/bundle-tools/documents/policy';
import type { ImportContext } from '@sallyport/bundle-tools/importer/context';
import { generateSigningKey } from '@sallyport/bundle-tools/trust/keys';
import {
  buildSnapshot,
  buildTargets,
  buildTimestamp,
  createRoot,
  signMetadata,
} from '@sallyport/bundle-tools/trust/repository';

// A host's store with generated objects and everything that a bundle of them needs; real keys, real signatures.

export type Objects = {
  folder: string;
  lines: InventoryLine[];
  totalBytes: number;
};

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Writes objects of one size: incompressible bytes that follow from the seed. */
export const makeObjects = (folder: string, count: number, sizeBytes: number, seed: number): Objects => {
  mkdirSync(folder, { recursive: true });
  const iv = Buffer.alloc(16);
  iv.writeUInt32BE(seed);
  const cipher = createCipheriv('aes-128-ctr', Buffer.from(sha256('bench').slice(0, 32), 'hex'), iv);
  const lines = Array.from({ length: count }, (_, index): InventoryLine => {
    const bytes = cipher.update(Buffer.alloc(sizeBytes));
    const digest = sha256(bytes);
    writeFileSync(join(folder, digest), bytes);
    const chunks: string[] = [];
    for (let at = 0; at < sizeBytes; at += limits.chunkBytes)
      chunks.push(sha256(bytes.subarray(at, at + limits.chunkBytes)));
    return {
      path: `objects/${String(index).padStart(6, '0')}`,
      sha256: digest,
      size: sizeBytes,
      kind: 'update',
      ...(sizeBytes > limits.chunkBytes ? { chunks } : {}),
    };
  });
  return { folder, lines, totalBytes: count * sizeBytes };
};

const issuedAt = '2026-05-01T00:00:00Z';
const expires = { root: '2029-01-01T00:00:00Z', long: '2027-04-01T00:00:00Z', short: '2026-08-01T00:00:00Z' };
const request = {
  requestId: '1'.padStart(32, '0'),
  digest: sha256('request'),
  nonce: Buffer.alloc(32, 1).toString('base64'),
};

export type MadeBundle = {
  build(): Promise<BuiltBundle>;
  /** The bundle without its objects. */
  plan(): BundlePlan;
  /** What a site that sent the request knows. */
  context(changes?: Partial<ImportContext>): ImportContext;
};

/** Signs a catalog over the objects; `build` writes the bundle of all of them into `out`. */
export const makeBundle = (objects: Objects, out: string): MadeBundle => {
  mkdirSync(out, { recursive: true });
  const [rootKey, curator, snapshotKey, timestampKey, fulfil] = Array.from({ length: 5 }, () => generateSigningKey());
  if (!rootKey || !curator || !snapshotKey || !timestampKey || !fulfil) throw new Error('a key is missing');
  const root = signMetadata(
    createRoot({
      version: 1,
      expires: expires.root,
      rootKeys: [rootKey.publicKey],
      rootThreshold: 1,
      targetsKeys: [curator.publicKey],
      targetsThreshold: 1,
      snapshotKeys: [snapshotKey.publicKey],
      timestampKeys: [timestampKey.publicKey],
    }),
    [rootKey],
  );
  const inventory = encodeInventory(objects.lines);
  const policy = encodePolicy({
    format: 'sallyport-policy/1',
    seal_keys: [Buffer.alloc(32, 9).toString('base64')],
    grace_days: 180,
    min_importer: '0.1.0',
  });
  const targets = signMetadata(
    buildTargets({
      version: 1,
      expires: expires.long,
      targets: [
        { path: 'policy.json', bytes: policy },
        { path: 'catalog/1/inventory.jsonl', bytes: inventory },
      ],
      fulfilKeys: [fulfil.publicKey],
      fulfilThreshold: 1,
    }),
    [curator],
  );
  const snapshot = signMetadata(buildSnapshot({ version: 1, expires: expires.long, targets }), [snapshotKey]);
  const timestamp = signMetadata(buildTimestamp({ version: 1, expires: expires.short, snapshot }), [timestampKey]);
  const options = {
    bundleId: '64'.padStart(32, '0'),
    site: 'bench',
    request,
    seq: 1,
    issuedAt,
    expires: expires.short,
    tuf: { root, roots: [], timestamp, snapshot, targets },
    policy,
    inventory: { catalog: 1, bytes: inventory },
    include: objects.lines.map((_, index) => index),
    reliesOn: [],
    unfulfilled: [],
    receiptSeen: 0,
    sign: [fulfil],
  };
  return {
    build: () => buildBundle({ ...options, out, objectPath: (digest) => join(objects.folder, digest) }),
    plan: () => planBundle(options),
    context: (changes = {}) => ({
      site: 'bench',
      trust: { root: Buffer.from(root).toString('base64') },
      openRequests: [{ ...request, number: 1, floor: issuedAt }],
      seq: 0,
      seqBroadcast: 0,
      imported: [],
      broadcastAllowed: false,
      graceDays: 180,
      floor: issuedAt,
      systemNow: '2026-05-02T00:00:00Z',
      dryRun: false,
      reserveBytes: 0,
      ...changes,
    }),
  };
};
