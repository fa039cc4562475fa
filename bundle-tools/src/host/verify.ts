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
import { type Prelude, readPrelude } from '../importer/prelude.ts';
import { runImportChild } from '../importer/run-import.ts';
import type { ImportVerdict } from '../importer/verdict.ts';
import { toTime } from '../platform/ambient.ts';
import { ensureDir } from '../platform/files.ts';
import { openAt, sourcesAt } from './bundle-parts.ts';

/** A bundle whose signatures, versions, digests and bytes were checked against a root. */
type VerifiedBundle = {
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

const readPreludeOf = async (path: string, folder: string): Promise<Prelude> => {
  ensureDir(join(folder, 'prelude'));
  const source = await openAt(path);
  try {
    return await readPrelude(source, folder);
  } finally {
    await source.close();
  }
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
    // This host's own clock is what it verifies by.
    floor: [manifest.issued_at, toTime(nowMs)].sort().at(-1) ?? manifest.issued_at,
    systemNow: toTime(nowMs),
    held,
    dryRun: false,
    discard: true,
    reserveBytes: 0,
  };
};

const emptyFolder = (parent: string, name: string): string => {
  const folder = join(parent, name);
  rmSync(folder, { recursive: true, force: true });
  ensureDir(folder);
  return folder;
};

/**
 * Verifies a bundle offline, with the real importer in its own process, against a root that the caller trusts. All its
 * volumes are taken that the paths lead to; VOLUMES_MISSING when some are not among them.
 */
export const verifyWithRoot = async (options: {
  paths: ReadonlyArray<string>;
  root: Uint8Array;
  nowMs: number;
  io: Io;
}): Promise<VerifiedBundle> => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-verify-'));
  try {
    const sources = await sourcesAt(options.paths);
    const partials = emptyFolder(folder, 'partials');
    const held = join(folder, 'held');
    const good = new Set<string>();
    let verdict: ImportVerdict | undefined;
    let relied: ReadonlyArray<string> = [];
    for (const path of sources) {
      const prelude = await readPreludeOf(path, emptyFolder(folder, 'look'));
      const manifest = claimedManifest(prelude.manifestBytes);
      if (verdict !== undefined && verdict.bundleId !== manifest.bundle_id)
        throw new BundleError('MIX', `${path} is of another bundle`);
      relied = reliedOn(manifest, prelude);
      writeFileSync(held, packDigests([...relied, ...good]));
      const next = await runImportChild({
        path,
        context: { ...contextFor(manifest, options.root, held, options.nowMs), partials },
        stagingDir: emptyFolder(folder, 'staging'),
        onProgress: ({ doneBytes, totalBytes }) => options.io.progress('checking, bytes', doneBytes, totalBytes),
      });
      for (const sha256 of next.verified ?? []) good.add(sha256);
      verdict = next;
    }
    if (verdict === undefined) throw new BundleError('NO_BUNDLE', 'there is nothing to check');
    const { missingVolumes, manifest } = verdict;
    if (missingVolumes.length > 0)
      throw new BundleError(
        'VOLUMES_MISSING',
        `${manifest.volumes.length - missingVolumes.length} of ${manifest.volumes.length} volumes are good, missing ${missingVolumes.join(', ')}`,
      );
    return { verdict, reliesOn: relied.length };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
