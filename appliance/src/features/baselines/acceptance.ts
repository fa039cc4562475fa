import type { InventoryService } from '../../engine/inventory/service.ts';
import { type Actor, actorRef } from '../../engine/objects/types.ts';
import type { DeviationRow } from './deviation-store.ts';
import { mergeAcceptance } from './expected.ts';
import type { AcceptanceRow, BaselineStore, SidesRow } from './store.ts';
import type { AcceptOptions, Baseline } from './types.ts';

/** Writes acceptances of deviations; the baseline's object then says which are in force. */
export const acceptances = (parts: {
  store: BaselineStore;
  inventory: Pick<InventoryService, 'collection' | 'ofAnyCollection'>;
  clock: () => number;
}) => {
  const { store, inventory, clock } = parts;

  const isSameItem = (name: string, a: number, b: number): boolean => {
    const [one, other] = inventory.ofAnyCollection.items(name, [a, b]);
    const identity = Object.entries(inventory.collection(name).fields).filter(([, field]) => field.identity);
    return one !== undefined && other !== undefined && identity.every(([field]) => one[field] === other[field]);
  };

  /** The deviations of one baseline become part of it; the ids of all acceptances in force then. */
  const acceptAll = (
    actor: Actor,
    baseline: Baseline,
    rows: readonly DeviationRow[],
    options: AcceptOptions,
  ): { accepted: number[]; byDeviation: Map<number, number | null> } => {
    const at = clock();
    const isCurrent = (one: AcceptanceRow): boolean => one.expires_at === null || one.expires_at > at;
    const inForce = new Map(
      store
        .acceptances(baseline.accepted)
        .filter(isCurrent)
        .map((row) => [row.id, row]),
    );
    const byDeviation = new Map<number, number | null>();
    for (const row of rows) {
      const device = baseline.scope === 'group' && options.scope === 'group' ? null : row.device;
      const sides: SidesRow = row;
      const earlier = [...inForce.values()].filter((one) => one.device === device && one.collection === row.collection);
      const merged =
        device === null ? undefined : mergeAcceptance(sides, earlier, (a, b) => isSameItem(row.collection, a, b));
      if (merged !== undefined) inForce.delete(merged.replaces.id);
      const kept = {
        baseline: baseline.id,
        device,
        collection: row.collection,
        title: row.title,
        reason: options.reason,
        actor: actorRef(actor),
        at,
        expires_at: options.expiresAt ?? null,
      };
      const { before_item, after_item, before_row, after_row, before_key, after_key } = merged?.sides ?? sides;
      const id = store.addAcceptance({
        ...kept,
        before_item,
        after_item,
        before_row,
        after_row,
        before_key,
        after_key,
      });
      // What returned to the content needs nothing in force; its acceptance is kept as what was decided.
      if (merged === undefined || merged.sides !== null) {
        const [added] = store.acceptances([id]);
        if (added !== undefined) inForce.set(id, added);
      }
      byDeviation.set(row.id, id);
    }
    return { accepted: [...inForce.keys()], byDeviation };
  };

  return acceptAll;
};
