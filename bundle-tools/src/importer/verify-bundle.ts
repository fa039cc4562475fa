import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mediumError, onStore } from '../archive/medium-errors.ts';
import type { BundleSource } from '../archive/source.ts';
import { hasDigest } from '../documents/digests.ts';
import { claimedManifest, type Manifest, openManifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { ensureDir } from '../platform/files.ts';
import type { RefreshedTrust } from '../trust/core.ts';
import { sha256Hex } from '../trust/hash.ts';
import {
  answeredRequest,
  type BoundInventory,
  bindInventory,
  checkAddressee,
  checkInventoryHead,
  checkPolicy,
  checkVersions,
} from './bind.ts';
import { type ImportClock, judgeTimes, readClock, referenceTime } from './clock.ts';
import type { ImportContext } from './context.ts';
import { syncFolder, writeStaged } from './durable.ts';
import { inflateInventory, keepInventory } from './inflate.ts';
import { pickVolumes, readVolume, stagedPath } from './objects.ts';
import { openBundleSource } from './open-source.ts';
import { checkComplete, checkSpace, type ObjectPlan, planObjects, readHeld } from './plan.ts';
import { type Prelude, readPrelude } from './prelude.ts';
import { heldOf, importedBefore, trustPrelude } from './trust-step.ts';
import { type ImportProgress, ImportRefusal, type ImportVerdict, type NewRoot } from './verdict.ts';

export type VerifyOptions = {
  /** A volume, an unpacked folder, or a medium with one bundle. */
  path: string;
  context: ImportContext;
  /** An existing folder of this import alone; what verified in an earlier run is used again. */
  stagingDir: string;
  onProgress?: (progress: ImportProgress) => void;
};

type Run = VerifyOptions & {
  newRoots: NewRoot[];
  clock: ImportClock;
  report: (state: ImportProgress['state']) => void;
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const expiresOf = (trust: RefreshedTrust, manifest: Manifest): ImportVerdict['expires'] => ({
  ...trust.expires,
  bundle: manifest.expires,
});

const verdictHead = (manifest: Manifest, prelude: Prelude, trust: RefreshedTrust, newRoots: NewRoot[]) => ({
  bundleId: manifest.bundle_id,
  seq: manifest.seq,
  broadcast: manifest.site === '*',
  ...(manifest.request_id === undefined ? {} : { requestId: manifest.request_id }),
  manifest,
  manifestSha256: sha256Hex(prelude.manifestBytes),
  trust: {
    root: base64(trust.metadata.root),
    timestamp: base64(trust.metadata.timestamp),
    snapshot: base64(trust.metadata.snapshot),
    targets: base64(trust.metadata.targets),
  },
  newRoots,
  tuf: trust.versions,
  expires: expiresOf(trust, manifest),
  unfulfilled: manifest.unfulfilled,
});

const noOpVerdict = (
  manifest: Manifest,
  prelude: Prelude,
  trust: RefreshedTrust,
  receipt: string,
  run: Run,
): ImportVerdict => ({
  ...verdictHead(manifest, prelude, trust, run.newRoots),
  inventory: { sha256: manifest.inventory.sha256, path: '', lines: manifest.inventory.lines },
  policyPath: '',
  objects: [],
  volumes: [],
  missingVolumes: [],
  counts: { new: 0, held: 0, removed: 0, unfulfilled: 0, bytes: 0 },
  warnings: [],
  acceptedStale: false,
  newFloor: run.context.floor,
  alreadyImported: { receipt },
});

// D2: the prelude as it was read, for the flip and for a look afterwards.
const savePrelude = async (prelude: Prelude, stagingDir: string): Promise<void> => {
  const folder = join(stagingDir, 'prelude');
  const files: [string, Uint8Array][] = [
    ['bundle.dsse.json', prelude.manifestBytes],
    ['policy.json', prelude.policy],
    ['timestamp.json', prelude.timestamp],
    [`${prelude.snapshot.version}.snapshot.json`, prelude.snapshot.bytes],
    [`${prelude.targets.version}.targets.json`, prelude.targets.bytes],
    ...[...prelude.roots].map(([version, bytes]): [string, Uint8Array] => [`${version}.root.json`, bytes]),
  ];
  for (const [name, bytes] of files) await onStore(name, () => writeStaged(join(folder, name), bytes));
  await onStore(folder, () => syncFolder(folder));
};

const takeInventory = async (manifest: Manifest, prelude: Prelude, stagingDir: string): Promise<string> => {
  const rawPath = join(stagingDir, 'prelude', 'inventory.jsonl');
  const { packedPath, encoding, packedSha256 } = prelude.inventory;
  if (encoding === 'identity') {
    if (manifest.inventory.size !== prelude.inventory.packedSize) {
      throw new BundleError('METADATA', 'the size of the inventory differs from the signed one');
    }
    if (packedSha256 !== manifest.inventory.sha256)
      throw new BundleError('HASH', 'the inventory does not have its digest');
    await keepInventory(packedPath, rawPath);
    return rawPath;
  }
  const digest = await inflateInventory(packedPath, rawPath, manifest.inventory.size);
  if (digest !== manifest.inventory.sha256) throw new BundleError('HASH', 'the inventory does not have its digest');
  await onStore(packedPath, () => rm(packedPath, { force: true }));
  return rawPath;
};

// States 7 and 8.
const readObjects = async (
  run: Run,
  source: BundleSource,
  manifest: Manifest,
  bound: BoundInventory,
  objects: ObjectPlan,
): Promise<{ verified: Set<string>; seen: ImportVerdict['volumes'] }> => {
  const verified = new Set<string>();
  const seen: ImportVerdict['volumes'] = [];
  const discard = run.context.discard === true;
  const wanted = new Set(discard ? [] : [...objects.fresh.keys()].filter((digest) => !objects.staged.has(digest)));
  const volumes = await pickVolumes(source, manifest.volumes, bound.items);
  const totalBytes = volumes.reduce(
    (sum, { first, last }) => sum + bound.items.slice(first, last + 1).reduce((bytes, { length }) => bytes + length, 0),
    0,
  );
  let doneBytes = 0;
  for (const volume of volumes) {
    const progress = (state: ImportProgress['state']): void =>
      run.onProgress?.({ state, doneBytes, totalBytes, volume: volume.n });
    progress('objects');
    await readVolume({
      source,
      volume,
      items: bound.items,
      stagingDir: run.stagingDir,
      wanted,
      onBytes: (count) => {
        doneBytes += count;
        progress('objects');
      },
      onVerified: (sha256) => verified.add(sha256),
    });
    progress('tail');
    if (source.kind === 'tar') {
      await source.finish(volume.bytes, new Set());
      seen.push({ n: volume.n, bytes: volume.bytes, sha256: source.digest() ?? '' });
    }
  }
  if (source.kind === 'folder') await source.finish(0, new Set(bound.items.map(({ name }) => name)));
  return { verified, seen };
};

const verifyFrom = async (source: BundleSource, run: Run): Promise<ImportVerdict> => {
  const { context, stagingDir, clock } = run;
  run.report('prelude');
  ensureDir(join(stagingDir, 'prelude'), 0o700);
  ensureDir(join(stagingDir, 'objects'), 0o700);
  const prelude = await readPrelude(source, stagingDir);

  run.report('tuf');
  const claimed = claimedManifest(prelude.manifestBytes);
  const kind = claimed.nonce === undefined ? 'open' : 'answer';
  const acceptStale = context.acceptStale !== undefined;
  const requestFloor = answeredRequest(claimed, context)?.floor ?? context.floor;
  const time = referenceTime({ kind, requestFloor, clock, acceptStale, graceDays: context.graceDays });
  let trust: RefreshedTrust;
  try {
    trust = await trustPrelude(prelude, heldOf(context), time, (root) => run.newRoots.push(root));
  } catch (error) {
    const before = error instanceof BundleError ? await importedBefore(prelude, context) : undefined;
    if (before === undefined) throw error;
    return noOpVerdict(before.manifest, prelude, before.trust, before.receipt, run);
  }

  run.report('signed');
  const { manifest } = openManifest(prelude.manifestBytes, {
    publicKeys: trust.fulfilKeys,
    threshold: trust.fulfilThreshold,
  });

  run.report('bound');
  const before = context.imported.find(({ bundleId }) => bundleId === manifest.bundle_id);
  if (before !== undefined) return noOpVerdict(manifest, prelude, trust, before.receipt, run);
  checkAddressee(manifest, context);
  checkVersions(manifest, trust, context);
  const policy = checkPolicy(prelude, trust);
  checkInventoryHead(manifest, prelude, trust);
  const times = judgeTimes({
    kind,
    expires: expiresOf(trust, manifest),
    issuedAt: manifest.issued_at,
    clock,
    context,
    policy,
  });
  const inventoryPath = await takeInventory(manifest, prelude, stagingDir);
  const bound = bindInventory(await readFile(inventoryPath), manifest, prelude);
  await savePrelude(prelude, stagingDir);

  run.report('space');
  const held = await readHeld(context);
  const objects = await planObjects(run, manifest, bound, held);
  await checkSpace(run, objects);

  const verdict: ImportVerdict = {
    ...verdictHead(manifest, prelude, trust, run.newRoots),
    inventory: { sha256: manifest.inventory.sha256, path: inventoryPath, lines: bound.lines.length },
    policyPath: join(stagingDir, 'prelude', 'policy.json'),
    objects: [],
    volumes: [],
    missingVolumes: [],
    counts: objects.counts,
    ...times,
  };
  if (context.dryRun) return verdict;

  const { verified, seen } = await readObjects(run, source, manifest, bound, objects);
  run.report('complete');
  const present = (sha256: string): boolean =>
    verified.has(sha256) || objects.staged.has(sha256) || hasDigest(held, sha256);
  const missingVolumes = checkComplete(manifest, bound, held, present);
  const kept = context.discard === true ? [] : [...objects.fresh].filter(([sha256]) => present(sha256));
  return {
    ...verdict,
    objects: kept.map(([sha256, size]) => ({ sha256, size, path: stagedPath(stagingDir, sha256) })),
    volumes: seen,
    missingVolumes,
  };
};

const refusalOf = (error: unknown, newRoots: readonly NewRoot[]): ImportRefusal => {
  if (error instanceof ImportRefusal) {
    return new ImportRefusal(error.code, error.message, { cause: error, newRoots, missing: error.missing });
  }
  if (error instanceof BundleError) return new ImportRefusal(error.code, error.message, { cause: error, newRoots });
  return new ImportRefusal('INTERNAL', error instanceof Error ? `${error.name}: ${error.message}` : String(error), {
    cause: error,
    newRoots,
  });
};

/**
 * States 1-10 of section 6 over one volume or folder. Reads it once; writes only under `stagingDir`. Every refusal is an
 * ImportRefusal, which carries the newer roots that hold even then (D1). Scanning and the flip are the appliance's.
 */
export const verifyBundle = async (options: VerifyOptions): Promise<ImportVerdict> => {
  const newRoots: NewRoot[] = [];
  const run: Run = {
    ...options,
    newRoots,
    clock: readClock(options.context.floor, options.context.systemNow),
    report: (state) => options.onProgress?.({ state, doneBytes: 0, totalBytes: 0 }),
  };
  try {
    run.report('open');
    const source = await openBundleSource(options.path);
    try {
      return await verifyFrom(source, run);
    } finally {
      await source.close().catch((error: unknown) => {
        throw mediumError(options.path, error);
      });
    }
  } catch (error) {
    throw refusalOf(error, newRoots);
  }
};
