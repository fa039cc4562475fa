import type { InventoryLine } from '@sallyport/bundle-tools/documents/inventory';
import type { Want } from '@sallyport/bundle-tools/documents/request';
import type { ImportVerdict } from '@sallyport/bundle-tools/importer/verdict';
import { differences, readInventoryFile, unfulfilledWants } from './catalog.ts';
import type { ImporterParts } from './importer-parts.ts';
import { requireState } from './request-builder.ts';
import type { ImportSummary } from './types.ts';

/** The new catalogue, and what it changes. */
export type ImportPlan = {
  readonly summary: ImportSummary;
  readonly lines: readonly InventoryLine[];
};

/** Compares what a verdict brings with what is in force. */
export const planImport = (parts: ImporterParts, verdict: ImportVerdict): ImportPlan => {
  const { store, objects } = parts;
  const state = requireState(store);
  const lines = readInventoryFile(verdict.inventory.path);
  const before =
    state.inventory !== null && objects.has(state.inventory) ? readInventoryFile(objects.path(state.inventory)) : [];
  const request = verdict.requestId === undefined ? undefined : store.request(verdict.requestId);
  const requestWants = request ? (JSON.parse(request.wants) as Want[]) : [];
  const held = new Set([...objects.list()].map(({ sha256 }) => sha256));
  const fresh = new Set(lines.map(({ sha256 }) => sha256).filter((sha256) => !held.has(sha256)));
  const carried = new Set(verdict.objects.map(({ sha256 }) => sha256));
  return {
    lines,
    summary: {
      bundleId: verdict.bundleId,
      seq: verdict.seq,
      broadcast: verdict.broadcast,
      ...(request ? { requestNumber: request.number } : {}),
      issuedAt: verdict.manifest.issued_at,
      volumes: verdict.manifest.volumes.length,
      missingVolumes: verdict.missingVolumes,
      counts: verdict.counts,
      warnings: verdict.warnings,
      unfulfilled: unfulfilledWants(verdict.manifest, requestWants),
      kinds: differences(before, lines, carried.size > 0 ? carried : fresh),
      feeds: [],
      advisories: 0,
      updates: lines.filter(({ kind }) => kind === 'update').length,
    },
  };
};
