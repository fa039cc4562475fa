import { withQuery } from './list.ts';

// Every URL of the console. Routes mount what is here, views link to what is here.

const enc = encodeURIComponent;
type Query = Readonly<Record<string, string | number | undefined>>;

/** Builders of links; parameters are encoded. */
export const paths = {
  overview: () => '/',
  login: (back?: string) => withQuery('/login', { back }),
  /** POST */
  logout: () => '/logout',
  /** One-time link: GET shows the form, POST sets the first password. */
  first: (token: string) => `/first/${enc(token)}`,
  /** POST: language, theme, density, shortcuts; `back` returns to the page. */
  preferences: () => '/preferences',
  me: () => '/me',
  /** POST */
  mePassword: () => '/me/password',
  /** POST */
  meTwoStep: () => '/me/two-step',

  devices: (query: Query = {}) => withQuery('/devices', query),
  devicesCsv: () => '/devices.csv',
  /** POST: `action`, `id` repeated or `all` with the list's query; answers with the confirm page. */
  devicesBulk: () => '/devices/bulk',
  deviceAdd: (query: Query = {}) => withQuery('/devices/add', query),
  /** POST; answers with a file. */
  deviceAddFile: () => '/devices/add/file',
  /** Held copies, pairs that may be one device, merges that can be undone. */
  deviceDuplicates: () => '/device-duplicates',
  /** Two records side by side (`one`, `two`, `keep`); POST merges. */
  deviceCompare: (query: Query = {}) => withQuery('/device-duplicates/compare', query),
  /** POST: `one` and `two` are two devices. */
  deviceDistinct: () => '/device-duplicates/distinct',
  /** POST: `merge` */
  deviceUnmerge: () => '/device-duplicates/undo',
  /** GET form, POST multipart: an inventory file or a zip; answers with what it would do. */
  stick: () => '/devices/import',
  /** POST `draft`, `approve` */
  stickApply: () => '/devices/import/apply',
  device: (id: string) => `/devices/${enc(id)}`,
  /** A tab: a collection, or findings, updates, changes, events. */
  deviceTab: (id: string, tab: string, query: Query = {}) => withQuery(`/devices/${enc(id)}/${enc(tab)}`, query),
  /** Tab; POST: asks something of the device; decide: POST `decision`, `confirm` or `cancel`. */
  deviceTasks: (id: string) => `/devices/${enc(id)}/tasks`,
  deviceTaskDecide: (id: string, task: string) => `/devices/${enc(id)}/tasks/${enc(task)}`,
  /** POST */
  deviceApprove: (id: string) => `/devices/${enc(id)}/approve`,
  /** POST */
  deviceRevoke: (id: string) => `/devices/${enc(id)}/revoke`,
  /** POST: removes the record of a device that may not come in. */
  deviceForget: (id: string) => `/devices/${enc(id)}/forget`,
  /** POST `add` or `remove`: a tag by hand. */
  deviceTags: (id: string) => `/devices/${enc(id)}/tags`,
  /** POST `id`: takes back a bulk action on tags. */
  devicesTagUndo: () => '/devices/tag-undo',
  /** Form of the display name, description and group. */
  deviceEdit: (id: string) => `/devices/${enc(id)}/edit`,
  /** POST: shows personal rows once and records it. */
  devicePersonal: (id: string, collection: string) => `/devices/${enc(id)}/${enc(collection)}/personal`,

  /** GET: a form and what was imported. POST multipart: a file; answers with where it is. */
  controllers: (query: Query = {}) => withQuery('/controllers', query),
  controllersCsv: () => '/controllers.csv',
  /** POST: a decision about many; asks first. */
  controllersBulk: () => '/controllers/bulk',
  controllerNew: () => '/controllers/new',
  controller: (id: string, query: Query = {}) => withQuery(`/controllers/${enc(id)}`, query),
  controllerEdit: (id: string) => `/controllers/${enc(id)}/edit`,
  /** POST: whether it should be there. */
  controllerDecide: (id: string) => `/controllers/${enc(id)}/decide`,
  /** POST: another record becomes part of this one; asks first. */
  controllerMerge: (id: string) => `/controllers/${enc(id)}/merge`,
  /** POST: this and another record are two controllers. */
  controllerApart: (id: string) => `/controllers/${enc(id)}/apart`,
  controllerUnmerge: (id: string) => `/controllers/${enc(id)}/unmerge`,
  controllerImports: () => '/controllers/import',
  controllerImport: (id: string, step?: string) =>
    step === undefined ? `/controllers/import/${enc(id)}` : `/controllers/import/${enc(id)}/${enc(step)}`,
  /** POST: how a table is read; `again` reads it anew, else it is compared. */
  controllerImportColumns: (id: string) => `/controllers/import/${enc(id)}/columns`,
  /** POST `what`: check or apply. */
  controllerImportStart: (id: string) => `/controllers/import/${enc(id)}/start`,
  /** POST */
  controllerImportStop: (id: string) => `/controllers/import/${enc(id)}/stop`,
  /** Server-sent progress. */
  controllerImportStream: (id: string) => `/controllers/import/${enc(id)}/stream`,
  /** POST `origin`; the first answer is the confirm page. */
  controllerImportUndo: () => '/controllers/import/undo',
  /** Patches of controllers: `state`, `overdue`. */
  patches: (query: Query = {}) => withQuery('/controllers/patches', query),
  /** GET form, POST creates. */
  patchNew: () => '/controllers/patches/new',
  patch: (id: number) => `/controllers/patches/${id}`,
  /** GET form of a move (`to`), POST asks for it. */
  patchMove: (id: number, query: Query = {}) => withQuery(`/controllers/patches/${id}/move`, query),
  /** POST `request`, `agrees`, `comment` */
  patchSign: (id: number) => `/controllers/patches/${id}/sign`,
  /** POST `clock`, `until`, `reason` */
  patchExtend: (id: number) => `/controllers/patches/${id}/extend`,
  /** POST `targetVersion`, `sha256`, `vulnerabilities` */
  patchDescribe: (id: number) => `/controllers/patches/${id}/describe`,
  /** POST `plc`, `wanted` */
  patchTarget: (id: number) => `/controllers/patches/${id}/controllers`,
  /** The checklist of one controller; POST answers it. */
  patchCheck: (id: number, plc: string) => `/controllers/patches/${id}/check/${enc(plc)}`,
  /** GET form, POST multipart: a vendor's list; answers with what it would do. */
  approvals: () => '/controllers/approvals',
  /** POST `draft`, `preset`, `name` */
  approvalsApply: () => '/controllers/approvals/apply',
  /** POST `import` */
  approvalsUndo: () => '/controllers/approvals/undo',
  windows: () => '/controllers/windows',
  /** GET form (`window`, `from`), POST creates. */
  planNew: (query: Query = {}) => withQuery('/controllers/plans/new', query),
  plan: (id: string) => `/controllers/plans/${enc(id)}`,
  measures: () => '/controllers/measures',
  /** POST `id` */
  measureApprove: () => '/controllers/measures/approve',
  /** POST multipart: a file of evidence. */
  measureAttach: () => '/controllers/measures/files',
  measureFile: (sha256: string) => `/controllers/measures/files/${enc(sha256)}`,
  /** GET list, POST `from`, `to`, `lang` asks for a pack. */
  evidence: () => '/controllers/evidence',
  /** `json`, `pdf`, `signature` */
  evidenceFile: (id: number, file: string) => `/controllers/evidence/${id}/${enc(file)}`,
  controllerZones: () => '/controllers/zones',
  /** Whether programs are the approved ones; `state`. */
  controllerIntegrity: (query: Query = {}) => withQuery('/controllers/integrity', query),
  /** POST `action`: approve, confirm, decline, keep. */
  controllerProgram: (id: string) => `/controllers/integrity/${enc(id)}`,
  /** POST multipart: a project file or backup, read for its hash. */
  controllerProjectFile: (id: string) => `/controllers/integrity/${enc(id)}/files`,
  controllerZone: (id: string) => `/controllers/zones/${enc(id)}`,
  /** What advisories say of controllers. */
  controllerFindings: (query: Query = {}) => withQuery('/controllers/findings', query),
  controllerFindingsCsv: () => '/controllers/findings.csv',
  controllerFinding: (id: string) => `/controllers/findings/${enc(id)}`,
  /** Uncertain matches, as questions. */
  controllerFindingDispute: (id: string) => `/controllers/findings/${enc(id)}/dispute`,
  controllerFindingRetract: (id: string) => `/controllers/findings/${enc(id)}/retract`,
  controllerReview: (query: Query = {}) => withQuery('/controllers/review', query),
  /** GET the question, POST `answer`, `reason`, `about` repeated. */
  controllerQuestion: (id: string) => `/controllers/review/${enc(id)}`,
  controllerFamilies: () => '/controllers/families',
  controllerVendors: () => '/controllers/vendors',
  controllerFirmware: () => '/controllers/firmware',
  /** GET the checklist (`controller`, `part`), POST records the handover and answers with the file. */
  controllerFirmwareHand: (sha256: string, query: Query = {}) =>
    withQuery(`/controllers/firmware/${enc(sha256)}`, query),
  /** POST `action` done or drop. */
  controllerHandover: (id: number) => `/controllers/handovers/${id}`,

  /** The switch of the site, halted zones, jobs. */
  identification: () => '/controllers/identification',
  /** POST `action` on or off; the first answer is the confirm page. */
  identificationSwitch: () => '/controllers/identification/switch',
  /** POST `zone`, `reason`: a halted zone may be asked again. */
  identificationZones: () => '/controllers/identification/zones',
  /** What may be asked of one controller; POST sets its own word. */
  identificationPolicy: (plc: string) => `/controllers/identification/policy/${enc(plc)}`,
  /** The dry run and the log of a job; POST: `action` approve, start or stop. */
  identificationJob: (id: string) => `/controllers/identification/${enc(id)}`,
  /** Server-sent events. */
  identificationStream: (id: string) => `/controllers/identification/${enc(id)}/stream`,
  /** Packets that left; of the newest run unless `run` says another. */
  identificationCsv: (id: string, query: Query = {}) =>
    withQuery(`/controllers/identification/${enc(id)}/packets.csv`, query),
  identificationNotice: (id: string) => `/controllers/identification/${enc(id)}/notice`,
  identificationNoticeFile: (id: string) => `/controllers/identification/${enc(id)}/notice.txt`,

  software: (query: Query = {}) => withQuery('/software', query),
  softwareCsv: () => '/software.csv',
  softwareItem: (item: string | number) => `/software/${enc(String(item))}`,
  inventory: (collection: string, query: Query = {}) => withQuery(`/inventory/${enc(collection)}`, query),
  inventoryCsv: (collection: string) => `/inventory/${enc(collection)}.csv`,
  inventoryItem: (collection: string, item: string | number) => `/inventory/${enc(collection)}/${enc(String(item))}`,

  /** What changed on all devices. */
  changes: (query: Query = {}) => withQuery('/changes', query),
  changesCsv: () => '/changes.csv',
  baselines: () => '/baselines',
  /** GET form (`device` or `group`), POST approves. */
  baselineNew: (query: Query = {}) => withQuery('/baselines/new', query),
  baseline: (id: string) => `/baselines/${enc(id)}`,
  /** GET `collection`, `q`, `device`; POST `remove`, `add`, `comment`: what is expected, entry by entry. */
  baselineEntries: (id: string, query: Query = {}) => withQuery(`/baselines/${enc(id)}/entries`, query),
  baselineReport: (id: string) => `/baselines/${enc(id)}/report`,
  /** POST; the first answer is the confirm page. */
  baselineRemove: (id: string) => `/baselines/${enc(id)}/remove`,
  /** POST `revision` */
  baselineRevert: (id: string) => `/baselines/${enc(id)}/revert`,
  deviations: (query: Query = {}) => withQuery('/deviations', query),
  deviationsCsv: () => '/deviations.csv',
  /** POST: `action` accept or order; `id` repeated or `all`; the first answer is the form. */
  deviationsDecide: () => '/deviations/decide',

  vulnerabilities: (query: Query = {}) => withQuery('/vulnerabilities', query),
  vulnerabilitiesCsv: () => '/vulnerabilities.csv',
  finding: (id: string) => `/vulnerabilities/${enc(id)}`,

  updates: (query: Query = {}) => withQuery('/updates', query),
  updatesCsv: () => '/updates.csv',
  /** POST: `action` approve, decline or deploy; `id` repeated or `all`; the first answer is the confirm page. */
  updatesDecide: () => '/updates/decide',
  update: (id: string) => `/updates/${enc(id)}`,
  updateLicence: (id: string) => `/updates/${enc(id)}/licence`,

  deployments: (query: Query = {}) => withQuery('/deployments', query),
  /** GET form (`update` repeated, `device` or `group`), POST creates. */
  deploymentNew: (query: Query = {}) => withQuery('/deployments/new', query),
  deployment: (id: string) => `/deployments/${enc(id)}`,
  /** POST */
  deploymentCancel: (id: string) => `/deployments/${enc(id)}/cancel`,

  /** What left, what came, what is on the way. */
  queries: () => '/queries',
  queryNew: (query: Query = {}) => withQuery('/queries/new', query),
  query: (id: string, query: Query = {}) => withQuery(`/queries/${enc(id)}`, query),
  /** Server-sent events. */
  queryStream: (id: string) => `/queries/${enc(id)}/stream`,
  queryCsv: (id: string) => `/queries/${enc(id)}/rows.csv`,
  /** POST */
  queryStop: (id: string) => `/queries/${enc(id)}/stop`,
  samples: (query: Query = {}) => withQuery('/samples', query),
  /** POST `decision` */
  sampleDecide: (id: string) => `/samples/${enc(id)}/decide`,
  sampleFile: (id: string) => `/samples/${enc(id)}/file`,
  exchange: () => '/exchange',
  exchangeSend: () => '/exchange/send',
  /** POST: a bundle that waits for volumes is waited for no longer; the first answer is the confirm page. */
  waitingForget: () => '/exchange/waiting/forget',
  /** POST `source`, `reason`: a doubtful time is right; the first answer is the confirm page. */
  clockAgree: () => '/exchange/clock/agree',
  /** The first exchange of two sides; `step` trust, root, card, compare, request, bundle. */
  introduction: (step?: string) => `/exchange/introduction${step === undefined ? '' : `/${enc(step)}`}`,
  /** POST `answer`: what the other side read. */
  introductionCompared: () => '/exchange/introduction/compared',
  exchangeReceive: () => '/exchange/receive',
  exchangeReceipts: () => '/exchange/receipts',
  receipt: (number: number) => `/exchange/receipts/${number}`,
  exchangeCard: () => '/exchange/card',
  exchangeCardFile: () => '/exchange/card/file',
  exchangeTrust: () => '/exchange/trust',
  /** POST a trust file, answers with the fingerprint to compare; POST again with `fingerprint` to accept. */
  exchangeTrustImport: () => '/exchange/trust/import',
  requestText: () => '/exchange/request/text',
  requestGroup: (group: string) => `/exchange/request/group/${enc(group)}`,
  /** POST */
  requestWrite: () => '/exchange/request/write',
  requestFile: (number: number) => `/exchange/requests/${number}/file`,
  /** POST multipart: a bundle file. */
  bundleUpload: () => '/exchange/bundles/upload',
  /** POST: a bundle that lies in the medium folder. */
  bundlePick: () => '/exchange/bundles/pick',
  /** Wizard; `step` check, compare, import, result. */
  bundleImport: (id: string, step?: string) =>
    `/exchange/import/${enc(id)}${step === undefined ? '' : `/${enc(step)}`}`,
  /** POST */
  bundleImportStart: (id: string) => `/exchange/import/${enc(id)}/start`,
  /** POST */
  bundleImportStop: (id: string) => `/exchange/import/${enc(id)}/stop`,
  /** Server-sent events: unnamed messages replace the progress region, `done` ends. */
  bundleImportStream: (id: string) => `/exchange/import/${enc(id)}/stream`,

  /** Devices that were found, by how. */
  discovery: (query: Query = {}) => withQuery('/discovery', query),
  discoveryDirectories: () => '/discovery/directories',
  /** POST: `action` test, poll or stop. */
  discoveryDirectory: (id: string) => `/discovery/directories/${enc(id)}`,
  /** POST multipart: an LDIF file (`file`) of the directory `source`. */
  discoveryImport: () => '/discovery/import',
  discoveryRanges: () => '/discovery/ranges',
  /** What would be sent; POST: `action` confirm, scan or stop. */
  discoveryRange: (id: string) => `/discovery/ranges/${enc(id)}`,

  events: (query: Query = {}) => withQuery('/events', query),
  eventsCsv: () => '/events.csv',

  provision: () => '/provision',
  provisionCsv: () => '/provision.csv',
  persons: () => '/persons',
  /** POST `name`: a name never stands in an address. */
  personFind: () => '/persons/find',
  /** POST `name`, `confirm`, `reason` */
  personErase: () => '/persons/erase',
  /** POST `id`, `agree` */
  personDecide: () => '/persons/decide',

  settings: (area?: string) => withQuery('/settings', { area }),

  objects: (kind: string, query: Query = {}) => withQuery(`/objects/${enc(kind)}`, query),
  objectNew: (kind: string, query: Query = {}) => withQuery(`/objects/${enc(kind)}/new`, query),
  object: (kind: string, id: string) => `/objects/${enc(kind)}/${enc(id)}`,
  objectRevisions: (kind: string, id: string, query: Query = {}) =>
    withQuery(`/objects/${enc(kind)}/${enc(id)}/revisions`, query),
  /** POST `revision` */
  objectRevert: (kind: string, id: string) => `/objects/${enc(kind)}/${enc(id)}/revert`,
  /** POST; the first answer is the confirm page. */
  objectDelete: (kind: string, id: string) => `/objects/${enc(kind)}/${enc(id)}/delete`,
  /** POST */
  objectRestore: (kind: string, id: string) => `/objects/${enc(kind)}/${enc(id)}/restore`,
  deleted: (kind?: string) => withQuery('/deleted', { kind }),

  search: (q?: string) => withQuery('/search', { q }),
  /** Fragment of results for the palette. */
  searchPalette: () => '/search/palette',
  api: () => '/api',
  apiDocument: () => '/api/v1/openapi.json',
} as const;

