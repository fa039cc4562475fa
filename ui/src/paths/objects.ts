import { page } from './page.ts';

/** What administrators decide, settings included. */
export const objectsPages = {
  settings: page('/settings', { GET: 'settings:read', POST: 'settings:write' }),
  /** POST `setting` and `action`: approve or refuse what waits for a second person. */
  settingDecide: page('/settings/decide', { POST: 'safety:write' }),
  objects: page('/objects/:kind', { GET: 'kind:read' }),
  objectNew: page('/objects/:kind/new', { GET: 'kind:write', POST: 'kind:write' }),
  object: page('/objects/:kind/:id', { GET: 'kind:read', POST: 'kind:write' }),
  objectRevisions: page('/objects/:kind/:id/revisions', { GET: 'kind:read' }),
  /** POST `revision` */
  objectRevert: page('/objects/:kind/:id/revert', { POST: 'kind:write' }),
  /** POST; the first answer is the confirm page. */
  objectDelete: page('/objects/:kind/:id/delete', { POST: 'kind:write' }),
  /** POST */
  objectRestore: page('/objects/:kind/:id/restore', { POST: 'kind:write' }),
  /** POST `action`: approve or refuse what waits for a second person, vouch for an account. */
  objectDecide: page('/objects/:kind/:id/decide', { POST: 'accounts:write' }),
  // Of each kind that the person may read.
  deleted: page('/deleted', { GET: 'person' }),
} as const;
