// The console: pages over the services, for people. Every function is a link or a form; htmx only saves a page load.
//
// A request passes, in this order: id and address, preferences, session, the check of the origin and of the form's token
// for everything that is not a GET, then the page. Pages read through the services and let them decide about rights;
// a refusal becomes a page with its code and the next step. Nothing here holds SQL.

import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import type { ContextInput, Ctx } from '@sallyport/ui/context';
import type { ControllerPanelView } from '@sallyport/ui/views/controller';
import type { Hono } from 'hono';
import type { Config, DataPaths } from '../../platform/config.ts';
import type { Jobs } from '../../platform/jobs.ts';
import type { Log } from '../../platform/log.ts';
import type { AccountService } from '../accounts/service.ts';
import type { ApprovalGate, ManagedObjects, SignedIn } from '../accounts/types.ts';
import type { AddDeviceService } from '../add-device/service.ts';
import type { BackupRecords } from '../backups/service.ts';
import type { BaselineService } from '../baselines/service.ts';
import type { CaService } from '../ca/types.ts';
import type { ControllerFindings } from '../controllers/findings/service.ts';
import type { ControllerFirmware } from '../controllers/firmware/service.ts';
import type { IdentificationService } from '../controllers/identify/service.ts';
import type { FileImports } from '../controllers/imports/service.ts';
import type { ControllerDrafts } from '../controllers/imports/types.ts';
import type { IntegrityService } from '../controllers/integrity/types.ts';
import type { PatchService } from '../controllers/patches/service.ts';
import type { ControllerService } from '../controllers/service.ts';
import type { Controller, ControllerList } from '../controllers/types.ts';
import type { ZoneService } from '../controllers/zones/service.ts';
import type { DeploymentService } from '../deployments/service.ts';
import type { DeviceTaskService } from '../device-tasks/service.ts';
import type { DeviceService } from '../devices/service.ts';
import type { DeviceList, DeviceQueries } from '../devices/types.ts';
import type { DiscoveryService } from '../discovery/service.ts';
import type { EventService } from '../events/service.ts';
import type { ChainReport } from '../events/types.ts';
import type { ExchangeService } from '../exchange/service.ts';
import type { ImportDrafts } from '../exchange/types.ts';
import type { InventoryService } from '../inventory/service.ts';
import type { AppCategories, HardwareRecords } from '../inventory/types.ts';
import type { MediaService } from '../media/types.ts';
import type { ObjectService } from '../objects/service.ts';
import type { PersonService } from '../persons/service.ts';
import type { ProvisionService } from '../provision/service.ts';
import type { QueryService } from '../queries/service.ts';
import type { SampleService } from '../queries/types.ts';
import type { RuleService } from '../rules/service.ts';
import type { StickService } from '../stick/service.ts';
import type { StoreService } from '../store/service.ts';
import type { UpdateService } from '../updates/service.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import type { WaitingService } from '../waiting/service.ts';
import type { WitnessService } from '../witness/service.ts';
import type { Form } from './form.ts';
import type { Preferences } from './preferences.ts';

export type Asset = { readonly path: string; readonly file: string; readonly contentType: string };

/** What the pages need; compose.ts has it all. */
export type ConsoleDeps = {
  version: string;
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
  stick: StickService;
  persons: PersonService;
  witness: WitnessService;
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

export type RequestRow = {
  number: number;
  requestId: string;
  createdAt: string;
  sizeBytes: number;
  wants: number;
  file: string;
  closedAt: string | null;
  closedBy: string | null;
  lastReceipt: number;
  /** `type:id`. */
  writtenBy: string;
};

export type ReceiptOfBundle = { number: number; createdAt: string; result: string; seq: number | null };

export type WrittenCard = { number: number; createdAt: string; digest: string; envelope: Buffer };

/** Read model of pages that join parts of the exchange. */
export type ConsoleQueries = {
  /** Newest first. */
  requests(limit: number): RequestRow[];
  firstRequest(): Pick<RequestRow, 'number' | 'createdAt' | 'writtenBy'> | undefined;
  requestNumber(requestId: string): number | undefined;
  /** What a request asked for; nothing when there is none of that number. */
  requestWants(number: number): { kind: string; id: string }[];
  /** The first request that carried a receipt away. */
  leftWith(receipt: number): number | undefined;
  receiptOfBundle(bundleId: string): ReceiptOfBundle | undefined;
  feeds(): number;
  card(): WrittenCard | undefined;
};
