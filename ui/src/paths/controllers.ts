import { withQuery } from '../list.ts';
import { type Query, segment } from './parts.ts';

/** Controllers: records, files, zones, programs, findings, firmware. */
export const controllersPaths = {
  /** GET: a form and what was imported. POST multipart: a file; answers with where it is. */
  controllers: (query: Query = {}) => withQuery('/controllers', query),
  controllersCsv: () => '/controllers.csv',
  /** POST: a decision about many; asks first. */
  controllersBulk: () => '/controllers/bulk',
  controllerNew: () => '/controllers/new',
  controller: (id: string, query: Query = {}) => withQuery(`/controllers/${segment(id)}`, query),
  controllerEdit: (id: string) => `/controllers/${segment(id)}/edit`,
  /** POST: whether it should be there. */
  controllerDecide: (id: string) => `/controllers/${segment(id)}/decide`,
  /** POST: another record becomes part of this one; asks first. */
  controllerMerge: (id: string) => `/controllers/${segment(id)}/merge`,
  /** POST: this and another record are two controllers. */
  controllerApart: (id: string) => `/controllers/${segment(id)}/apart`,
  controllerUnmerge: (id: string) => `/controllers/${segment(id)}/unmerge`,
  controllerImports: () => '/controllers/import',
  controllerImport: (id: string, step?: string) =>
    step === undefined ? `/controllers/import/${segment(id)}` : `/controllers/import/${segment(id)}/${segment(step)}`,
  /** POST: how a table is read; `again` reads it anew, else it is compared. */
  controllerImportColumns: (id: string) => `/controllers/import/${segment(id)}/columns`,
  /** POST `what`: check or apply. */
  controllerImportStart: (id: string) => `/controllers/import/${segment(id)}/start`,
  /** POST */
  controllerImportStop: (id: string) => `/controllers/import/${segment(id)}/stop`,
  /** Server-sent progress. */
  controllerImportStream: (id: string) => `/controllers/import/${segment(id)}/stream`,
  /** POST `origin`; the first answer is the confirm page. */
  controllerImportUndo: () => '/controllers/import/undo',
  controllerZones: () => '/controllers/zones',
  /** Whether programs are the approved ones; `state`. */
  controllerIntegrity: (query: Query = {}) => withQuery('/controllers/integrity', query),
  /** POST `action`: approve, confirm, decline, keep. */
  controllerProgram: (id: string) => `/controllers/integrity/${segment(id)}`,
  /** POST multipart: a project file or backup, read for its hash. */
  controllerProjectFile: (id: string) => `/controllers/integrity/${segment(id)}/files`,
  controllerZone: (id: string) => `/controllers/zones/${segment(id)}`,
  /** What advisories say of controllers. */
  controllerFindings: (query: Query = {}) => withQuery('/controllers/findings', query),
  controllerFindingsCsv: () => '/controllers/findings.csv',
  controllerFinding: (id: string) => `/controllers/findings/${segment(id)}`,
  controllerFindingDispute: (id: string) => `/controllers/findings/${segment(id)}/dispute`,
  controllerFindingRetract: (id: string) => `/controllers/findings/${segment(id)}/retract`,
  /** Uncertain matches, as questions. */
  controllerReview: (query: Query = {}) => withQuery('/controllers/review', query),
  /** GET the question, POST `answer`, `reason`, `about` repeated. */
  controllerQuestion: (id: string) => `/controllers/review/${segment(id)}`,
  controllerFamilies: () => '/controllers/families',
  controllerVendors: () => '/controllers/vendors',
  controllerFirmware: () => '/controllers/firmware',
  /** GET the checklist (`controller`, `part`), POST records the handover and answers with the file. */
  controllerFirmwareHand: (sha256: string, query: Query = {}) =>
    withQuery(`/controllers/firmware/${segment(sha256)}`, query),
  /** POST `action` done or drop. */
  controllerHandover: (id: number) => `/controllers/handovers/${id}`,
} as const;

/** The same as patterns. */
export const controllersPatterns: Readonly<Record<keyof typeof controllersPaths, string>> = {
  controllers: '/controllers',
  controllersCsv: '/controllers.csv',
  controllersBulk: '/controllers/bulk',
  controllerNew: '/controllers/new',
  controller: '/controllers/:id{controller-[0-9a-z]+}',
  controllerEdit: '/controllers/:id{controller-[0-9a-z]+}/edit',
  controllerDecide: '/controllers/:id{controller-[0-9a-z]+}/decide',
  controllerMerge: '/controllers/:id{controller-[0-9a-z]+}/merge',
  controllerApart: '/controllers/:id{controller-[0-9a-z]+}/apart',
  controllerUnmerge: '/controllers/:id{controller-[0-9a-z]+}/unmerge',
  controllerImports: '/controllers/import',
  controllerImport: '/controllers/import/:id/:step?',
  controllerImportColumns: '/controllers/import/:id/columns',
  controllerImportStart: '/controllers/import/:id/start',
  controllerImportStop: '/controllers/import/:id/stop',
  controllerImportStream: '/controllers/import/:id/stream',
  controllerImportUndo: '/controllers/import/undo',
  controllerZones: '/controllers/zones',
  controllerIntegrity: '/controllers/integrity',
  controllerProgram: '/controllers/integrity/:id',
  controllerProjectFile: '/controllers/integrity/:id/files',
  controllerZone: '/controllers/zones/:id',
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
};