/** The same as patterns, for mounting routes and for the test that lists every URL. */
export const routePatterns: Readonly<Record<keyof typeof paths, string>> = {
  overview: '/',
  login: '/login',
  logout: '/logout',
  first: '/first/:token',
  preferences: '/preferences',
  me: '/me',
  mePassword: '/me/password',
  meTwoStep: '/me/two-step',
  devices: '/devices',
  devicesCsv: '/devices.csv',
  devicesBulk: '/devices/bulk',
  deviceAdd: '/devices/add',
  deviceAddFile: '/devices/add/file',
  deviceDuplicates: '/device-duplicates',
  deviceCompare: '/device-duplicates/compare',
  deviceDistinct: '/device-duplicates/distinct',
  deviceUnmerge: '/device-duplicates/undo',
  stick: '/devices/import',
  stickApply: '/devices/import/apply',
  device: '/devices/:id',
  deviceTasks: '/devices/:id/tasks',
  deviceTaskDecide: '/devices/:id/tasks/:task',
  deviceTab: '/devices/:id/:tab',
  deviceApprove: '/devices/:id/approve',
  deviceRevoke: '/devices/:id/revoke',
  deviceForget: '/devices/:id/forget',
  deviceTags: '/devices/:id/tags',
  devicesTagUndo: '/devices/tag-undo',
  deviceEdit: '/devices/:id/edit',
  devicePersonal: '/devices/:id/:collection/personal',
  controllers: '/controllers',
  controllersCsv: '/controllers.csv',
  controllersBulk: '/controllers/bulk',
  controllerNew: '/controllers/new',
  controller: '/controllers/:id{plc-[0-9a-z]+}',
  controllerEdit: '/controllers/:id{plc-[0-9a-z]+}/edit',
  controllerDecide: '/controllers/:id{plc-[0-9a-z]+}/decide',
  controllerMerge: '/controllers/:id{plc-[0-9a-z]+}/merge',
  controllerApart: '/controllers/:id{plc-[0-9a-z]+}/apart',
  controllerUnmerge: '/controllers/:id{plc-[0-9a-z]+}/unmerge',
  controllerImports: '/controllers/import',
  controllerImport: '/controllers/import/:id/:step?',
  controllerImportColumns: '/controllers/import/:id/columns',
  controllerImportStart: '/controllers/import/:id/start',
  controllerImportStop: '/controllers/import/:id/stop',
  controllerImportStream: '/controllers/import/:id/stream',
  controllerImportUndo: '/controllers/import/undo',
  patches: '/controllers/patches',
  patchNew: '/controllers/patches/new',
  patch: '/controllers/patches/:id',
  patchMove: '/controllers/patches/:id/move',
  patchSign: '/controllers/patches/:id/sign',
  patchExtend: '/controllers/patches/:id/extend',
  patchDescribe: '/controllers/patches/:id/describe',
  patchTarget: '/controllers/patches/:id/controllers',
  patchCheck: '/controllers/patches/:id/check/:plc',
  approvals: '/controllers/approvals',
  approvalsApply: '/controllers/approvals/apply',
  approvalsUndo: '/controllers/approvals/undo',
  windows: '/controllers/windows',
  planNew: '/controllers/plans/new',
  plan: '/controllers/plans/:id',
  measures: '/controllers/measures',
  measureApprove: '/controllers/measures/approve',
  measureAttach: '/controllers/measures/files',
  measureFile: '/controllers/measures/files/:sha256',
  evidence: '/controllers/evidence',
  evidenceFile: '/controllers/evidence/:id/:file',
  controllerZones: '/controllers/zones',
  controllerIntegrity: '/controllers/integrity',
  controllerProgram: '/controllers/integrity/:id',
  controllerProjectFile: '/controllers/integrity/:id/files',
  controllerZone: '/controllers/zones/:id',
  identification: '/controllers/identification',
  identificationSwitch: '/controllers/identification/switch',
  identificationZones: '/controllers/identification/zones',
  identificationPolicy: '/controllers/identification/policy/:plc',
  identificationJob: '/controllers/identification/:id',
  identificationStream: '/controllers/identification/:id/stream',
  identificationCsv: '/controllers/identification/:id/packets.csv',
  identificationNotice: '/controllers/identification/:id/notice',
  identificationNoticeFile: '/controllers/identification/:id/notice.txt',
  controllerFindings: '/controllers/findings',
  controllerFindingsCsv: '/controllers/findings.csv',
  controllerFinding: '/controllers/findings/:id',
  controllerFindingDispute: '/controllers/findings/:id/dispute',
  controllerFindingRetract: '/controllers/findings/:id/retract',
  controllerReview: '/controllers/review',
  controllerQuestion: '/controllers/review/:id',
  controllerFamilies: '/controllers/families',
  controllerVendors: '/controllers/vendors',
  controllerFirmware: '/controllers/firmware',
  controllerFirmwareHand: '/controllers/firmware/:sha256',
  controllerHandover: '/controllers/handovers/:id',
  software: '/software',
  softwareCsv: '/software.csv',
  softwareItem: '/software/:item',
  inventory: '/inventory/:collection',
  inventoryCsv: '/inventory/:file{[a-z0-9-]+\\.csv}',
  inventoryItem: '/inventory/:collection/:item',
  changes: '/changes',
  changesCsv: '/changes.csv',
  baselines: '/baselines',
  baselineNew: '/baselines/new',
  baseline: '/baselines/:id',
  baselineEntries: '/baselines/:id/entries',
  baselineReport: '/baselines/:id/report',
  baselineRemove: '/baselines/:id/remove',
  baselineRevert: '/baselines/:id/revert',
  deviations: '/deviations',
  deviationsCsv: '/deviations.csv',
  deviationsDecide: '/deviations/decide',
  vulnerabilities: '/vulnerabilities',
  vulnerabilitiesCsv: '/vulnerabilities.csv',
  finding: '/vulnerabilities/:id',
  updates: '/updates',
  updatesCsv: '/updates.csv',
  updatesDecide: '/updates/decide',
  update: '/updates/:id',
  updateLicence: '/updates/:id/licence',
  deployments: '/deployments',
  deploymentNew: '/deployments/new',
  deployment: '/deployments/:id',
  deploymentCancel: '/deployments/:id/cancel',
  queries: '/queries',
  queryNew: '/queries/new',
  query: '/queries/:id',
  queryStream: '/queries/:id/stream',
  queryCsv: '/queries/:id/rows.csv',
  queryStop: '/queries/:id/stop',
  samples: '/samples',
  sampleDecide: '/samples/:id/decide',
  sampleFile: '/samples/:id/file',
  exchange: '/exchange',
  exchangeSend: '/exchange/send',
  waitingForget: '/exchange/waiting/forget',
  clockAgree: '/exchange/clock/agree',
  introduction: '/exchange/introduction/:step?',
  introductionCompared: '/exchange/introduction/compared',
  exchangeReceive: '/exchange/receive',
  exchangeReceipts: '/exchange/receipts',
  receipt: '/exchange/receipts/:number',
  exchangeCard: '/exchange/card',
  exchangeCardFile: '/exchange/card/file',
  exchangeTrust: '/exchange/trust',
  exchangeTrustImport: '/exchange/trust/import',
  requestText: '/exchange/request/text',
  requestGroup: '/exchange/request/group/:group',
  requestWrite: '/exchange/request/write',
  requestFile: '/exchange/requests/:number/file',
  bundleUpload: '/exchange/bundles/upload',
  bundlePick: '/exchange/bundles/pick',
  bundleImport: '/exchange/import/:id/:step?',
  bundleImportStart: '/exchange/import/:id/start',
  bundleImportStop: '/exchange/import/:id/stop',
  bundleImportStream: '/exchange/import/:id/stream',
  discovery: '/discovery',
  discoveryDirectories: '/discovery/directories',
  discoveryDirectory: '/discovery/directories/:id',
  discoveryImport: '/discovery/import',
  discoveryRanges: '/discovery/ranges',
  discoveryRange: '/discovery/ranges/:id',
  events: '/events',
  eventsCsv: '/events.csv',
  provision: '/provision',
  provisionCsv: '/provision.csv',
  persons: '/persons',
  personFind: '/persons/find',
  personErase: '/persons/erase',
  personDecide: '/persons/decide',
  settings: '/settings',
  objects: '/objects/:kind',
  objectNew: '/objects/:kind/new',
  object: '/objects/:kind/:id',
  objectRevisions: '/objects/:kind/:id/revisions',
  objectRevert: '/objects/:kind/:id/revert',
  objectDelete: '/objects/:kind/:id/delete',
  objectRestore: '/objects/:kind/:id/restore',
  deleted: '/deleted',
  search: '/search',
  searchPalette: '/search/palette',
  api: '/api',
  apiDocument: '/api/v1/openapi.json',
};
