// The entry point of GLPI, FusionInventory and OCS agents: one URL with the token in it, the one secret that may be in a URL. A
// client proves nothing but the token; it is known by what it calls itself, and what it says of its hardware is compared
// with the stored state of the device before anything is stored.

import type { InventoryService } from '../../../engine/inventory/service.ts';
import type { SectionIntake } from '../../../engine/inventory/types.ts';
import type { ObjectService } from '../../../engine/objects/service.ts';
import type { StoreService } from '../../../engine/store/service.ts';
import type { Database } from '../../../platform/database.ts';
import type { Log } from '../../../platform/log.ts';
import type { Personal } from '../../../platform/personal.ts';
import type { DeployConsents, DeploymentQueue } from '../../deployments/types.ts';
import type { DeviceService } from '../../devices/service.ts';
import type { DiscoveryService } from '../../discovery/service.ts';

export type GlpiParts = {
  db: Database;
  devices: DeviceService;
  objects: ObjectService;
  intake: SectionIntake;
  personal: Pick<Personal, 'keyed'>;
  inventory: InventoryService;
  discovery: Pick<DiscoveryService, 'hindrance' | 'keepFound' | 'keptFrom'>;
  store: StoreService;
  deployConsents: Pick<DeployConsents, 'isInForce'>;
  log: Pick<Log, 'error'>;
  tasks: DeploymentQueue;
  /** Hours between inventories. */
  inventoryHours: () => number;
  clock?: () => number;
};
