import { decodeBitmap } from '@sallyport/bundle-tools/documents/bitmap';
import { packDigests, unpackDigests } from '@sallyport/bundle-tools/documents/digests';
import { type InventoryLine, unknownObjects } from '@sallyport/bundle-tools/documents/inventory';
import type { Want } from '@sallyport/bundle-tools/documents/request';
import type { ImportVerdict } from '@sallyport/bundle-tools/importer/verdict';
import { differences, readInventoryFile, sizesOf, unfulfilledWants } from './catalog.ts';
import type { ImporterParts } from './importer-parts.ts';
import { requireState } from './request-builder.ts';
import type { ImportSummary, UnknownKind } from './types.ts';

/** As many as a receipt names. */
const maxUnknownKinds = 32;

/** The new catalogue, and what it changes. */
export type ImportPlan = {
  readonly summary: ImportSummary;
  readonly lines: readonly InventoryLine[];
  readonly needs: Needs;
};

const packed = (digests: Iterable<string>): Uint8Array => packDigests([...new Set(digests)]);

/** The digests that a bundle carries or relies on, and of them those that this site did not hold. */
type Needs = { readonly digests: Uint8Array; readonly fresh: Uint8Array };

/**
 * What a bundle needs here. `heldBefore` is what the store had when this import began; a bundle that waited for volumes
 * keeps what was fresh when it first came.
 */
const needsOf = (
  lines: readonly InventoryLine[],
  verdict: ImportVerdict,
  heldBefore: (sha256: string) => boolean,
  waiting: { readonly fresh: Uint8Array } | undefined,
): Needs => {
  const { include, relies_on: reliesOn } = verdict.manifest;
  const unknown = unknownObjects(lines);
  const digestsAt = (bitmap: string): string[] =>
    decodeBitmap(bitmap, lines.length)
      .flatMap((number) => lines[number]?.sha256 ?? [])
      .filter((sha256) => !unknown.has(sha256));
  const included = digestsAt(include);
  return {
    digests: packed([...included, ...digestsAt(reliesOn)]),
    fresh: waiting?.fresh ?? packed(included.filter((sha256) => !heldBefore(sha256))),
  };
};

/** What a bundle carries of kinds that this release does not know, by kind. */
const unknownKindsOf = (lines: readonly InventoryLine[], include: string): UnknownKind[] => {
  const unknown = unknownObjects(lines);
  const kinds = new Map<string, UnknownKind>();
  for (const number of unknown.size === 0 ? [] : decodeBitmap(include, lines.length)) {
    const line = unknown.get(lines[number]?.sha256 ?? '');
    if (line === undefined) continue;
    const { objects, bytes } = kinds.get(line.kind) ?? { objects: 0, bytes: 0 };
    kinds.set(line.kind, { kind: line.kind, objects: objects + 1, bytes: bytes + line.size });
  }
  return [...kinds.values()].slice(0, maxUnknownKinds);
};

/** Compares what a verdict brings with what is in force. */
export const planImport = (
  parts: ImporterParts,
  verdict: ImportVerdict,
  heldBefore: (sha256: string) => boolean,
): ImportPlan => {
  const { store, objects } = parts;
  const state = requireState(store);
  const lines = readInventoryFile(verdict.inventory.path);
  const inventoryOf = (sha256: string | null): InventoryLine[] =>
    sha256 !== null && objects.has(sha256) ? readInventoryFile(objects.path(sha256)) : [];
  const before = inventoryOf(state.inventory);
  const request = verdict.requestId === undefined ? undefined : store.request(verdict.requestId);
  const requestWants = request ? (JSON.parse(request.wants) as Want[]) : [];
  const waiting = parts.waiting.find(verdict.bundleId);
  const needs = needsOf(lines, verdict, heldBefore, waiting);
  const fresh = new Set(unpackDigests(needs.fresh));
  const unknownKinds = unknownKindsOf(lines, verdict.manifest.include);
  const sizes = sizesOf(lines);
  const bytes = [...fresh].reduce((sum, sha256) => sum + (sizes.get(sha256) ?? 0), 0);

  // In the store, and in no inventory that was ever in force: an import that ended early has left it.
  const known = new Set([...before, ...inventoryOf(state.inventory_previous)].map(({ sha256 }) => sha256));
  const carried = decodeBitmap(verdict.manifest.include, lines.length).flatMap((number) => lines[number] ?? []);
  const left = carried.filter(({ sha256 }) => heldBefore(sha256) && !known.has(sha256));
  const missing = new Set(verdict.missingVolumes);
  return {
    lines,
    needs,
    summary: {
      bundleId: verdict.bundleId,
      seq: verdict.seq,
      broadcast: verdict.broadcast,
      ...(request ? { requestNumber: request.number } : {}),
      issuedAt: verdict.manifest.issued_at,
      volumes: verdict.manifest.volumes.length,
      seenVolumes: verdict.manifest.volumes.map(({ n }) => n).filter((n) => !missing.has(n)),
      missingVolumes: verdict.missingVolumes,
      resumed: { objects: left.length, bytes: left.reduce((sum, { size }) => sum + size, 0) },
      counts: {
        ...verdict.counts,
        new: fresh.size,
        held: needs.digests.length / 32 - fresh.size,
        bytes,
      },
      warnings: verdict.warnings,
      unfulfilled: unfulfilledWants(verdict.manifest, requestWants),
      kinds: differences(before, lines, fresh),
      ...(unknownKinds.length > 0 ? { unknownKinds } : {}),
      feeds: [],
      advisories: 0,
      updates: lines.filter(({ kind }) => kind === 'update').length,
    },
  };
};
