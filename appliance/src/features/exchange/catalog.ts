import { createReadStream, readFileSync } from 'node:fs';
import type { InventoryLine } from '@sallyport/bundle-tools/documents/inventory';
import { parseInventory } from '@sallyport/bundle-tools/documents/inventory';
import type { Manifest } from '@sallyport/bundle-tools/documents/manifest';
import type { Want } from '@sallyport/bundle-tools/documents/request';
import { catalogParts, feedHead, partsByFeed } from '@sallyport/bundle-tools/host/part-chain';
import { parseUpdates, type Update } from '@sallyport/bundle-tools/updates/update';
import type { FeedPart } from '../vulnerabilities/types.ts';
import type { KindDifference, UnfulfilledWant } from './types.ts';

const UPDATES_PATH = 'updates.jsonl';
const MAX_UPDATES_BYTES = 64 * 1024 * 1024;

/** The objects of a catalogue, wherever they lie at the moment. */
export type ObjectPlace = (sha256: string) => string | undefined;

export const readInventoryFile = (path: string): InventoryLine[] => parseInventory(readFileSync(path));

type Part = ReturnType<typeof catalogParts>[number];

/** The shortest chain of parts that are here, from the site's position or from nothing to the head of the feed. */
const chainTo = (head: string, cursor: string | undefined, parts: readonly Part[]): readonly Part[] | undefined => {
  let ways = new Map<string, readonly Part[]>([['', []]]);
  if (cursor !== undefined) ways.set(cursor, []);
  for (let round = 0; round <= parts.length; round += 1) {
    const found = ways.get(head);
    if (found && found.length > 0) return found;
    const next = new Map(ways);
    for (const part of parts) {
      const way = ways.get(part.from);
      if (way && !next.has(part.to)) next.set(part.to, [...way, part]);
    }
    ways = next;
  }
  return undefined;
};

/**
 * The advisory parts to apply, per feed in their order. `confirmed`: feeds that are at their head already. A feed that
 * the objects at hand do not reach stays where it is; its age shows it.
 */
export const planFeeds = (
  lines: readonly InventoryLine[],
  cursors: ReadonlyMap<string, string>,
  place: ObjectPlace,
): { parts: FeedPart[]; confirmed: string[]; behind: string[] } => {
  const parts: FeedPart[] = [];
  const confirmed: string[] = [];
  const behind: string[] = [];
  for (const [feed, all] of partsByFeed(catalogParts(lines))) {
    const head = feedHead(all);
    const cursor = cursors.get(feed);
    if (head === undefined) continue;
    if (head === cursor) {
      confirmed.push(feed);
      continue;
    }
    const digestOf = (part: Part): string => lines[part.line]?.sha256 ?? '';
    const chain = chainTo(
      head,
      cursor,
      all.filter((part) => place(digestOf(part)) !== undefined),
    );
    if (!chain) behind.push(feed);
    for (const part of chain ?? []) {
      const path = place(digestOf(part));
      if (path === undefined) continue;
      parts.push({ feed, from: part.from, to: part.to, open: () => createReadStream(path) });
    }
  }
  return { parts, confirmed, behind };
};

/** The feeds that a catalogue has. */
export const feedsIn = (lines: readonly InventoryLine[]): string[] => [...partsByFeed(catalogParts(lines)).keys()];

/** The catalogue's updates; undefined when its list is not here (an introduction brings none). */
export const readUpdates = (lines: readonly InventoryLine[], place: ObjectPlace): Update[] | undefined => {
  const line = lines.find(({ path }) => path === UPDATES_PATH);
  const path = line && place(line.sha256);
  if (!line || path === undefined || line.size > MAX_UPDATES_BYTES) return undefined;
  return parseUpdates(readFileSync(path));
};

export const sizesOf = (lines: readonly InventoryLine[]): Map<string, number> =>
  new Map(lines.map(({ sha256, size }) => [sha256, size]));

/** What differs between two catalogues, by kind; bytes are those that the bundle carries. */
export const differences = (
  before: readonly InventoryLine[],
  after: readonly InventoryLine[],
  carried: ReadonlySet<string>,
): KindDifference[] => {
  const old = new Map(before.map((line) => [line.path, line]));
  const now = new Set(after.map(({ path }) => path));
  const kinds = new Map<string, { added: number; changed: number; removed: number; bytes: number }>();
  const of = (kind: string) => {
    const held = kinds.get(kind) ?? { added: 0, changed: 0, removed: 0, bytes: 0 };
    kinds.set(kind, held);
    return held;
  };
  const counted = new Set<string>();
  for (const line of after) {
    const kind = of(line.kind);
    const previous = old.get(line.path);
    if (!previous) kind.added += 1;
    else if (previous.sha256 !== line.sha256) kind.changed += 1;
    if (carried.has(line.sha256) && !counted.has(line.sha256)) {
      counted.add(line.sha256);
      kind.bytes += line.size;
    }
  }
  for (const line of before) if (!now.has(line.path)) of(line.kind).removed += 1;
  return [...kinds].map(([kind, counts]) => ({ kind, ...counts })).sort((a, b) => (a.kind < b.kind ? -1 : 1));
};

/** What the manifest could not bring, in the words of the request that it answers. */
export const unfulfilledWants = (manifest: Manifest, wants: readonly Want[]): UnfulfilledWant[] =>
  manifest.unfulfilled.flatMap(({ reason, wants: positions }) =>
    positions.flatMap((position) => {
      const want = wants[position];
      return want ? [{ reason, kind: want.kind, want: want.id }] : [];
    }),
  );
