import { withQuery } from '../list.ts';
import { type Query, segment } from './parts.ts';

/** What administrators decide, settings included. */
export const objectsPaths = {
  settings: (area?: string) => withQuery('/settings', { area }),
  /** POST `setting` and `action`: approve or refuse what waits for a second person. */
  settingDecide: () => '/settings/decide',
  objects: (kind: string, query: Query = {}) => withQuery(`/objects/${segment(kind)}`, query),
  objectNew: (kind: string, query: Query = {}) => withQuery(`/objects/${segment(kind)}/new`, query),
  object: (kind: string, id: string) => `/objects/${segment(kind)}/${segment(id)}`,
  objectRevisions: (kind: string, id: string, query: Query = {}) =>
    withQuery(`/objects/${segment(kind)}/${segment(id)}/revisions`, query),
  /** POST `revision` */
  objectRevert: (kind: string, id: string) => `/objects/${segment(kind)}/${segment(id)}/revert`,
  /** POST; the first answer is the confirm page. */
  objectDelete: (kind: string, id: string) => `/objects/${segment(kind)}/${segment(id)}/delete`,
  /** POST */
  objectRestore: (kind: string, id: string) => `/objects/${segment(kind)}/${segment(id)}/restore`,
  /** POST `action`: approve or refuse what waits for a second person, vouch for an account. */
  objectDecide: (kind: string, id: string) => `/objects/${segment(kind)}/${segment(id)}/decide`,
  deleted: (kind?: string) => withQuery('/deleted', { kind }),
} as const;

/** The same as patterns. */
export const objectsPatterns: Readonly<Record<keyof typeof objectsPaths, string>> = {
  settings: '/settings',
  settingDecide: '/settings/decide',
  objects: '/objects/:kind',
  objectNew: '/objects/:kind/new',
  object: '/objects/:kind/:id',
  objectRevisions: '/objects/:kind/:id/revisions',
  objectRevert: '/objects/:kind/:id/revert',
  objectDelete: '/objects/:kind/:id/delete',
  objectRestore: '/objects/:kind/:id/restore',
  objectDecide: '/objects/:kind/:id/decide',
  deleted: '/deleted',
};
