import { withQuery } from '../list.ts';
import { type Query, segment } from './parts.ts';

/** Patches of controllers: the process, windows, measures, evidence. */
export const patchesPaths = {
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
  /** POST `controller`, `wanted` */
  patchTarget: (id: number) => `/controllers/patches/${id}/controllers`,
  /** The checklist of one controller; POST answers it. */
  patchCheck: (id: number, controller: string) => `/controllers/patches/${id}/check/${segment(controller)}`,
  /** GET form, POST multipart: a vendor's list; answers with what it would do. */
  approvals: () => '/controllers/approvals',
  /** POST `draft`, `preset`, `name` */
  approvalsApply: () => '/controllers/approvals/apply',
  /** POST `import` */
  approvalsUndo: () => '/controllers/approvals/undo',
  windows: () => '/controllers/windows',
  /** GET form (`window`, `from`), POST creates. */
  planNew: (query: Query = {}) => withQuery('/controllers/plans/new', query),
  plan: (id: string) => `/controllers/plans/${segment(id)}`,
  measures: () => '/controllers/measures',
  /** POST `id` */
  measureApprove: () => '/controllers/measures/approve',
  /** POST multipart: a file of evidence. */
  measureAttach: () => '/controllers/measures/files',
  measureFile: (sha256: string) => `/controllers/measures/files/${segment(sha256)}`,
  /** GET list, POST `from`, `to`, `lang` asks for a pack. */
  evidence: () => '/controllers/evidence',
  /** `json`, `pdf`, `signature` */
  evidenceFile: (id: number, file: string) => `/controllers/evidence/${id}/${segment(file)}`,
} as const;

/** The same as patterns. */
export const patchesPatterns: Readonly<Record<keyof typeof patchesPaths, string>> = {
  patches: '/controllers/patches',
  patchNew: '/controllers/patches/new',
  patch: '/controllers/patches/:id',
  patchMove: '/controllers/patches/:id/move',
  patchSign: '/controllers/patches/:id/sign',
  patchExtend: '/controllers/patches/:id/extend',
  patchDescribe: '/controllers/patches/:id/describe',
  patchTarget: '/controllers/patches/:id/controllers',
  patchCheck: '/controllers/patches/:id/check/:controller',
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
};
