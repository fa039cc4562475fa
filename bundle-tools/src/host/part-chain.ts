import type { InventoryLine } from '../documents/inventory.ts';

/** An advisory part of a catalog: `advisories/<feed>/<from>-<to>.jsonl.gz`; `from` is '' for a full part. */
export type CatalogPart = {
  readonly feed: string;
  readonly from: string;
  readonly to: string;
  readonly line: number;
  readonly sizeBytes: number;
};

const partForm = /^advisories\/([a-z0-9][a-z0-9._-]{0,63})\/([0-9a-f]{16}|0)-([0-9a-f]{16})\.jsonl\.gz$/;

/** The advisory parts among the lines of an inventory. */
export const catalogParts = (lines: ReadonlyArray<InventoryLine>): ReadonlyArray<CatalogPart> =>
  lines.flatMap((line, index) => {
    const match = line.kind === 'advisory' ? partForm.exec(line.path) : null;
    const [, feed, from, to] = match ?? [];
    if (feed === undefined || from === undefined || to === undefined) return [];
    return [{ feed, from: from === '0' ? '' : from, to, line: index, sizeBytes: line.size }];
  });

/** The position that a feed reaches in this catalog: where no part starts. */
export const feedHead = (parts: ReadonlyArray<CatalogPart>): string | undefined => {
  const full = parts.find((part) => part.from === '');
  return full?.to;
};

/**
 * The parts that bring a site from its cursor to the head of a feed, in the order of application: the cheapest chain in
 * bytes, a full part included. Empty when the site is there already.
 */
export const chooseChain = (
  parts: ReadonlyArray<CatalogPart>,
  cursor: string | undefined,
): ReadonlyArray<CatalogPart> => {
  const head = feedHead(parts);
  if (head === undefined || cursor === head) return [];
  type Way = { readonly bytes: number; readonly parts: ReadonlyArray<CatalogPart> };
  const best = new Map<string, Way>([['', { bytes: 0, parts: [] }]]);
  if (cursor !== undefined && cursor !== '') best.set(cursor, { bytes: 0, parts: [] });
  // Bellman-Ford over a handful of parts: positions are digests, so they have no order of their own.
  for (let round = 0; round < parts.length; round += 1) {
    for (const part of parts) {
      const way = best.get(part.from);
      if (way === undefined) continue;
      const bytes = way.bytes + part.sizeBytes;
      if (bytes < (best.get(part.to)?.bytes ?? Number.POSITIVE_INFINITY))
        best.set(part.to, { bytes, parts: [...way.parts, part] });
    }
  }
  return best.get(head)?.parts ?? [];
};

/** The feeds of a catalog with their parts. */
export const partsByFeed = (parts: ReadonlyArray<CatalogPart>): ReadonlyMap<string, ReadonlyArray<CatalogPart>> => {
  const feeds = new Map<string, CatalogPart[]>();
  for (const part of parts) feeds.set(part.feed, [...(feeds.get(part.feed) ?? []), part]);
  return feeds;
};
