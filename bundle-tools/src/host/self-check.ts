import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Io } from '../cli/io.ts';
import type { SiteRequest } from '../documents/request.ts';
import { BundleError } from '../errors.ts';
import type { ImportContext } from '../importer/context.ts';
import { runImportChild } from '../importer/run-import.ts';
import type { ImportVerdict } from '../importer/verdict.ts';
import { toTime } from '../platform/ambient.ts';
import { ensureDir } from '../platform/files.ts';
import type { HostState } from './state.ts';
import { findPublished, getNewest } from './trust-files.ts';

// Before a bundle leaves, the real importer reads it, in its own process, with the site's claimed state.

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

type Check = {
  readonly state: HostState;
  readonly path: string;
  /** The volume that the path is; 1 when absent. */
  readonly n?: number;
  readonly nowMs: number;
  readonly io: Io;
};

const common = (
  nowMs: number,
): Omit<ImportContext, 'site' | 'trust' | 'openRequests' | 'seq' | 'seqBroadcast' | 'broadcastAllowed' | 'floor'> => ({
  imported: [],
  graceDays: 180,
  systemNow: toTime(nowMs),
  dryRun: false,
  discard: true,
  reserveBytes: 0,
});

const run = async (check: Check, context: (folder: string) => ImportContext): Promise<ImportVerdict> => {
  ensureDir(check.state.staging);
  const folder = mkdtempSync(join(check.state.staging, 'check-'));
  const stagingDir = join(folder, 'staging');
  ensureDir(stagingDir);
  try {
    const verdict = await runImportChild({
      path: check.path,
      context: context(folder),
      stagingDir,
      onProgress: ({ doneBytes, totalBytes }) => check.io.progress('checking, bytes', doneBytes, totalBytes),
    });
    if (verdict.missingVolumes.includes(check.n ?? 1)) throw new BundleError('VOLUMES_MISSING', 'it is not whole');
    return verdict;
  } catch (error) {
    const reason = error instanceof BundleError ? `${error.code}: ${error.message}` : String(error);
    throw new BundleError('SELF_CHECK', `our own importer refuses the bundle: ${reason}`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Imports an answer as its site will, from the state that the request states. */
export const checkAnswer = (check: Check, request: SiteRequest, digest: string): Promise<ImportVerdict> => {
  const held = (role: 'timestamp' | 'snapshot' | 'targets') => {
    const bytes = findPublished(check.state, role, request.tuf[role])?.bytes;
    return bytes === undefined ? {} : { [role]: base64(bytes) };
  };
  const root = findPublished(check.state, 'root', request.tuf.root);
  if (root === undefined)
    throw new BundleError(
      'ROOT_CHAIN',
      `site ${request.site} holds root ${request.tuf.root}, which this host never published`,
    );
  return run(check, (folder) => {
    const have = join(folder, 'held');
    writeFileSync(have, Buffer.from(request.have, 'base64'));
    return {
      ...common(check.nowMs),
      site: request.site,
      trust: { root: base64(root.bytes), ...held('timestamp'), ...held('snapshot'), ...held('targets') },
      openRequests: [
        { requestId: request.request_id, number: request.number, nonce: request.nonce, digest, floor: request.floor },
      ],
      seq: request.state.seq,
      seqBroadcast: request.state.seq_broadcast,
      broadcastAllowed: false,
      // The site goes on until it imports: by then it is at least as late there as it is here.
      floor: [request.floor, toTime(check.nowMs)].sort().at(-1) ?? request.floor,
      held: have,
    };
  });
};

/** Imports a broadcast as a new site will, which holds the root and nothing else. */
export const checkBroadcast = (check: Check): Promise<ImportVerdict> =>
  run(check, () => ({
    ...common(check.nowMs),
    site: 'self-check',
    trust: { root: base64(getNewest(check.state, 'root').bytes) },
    openRequests: [],
    seq: 0,
    seqBroadcast: 0,
    broadcastAllowed: true,
    floor: toTime(check.nowMs),
  }));
