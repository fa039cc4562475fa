import { createHash } from 'node:crypto';
import { canonicalJson } from '@sallyport/bundle-tools/documents/canonical-json';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { Snapshot } from '../../engine/inventory/types.ts';
import { contentSnapshot } from './expected.ts';
import type { BaselineStore } from './store.ts';

/** What a baseline's object says of its content and of what was accepted; the audit chain vouches for the object. */
export const contentHash = (parts: { store: BaselineStore; inventory: Pick<InventoryService, 'itemKeys'> }) => {
  const { store, inventory } = parts;

  const keysOf = (collection: string, snapshot: Snapshot): string[] =>
    snapshot.mode === 'shared'
      ? inventory.itemKeys(collection, snapshot.items).sort()
      : snapshot.rows.map(({ key, digest }) => `${key} ${digest}`).sort();

  const sideKey = (collection: string, item: number | null, key: string | null): string | null =>
    item === null ? key : (inventory.itemKeys(collection, Uint32Array.of(item))[0] ?? `#${item}`);

  /** What the chain vouches for: the content by its keys, and every acceptance in force with who, why and until when. */
  const hashOf = (id: string, content: number, accepted: readonly number[]): string => {
    const held = Object.fromEntries(
      store.contents(id, content).map((row) => [row.collection, keysOf(row.collection, contentSnapshot(row))]),
    );
    const decisions = store.acceptances(accepted).map((one) => ({
      collection: one.collection,
      device: one.device,
      before: sideKey(one.collection, one.before_item, one.before_key),
      after: sideKey(one.collection, one.after_item, one.after_key),
      reason: one.reason,
      actor: one.actor,
      at: one.at,
      expires: one.expires_at,
    }));
    return createHash('sha256')
      .update(canonicalJson({ content: held, accepted: decisions }))
      .digest('hex');
  };

  return hashOf;
};
