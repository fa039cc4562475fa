import type { SectionChanged } from '../../engine/changes/types.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { DiscoveryService } from './service.ts';
import { neighboursOf } from './types.ts';

type Parts = {
  inventory: Pick<InventoryService, 'section'>;
  discovery: Pick<DiscoveryService, 'keepFound'>;
  clock: () => number;
};

/** Whom our own agents see on their network becomes records of what was found, as with osquery; in the caller's transaction. */
export const neighbourRecords =
  ({ inventory, discovery, clock }: Parts) =>
  ({ device, collection }: SectionChanged): void => {
    if (collection !== 'neighbour') return;
    const rows = inventory
      .section(device, 'neighbour')
      .map((row) => ({ address: String(row['address']), mac: String(row['mac']) }));
    discovery.keepFound(neighboursOf(rows, clock()), device);
  };
