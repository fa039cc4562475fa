import type { InventoryService } from '../../engine/inventory/service.ts';
import type { DeviationRow } from './deviation-store.ts';
import type { AcceptanceRow, BaselineStore } from './store.ts';
import type { Acceptance, Deviation } from './types.ts';

/** Rows of deviations and acceptances as others use them; personal values are null. */
export const deviationView = (parts: { store: BaselineStore; inventory: Pick<InventoryService, 'readChanges'> }) => {
  const { store, inventory } = parts;

  const toAcceptance = ({ expires_at: expiresAt, ...row }: AcceptanceRow): Acceptance => ({ ...row, expiresAt });

  const toDeviations = (rows: readonly DeviationRow[]): Deviation[] => {
    const changes = new Map(
      inventory
        .readChanges(rows.map((row) => ({ ...row, source: '', at: row.since, count: null })))
        .map((change) => [change.id, change]),
    );
    const accepted = new Map(
      store
        .acceptances(rows.flatMap(({ acceptance }) => (acceptance === null ? [] : [acceptance])))
        .map((row) => [row.id, toAcceptance(row)]),
    );
    return rows.flatMap((row) => {
      const change = changes.get(row.id);
      if (change === undefined) return [];
      return [
        {
          ...row,
          change,
          acceptance: row.acceptance === null ? null : (accepted.get(row.acceptance) ?? null),
          workOrder:
            row.work_order === null
              ? null
              : { text: row.work_order, actor: row.work_order_actor ?? '', at: row.work_order_at ?? 0 },
        },
      ];
    });
  };

  return { toAcceptance, toDeviations };
};
