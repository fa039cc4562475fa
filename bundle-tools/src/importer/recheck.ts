import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { itemsOf } from '../archive/layout.ts';
import { openRegular } from '../archive/tar-source.ts';
import { decodeBitmap } from '../documents/bitmap.ts';
import { hasDigest } from '../documents/digests.ts';
import { parseInventory } from '../documents/inventory.ts';
import { limits } from '../documents/limits.ts';
import { openManifest } from '../documents/manifest.ts';
import { type Policy, parsePolicy } from '../documents/policy.ts';
import { BundleError } from '../errors.ts';
import { type RefreshedTrust, refreshTrust } from '../trust/core.ts';
import { guardMetadata } from '../trust/guards.ts';
import { sameBytes, sha256Hex } from '../trust/hash.ts';
import { createTufStore, updateRoot } from '../trust/tuf-store.ts';
import { checkAddressee, checkVersions } from './bind.ts';
import { judgeTimes, readClock } from './clock.ts';
import type { ImportContext } from './context.ts';
import { checkComplete, readHeld } from './plan.ts';
import { heldOf } from './trust-step.ts';
import { ImportRefusal, type ImportVerdict, type NewRoot } from './verdict.ts';

// The parent's own look at what the child reports. The child met the medium; were it taken over, its word alone would
// become this site's trust. Signatures cost milliseconds, so what will be flipped is verified once more here.

const decode = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

