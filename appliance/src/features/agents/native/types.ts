// The entry point of the own agent: JSON over mutual TLS. A caller is the certificate of its connection and nothing else; what it
// says is decoded under caps, bound to its device and handed to the engines. A 2xx answer follows the commit. Anyone may
// read /site, because that is what an agent compares before it says anything secret.

import type { AgentPolicy } from '@sallyport/bundle-tools/protocol/policy';
import type { EventService } from '../../../engine/events/service.ts';
import type { InventoryService } from '../../../engine/inventory/service.ts';
import type { SectionIntake } from '../../../engine/inventory/types.ts';
import type { StoreService } from '../../../engine/store/service.ts';
import type { Database } from '../../../platform/database.ts';
import type { Log } from '../../../platform/log.ts';
import type { CaService } from '../../ca/types.ts';
import type { TaskQueue } from '../../device-tasks/types.ts';
import type { DeviceService } from '../../devices/service.ts';
import type { TrustFiles } from '../../exchange/types.ts';

export type NativeParts = {
  site: string;
  db: Database;
  ca: CaService;
  devices: DeviceService;
  inventory: InventoryService;
  /** Stores sections; of a running server off the main thread. */
  intake: SectionIntake;
  events: EventService;
  store: StoreService;
  log: Log;
  trustFiles: TrustFiles;
  tasks: TaskQueue;
  /** What was decided for a device's agent. */
  policyOf: (device: { publicId: string }) => AgentPolicy;
  /** Why nothing but identification may connect to an address; undefined where something may. */
  forbiddenBecause: (address: string) => string | undefined;
  /** Seconds between check-ins, before jitter. */
  pollSeconds: () => number;
  clock?: () => number;
};
