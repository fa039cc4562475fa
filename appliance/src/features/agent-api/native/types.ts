// The agents' own door: JSON over mutual TLS. A caller is the certificate of its connection and nothing else; what it
// says is decoded under caps, bound to its device and handed to the engines. A 2xx answer follows the commit. Anyone may
// read /site, because that is what an agent compares before it says anything secret.
import type { PermitReply, PermitRequest } from '@sallyport/bundle-tools/controllers/identification/permit';
import type { AgentPolicy } from '@sallyport/bundle-tools/protocol/policy';
import type { Task } from '@sallyport/bundle-tools/protocol/task';
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import type { Database } from '../../../platform/database.ts';
import type { Log } from '../../../platform/log.ts';
import type { CaService } from '../../ca/types.ts';
import type { DeviceService } from '../../devices/service.ts';
import type { EventService } from '../../events/service.ts';
import type { SectionIntake } from '../../inventory/report-types.ts';
import type { InventoryService } from '../../inventory/service.ts';
import type { StoreService } from '../../store/service.ts';

/** The trust files as imported; a text is the path of a file. */
export type TrustFiles = {
  get(name: string): Uint8Array | string | null;
  /** The root in force; null while the site has none. */
  root(): Uint8Array | null;
};

/** The devices' queues. */
export type TaskQueue<T extends Task = Task> = {
  /** Whether `next` may have a task: a look that writes nothing. */
  isWaiting(device: number): boolean;
  /** The task to work on now; the same one until its result came. */
  next(device: number): T | null;
  /** Which of these are cancelled. */
  cancelled(device: number, ids: readonly string[]): string[];
  result(device: number, taskId: string, result: TaskResult): 'ok' | 'repeat' | 'not-found' | 'cancelled';
  state(device: number, taskId: string, state: 'received' | 'running' | 'restarting'): void;
  /** Whether a task that the device may still work on names the object. */
  mayFetch(device: number, sha256: string): boolean;
  /** Whether the next step of a task may be done, where a task asks before each; undefined for one that is not the device's. */
  permit?(device: number, taskId: string, asked: PermitRequest): PermitReply | undefined;
};

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
  /** Seconds between check-ins, before jitter. */
  pollSeconds: () => number;
  clock?: () => number;
};
