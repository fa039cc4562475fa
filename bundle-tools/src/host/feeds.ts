import { createReadStream, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Advisory } from '../advisories/advisory.ts';
import { encodeAdvisory, type FeedRecord } from '../advisories/digest.ts';
import { type FeedCounts, feedDelta } from '../advisories/feed.ts';
import { cursorOf, type PartHeader, partHeader, partPath, readPart, writePart } from '../advisories/part.ts';
import { encodeDocument, hex, int, parseDocument, text, time } from '../documents/fields.ts';
import { type Room, takeRoom } from '../downloads/room.ts';
import { BundleError } from '../errors.ts';
import { randomBytes } from '../platform/ambient.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import type { ObjectStore } from './objects.ts';
import { readBounded } from './read-bounded.ts';
import type { HostState } from './state.ts';

// feeds/<feed>.json: where a feed stands, its full part, and the deltas that lead there. The parts themselves are objects.

const maxEcosystems = 10_000;
const partSchema = z.strictObject({ from: text(64), to: text(64), sha256: hex, size: int });
const feedSchema = z.strictObject({
  format: z.literal('sallyport-feed/1'),
  feed: text(64),
  digest: hex,
  /** The newest advisory's date; '' when there is none. */
  newest: z.union([time, z.literal('')]),
  synced_at: time,
  advisories: int,
  /** What its advisories are about, but for those that were withdrawn. */
  ecosystems: z.array(text(100)).max(maxEcosystems),
  rejected: int,
  not_comparable: int,
  full: partSchema,
  deltas: z.array(partSchema).max(100),
});

/** Where a feed stands on this host. */
export type FeedState = z.infer<typeof feedSchema>;

const maxStateBytes = 2 * 1024 * 1024;
const maxDeltas = 60;
const pathOf = (state: HostState, feed: string): string => join(state.feeds, `${feed}.json`);

/** A feed's state; undefined before its first sync. */
export const findFeed = (state: HostState, feed: string): FeedState | undefined => {
  const path = pathOf(state, feed);
  if (!isThere(path)) return undefined;
  return parseDocument(feedSchema, readBounded(path, maxStateBytes), 'feed state', maxStateBytes);
};

/** Every feed that was synced, by name. */
export const listFeeds = (state: HostState): ReadonlyArray<FeedState> =>
  readdirSync(state.feeds)
    .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    .sort()
    .flatMap((name) => findFeed(state, name.slice(0, -'.json'.length)) ?? []);

/** Forgets a feed whose source was removed. */
export const dropFeed = (state: HostState, feed: string): void => rmSync(pathOf(state, feed), { force: true });

/** The records of a feed as synced last. */
export const readFeedRecords = async (objects: ObjectStore, feed: FeedState): Promise<Map<string, FeedRecord>> => {
  const records = new Map<string, FeedRecord>();
  for await (const item of readPart(createReadStream(objects.path(feed.full.sha256)))) {
    if (!('advisory' in item)) continue;
    records.set(item.advisory.id, { id: item.advisory.id, digest: item.digest, line: encodeAdvisory(item.advisory) });
  }
  return records;
};

const writeObject = async (
  state: HostState,
  objects: ObjectStore,
  header: PartHeader,
  records: Iterable<FeedRecord>,
  room: Room | undefined,
): Promise<z.infer<typeof partSchema>> => {
  const path = join(state.staging, `${Buffer.from(randomBytes(8)).toString('hex')}.part`);
  try {
    const { sha256, sizeBytes } = await writePart(path, header, records);
    if (room !== undefined) takeRoom(room, sizeBytes, `feed ${header.feed}`);
    objects.putFile(path, sha256);
    return { from: header.from, to: header.to, sha256, size: sizeBytes };
  } finally {
    rmSync(path, { force: true });
  }
};

/** Deltas are worth keeping while a chain of them is smaller than the full part. */
const keepDeltas = (
  deltas: ReadonlyArray<z.infer<typeof partSchema>>,
  fullBytes: number,
): z.infer<typeof partSchema>[] => {
  const kept: z.infer<typeof partSchema>[] = [];
  let bytes = 0;
  for (const delta of [...deltas].reverse()) {
    bytes += delta.size;
    if (bytes >= fullBytes || kept.length >= maxDeltas) break;
    kept.unshift(delta);
  }
  return kept;
};

/** What a source yielded. */
export type FeedContent = {
  readonly records: readonly FeedRecord[];
  readonly newest: string;
  readonly counts: Pick<FeedCounts, 'rejected' | 'notComparable'>;
};

const ecosystemsOf = (feed: string, records: readonly FeedRecord[]): string[] => {
  const found = new Set<string>();
  for (const { line } of records) {
    // A line that encodeAdvisory wrote; parsing it by the schema would say nothing new.
    const { withdrawn, affected } = JSON.parse(line) as Pick<Advisory, 'withdrawn' | 'affected'>;
    if (withdrawn === undefined) for (const { ecosystem } of affected) found.add(ecosystem);
  }
  if (found.size > maxEcosystems) throw new BundleError('LIMIT', `feed ${feed} is about ${found.size} ecosystems`);
  return [...found].sort();
};

/**
 * Takes a feed's new content: a full part, and a delta from where the feed stood. Content that did not change changes
 * nothing, so that building again gives the same catalog. What the source dropped stays, marked as withdrawn.
 */
export const takeFeed = async (options: {
  readonly state: HostState;
  readonly objects: ObjectStore;
  readonly feed: string;
  readonly content: FeedContent;
  readonly now: string;
  /** What its source may still take of the disk. */
  readonly room?: Room;
}): Promise<{ feed: FeedState; changed: number }> => {
  const { state, objects, feed, content, now, room } = options;
  const held = findFeed(state, feed);
  if (held !== undefined && !objects.has(held.full.sha256))
    throw new BundleError('STORE_IO', `the full part of feed ${feed} is missing in the object store`);
  const previous = held === undefined ? new Map<string, FeedRecord>() : await readFeedRecords(objects, held);
  const { delta, after, digest } = feedDelta(previous, content.records, now);
  if (held !== undefined && delta.length === 0) return { feed: held, changed: 0 };
  const newest = content.newest;
  const full = await writeObject(state, objects, partHeader({ feed, from: '', digest, newest }), after, room);
  const deltas =
    held === undefined
      ? []
      : [
          ...held.deltas,
          await writeObject(
            state,
            objects,
            partHeader({ feed, from: cursorOf(held.digest), digest, newest }),
            delta,
            room,
          ),
        ];
  const next: FeedState = {
    format: 'sallyport-feed/1',
    feed,
    digest,
    newest: content.newest === '' ? '' : content.newest,
    synced_at: now,
    advisories: after.length,
    ecosystems: ecosystemsOf(feed, after),
    rejected: content.counts.rejected,
    not_comparable: content.counts.notComparable,
    full,
    deltas: keepDeltas(deltas, full.size),
  };
  ensureDir(state.feeds);
  writeFileDurable(pathOf(state, feed), encodeDocument(feedSchema, next, 'feed state'));
  return { feed: next, changed: delta.length };
};

/** The inventory lines of a feed's parts. */
export const feedLines = (feed: FeedState): ReadonlyArray<{ path: string; sha256: string; size: number }> =>
  [feed.full, ...feed.deltas].map((part) => ({
    path: partPath({ feed: feed.feed, from: part.from, to: part.to }),
    sha256: part.sha256,
    size: part.size,
  }));
