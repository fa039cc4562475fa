// The console: pages over the services, for people. Every function is a link or a form; htmx only saves a page load.
//
// A request passes, in this order: id and address, preferences, session, the check of the origin and of the form's token
// for everything that is not a GET, then the page. Pages read through the services and let them decide about rights;
// a refusal becomes a page with its code and the next step. Nothing here holds SQL.

import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import type { ContextInput, Ctx } from '@sallyport/ui/context';
import type { ControllerPanelView } from '@sallyport/ui/controllers/controller.tsx';
import type { Hono } from 'hono';
import type { EventService } from '../../engine/events/service.ts';
import type { ChainReport } from '../../engine/events/types.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { AppCategories, HardwareRecords } from '../../engine/inventory/types.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { StoreService } from '../../engine/store/service.ts';
import type { AccountService } from '../../features/accounts/service.ts';
import type { ApprovalGate, ManagedObjects, SignedIn } from '../../features/accounts/types.ts';
import type { AddDeviceService } from '../../features/add-device/service.ts';
import type { BackupRecords } from '../../features/backups/service.ts';
import type { BaselineService } from '../../features/baselines/service.ts';
import type { CaService } from '../../features/ca/types.ts';
import type { ControllerFindings } from '../../features/controller-findings/service.ts';
import type { ControllerFirmware } from '../../features/controller-firmware/service.ts';
import type { FileImports } from '../../features/controller-imports/service.ts';
import type { ControllerDrafts } from '../../features/controller-imports/types.ts';
import type { ControllerService } from '../../features/controllers/service.ts';
import type { Controller, ControllerList } from '../../features/controllers/types.ts';
import type { ProvisionService } from '../../features/data-register/service.ts';
import type { DeploymentService } from '../../features/deployments/service.ts';
import type { DeviceTaskService } from '../../features/device-tasks/service.ts';
import type { DeviceService } from '../../features/devices/service.ts';
import type { DeviceFilters, DeviceList, DeviceQueries } from '../../features/devices/types.ts';
import type { DiscoveryService } from '../../features/discovery/service.ts';
import type { PersonService } from '../../features/erasure/service.ts';
import type { ExchangeService } from '../../features/exchange/service.ts';
import type { ConsoleQueries, ImportDrafts } from '../../features/exchange/types.ts';
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
import type { ZoneService } from '../../features/zones/service.ts';
import type { Config, DataPaths } from '../../platform/config.ts';
import type { Jobs } from '../../platform/jobs.ts';
import type { Log } from '../../platform/log.ts';
import type { Form } from './form.ts';
import type { Preferences } from './preferences.ts';

export type Asset = { readonly path: string; readonly file: string; readonly contentType: string };

/** What the pages need; compose.ts has it all. */
export type ConsoleDeps = {
  version: string;
  schema: number;
  /** The last upgrade, where it failed lately. */
  failedUpgrade: () => Ctx['failedUpgrade'];
  config: Config;
  paths: DataPaths;
  log: Log;
  accounts: AccountService;
  managedObjects: ManagedObjects;
  addDevice: AddDeviceService;
  gate: Pick<ApprovalGate, 'hindrance' | 'isOnePerson'>;
  objects: ObjectService;
  events: EventService;
  inventory: InventoryService;
  hardwareRecords: HardwareRecords;
  appCategories: AppCategories;
  store: StoreService;
  jobs: Jobs;
  ca: CaService;
  devices: DeviceService;
  deviceQueries: DeviceQueries;
  discovery: DiscoveryService;
  identification: IdentificationService;
  deviceList: DeviceList;
  deviceFilters: DeviceFilters;
  vulnerabilities: VulnerabilityService;
  controllerFindings: ControllerFindings;
  controllerFirmware: ControllerFirmware;
  updates: UpdateService;
  exchange: ExchangeService;
  deployments: DeploymentService;
  deviceTasks: DeviceTaskService;
  liveQueries: QueryService;
  samples: SampleService;
  baselines: BaselineService;
  offlineImport: OfflineImport;
  persons: PersonService;
  health: HealthService;
  rollbackDetector: RollbackDetector;
  backups: BackupRecords;
  waiting: WaitingService;
  patches: PatchService;
  rules: RuleService;
  integrity: IntegrityService;
  zones: ZoneService;
  controllers: ControllerService;
  controllerList: ControllerList;
  /** What other features show on the page of a controller. */
  controllerPanels?: readonly ControllerPanel[];
  controllerImports: FileImports;
  controllerDrafts: ControllerDrafts;
  provision: ProvisionService;
  queries: ConsoleQueries;
  drafts: ImportDrafts;
  media: MediaService;
  assets: Readonly<Record<string, Asset>>;
  clock: () => number;
  /** IANA name of the site's time zone. */
  timeZone: string;
  /** All writes of `work` or none. */
  transact: <T>(work: () => T) => T;
  /** The audit chain and the receipts' chain as last verified; both are read whole, so not at every page. */
  chain: () => Promise<ChainReport>;
  receiptChain: () => Promise<{ ok: boolean; at: number }>;
  /** What is abnormal or moving, for the navigation. */
  badges: () => ContextInput['badges'];
  /** The API's OpenAPI document. */
  apiDocument: () => Readonly<Record<string, unknown>>;
};

/** A part of a controller's page; undefined where it has nothing to say. */
export type ControllerPanel = (ctx: Ctx, controller: Controller) => ControllerPanelView | undefined;

export type ConsoleEnv = {
  Bindings: Partial<HttpBindings | Http2Bindings>;
  Variables: {
    requestId: string;
    from: string;
    preferences: Preferences;
    signedIn: SignedIn | undefined;
    /** Fields of a POST. */
    form: Form;
  };
};

export type Pages = Hono<ConsoleEnv>;
