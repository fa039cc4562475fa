import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuiltBundle, type BuildOptions as BundleOptions, buildBundle } from '../src/builder/build-bundle.ts';
import { packDigests } from '../src/documents/digests.ts';
import { encodeInventory, type InventoryLine } from '../src/documents/inventory.ts';
import { encodePolicy } from '../src/documents/policy.ts';
import type { ImportContext } from '../src/importer/context.ts';
import { ImportRefusal, type ImportVerdict } from '../src/importer/verdict.ts';
import { verifyBundle } from '../src/importer/verify-bundle.ts';
import { generateSigningKey, type SigningKey } from '../src/trust/keys.ts';
import { buildSnapshot, buildTargets, buildTimestamp, createRoot, signMetadata } from '../src/trust/repository.ts';

// A whole connected host and a whole site in memory, real keys and real files, for the tests of the exchange.

export const kitTime = '2026-05-01T00:00:00Z';
const rootExpires = '2029-01-01T00:00:00Z';
const longExpires = '2027-04-01T00:00:00Z';
const shortExpires = '2026-08-01T00:00:00Z';

export const hexId = (n: number): string => n.toString(16).padStart(32, '0');
export const nonceOf = (n: number): string => Buffer.alloc(32, n).toString('base64');
export const digestOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

type Keys = {
  root: SigningKey[];
  curator: SigningKey;
  snapshot: SigningKey;
  timestamp: SigningKey;
  fulfil: SigningKey;
};

export const createKeys = (): Keys => ({
  root: [generateSigningKey(), generateSigningKey(), generateSigningKey()],
  curator: generateSigningKey(),
  snapshot: generateSigningKey(),
  timestamp: generateSigningKey(),
  fulfil: generateSigningKey(),
});

export const makeRoot = (version: number, keys: Keys, options: { signers?: SigningKey[]; expires?: string } = {}) =>
  signMetadata(
    createRoot({
      version,
      expires: options.expires ?? rootExpires,
      rootKeys: keys.root.map(({ publicKey }) => publicKey),
      rootThreshold: 2,
      targetsKeys: [keys.curator.publicKey],
      targetsThreshold: 1,
      snapshotKeys: [keys.snapshot.publicKey],
      timestampKeys: [keys.timestamp.publicKey],
    }),
    options.signers ?? keys.root.slice(0, 2),
  );

export type Published = { timestamp: Uint8Array; snapshot: Uint8Array; targets: Uint8Array };

type PublishOptions = {
  version: number;
  catalog: number;
  inventory: Uint8Array;
  policy: Uint8Array;
  expires?: Partial<Record<'timestamp' | 'snapshot' | 'targets', string>>;
};

export const publish = (keys: Keys, options: PublishOptions): Published => {
  const { version, expires } = options;
  const targets = signMetadata(
    buildTargets({
      version,
      expires: expires?.targets ?? longExpires,
      targets: [
        { path: 'policy.json', bytes: options.policy },
        { path: `catalog/${options.catalog}/inventory.jsonl`, bytes: options.inventory },
      ],
      fulfilKeys: [keys.fulfil.publicKey],
      fulfilThreshold: 1,
    }),
    [keys.curator],
  );
  const snapshot = signMetadata(buildSnapshot({ version, expires: expires?.snapshot ?? longExpires, targets }), [
    keys.snapshot,
  ]);
  const timestamp = signMetadata(buildTimestamp({ version, expires: expires?.timestamp ?? shortExpires, snapshot }), [
    keys.timestamp,
  ]);
  return { targets, snapshot, timestamp };
};

export const policyBytes = (changes: { grace_days?: number; min_importer?: string } = {}): Uint8Array =>
  encodePolicy({
    format: 'sallyport-policy/1',
    seal_keys: [Buffer.alloc(32, 9).toString('base64')],
    grace_days: 180,
    min_importer: '0.1.0',
    ...changes,
  });

export type World = {
  dir: string;
  keys: Keys;
  root: Uint8Array;
  objects: Uint8Array[];
  lines: InventoryLine[];
  inventory: Uint8Array;
  policy: Uint8Array;
  published: Published;
  objectPath: (sha256: string) => string;
  remove: () => void;
};

