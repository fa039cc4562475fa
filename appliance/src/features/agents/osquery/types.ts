// The entry point of osquery: its remote API as the client speaks it. The client ignores the HTTP status, so a refusal is a
// body; an empty body would be taken for success, so there is always an object. `node_invalid` makes a client throw its
// key away and enrol anew: it is answered only for a key that is surely unknown or revoked, never for trouble of ours.
//
// Nothing is scheduled on the client. Inventory, live queries and samples all go through distributed/read under our names.

import type { EventService } from '../../../engine/events/service.ts';
import type { InventoryService } from '../../../engine/inventory/service.ts';
import type { SectionIntake } from '../../../engine/inventory/types.ts';
import type { Database } from '../../../platform/database.ts';
import type { Log } from '../../../platform/log.ts';
import type { DeviceService } from '../../devices/service.ts';
import type { QueryService } from '../../queries/service.ts';
import type { SampleService } from '../../queries/types.ts';

export type OsqueryParts = {
  db: Database;
  devices: DeviceService;
  inventory: Pick<InventoryService, 'collections'>;
  intake: SectionIntake;
  events: EventService;
  queries: Pick<QueryService, 'takeOpen' | 'answer'>;
  samples: Pick<SampleService, 'takeOpen' | 'answer' | 'begin' | 'block'>;
  log: Pick<Log, 'error'>;
  /** Seconds between two polls. */
  pollSeconds: () => number;
  /** Hours between two inventories. */
  inventoryHours: () => number;
  clock?: () => number;
};
