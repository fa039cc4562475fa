import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import { contentDigest, toRecord } from '@sallyport/bundle-tools/advisories/digest';
import { encodePart, partHeader, partPath } from '@sallyport/bundle-tools/advisories/part';
import { type BuildOptions as BundleOptions, buildBundle } from '@sallyport/bundle-tools/builder/build-bundle';
import { unpackDigests } from '@sallyport/bundle-tools/documents/digests';
import { encodeInventory, type InventoryLine } from '@sallyport/bundle-tools/documents/inventory';
import { limits } from '@sallyport/bundle-tools/documents/limits';
import { encodePolicy } from '@sallyport/bundle-tools/documents/policy';
import { openRequest, type SiteRequest } from '@sallyport/bundle-tools/documents/request';
import { openSealed } from '@sallyport/bundle-tools/documents/sealed';
import { openSiteCard } from '@sallyport/bundle-tools/documents/site-card';
import { chunkDigests } from '@sallyport/bundle-tools/host/catalog-lines';
import { nowMs, randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { fingerprintOf, generateSealKey, generateSigningKey } from '@sallyport/bundle-tools/trust/keys';
import {
  buildSnapshot,
  buildTargets,
  buildTimestamp,
  createRoot,
  signMetadata,
} from '@sallyport/bundle-tools/trust/repository';
import { encodeUpdates, type Update } from '@sallyport/bundle-tools/updates/update';

// A connected host in a few lines, over the real builder: what its bundles hold is what a test says.

const dayMs = 86_400_000;
const after = (days: number): string => toTime(nowMs() + days * dayMs);
const id = (): string => Buffer.from(randomBytes(16)).toString('hex');

export type Content = {
  readonly updates?: readonly Update[];
  readonly files?: readonly {
    readonly path: string;
    readonly bytes: Uint8Array;
    readonly kind?: InventoryLine['kind'];
  }[];
  /** `digest`: what the part claims instead of the truth. */
  readonly feeds?: readonly {
    readonly feed: string;
    readonly advisories: readonly Advisory[];
    readonly digest?: string;
  }[];
};

/** What a host knows besides its objects. */
type Memory = {
  readonly keys: ReturnType<typeof newKeys>;
  readonly root: Uint8Array;
  readonly policy: Uint8Array;
  readonly state: { version: number; seq: number; broadcast: number };
  catalog: { number: number; inventory: Uint8Array; lines: InventoryLine[] };
  metadata: { targets: Uint8Array; snapshot: Uint8Array; timestamp: Uint8Array };
};

const newKeys = () => ({
  roots: [generateSigningKey(), generateSigningKey(), generateSigningKey()],
  curator: generateSigningKey(),
  snapshot: generateSigningKey(),
  timestamp: generateSigningKey(),
  fulfil: generateSigningKey(),
  seal: generateSealKey(),
});

const newMemory = (): Memory => {
  const keys = newKeys();
  const root = signMetadata(
    createRoot({
      version: 1,
      expires: after(1000),
      rootKeys: keys.roots.map((key) => key.publicKey),
      rootThreshold: 2,
      targetsKeys: [keys.curator.publicKey],
      targetsThreshold: 1,
      snapshotKeys: [keys.snapshot.publicKey],
      timestampKeys: [keys.timestamp.publicKey],
    }),
    keys.roots.slice(0, 2),
  );
  const policy = encodePolicy({
    format: 'sallyport-policy/1',
    seal_keys: [Buffer.from(keys.seal.publicKey).toString('base64')],
    grace_days: 180,
    min_importer: '0.1.0',
  });
  const none = new Uint8Array();
  return {
    keys,
    root,
    policy,
    state: { version: 0, seq: 0, broadcast: 0 },
    catalog: { number: 0, inventory: none, lines: [] },
    metadata: { targets: none, snapshot: none, timestamp: none },
  };
};

/** Makes a host with its keys under `folder`. */
export const makeHost = (folder: string) => hostIn(folder, newMemory());

const hostIn = (folder: string, memory: Memory) => {
  const objects = join(folder, 'objects');
  mkdirSync(objects, { recursive: true });
  const { keys, root, policy, state } = memory;

  const keep = (path: string, kind: InventoryLine['kind'], bytes: Uint8Array): InventoryLine => {
    const sha256 = fingerprintOf(bytes);
    writeFileSync(join(objects, sha256), bytes);
    const large = bytes.length > limits.chunkBytes ? { chunks: chunkDigests(join(objects, sha256)) } : {};
    return { path, sha256, size: bytes.length, kind, ...large };
  };

  const publish = async (content: Content = {}): Promise<void> => {
    const lines = (content.files ?? []).map(({ path, bytes, kind }) => keep(path, kind ?? 'update', bytes));
    lines.push(keep('updates.jsonl', 'document', encodeUpdates([...(content.updates ?? [])])));
    for (const { feed, advisories, digest } of content.feeds ?? []) {
      const records = advisories.map(toRecord).sort((a, b) => (a.id < b.id ? -1 : 1));
      const newest =
        advisories
          .map(({ modified }) => modified)
          .sort()
          .at(-1) ?? '';
      const header = partHeader({ feed, from: '', digest: digest ?? contentDigest(records), newest });
      lines.push(keep(partPath(header), 'advisory', await encodePart(header, records)));
    }
    state.version += 1;
    const catalog: Memory['catalog'] = { number: state.version, inventory: encodeInventory(lines), lines: [] };
    memory.catalog = catalog;
    catalog.lines = Buffer.from(catalog.inventory)
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as InventoryLine);
    const targets = signMetadata(
      buildTargets({
        version: state.version,
        expires: after(300),
        targets: [
          { path: 'policy.json', bytes: policy },
          { path: `catalog/${catalog.number}/inventory.jsonl`, bytes: catalog.inventory },
        ],
        fulfilKeys: [keys.fulfil.publicKey],
        fulfilThreshold: 1,
      }),
      [keys.curator],
    );
    const snapshot = signMetadata(buildSnapshot({ version: state.version, expires: after(300), targets }), [
      keys.snapshot,
    ]);
    const timestamp = signMetadata(buildTimestamp({ version: state.version, expires: after(80), snapshot }), [
      keys.timestamp,
    ]);
    memory.metadata = { targets, snapshot, timestamp };
  };

  const build = async (out: string, options: Partial<BundleOptions> & Pick<BundleOptions, 'site' | 'seq'>) => {
    mkdirSync(out, { recursive: true });
    const built = await buildBundle({
      out,
      bundleId: id(),
      issuedAt: toTime(nowMs()),
      expires: after(80),
      tuf: { root, roots: [], ...memory.metadata },
      policy,
      inventory: { catalog: memory.catalog.number, bytes: memory.catalog.inventory, encoding: 'gzip' },
      include: [],
      reliesOn: [],
      objectPath: (sha256) => join(objects, sha256),
      unfulfilled: [],
      receiptSeen: 0,
      sign: [keys.fulfil],
      ...options,
    });
    const [file] = built.files;
    if (!file) throw new Error('no bundle was built');
    return { path: file.path, bundleId: built.manifest.bundle_id, manifest: built.manifest };
  };

  return {
    keys,
    root,
    rootFingerprint: fingerprintOf(root),
    publish,
    build,
    memory,
    /** The file that introduces this host. */
    trustFile: async (out: string): Promise<string> => {
      state.broadcast += 1;
      const { path } = await build(out, {
        site: '*',
        seq: state.broadcast,
        tuf: { root, roots: [root], ...memory.metadata },
      });
      return path;
    },
    open: (path: string, card: Uint8Array): { request: SiteRequest; digest: string; envelope: Uint8Array } => {
      const envelope = openSealed(readFileSync(path), [keys.seal]);
      return { ...openRequest(envelope, openSiteCard(card).card), envelope };
    },
    /** Answers a request with everything of the catalogue that the site lacks. */
    answer: async (
      out: string,
      { request, digest }: { request: SiteRequest; digest: string },
      options: Partial<BundleOptions> = {},
    ) => {
      state.seq += 1;
      const held = new Set(unpackDigests(Buffer.from(request.have, 'base64')));
      const { lines } = memory.catalog;
      const numbers = lines.map((_, index) => index);
      return build(out, {
        site: request.site,
        seq: state.seq,
        request: { requestId: request.request_id, digest, nonce: request.nonce },
        include: numbers.filter((index) => !held.has(lines[index]?.sha256 ?? '')),
        reliesOn: numbers.filter((index) => held.has(lines[index]?.sha256 ?? '')),
        ...options,
      });
    },
  };
};

export type TestHost = ReturnType<typeof hostIn>;

/** A host that knows what this one knows now and goes its own way; its objects lie under `folder` already. */
export const copyHost = ({ memory }: Pick<TestHost, 'memory'>, folder: string): TestHost =>
  hostIn(folder, { ...memory, state: { ...memory.state } });
