import { copyFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PART_LIMITS, type PartHeader, readPart } from '@sallyport/bundle-tools/advisories/part';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { ensureDir, syncDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { VERSION_CODEC } from '@sallyport/bundle-tools/versions/scheme';
import type { Database } from '../../platform/database.ts';
import { openForBuild, presentSnapshot, syncFile } from './snapshot-file-store.ts';
import { KNOWN_SQL, SNAPSHOT_SQL, snapshotPath } from './snapshot-schema-store.ts';
import { type SnapshotWriter, snapshotWriter } from './snapshot-store.ts';
import type { FeedPart, FeedState } from './types.ts';

/**
 * Makes `advisories/<number>.db`: a copy of the snapshot before, with the parts applied in order, compared with the
 * digests that the parts name, synced, renamed. The old snapshot stays as it is.
 */
export const buildSnapshot = async (options: {
  readonly folder: string;
  readonly number: number;
  readonly previous: number;
  readonly parts: readonly FeedPart[];
  readonly capturedAt: string;
  readonly onProgress?: (advisories: number) => void;
}): Promise<FeedState[]> => {
  ensureDir(options.folder, 0o700);
  const target = snapshotPath(options.folder, options.number);
  const temporary = join(options.folder, `.${options.number}.db.tmp`);
  rmSync(temporary, { force: true });
  const before = presentSnapshot(options.folder, options.previous);
  if (before !== undefined) copyFileSync(before, temporary);
  const db = openForBuild(temporary);
  try {
    db.exec(before === undefined ? SNAPSHOT_SQL : KNOWN_SQL);
    const states = await applyParts(db, { ...options, ...(before !== undefined && { base: options.previous }) });
    db.close();
    syncFile(temporary);
    renameSync(temporary, target);
    syncDir(options.folder);
    return states;
  } catch (error) {
    if (db.open) db.close();
    rmSync(temporary, { force: true });
    throw error;
  }
};

const checkHeader = (part: FeedPart, header: PartHeader): void => {
  if (header.feed !== part.feed || header.from !== part.from || header.to !== part.to)
    throw new BundleError(
      'METADATA',
      `advisory part ${part.feed} ${part.from}-${part.to}: its header names another part`,
    );
  // Keys of another codec would compare as nonsense; the host makes a full part in the codec that the site reads.
  if (header.codec !== VERSION_CODEC)
    throw new BundleError(
      'METADATA',
      `feed ${part.feed}: version keys of codec ${header.codec}, this is ${VERSION_CODEC}`,
    );
};

type ApplyOptions = {
  readonly parts: readonly FeedPart[];
  /** The number of the snapshot that this one is a copy of. */
  readonly base?: number;
  readonly capturedAt: string;
  readonly onProgress?: (advisories: number) => void;
};

const applyPart = async (
  writer: SnapshotWriter,
  part: FeedPart,
  capturedAt: string,
  onAdvisory: () => void,
): Promise<FeedState> => {
  const source = writer.source(part.feed);
  // A full part replaces the feed; what it names again stays.
  const gone = part.from === '' ? writer.held(source) : new Map<string, { adv: number; id: string }>();
  const isFirst = part.from === '' && gone.size === 0;
  const kept = new Set<string>();
  let state: FeedState | undefined;
  for await (const item of readPart(part.open(), PART_LIMITS, (digest) => gone.get(digest)?.id)) {
    if ('header' in item) {
      const { header } = item;
      checkHeader(part, header);
      state = {
        feed: part.feed,
        cursor: header.to,
        digest: header.digest,
        ...(header.newest && { newest: header.newest }),
      };
      writer.setSource(source, { capturedAt, newest: header.newest || null, digest: header.digest, cursor: header.to });
      continue;
    }
    onAdvisory();
    if ('known' in item) {
      gone.delete(item.known);
      continue;
    }
    if (item.advisory.feed !== part.feed)
      throw new BundleError('METADATA', `feed ${part.feed}: holds ${item.advisory.id} of feed ${item.advisory.feed}`);
    writer.put(source, item.advisory, item.digest, item.line, isFirst);
    if (!isFirst) kept.add(item.advisory.id);
  }
  writer.flush();
  for (const { adv, id } of gone.values()) if (!kept.has(id)) writer.drop(source, adv);
  writer.flush();
  if (!state) throw new BundleError('TRUNCATED', `advisory part ${part.feed} ${part.from}-${part.to} has no header`);
  return state;
};

const applyParts = async (db: Database, options: ApplyOptions): Promise<FeedState[]> => {
  const writer = snapshotWriter(db);
  if (options.base !== undefined) writer.startFrom(options.base);
  const states = new Map<string, FeedState>();
  let done = 0;
  for (const part of options.parts) {
    db.exec('BEGIN');
    const state = await applyPart(writer, part, options.capturedAt, () => {
      done += 1;
      if (done % 5_000 === 0) options.onProgress?.(done);
    });
    db.exec('COMMIT');
    states.set(part.feed, state);
  }
  for (const state of states.values()) {
    if (writer.digest(state.feed) !== state.digest)
      throw new BundleError('HASH', `feed ${state.feed}: the content after the parts differs from the signed digest`);
  }
  db.exec('BEGIN');
  writer.tidy();
  db.exec('COMMIT');
  options.onProgress?.(done);
  return [...states.values()];
};

/** Removes snapshots of advisories other than the ones in force and before, and what a build left half-made. */
export const dropSnapshots = (folder: string, keep: ReadonlySet<number>): void => {
  if (!isThere(folder)) return;
  let dropped = false;
  for (const name of readdirSync(folder)) {
    const match = /^(\d{1,15})\.db(-journal)?$/.exec(name);
    const isTemporary = /^\.\d{1,15}\.db(\.\d+)?\.tmp(-journal)?$/.test(name);
    if (!isTemporary && (!match || keep.has(Number(match[1])))) continue;
    rmSync(join(folder, name), { force: true });
    dropped = true;
  }
  if (dropped) syncDir(folder);
};
