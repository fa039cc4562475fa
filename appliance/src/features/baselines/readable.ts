import type { InventoryService } from '../../engine/inventory/service.ts';
import { readRight } from '../../engine/inventory/types.ts';
import { type Actor, holdsThroughout } from '../../engine/objects/types.ts';
import type { Scope } from '../../platform/scope.ts';

/** The collections whose deviations a reader may see over a reach. */
export function readableCollections(
  inventory: Pick<InventoryService, 'collections'>,
  reader: Actor,
  scope: Scope,
): string[] {
  return inventory
    .collections()
    .filter((one) => holdsThroughout(reader, readRight(one), scope))
    .map(({ name }) => name);
}
