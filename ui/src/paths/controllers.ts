import { page } from './page.ts';

/** Controllers: records, files, zones, programs, findings, firmware. */
export const controllersPages = {
  /** GET: a form and what was imported. POST multipart: a file; answers with where it is. */
  controllers: page('/controllers', { GET: 'devices:read' }),
  controllersCsv: page('/controllers.csv', { GET: 'devices:read' }),
  /** POST: a decision about many; asks first. */
  controllersBulk: page('/controllers/bulk', { POST: 'devices:write' }),
  controllerNew: page('/controllers/new', { GET: 'devices:write', POST: 'devices:write' }),
  controller: page('/controllers/:id{controller-[0-9a-z]+}', { GET: 'devices:read' }),
  controllerEdit: page('/controllers/:id{controller-[0-9a-z]+}/edit', { GET: 'devices:write', POST: 'devices:write' }),
  /** POST: whether it should be there. */
  controllerDecide: page('/controllers/:id{controller-[0-9a-z]+}/decide', { POST: 'devices:write' }),
  /** POST: another record becomes part of this one; asks first. */
  controllerMerge: page('/controllers/:id{controller-[0-9a-z]+}/merge', { POST: 'devices:write' }),
  /** POST: this and another record are two controllers. */
  controllerApart: page('/controllers/:id{controller-[0-9a-z]+}/apart', { POST: 'devices:write' }),
  controllerUnmerge: page('/controllers/:id{controller-[0-9a-z]+}/unmerge', { POST: 'devices:write' }),
  controllerImports: page('/controllers/import', { GET: 'devices:read', POST: 'devices:write', upload: true }),
  controllerImport: page('/controllers/import/:id/:step?', { GET: 'devices:read' }),
  /** POST: how a table is read; `again` reads it anew, else it is compared. */
  controllerImportColumns: page('/controllers/import/:id/columns', { POST: 'devices:write' }),
  /** POST `what`: check or apply. */
  controllerImportStart: page('/controllers/import/:id/start', { POST: 'devices:write' }),
  /** POST */
  controllerImportStop: page('/controllers/import/:id/stop', { POST: 'devices:write' }),
  /** Server-sent progress. */
  controllerImportStream: page('/controllers/import/:id/stream', { GET: 'devices:read' }),
  /** POST `origin`; the first answer is the confirm page. */
  controllerImportUndo: page('/controllers/import/undo', { POST: 'devices:write' }),
  controllerZones: page('/controllers/zones', { GET: 'devices:read' }),
  /** Whether programs are the approved ones; `state`. */
  controllerIntegrity: page('/controllers/integrity', { GET: 'devices:read' }),
  /** POST `action`: approve, confirm, decline, keep. */
  controllerProgram: page('/controllers/integrity/:id', { GET: 'devices:read', POST: 'devices:write' }),
  /** POST multipart: a project file or backup, read for its hash. */
  controllerProjectFile: page('/controllers/integrity/:id/files', { POST: 'devices:write', upload: true }),
  controllerZone: page('/controllers/zones/:id', { GET: 'devices:read' }),
  /** What advisories say of controllers. */
  controllerFindings: page('/controllers/findings', { GET: 'vulnerabilities:read' }),
  controllerFindingsCsv: page('/controllers/findings.csv', { GET: 'vulnerabilities:read' }),
  controllerFinding: page('/controllers/findings/:id', { GET: 'vulnerabilities:read' }),
  controllerFindingDispute: page('/controllers/findings/:id/dispute', { POST: 'vulnerabilities:write' }),
  controllerFindingRetract: page('/controllers/findings/:id/retract', { POST: 'vulnerabilities:write' }),
  /** Uncertain matches, as questions. */
  controllerReview: page('/controllers/review', { GET: 'vulnerabilities:read' }),
  /** GET the question, POST `answer`, `reason`, `about` repeated. */
  controllerQuestion: page('/controllers/review/:id', { GET: 'vulnerabilities:read', POST: 'vulnerabilities:write' }),
  controllerFamilies: page('/controllers/families', { GET: 'vulnerabilities:read' }),
  controllerVendors: page('/controllers/vendors', { GET: 'vulnerabilities:read' }),
  controllerFirmware: page('/controllers/firmware', { GET: 'updates:read' }),
  /** GET the checklist (`controller`, `part`), POST records the handover and answers with the file. */
  controllerFirmwareHand: page('/controllers/firmware/:sha256', { GET: 'updates:write', POST: 'updates:write' }),
  /** POST `action` done or drop. */
  controllerHandover: page('/controllers/handovers/:id', { POST: 'updates:write' }),
} as const;
