import { ofZone, page } from './page.ts';

/** Controllers: records, files, zones, programs, findings, firmware. */
export const controllersPages = {
  /** GET: a form and what was imported. POST multipart: a file; answers with where it is. */
  controllers: page('/controllers', { ...ofZone, GET: 'controllers:read' }),
  controllersCsv: page('/controllers.csv', { ...ofZone, GET: 'controllers:read' }),
  /** POST: a decision about many; asks first. */
  controllersBulk: page('/controllers/bulk', { ...ofZone, POST: 'controllers:write' }),
  controllerNew: page('/controllers/new', { ...ofZone, GET: 'controllers:write', POST: 'controllers:write' }),
  controller: page('/controllers/:id{controller-[0-9a-z]+}', { ...ofZone, GET: 'controllers:read' }),
  controllerEdit: page('/controllers/:id{controller-[0-9a-z]+}/edit', {
    ...ofZone,
    GET: 'controllers:write',
    POST: 'controllers:write',
  }),
  /** POST: whether it should be there. */
  controllerDecide: page('/controllers/:id{controller-[0-9a-z]+}/decide', { ...ofZone, POST: 'controllers:write' }),
  /** POST: another record becomes part of this one; asks first. */
  controllerMerge: page('/controllers/:id{controller-[0-9a-z]+}/merge', { ...ofZone, POST: 'controllers:write' }),
  /** POST: this and another record are two controllers. */
  controllerApart: page('/controllers/:id{controller-[0-9a-z]+}/apart', { ...ofZone, POST: 'controllers:write' }),
  controllerUnmerge: page('/controllers/:id{controller-[0-9a-z]+}/unmerge', { ...ofZone, POST: 'controllers:write' }),
  controllerImports: page('/controllers/import', {
    bound: 'site',
    GET: 'controllers:read',
    POST: 'controllers:write',
    upload: true,
  }),
  controllerImport: page('/controllers/import/:id/:step?', { bound: 'site', GET: 'controllers:read' }),
  /** POST: how a table is read; `again` reads it anew, else it is compared. */
  controllerImportColumns: page('/controllers/import/:id/columns', { bound: 'site', POST: 'controllers:write' }),
  /** POST `what`: check or apply. */
  controllerImportStart: page('/controllers/import/:id/start', { bound: 'site', POST: 'controllers:write' }),
  /** POST */
  controllerImportStop: page('/controllers/import/:id/stop', { bound: 'site', POST: 'controllers:write' }),
  /** Server-sent progress. */
  controllerImportStream: page('/controllers/import/:id/stream', { bound: 'site', GET: 'controllers:read' }),
  /** POST `origin`; the first answer is the confirm page. */
  controllerImportUndo: page('/controllers/import/undo', { bound: 'site', POST: 'controllers:write' }),
  controllerZones: page('/controllers/zones', { ...ofZone, GET: 'controllers:read' }),
  /** Whether programs are the approved ones; `state`. */
  controllerIntegrity: page('/controllers/integrity', { ...ofZone, GET: 'controllers:read' }),
  /** POST `action`: approve, confirm, decline, keep. */
  controllerProgram: page('/controllers/integrity/:id', {
    ...ofZone,
    GET: 'controllers:read',
    decides: true,
    POST: 'controllers:write',
  }),
  /** POST multipart: a project file or backup, read for its hash. */
  controllerProjectFile: page('/controllers/integrity/:id/files', {
    ...ofZone,
    POST: 'controllers:write',
    upload: true,
  }),
  controllerZone: page('/controllers/zones/:id', { ...ofZone, GET: 'controllers:read' }),
  /** What advisories say of controllers. */
  controllerFindings: page('/controllers/findings', { ...ofZone, GET: 'vulnerabilities:read' }),
  controllerFindingsCsv: page('/controllers/findings.csv', { ...ofZone, GET: 'vulnerabilities:read' }),
  controllerFinding: page('/controllers/findings/:id', { ...ofZone, GET: 'vulnerabilities:read' }),
  /** POST `action`: compensate, accept. */
  controllerFindingHold: page('/controllers/findings/:id/hold', { bound: 'zone', POST: 'controllers:write' }),
  controllerFindingDispute: page('/controllers/findings/:id/dispute', { bound: 'zone', POST: 'vulnerabilities:write' }),
  controllerFindingRetract: page('/controllers/findings/:id/retract', { bound: 'zone', POST: 'vulnerabilities:write' }),
  /** Uncertain matches, as questions. */
  controllerReview: page('/controllers/review', { bound: 'site', GET: 'vulnerabilities:read' }),
  /** GET the question, POST `answer`, `reason`, `about` repeated. */
  controllerQuestion: page('/controllers/review/:id', {
    bound: 'site',
    GET: 'vulnerabilities:read',
    POST: 'vulnerabilities:write',
  }),
  controllerFamilies: page('/controllers/families', { bound: 'catalog', scoped: true, GET: 'vulnerabilities:read' }),
  controllerVendors: page('/controllers/vendors', { bound: 'catalog', scoped: true, GET: 'vulnerabilities:read' }),
  controllerFirmware: page('/controllers/firmware', { ...ofZone, GET: 'updates:read' }),
  /** GET the checklist (`controller`, `part`), POST records the handover and answers with the file. */
  controllerFirmwareHand: page('/controllers/firmware/:sha256', {
    ...ofZone,
    GET: 'updates:write',
    POST: 'updates:write',
  }),
  /** POST `action` done or drop. */
  controllerHandover: page('/controllers/handovers/:id', { ...ofZone, POST: 'updates:write' }),
} as const;
