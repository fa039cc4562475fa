// The API: the services as JSON under /api/v1, for programs.
//
// One table of routes (routes/*.ts) says for each call its path, its right, the shapes of what comes in and of what goes
// out, and who answers. The router and the OpenAPI document are both made from that table, and an answer passes its shape
// on the way out: what the document does not name does not leave. Calls for collections and kinds come from their
// declarations. A bearer token is the only way in; a browser's session is not, so no other page can use it.

import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import type { DataPaths } from '../../platform/config.ts';
import type { Database } from '../../platform/database.ts';
import type { Jobs } from '../../platform/jobs.ts';
import type { Log } from '../../platform/log.ts';
import type { AccountService } from '../accounts/service.ts';
import type { ManagedObjects } from '../accounts/types.ts';
import type { BackupRecords } from '../backups/service.ts';
import type { BaselineService } from '../baselines/service.ts';
import type { ControllerFindings } from '../controllers/findings/service.ts';
import type { ControllerFirmware } from '../controllers/firmware/service.ts';
import type { IdentificationService } from '../controllers/identify/service.ts';
import type { FileImports } from '../controllers/imports/service.ts';
import type { ControllerDrafts } from '../controllers/imports/types.ts';
import type { IntegrityService } from '../controllers/integrity/types.ts';
import type { PatchService } from '../controllers/patches/service.ts';
import type { ControllerService } from '../controllers/service.ts';
import type { ControllerList } from '../controllers/types.ts';
import type { DeploymentService } from '../deployments/service.ts';
import type { DeviceTaskService } from '../device-tasks/service.ts';
import type { DeviceService } from '../devices/service.ts';
import type { DeviceList, DeviceQueries } from '../devices/types.ts';
import type { DiscoveryService } from '../discovery/service.ts';
import type { EventService } from '../events/service.ts';
import type { ExchangeService } from '../exchange/service.ts';
import type { ImportDrafts } from '../exchange/types.ts';
import type { InventoryService } from '../inventory/service.ts';
import type { AppCategories } from '../inventory/types.ts';
import type { MediaService } from '../media/types.ts';
import type { ObjectService } from '../objects/service.ts';
import type { Actor } from '../objects/types.ts';
import type { ProvisionService } from '../provision/service.ts';
import type { QueryService } from '../queries/service.ts';
import type { SampleService } from '../queries/types.ts';
import type { RuleService } from '../rules/service.ts';
import type { StickService } from '../stick/service.ts';
import type { UpdateService } from '../updates/service.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import type { WaitingService } from '../waiting/service.ts';
import type { WitnessService } from '../witness/service.ts';

/** What the calls need; compose.ts has it all. */
export type ApiParts = {
  version: string;
  config: { readonly site: string };
  paths: Pick<DataPaths, 'staging'>;
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
  vulnerabilities: VulnerabilityService;
  controllerFindings: ControllerFindings;
  controllerFirmware: ControllerFirmware;
  controllers: ControllerService;
  controllerList: ControllerList;
  updates: UpdateService;
  deployments: DeploymentService;
  deviceTasks: DeviceTaskService;
  stick: StickService;
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
  witness: WitnessService;
  backups: BackupRecords;
  waiting: WaitingService;
  /** Bundles on their way in; the console shows the same ones. */
  drafts: ImportDrafts;
  media: MediaService;
  jobs: Pick<Jobs, 'get' | 'enqueue'>;
  clock: () => number;
};

export type ApiEnv = {
  Bindings: Partial<HttpBindings | Http2Bindings>;
  Variables: { actor: Actor };
};

/** Where the API is mounted. */
export const apiPrefix = '/api/v1';