/** A host with some objects in its store and one signed catalog. */
export const createWorld = (contents: readonly (Uint8Array | string)[] = ['first object', 'second object']): World => {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-kit-'));
  const store = join(dir, 'store');
  mkdirSync(store);
  const objects = contents.map((content) => Buffer.from(content));
  const lines = objects.map((bytes, index): InventoryLine => {
    const sha256 = digestOf(bytes);
    writeFileSync(join(store, sha256), bytes);
    return {
      path: `object-${String(index).padStart(5, '0')}`,
      sha256,
      size: bytes.length,
      kind: 'update',
      ...chunksOf(bytes),
    };
  });
  const keys = createKeys();
  const inventory = encodeInventory(lines);
  const policy = policyBytes();
  return {
    dir,
    keys,
    root: makeRoot(1, keys),
    objects,
    lines,
    inventory,
    policy,
    published: publish(keys, { version: 1, catalog: 1, inventory, policy }),
    objectPath: (sha256) => join(store, sha256),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
};

const chunkBytes = 8 * 1024 * 1024;

const chunksOf = (bytes: Uint8Array): { chunks?: string[] } => {
  if (bytes.length <= chunkBytes) return {};
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(digestOf(bytes.subarray(at, at + chunkBytes)));
  return { chunks };
};

let count = 0;

export const freshDir = (world: World, name: string): string => {
  count += 1;
  const dir = join(world.dir, `${name}-${count}`);
  mkdirSync(dir);
  return dir;
};

const site = 'plant-7';
export const request = { requestId: hexId(1), digest: digestOf('request'), nonce: nonceOf(1) };

export const bundleOptions = (world: World, changes: Partial<BundleOptions> = {}): BundleOptions => ({
  out: freshDir(world, 'out'),
  bundleId: hexId(100),
  site,
  request,
  seq: 1,
  issuedAt: kitTime,
  expires: shortExpires,
  tuf: { root: world.root, roots: [], ...world.published },
  policy: world.policy,
  inventory: { catalog: 1, bytes: world.inventory },
  include: world.lines.map((_, index) => index),
  reliesOn: [],
  objectPath: world.objectPath,
  unfulfilled: [],
  receiptSeen: 0,
  sign: [world.keys.fulfil],
  ...changes,
});

export const build = (world: World, changes: Partial<BundleOptions> = {}): Promise<BuiltBundle> =>
  buildBundle(bundleOptions(world, changes));

/** The first volume of a built bundle, as a path. */
export const volumeOf = (built: BuiltBundle): string => {
  const [file] = built.files;
  if (file === undefined) throw new Error('nothing was built');
  return file.path;
};

export const siteContext = (world: World, changes: Partial<ImportContext> = {}): ImportContext => ({
  site,
  trust: { root: Buffer.from(world.root).toString('base64') },
  openRequests: [{ ...request, number: 1, floor: kitTime }],
  seq: 0,
  seqBroadcast: 0,
  imported: [],
  broadcastAllowed: false,
  graceDays: 180,
  floor: kitTime,
  systemNow: '2026-05-02T00:00:00Z',
  dryRun: false,
  reserveBytes: 0,
  ...changes,
});

export const heldFile = (world: World, digests: readonly string[]): string => {
  const path = join(freshDir(world, 'held'), 'held.bin');
  writeFileSync(path, packDigests(digests));
  return path;
};

type Attempt = {
  verdict?: ImportVerdict;
  code?: string;
  message?: string;
  refusal?: ImportRefusal;
  staging: string;
};

/** Imports in this process and tells the outcome, whatever it is. */
export const attempt = async (
  world: World,
  path: string,
  changes: Partial<ImportContext> = {},
  staging = freshDir(world, 'staging'),
): Promise<Attempt> => {
  try {
    return {
      verdict: await verifyBundle({ path, context: siteContext(world, changes), stagingDir: staging }),
      staging,
    };
  } catch (error) {
    if (!(error instanceof ImportRefusal)) throw error;
    return { code: error.code, message: error.message, refusal: error, staging };
  }
};

/** Writes bytes as a volume of their own. */
export const writeTar = (world: World, bytes: Uint8Array): string => {
  const path = join(freshDir(world, 'medium'), 'x.tar');
  writeFileSync(path, bytes);
  return path;
};

export const readVolumeBytes = (built: BuiltBundle): Buffer => readFileSync(volumeOf(built));
