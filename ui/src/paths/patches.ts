import { ofZone, page } from './page.ts';

/** Patches of controllers: the process, windows, compensating controls, evidence. */
export const patchesPages = {
  /** Patches of controllers: `state`, `overdue`. */
  patches: page('/controllers/patches', { ...ofZone, GET: 'controllers:read' }),
  /** GET form, POST creates. */
  patchNew: page('/controllers/patches/new', { bound: 'zone', GET: 'controllers:write', POST: 'controllers:write' }),
  patch: page('/controllers/patches/:id', { ...ofZone, GET: 'controllers:read' }),
  /** GET form of a move (`to`), POST asks for it. */
  patchMove: page('/controllers/patches/:id/move', {
    bound: 'zone',
    GET: 'controllers:write',
    POST: 'controllers:write',
  }),
  /** POST `request`, `agrees`, `comment` */
  patchSign: page('/controllers/patches/:id/sign', { bound: 'zone', decides: true, POST: 'controllers:write' }),
  /** POST `clock`, `until`, `reason` */
  patchExtend: page('/controllers/patches/:id/extend', { bound: 'zone', POST: 'controllers:write' }),
  /** POST `targetVersion`, `sha256`, `vulnerabilities` */
  patchDescribe: page('/controllers/patches/:id/describe', { bound: 'zone', POST: 'controllers:write' }),
  /** POST `controller`, `wanted` */
  patchTarget: page('/controllers/patches/:id/controllers', { bound: 'zone', POST: 'controllers:write' }),
  /** The checklist of one controller; POST answers it. */
  patchCheck: page('/controllers/patches/:id/check/:controller', {
    ...ofZone,
    GET: 'controllers:read',
    POST: 'controllers:write',
  }),
  /** GET form, POST multipart: a vendor's list; answers with what it would do. */
  approvals: page('/controllers/approvals', {
    bound: 'site',
    GET: 'controllers:read',
    POST: 'controllers:write',
    upload: true,
  }),
  /** POST `draft`, `preset`, `name` */
  approvalsApply: page('/controllers/approvals/apply', { bound: 'site', POST: 'controllers:write' }),
  /** POST `import` */
  approvalsUndo: page('/controllers/approvals/undo', { bound: 'site', POST: 'controllers:write' }),
  windows: page('/calendar', { ...ofZone, GET: 'controllers:read' }),
  /** GET form (`window`, `from`), POST creates. */
  planNew: page('/calendar/plans/new', { bound: 'zone', GET: 'controllers:write', POST: 'controllers:write' }),
  plan: page('/calendar/plans/:id', { ...ofZone, GET: 'controllers:read' }),
  measures: page('/exceptions', { bound: 'zone', GET: 'controllers:read' }),
  /** Accepted risks, as a file or to be printed. */
  measuresCsv: page('/exceptions.csv', { bound: 'zone', GET: 'controllers:read' }),
  /** POST `id` */
  measureApprove: page('/exceptions/approve', { bound: 'zone', decides: true, POST: 'controllers:write' }),
  /** POST multipart: a file of evidence. */
  measureAttach: page('/exceptions/files', { bound: 'zone', POST: 'controllers:write', upload: true }),
  measureFile: page('/exceptions/files/:sha256', { bound: 'zone', GET: 'controllers:read' }),
  /** GET list, POST `from`, `to`, `lang` asks for a pack. */
  evidence: page('/reports', { bound: 'zone', GET: 'controllers:read', POST: 'controllers:write' }),
  /** `json`, `pdf`, `signature` */
  evidenceFile: page('/reports/:id/:file', { bound: 'zone', GET: 'controllers:read' }),
} as const;
