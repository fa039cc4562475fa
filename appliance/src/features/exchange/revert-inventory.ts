import { BundleError } from '@sallyport/bundle-tools/errors';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { type Actor, byWhom } from '../../engine/objects/types.ts';
import { immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { RematchResult } from '../vulnerabilities/types.ts';
import { feedsIn, type ObjectPlace, readInventoryFile, readUpdates, sizesOf } from './catalog.ts';
import { takeImportLock } from './import-lock.ts';
import type { ImporterParts } from './importer-parts.ts';
import { requireState } from './request-builder.ts';
import type { StateRow } from './store.ts';

// Going back one inventory: a local, audited override. Trust, versions, numbers and the floor stay as they are, so the
// next bundle brings the site forward again. A second time brings the newer inventory back.

/** What going back changes. */
export type InventoryRevert = {
  readonly from: string;
  readonly to: string;
  readonly objects: number;
  readonly updates: number;
  /** Advisories go back too where the older ones are still here. */
  readonly advisoriesToo: boolean;
  readonly findings?: RematchResult;
};

type Plan = InventoryRevert & { readonly apply: (at: string) => void };

/** The snapshot that belonged to the inventory before, if it is still here; else the one in force. */
const snapshotFor = (state: StateRow): number => {
  const { snapshot, snapshot_previous: previous, snapshot_with_previous: wanted } = state;
  return wanted > 0 && (wanted === snapshot || wanted === previous) ? wanted : snapshot;
};

const plan = (parts: ImporterParts): Plan => {
  const { store, objects, vulnerabilities, updates } = parts;
  const state = requireState(store);
  const { inventory: from, inventory_previous: to } = state;
  if (from === null || to === null) throw new AppError('NOT_FOUND', 'there is no inventory before the one in force');
  if (!objects.has(to)) throw new BundleError('MISSING', `the inventory before, ${to}, is not in the store any more`);
  const place: ObjectPlace = (sha256) => (objects.has(sha256) ? objects.path(sha256) : undefined);
  const lines = readInventoryFile(objects.path(to));
  const list = readUpdates(lines, place) ?? [];
  const snapshot = snapshotFor(state);
  const feeds = snapshot === state.snapshot ? undefined : vulnerabilities.feedsOf(snapshot);
  return {
    from,
    to,
    objects: lines.length,
    updates: list.length,
    advisoriesToo: feeds !== undefined,
    apply: (at) => {
      store.revert(snapshot, feeds === undefined ? state.snapshot_previous : state.snapshot);
      updates.applyCatalog(list, sizesOf(lines), at, { back: true });
      store.noteFeeds(feedsIn(lines), at);
      for (const take of parts.onCatalogue ?? []) take({ lines, place, isWhole: true });
      if (feeds === undefined) return;
      // The next request asks from where the older advisories end.
      const kept = new Map(feeds.map((feed) => [feed.feed, feed]));
      for (const held of store.feeds()) {
        const feed = kept.get(held.feed);
        if (feed) store.putFeed(feed.feed, feed.cursor, feed.digest, feed.newest ?? null, held.imported_at);
        else store.dropFeed(held.feed);
      }
    },
  };
};

/** What going back would do; nothing is changed. */
export const previewRevert = (parts: ImporterParts): InventoryRevert => {
  const { apply: _apply, ...view } = plan(parts);
  return view;
};

/** Goes back one inventory, with an event, and an override in the next receipt. */
export const revertInventory = (
  parts: ImporterParts,
  actor: Actor,
  operator: number,
  reason: string,
): InventoryRevert => {
  const lock = takeImportLock(parts.paths.data);
  try {
    const at = toTime(parts.clock());
    const view = immediate(parts.db, () => {
      const { apply, ...done } = plan(parts);
      apply(at);
      parts.store.addOverride({ at, code: 'INVENTORY_REVERTED', reason, operator });
      parts.events.record('inventory-reverted', {
        ...byWhom(actor),
        params: { from: done.from, to: done.to, reason },
      });
      return done;
    });
    const findings = parts.vulnerabilities.isRematchDue() ? parts.vulnerabilities.rematch() : undefined;
    return { ...view, ...(findings ? { findings } : {}) };
  } finally {
    lock.release();
  }
};
