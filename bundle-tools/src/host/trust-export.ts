import { mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { openTarSource } from '../archive/tar-source.ts';
import { buildBundle } from '../builder/build-bundle.ts';
import type { Io } from '../cli/io.ts';
import { encodeDocument, int, parseDocument } from '../documents/fields.ts';
import { claimedManifest, type Manifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { readPrelude } from '../importer/prelude.ts';
import { rmSync as removeFile } from '../person/files.ts';
import { randomBytes, toTime } from '../platform/ambient.ts';
import { ensureDir, renameNew, renameOver, syncDir, writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { describeMetadata } from '../trust/repository.ts';
import { signedCatalog } from './catalogs.ts';
import { checkFitToLeave } from './fit-to-leave.ts';
import { daysAfter, lifetimeDays } from './lifetimes.ts';
import { copyFileDurable } from './objects.ts';
import { readOnlineKeys } from './online-keys.ts';
import { signOnlineMetadata } from './online-metadata.ts';
import { readBounded } from './read-bounded.ts';
import { checkBroadcast } from './self-check.ts';
import type { HostState } from './state.ts';
import { getNewest } from './trust-files.ts';

// The file of `trust export`: an ordinary broadcast bundle without objects, whose tuf/ also holds the root in force as
// `<N>.root.json`. The site pins that root once a person has compared its SHA-256, then imports the same file as a
// broadcast, which brings policy.json with the host's seal key.

const broadcastSchema = z.strictObject({ format: z.literal('sallyport-broadcast/1'), seq: int });
const maxBytes = 4096;

const nextSeq = (state: HostState): number => {
  const path = join(state.dir, 'broadcast.json');
  const last = isThere(path)
    ? parseDocument(broadcastSchema, readBounded(path, maxBytes), 'broadcast state', maxBytes).seq
    : 0;
  // Stored first: a number that was lost is a gap, which is fine; one that was used twice is not.
  writeFileDurable(
    path,
    encodeDocument(broadcastSchema, { format: 'sallyport-broadcast/1', seq: last + 1 }, 'broadcast state'),
  );
  return last + 1;
};

/** What was written, and what to compare. */
type TrustExport = {
  readonly path: string;
  readonly rootVersion: number;
  readonly rootSha256: string;
  readonly bundleId: string;
  readonly bytes: number;
  readonly expires: string;
};

const placeFile = (from: string, out: string, replace: boolean): void => {
  ensureDir(dirname(out));
  const temporary = join(dirname(out), `.${basename(out)}.${Buffer.from(randomBytes(6)).toString('hex')}.tmp`);
  copyFileDurable(from, temporary);
  try {
    (replace ? renameOver : renameNew)(temporary, out);
  } catch (error) {
    removeFile(temporary, { force: true });
    throw error;
  }
  syncDir(dirname(out));
};

/** Writes the introduction of this host to its sites. */
export const writeTrustExport = async (options: {
  state: HostState;
  out: string;
  replace: boolean;
  nowMs: number;
  io: Io;
}): Promise<TrustExport> => {
  const { state, nowMs, io } = options;
  const out = resolve(options.out);
  checkFitToLeave(state, nowMs);
  const catalog = signedCatalog(state);
  const root = getNewest(state, 'root');
  const keys = readOnlineKeys(state);
  const { snapshot, timestamp } = signOnlineMetadata({ state, targets: catalog.targets, keys, nowMs });
  ensureDir(state.staging);
  const folder = mkdtempSync(join(state.staging, 'trust-export-'));
  try {
    const built = await buildBundle({
      out: folder,
      bundleId: Buffer.from(randomBytes(16)).toString('hex'),
      site: '*',
      seq: nextSeq(state),
      issuedAt: toTime(nowMs),
      expires: daysAfter(nowMs, lifetimeDays.bundle),
      tuf: {
        root: root.bytes,
        roots: [root.bytes],
        timestamp: timestamp.bytes,
        snapshot: snapshot.bytes,
        targets: catalog.targets.bytes,
      },
      policy: catalog.policy,
      inventory: { catalog: catalog.number, bytes: catalog.inventory },
      include: [],
      reliesOn: [],
      objectPath: () => {
        throw new BundleError('INTERNAL', 'a trust export carries no object');
      },
      unfulfilled: [],
      receiptSeen: 0,
      sign: [keys.fulfil],
    });
    const [file] = built.files;
    if (file === undefined) throw new BundleError('INTERNAL', 'no bundle was built');
    await checkBroadcast({ state, path: file.path, nowMs, io });
    placeFile(file.path, out, options.replace);
    return {
      path: out,
      rootVersion: root.version,
      rootSha256: root.described.sha256,
      bundleId: built.manifest.bundle_id,
      bytes: file.bytes,
      expires: built.manifest.expires,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The root that a trust export brings, to be compared and pinned; nothing is proven yet. */
type ReadTrustExport = {
  readonly root: {
    readonly version: number;
    readonly bytes: Uint8Array;
    readonly sha256: string;
    readonly expires: string;
  };
  readonly manifest: Manifest;
};

/**
 * Reads the root out of a trust export. After a person has compared `root.sha256`, pin `root.bytes` and import the same
 * file with `verifyBundle` or `runImportChild`, `broadcastAllowed: true`. `workDir` is a folder for temporary files.
 */
export const readTrustExport = async (path: string, workDir: string): Promise<ReadTrustExport> => {
  const folder = mkdtempSync(join(workDir, 'trust-import-'));
  const source = await openTarSource(path);
  try {
    ensureDir(join(folder, 'prelude'));
    const prelude = await readPrelude(source, folder);
    const newest = [...prelude.roots].at(-1);
    if (newest === undefined)
      throw new BundleError('MISSING', `${path} brings no root; export it with: sallyport-bundle trust export`);
    const [version, bytes] = newest;
    const described = describeMetadata(bytes);
    if (described.role !== 'root' || described.version !== version)
      throw new BundleError('METADATA', 'the root does not have the version of its name');
    const manifest = claimedManifest(prelude.manifestBytes);
    if (manifest.site !== '*')
      throw new BundleError('WRONG_SITE', `this is a bundle for site ${manifest.site}, not a trust export`);
    return { root: { version, bytes, sha256: described.sha256, expires: described.expires }, manifest };
  } finally {
    await source.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
