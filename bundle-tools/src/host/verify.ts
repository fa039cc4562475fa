import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Io } from '../cli/io.ts';
import { decodeBitmap } from '../documents/bitmap.ts';
import { packDigests } from '../documents/digests.ts';
import { parseInventory } from '../documents/inventory.ts';
import { limits } from '../documents/limits.ts';
import { claimedManifest, type Manifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import type { ImportContext } from '../importer/context.ts';
import { openBundleSource } from '../importer/open-source.ts';
import { type Prelude, readPrelude } from '../importer/prelude.ts';
import { runImportChild } from '../importer/run-import.ts';
import type { ImportVerdict } from '../importer/verdict.ts';
import { toTime } from '../platform/ambient.ts';
import { ensureDir } from '../platform/files.ts';

/** A bundle whose signatures, versions, digests and bytes were checked against a root. */
export type VerifiedBundle = {
  readonly verdict: ImportVerdict /** Objects that it relies on and does not bring: not checked here. */;
  readonly reliesOn: number;
};

const inventoryBytes = (prelude: Prelude): Uint8Array => {
  const packed = readFileSync(prelude.inventory.packedPath);
  return prelude.inventory.encoding === 'gzip'
    ? gunzipSync(packed, { maxOutputLength: limits.inventoryBytes })
    : packed;
};

/** The digests that the bundle says its site holds. */
const reliedOn = (manifest: Manifest, prelude: Prelude): ReadonlyArray<string> => {
  const lines = parseInventory(inventoryBytes(prelude));
  return decodeBitmap(manifest.relies_on, lines.length).flatMap((line) => lines[line]?.sha256 ?? []);
};

/** A context in which only the signatures, the versions and the bytes decide: everything that a site knows is taken as the bundle says. */
const contextFor = (manifest: Manifest, root: Uint8Array, held: string, nowMs: number): ImportContext => {
  const { request_id: requestId, nonce, request_digest: digest } = manifest;
  return {
    site: manifest.site === '*' ? 'verify' : manifest.site,
    trust: { root: Buffer.from(root).toString('base64') },
    openRequests:
      requestId === undefined || nonce === undefined || digest === undefined
        ? []
        : [{ requestId, number: 1, nonce, digest, floor: manifest.issued_at }],
    seq: 0,
    seqBroadcast: 0,
    imported: [],
    broadcastAllowed: true,
    graceDays: 180,
    floor: manifest.issued_at,
    systemNow: toTime(nowMs),
    held,
    dryRun: false,
    discard: true,
    reserveBytes: 0,
  };
};

/** Verifies a bundle offline, with the real importer in its own process, against a root that the caller trusts. */
export const verifyWithRoot = async (options: {
  path: string;
  root: Uint8Array;
  nowMs: number;
  io: Io;
}): Promise<VerifiedBundle> => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-verify-'));
  try {
    ensureDir(join(folder, 'prelude'));
    const source = await openBundleSource(options.path);
    let prelude: Prelude;
    try {
      prelude = await readPrelude(source, folder);
    } finally {
      await source.close();
    }
    const manifest = claimedManifest(prelude.manifestBytes);
    const relied = reliedOn(manifest, prelude);
    const held = join(folder, 'held');
    writeFileSync(held, packDigests(relied));
    const stagingDir = join(folder, 'staging');
    ensureDir(stagingDir);
    const verdict = await runImportChild({
      path: options.path,
      context: contextFor(manifest, options.root, held, options.nowMs),
      stagingDir,
      onProgress: ({ doneBytes, totalBytes }) => options.io.progress('checking, bytes', doneBytes, totalBytes),
    });
    if (verdict.missingVolumes.length > 0)
      throw new BundleError('VOLUMES_MISSING', `volumes ${verdict.missingVolumes.join(', ')} are missing`);
    return { verdict, reliesOn: relied.length };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
