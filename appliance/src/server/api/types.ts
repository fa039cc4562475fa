// The API: the services as JSON under /api/v1, for programs.
//
// One table of operations (all-operations.ts) says for each call its path, its right, the shapes of what comes in and of what goes
// out, and who answers. The router and the OpenAPI document are both made from that table, and an answer passes its shape
// on the way out: what the document does not name does not leave. Calls for collections and kinds come from their
// declarations. A bearer token is the only way in; a browser's session is not, so no other page can use it.

import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { AppCategories } from '../../engine/inventory/types.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Actor } from '../../engine/objects/types.ts';
import type { AccountService } from '../../features/accounts/service.ts';
import type { ManagedObjects } from '../../features/accounts/types.ts';
import type { BackupRecords } from '../../features/backups/service.ts';
import type { BaselineService } from '../../features/baselines/service.ts';
import type { ControllerFindings } from '../../features/controller-findings/service.ts';
import type { ControllerFirmware } from '../../features/controller-firmware/service.ts';
import type { FileImports } from '../../features/controller-imports/service.ts';
import type { ControllerDrafts } from '../../features/controller-imports/types.ts';
import type { ControllerService } from '../../features/controllers/service.ts';
import type { ControllerList } from '../../features/controllers/types.ts';
import type { ProvisionService } from '../../features/data-register/service.ts';
import type { DeploymentService } from '../../features/deployments/service.ts';
import type { DeviceTaskService } from '../../features/device-tasks/service.ts';
import type { DeviceService } from '../../features/devices/service.ts';
import type { DeviceFilters, DeviceList, DeviceQueries } from '../../features/devices/types.ts';
import type { DiscoveryService } from '../../features/discovery/service.ts';
import type { ExchangeService } from '../../features/exchange/service.ts';
import type { ImportDrafts } from '../../features/exchange/types.ts';
import type { HealthService } from '../../features/health/service.ts';
import type { IdentificationService } from '../../features/identification/service.ts';
import type { IntegrityService } from '../../features/integrity/types.ts';
import type { MediaService } from '../../features/media/types.ts';
import type { OfflineImport } from '../../features/offline-import/service.ts';
import type { PatchService } from '../../features/patches/service.ts';
import type { QueryService } from '../../features/queries/service.ts';
import type { SampleService } from '../../features/queries/types.ts';
import type { RollbackDetector } from '../../features/rollback/service.ts';
import type { RuleService } from '../../features/rules/service.ts';
import type { UpdateService } from '../../features/updates/service.ts';
import type { VulnerabilityService } from '../../features/vulnerabilities/service.ts';
import type { WaitingService } from '../../features/waiting/service.ts';
import type { DataPaths } from '../../platform/config.ts';
import type { Database } from '../../platform/database.ts';
import type { Jobs } from '../../platform/jobs.ts';
import type { Log } from '../../platform/log.ts';

/** What the calls need; compose.ts has it all. */
export type ApiParts = {
  version: string;
  config: { readonly site: string };
  paths: Pick<DataPaths, 'staging' | 'database'>;
  log: Pick<Log, 'error'>;
  db: Database;
  accounts: AccountService;
  managedObjects: ManagedObjects;
  objects: ObjectService;
  events: EventService;
  inventory: InventoryService;
  appCategories: AppCategories;
  devices: DeviceService;
  deviceQueries: DeviceQueries;
  discovery: DiscoveryService;
  identification: IdentificationService;
  deviceList: DeviceList;
  deviceFilters: DeviceFilters;
  vulnerabilities: VulnerabilityService;
  controllerFindings: ControllerFindings;
  controllerFirmware: ControllerFirmware;
  controllers: ControllerService;
  controllerList: ControllerList;
  updates: UpdateService;
  deployments: DeploymentService;
  deviceTasks: DeviceTaskService;
  offlineImport: OfflineImport;
  rules: RuleService;
  integrity: IntegrityService;
  queries: QueryService;
  samples: SampleService;
  baselines: BaselineService;
  patches: PatchService;
  exchange: ExchangeService;
  controllerImports: FileImports;
  controllerDrafts: ControllerDrafts;
  provision: ProvisionService;
  health: HealthService;
  rollbackDetector: RollbackDetector;
  backups: BackupRecords;
  waiting: WaitingService;
  /** Bundles on their way in; the console shows the same ones. */
  drafts: ImportDrafts;
  media: MediaService;
  jobs: Pick<Jobs, 'get' | 'enqueue' | 'counts'>;
  clock: () => number;
};

export type ApiEnv = {
  Bindings: Partial<HttpBindings | Http2Bindings>;
  Variables: { actor: Actor };
};

/** Where the API is mounted. */
export const apiPrefix = '/api/v1';