const readBounded = async (path: string, maxBytes: number): Promise<Uint8Array> => {
  // A link in staging could lead anywhere that this process, unlike the child, may read.
  const { handle, size } = await openRegular(path);
  try {
    if (size > maxBytes) throw new BundleError('LIMIT', `${path} has ${size} bytes`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
};

const demand = (holds: boolean, what: string): void => {
  if (!holds) throw new BundleError('INTERNAL', `the child reports ${what} that do not verify`);
};

const recheckRoots = (newRoots: readonly NewRoot[], context: ImportContext): void => {
  const store = createTufStore(heldOf(context).root, new Date(0));
  for (const { version, bytes } of newRoots) {
    const root = decode(bytes);
    demand(guardMetadata(root, 'root', true).signed.version === version, 'roots');
    updateRoot(store, root);
  }
};

// Two persons lower a floor again, and never below a signed time: a false one would lock the site out.
const recheckTimes = (verdict: ImportVerdict, context: ImportContext, trust: RefreshedTrust, policy: Policy): void => {
  const { manifest } = verdict;
  const expires = { ...trust.expires, bundle: manifest.expires };
  demand(isDeepStrictEqual(verdict.expires, expires), 'dates');
  const clock = readClock(context.floor, context.systemNow, context.allowanceDays);
  const kind = manifest.nonce === undefined ? 'open' : 'answer';
  const times = judgeTimes({ kind, expires, issuedAt: manifest.issued_at, clock, context, policy });
  const { warnings, acceptedStale, newFloor } = verdict;
  demand(isDeepStrictEqual({ warnings, acceptedStale, newFloor }, times), 'times');
};

// An object is safe by its digest, which the store checks; here only that none is left out and none comes along.
const recheckObjects = async (
  verdict: ImportVerdict,
  context: ImportContext,
  inventory: Uint8Array,
  stagingDir: string,
): Promise<void> => {
  const { manifest } = verdict;
  const lines = parseInventory(inventory);
  const include = decodeBitmap(manifest.include, lines.length);
  const reliesOn = decodeBitmap(manifest.relies_on, lines.length);
  const items = itemsOf(lines, include, manifest.parts);
  // They name the subjects of the receipt.
  const sizesOfVolumes = new Map(manifest.volumes.map(({ n, bytes }) => [n, bytes]));
  demand(
    verdict.volumes.every(({ n, bytes }) => sizesOfVolumes.get(n) === bytes) &&
      verdict.here.every((n) => sizesOfVolumes.has(n)),
    'volumes',
  );
  const sizes = new Map(include.map((number) => [lines[number]?.sha256, lines[number]?.size]));
  demand(
    verdict.objects.every(({ sha256, size }) => sizes.get(sha256) === size),
    'objects',
  );
  if (context.dryRun || context.discard === true) return;
  const held = await readHeld(context);
  const kept = new Set(verdict.objects.map(({ sha256 }) => sha256));
  const isPresent = (sha256: string): boolean => kept.has(sha256) || hasDigest(held, sha256);
  const partialDir = context.partials ?? join(stagingDir, 'partial');
  const missing = await checkComplete(manifest, { lines, include, reliesOn, items }, held, isPresent, partialDir);
  demand(isDeepStrictEqual(verdict.missingVolumes, missing), 'volumes');
};

const recheckParts = async (verdict: ImportVerdict, context: ImportContext, stagingDir: string): Promise<void> => {
  // A no-op changes nothing; which import it repeats is the site's own knowledge.
  if (verdict.alreadyImported !== undefined) {
    const { bundleId, alreadyImported } = verdict;
    const isKnown = context.imported.some(
      (one) => one.bundleId === bundleId && one.receipt === alreadyImported.receipt,
    );
    demand(isKnown, 'imports before this one');
    return;
  }
  const roots = new Map(verdict.newRoots.map(({ version, bytes }) => [`${version}.root.json`, decode(bytes)]));
  const trust = await refreshTrust({
    held: heldOf(context),
    source: {
      get: async (name) => {
        if (name.endsWith('.root.json')) return roots.get(name) ?? 'NOT_FOUND';
        if (name === 'timestamp.json') return decode(verdict.trust.timestamp);
        return decode(name.endsWith('.snapshot.json') ? verdict.trust.snapshot : verdict.trust.targets);
      },
    },
    // Signatures, thresholds, versions and hashes first; time is judged below, on what was verified.
    referenceTime: new Date(0),
    production: true,
  });
  for (const role of ['root', 'timestamp', 'snapshot', 'targets'] as const) {
    demand(sameBytes(trust.metadata[role], decode(verdict.trust[role])), `${role} metadata`);
  }
  demand(isDeepStrictEqual(trust.versions, verdict.tuf), 'versions');

  const manifestBytes = await readBounded(`${stagingDir}/prelude/bundle.dsse.json`, limits.manifestBytes);
  const { manifest } = openManifest(manifestBytes, { publicKeys: trust.fulfilKeys, threshold: trust.fulfilThreshold });
  demand(isDeepStrictEqual(manifest, verdict.manifest), 'manifest fields');
  demand(sha256Hex(manifestBytes) === verdict.manifestSha256, 'manifest bytes');
  demand(
    verdict.bundleId === manifest.bundle_id &&
      verdict.seq === manifest.seq &&
      verdict.broadcast === (manifest.site === '*') &&
      verdict.requestId === manifest.request_id,
    'bundle numbers',
  );
  checkAddressee(manifest, context);
  checkVersions(manifest, trust, context);

  const { sha256 } = manifest.inventory;
  demand(trust.targets.get(`catalog/${manifest.inventory.catalog}/inventory.jsonl`)?.sha256 === sha256, 'targets');
  const inventory = await readBounded(verdict.inventory.path, limits.inventoryBytes);
  demand(verdict.inventory.sha256 === sha256 && sha256Hex(inventory) === sha256, 'inventory bytes');
  const policy = await readBounded(verdict.policyPath, limits.policyBytes);
  demand(trust.targets.get('policy.json')?.sha256 === sha256Hex(policy), 'policy bytes');
  recheckTimes(verdict, context, trust, parsePolicy(policy));
  await recheckObjects(verdict, context, inventory, stagingDir);
};

const doubt = (error: unknown): ImportRefusal =>
  new ImportRefusal(
    'INTERNAL',
    `the import process reports what does not verify: ${error instanceof Error ? error.message : String(error)}`,
    {
      cause: error,
    },
  );

/** Verifies a verdict's trust, manifest, inventory, times and list of objects again. */
export const recheckVerdict = async (
  verdict: ImportVerdict,
  context: ImportContext,
  stagingDir: string,
): Promise<void> => {
  try {
    await recheckParts(verdict, context, stagingDir);
  } catch (error) {
    throw doubt(error);
  }
};

/** A refusal whose newer roots chain from the held one: they are kept even so (D1). */
export const recheckRefusal = (refusal: ImportRefusal, context: ImportContext): ImportRefusal => {
  try {
    recheckRoots(refusal.newRoots, context);
    return refusal;
  } catch (error) {
    return doubt(error);
  }
};
