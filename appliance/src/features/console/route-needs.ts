import { type paths, routePatterns } from '@sallyport/ui/paths';
import type { Right } from '../objects/types.ts';

// What each address of the console asks of the caller, in one table: the guard goes by it, so an address that is not
// here does not exist, whatever a page mounts. Pages and services still check what they do; this is the outer wall.

/**
 * `open`: everybody. `person`: whoever is signed in. `kind:read`, `kind:write`, `collection:read`: the right of the kind
 * or collection that the address names, which its page checks.
 */
export type Need = Right | 'open' | 'person' | 'kind:read' | 'kind:write' | 'collection:read';

export type RouteNeeds = {
  readonly GET?: Need;
  readonly POST?: Need;
  /** Takes a file: the token comes in the first part, and the page checks it. No other address takes multipart. */
  readonly upload?: true;
};

/** By the names of the addresses; a new address without its needs does not compile. */
export const routeNeeds: Readonly<Record<Exclude<keyof typeof paths, 'apiDocument'>, RouteNeeds>> = {
  overview: { GET: 'devices:read' },
  login: { GET: 'open', POST: 'open' },
  logout: { POST: 'open' },
  first: { GET: 'open', POST: 'open' },
  preferences: { POST: 'open' },
  me: { GET: 'person' },
  mePassword: { POST: 'person' },
  meTwoStep: { POST: 'person' },
  devices: { GET: 'devices:read' },
  devicesCsv: { GET: 'devices:read' },
  devicesBulk: { POST: 'devices:write' },
  deviceAdd: { GET: 'accounts:write', POST: 'accounts:write' },
  deviceAddFile: { POST: 'accounts:write' },
  deviceDuplicates: { GET: 'devices:read' },
  deviceCompare: { GET: 'devices:write', POST: 'devices:write' },
  deviceDistinct: { POST: 'devices:write' },
  deviceUnmerge: { POST: 'devices:write' },
  stick: { GET: 'devices:write', POST: 'devices:write', upload: true },
  stickApply: { POST: 'devices:write' },
  device: { GET: 'devices:read' },
  deviceTasks: { GET: 'devices:read', POST: 'devices:write' },
  deviceTaskDecide: { POST: 'devices:write' },
  deviceTab: { GET: 'devices:read' },
  deviceApprove: { POST: 'devices:write' },
  deviceRevoke: { POST: 'devices:write' },
  deviceForget: { POST: 'devices:write' },
  deviceTags: { POST: 'devices:write' },
  devicesTagUndo: { POST: 'devices:write' },
  deviceEdit: { GET: 'devices:write', POST: 'devices:write' },
  devicePersonal: { POST: 'devices:read' },
  controllers: { GET: 'devices:read' },
  controllersCsv: { GET: 'devices:read' },
  controllersBulk: { POST: 'devices:write' },
  controllerNew: { GET: 'devices:write', POST: 'devices:write' },
  controller: { GET: 'devices:read' },
  controllerEdit: { GET: 'devices:write', POST: 'devices:write' },
  controllerDecide: { POST: 'devices:write' },
  controllerMerge: { POST: 'devices:write' },
  controllerApart: { POST: 'devices:write' },
  controllerUnmerge: { POST: 'devices:write' },
  controllerImports: { GET: 'devices:read', POST: 'devices:write', upload: true },
  controllerImport: { GET: 'devices:read' },
  controllerImportColumns: { POST: 'devices:write' },
  controllerImportStart: { POST: 'devices:write' },
  controllerImportStop: { POST: 'devices:write' },
  controllerImportStream: { GET: 'devices:read' },
  controllerImportUndo: { POST: 'devices:write' },
  controllerZones: { GET: 'devices:read' },
  controllerZone: { GET: 'devices:read' },
  controllerIntegrity: { GET: 'devices:read' },
  controllerProgram: { GET: 'devices:read', POST: 'devices:write' },
  controllerProjectFile: { POST: 'devices:write', upload: true },
  controllerFindings: { GET: 'vulnerabilities:read' },
  controllerFindingsCsv: { GET: 'vulnerabilities:read' },
  controllerFinding: { GET: 'vulnerabilities:read' },
  controllerFindingDispute: { POST: 'vulnerabilities:write' },
  controllerFindingRetract: { POST: 'vulnerabilities:write' },
  controllerReview: { GET: 'vulnerabilities:read' },
  controllerQuestion: { GET: 'vulnerabilities:read', POST: 'vulnerabilities:write' },
  controllerFamilies: { GET: 'vulnerabilities:read' },
  controllerVendors: { GET: 'vulnerabilities:read' },
  patches: { GET: 'devices:read' },
  patchNew: { GET: 'devices:write', POST: 'devices:write' },
  patch: { GET: 'devices:read' },
  patchMove: { GET: 'devices:write', POST: 'devices:write' },
  patchSign: { POST: 'devices:write' },
  patchExtend: { POST: 'devices:write' },
  patchDescribe: { POST: 'devices:write' },
  patchTarget: { POST: 'devices:write' },
  patchCheck: { GET: 'devices:read', POST: 'devices:write' },
  approvals: { GET: 'devices:read', POST: 'devices:write', upload: true },
  approvalsApply: { POST: 'devices:write' },
  approvalsUndo: { POST: 'devices:write' },
  windows: { GET: 'devices:read' },
  planNew: { GET: 'devices:write', POST: 'devices:write' },
  plan: { GET: 'devices:read' },
  measures: { GET: 'devices:read' },
  measureApprove: { POST: 'devices:write' },
  measureAttach: { POST: 'devices:write', upload: true },
  measureFile: { GET: 'devices:read' },
  evidence: { GET: 'devices:read', POST: 'devices:write' },
  evidenceFile: { GET: 'devices:read' },
  controllerFirmware: { GET: 'updates:read' },
  controllerFirmwareHand: { GET: 'updates:write', POST: 'updates:write' },
  controllerHandover: { POST: 'updates:write' },
  identification: { GET: 'devices:read' },
  identificationSwitch: { POST: 'devices:write' },
  identificationZones: { POST: 'devices:write' },
  identificationPolicy: { GET: 'devices:read', POST: 'devices:write' },
  identificationJob: { GET: 'devices:read', POST: 'devices:write' },
  identificationStream: { GET: 'devices:read' },
  identificationCsv: { GET: 'devices:read' },
  identificationNotice: { GET: 'devices:read' },
  identificationNoticeFile: { GET: 'devices:read' },
  software: { GET: 'software:read' },
  softwareCsv: { GET: 'software:read' },
  softwareItem: { GET: 'software:read' },
  inventory: { GET: 'collection:read' },
  inventoryCsv: { GET: 'collection:read' },
  inventoryItem: { GET: 'collection:read' },
  changes: { GET: 'devices:read' },
  changesCsv: { GET: 'devices:read' },
  baselines: { GET: 'devices:read' },
  baselineNew: { GET: 'devices:write', POST: 'devices:write' },
  baseline: { GET: 'devices:read' },
  baselineEntries: { GET: 'devices:write', POST: 'devices:write' },
  baselineReport: { GET: 'devices:read' },
  baselineRemove: { POST: 'devices:write' },
  baselineRevert: { POST: 'devices:write' },
  deviations: { GET: 'devices:read' },
  deviationsCsv: { GET: 'devices:read' },
  deviationsDecide: { POST: 'devices:write' },
  vulnerabilities: { GET: 'vulnerabilities:read' },
  vulnerabilitiesCsv: { GET: 'vulnerabilities:read' },
  finding: { GET: 'vulnerabilities:read' },
  updates: { GET: 'updates:read' },
  updatesCsv: { GET: 'updates:read' },
  // Approving needs updates:write, ordering a deployment deployments:write.
  updatesDecide: { POST: 'updates:read' },
  update: { GET: 'updates:read' },
  updateLicence: { GET: 'updates:read' },
  deployments: { GET: 'deployments:read' },
  deploymentNew: { GET: 'deployments:write', POST: 'deployments:write' },
  deployment: { GET: 'deployments:read' },
  deploymentCancel: { POST: 'deployments:write' },
  queries: { GET: 'queries:read' },
  queryNew: { GET: 'queries:write', POST: 'queries:write' },
  query: { GET: 'queries:read' },
  queryStream: { GET: 'queries:read' },
  queryCsv: { GET: 'queries:read' },
  queryStop: { POST: 'queries:write' },
  samples: { GET: 'queries:read', POST: 'queries:write' },
  sampleDecide: { POST: 'queries:write' },
  sampleFile: { GET: 'queries:write' },
  exchange: { GET: 'exchange:read' },
  exchangeSend: { GET: 'exchange:read' },
  waitingForget: { POST: 'exchange:write' },
  clockAgree: { POST: 'exchange:write' },
  introduction: { GET: 'exchange:read' },
  introductionCompared: { POST: 'exchange:write' },
  exchangeReceive: { GET: 'exchange:read' },
  exchangeReceipts: { GET: 'exchange:read' },
  receipt: { GET: 'exchange:read' },
  exchangeCard: { GET: 'exchange:read' },
  exchangeCardFile: { GET: 'exchange:write' },
  exchangeTrust: { GET: 'exchange:read' },
  exchangeTrustImport: { POST: 'exchange:write', upload: true },
  requestText: { GET: 'exchange:read' },
  requestGroup: { GET: 'exchange:read' },
  requestWrite: { POST: 'exchange:write' },
  requestFile: { GET: 'exchange:write' },
  bundleUpload: { POST: 'exchange:write', upload: true },
  bundlePick: { POST: 'exchange:write' },
  bundleImport: { GET: 'exchange:read' },
  bundleImportStart: { POST: 'exchange:write' },
  bundleImportStop: { POST: 'exchange:write' },
  bundleImportStream: { GET: 'exchange:read' },
  discovery: { GET: 'devices:read' },
  discoveryDirectories: { GET: 'devices:read' },
  discoveryDirectory: { POST: 'devices:write' },
  discoveryImport: { POST: 'devices:write', upload: true },
  discoveryRanges: { GET: 'devices:read' },
  discoveryRange: { GET: 'devices:read', POST: 'devices:write' },
  events: { GET: 'events:read' },
  eventsCsv: { GET: 'events:read' },
  provision: { GET: 'provision:read' },
  provisionCsv: { GET: 'provision:read' },
  persons: { GET: 'provision:write' },
  personFind: { POST: 'provision:write' },
  personErase: { POST: 'provision:write' },
  personDecide: { POST: 'provision:write' },
  settings: { GET: 'settings:read', POST: 'settings:write' },
  objects: { GET: 'kind:read' },
  objectNew: { GET: 'kind:write', POST: 'kind:write' },
  object: { GET: 'kind:read', POST: 'kind:write' },
  objectRevisions: { GET: 'kind:read' },
  objectRevert: { POST: 'kind:write' },
  objectDelete: { POST: 'kind:write' },
  objectRestore: { POST: 'kind:write' },
  // Of each kind that the person may read.
  deleted: { GET: 'person' },
  search: { GET: 'person' },
  searchPalette: { GET: 'person' },
  // The document says what can be asked, nothing of the site.
  api: { GET: 'person' },
};

type Method = 'GET' | 'POST';

/** One address with one method, as the router has it. */
export type RouteNeed = { readonly need: Need; readonly upload: boolean };

const keyOf = (method: string, pattern: string): string => `${method} ${pattern}`;

/** Looks up needs by method and the pattern that the router matched. */
export const needsByRoute = (): ReadonlyMap<string, RouteNeed> =>
  new Map(
    Object.entries(routeNeeds).flatMap(([name, needs]) =>
      (['GET', 'POST'] as const satisfies readonly Method[]).flatMap((method): [string, RouteNeed][] => {
        const need = needs[method];
        const pattern = routePatterns[name as keyof typeof routeNeeds];
        return need === undefined ? [] : [[keyOf(method, pattern), { need, upload: needs.upload === true }]];
      }),
    ),
  );

/** The key of a route of the router. */
export const routeKey = (route: { method: string; path: string }): string => keyOf(route.method, route.path);
