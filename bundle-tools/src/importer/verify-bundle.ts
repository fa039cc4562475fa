import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mediumError, onStore } from '../archive/medium-errors.ts';
import type { BundleSource } from '../archive/source.ts';
import { hasDigest } from '../documents/digests.ts';
import { claimedManifest, type Manifest, openManifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { defined } from '../platform/defined.ts';
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
import { inflateInventory, keepInventory } from './inflate.ts';
import { pickVolumes, readVolume, type VerifiedObject } from './objects.ts';
import { openBundleSource } from './open-source.ts';
import { checkComplete, checkSpace, type ObjectPlan, planObjects, readHeld } from './plan.ts';
import { type Prelude, readPrelude } from './prelude.ts';
import { heldOf, importedBefore, trustPrelude } from './trust-step.ts';
import { type ImportProgress, ImportRefusal, type ImportVerdict, type NewRoot } from './verdict.ts';

// platform/files.ts syncs by descriptor number, which Node's permission model forbids; a FileHandle carries the
// permission that its opening was checked for.

/** Makes the entries of a folder durable. */
const syncFolder = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Writes a file whole: under another name first, synced, renamed. The caller syncs the folder once for many files. */
const writeStaged = async (path: string, bytes: Uint8Array): Promise<void> => {
  const partial = `${path}.part`;
  const handle = await open(partial, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, path);
};

type VerifyOptions = {
  /** A volume, an unpacked folder, or a medium with one bundle. */
  path: string;
  context: ImportContext;
  /** An existing folder of this import alone. */
  stagingDir: string;
  /** Called for each object as soon as it is whole, so that the store can take it while reading goes on. */
  onObject?: (object: VerifiedObject) => void;
  onProgress?: (progress: ImportProgress) => void;
};

type Run = VerifyOptions & {
  partialDir: string;
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
  ...defined({ requestId: manifest.request_id }),
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
  here: [],
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

type ReadResult = {
  objects: VerifiedObject[];
  /** Digests that were read whole, kept or not. */
  verified: Set<string>;
  seen: ImportVerdict['volumes'];
};

const bytesOf = (volumes: Manifest['volumes'], bound: BoundInventory): number =>
  volumes.reduce(
    (sum, { first, last }) => sum + bound.items.slice(first, last + 1).reduce((bytes, { length }) => bytes + length, 0),
    0,
  );

// A refusal says which volume is bad, so that only that one has to be made again.
const namingVolume = async <T>(n: number, manifest: Manifest, step: () => Promise<T>): Promise<T> => {
  try {
    return await step();
  } catch (error) {
    const of = manifest.volumes.length;
    if (of === 1 || !(error instanceof BundleError)) throw error;
    throw new BundleError(error.code, `volume ${n} of ${of}: ${error.message}`, { cause: error });
  }
};

// States 7 and 8.
const readObjects = async (
  run: Run,
  source: BundleSource,
  manifest: Manifest,
  bound: BoundInventory,
  objects: ObjectPlan,
  volumes: Manifest['volumes'],
): Promise<ReadResult> => {
  const result: ReadResult = { objects: [], verified: new Set(), seen: [] };
  const wanted = new Set(run.context.discard === true ? [] : objects.fresh.keys());
  const totalBytes = bytesOf(volumes, bound);
  let doneBytes = 0;
  for (const volume of volumes) {
    const progress = (state: ImportProgress['state']): void =>
      run.onProgress?.({ state, doneBytes, totalBytes, volume: volume.n, volumes: manifest.volumes.length });
    await namingVolume(volume.n, manifest, async () => {
      progress('objects');
      await readVolume(volume, bound.items, {
        source,
        lines: bound.lines,
        stagingDir: run.stagingDir,
        partialDir: run.partialDir,
        wanted,
        onBytes: (count) => {
          doneBytes += count;
          progress('objects');
        },
        isDiscarding: run.context.discard === true,
        onVerified: (object, kept) => {
          result.verified.add(object.sha256);
          if (!kept) return;
          result.objects.push(object);
          run.onObject?.(object);
        },
      });
      progress('tail');
      if (source.kind === 'folder') return;
      await source.finish(volume.bytes, new Set());
      result.seen.push({ n: volume.n, bytes: volume.bytes, sha256: source.digest() ?? '' });
    });
  }
  if (source.kind === 'folder') await source.finish(0, new Set(bound.items.map(({ name }) => name)));
  return result;
};

const verifyFrom = async (source: BundleSource, run: Run): Promise<ImportVerdict> => {
  const { context, stagingDir, clock } = run;
  run.report('prelude');
  ensureDir(join(stagingDir, 'prelude'), 0o700);
  ensureDir(join(stagingDir, 'objects'), 0o700);
  ensureDir(run.partialDir, 0o700);
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
  const volumes = await pickVolumes(source, manifest.volumes, bound.items);

  const verdict: ImportVerdict = {
    ...verdictHead(manifest, prelude, trust, run.newRoots),
    inventory: { sha256: manifest.inventory.sha256, path: inventoryPath, lines: bound.lines.length },
    policyPath: join(stagingDir, 'prelude', 'policy.json'),
    objects: [],
    volumes: [],
    here: volumes.map(({ n }) => n),
    missingVolumes: [],
    counts: objects.counts,
    ...times,
  };
  if (context.dryRun) return verdict;

  const read = await readObjects(run, source, manifest, bound, objects, volumes);
  run.report('complete');
  const isPresent = (sha256: string): boolean => read.verified.has(sha256) || hasDigest(held, sha256);
  const lacking = await checkComplete(manifest, bound, held, isPresent, run.partialDir);
  return {
    ...verdict,
    objects: read.objects,
    volumes: read.seen,
    missingVolumes: lacking,
    ...(context.discard === true ? { verified: [...read.verified] } : {}),
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
    partialDir: options.context.partials ?? join(options.stagingDir, 'partial'),
    newRoots,
    clock: readClock(options.context.floor, options.context.systemNow, options.context.allowanceDays),
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
