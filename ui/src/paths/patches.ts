import { page } from './page.ts';

/** Patches of controllers: the process, windows, compensating controls, evidence. */
export const patchesPages = {
  /** Patches of controllers: `state`, `overdue`. */
  patches: page('/controllers/patches', { GET: 'devices:read' }),
  /** GET form, POST creates. */
  patchNew: page('/controllers/patches/new', { GET: 'devices:write', POST: 'devices:write' }),
  patch: page('/controllers/patches/:id', { GET: 'devices:read' }),
  /** GET form of a move (`to`), POST asks for it. */
  patchMove: page('/controllers/patches/:id/move', { GET: 'devices:write', POST: 'devices:write' }),
  /** POST `request`, `agrees`, `comment` */
  patchSign: page('/controllers/patches/:id/sign', { POST: 'devices:write' }),
  /** POST `clock`, `until`, `reason` */
  patchExtend: page('/controllers/patches/:id/extend', { POST: 'devices:write' }),
  /** POST `targetVersion`, `sha256`, `vulnerabilities` */
  patchDescribe: page('/controllers/patches/:id/describe', { POST: 'devices:write' }),
  /** POST `controller`, `wanted` */
  patchTarget: page('/controllers/patches/:id/controllers', { POST: 'devices:write' }),
  /** The checklist of one controller; POST answers it. */
  patchCheck: page('/controllers/patches/:id/check/:controller', { GET: 'devices:read', POST: 'devices:write' }),
  /** GET form, POST multipart: a vendor's list; answers with what it would do. */
  approvals: page('/controllers/approvals', { GET: 'devices:read', POST: 'devices:write', upload: true }),
  /** POST `draft`, `preset`, `name` */
  approvalsApply: page('/controllers/approvals/apply', { POST: 'devices:write' }),
  /** POST `import` */
  approvalsUndo: page('/controllers/approvals/undo', { POST: 'devices:write' }),
  windows: page('/controllers/windows', { GET: 'devices:read' }),
  /** GET form (`window`, `from`), POST creates. */
  planNew: page('/controllers/plans/new', { GET: 'devices:write', POST: 'devices:write' }),
  plan: page('/controllers/plans/:id', { GET: 'devices:read' }),
  measures: page('/controllers/measures', { GET: 'devices:read' }),
  /** POST `id` */
  measureApprove: page('/controllers/measures/approve', { POST: 'devices:write' }),
  /** POST multipart: a file of evidence. */
  measureAttach: page('/controllers/measures/files', { POST: 'devices:write', upload: true }),
  measureFile: page('/controllers/measures/files/:sha256', { GET: 'devices:read' }),
  /** GET list, POST `from`, `to`, `lang` asks for a pack. */
  evidence: page('/controllers/evidence', { GET: 'devices:read', POST: 'devices:write' }),
  /** `json`, `pdf`, `signature` */
  evidenceFile: page('/controllers/evidence/:id/:file', { GET: 'devices:read' }),
} as const;
