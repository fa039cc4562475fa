import { page } from './page.ts';

/** What administrators decide, settings included. */
export const objectsPages = {
  settings: page('/settings', { bound: 'site', GET: 'settings:read', POST: 'settings:write' }),
  /** POST `setting` and `action`: approve or refuse what waits for a second person. */
  settingDecide: page('/settings/decide', { bound: 'site', decides: true, POST: 'safety:write' }),
  objects: page('/objects/:kind', { bound: 'named', GET: 'kind:read' }),
  objectNew: page('/objects/:kind/new', { bound: 'named', GET: 'kind:write', POST: 'kind:write' }),
  object: page('/objects/:kind/:id', { bound: 'named', GET: 'kind:read', POST: 'kind:write' }),
  objectRevisions: page('/objects/:kind/:id/revisions', { bound: 'named', GET: 'kind:read' }),
  /** POST `revision` */
  objectRevert: page('/objects/:kind/:id/revert', { bound: 'named', POST: 'kind:write' }),
  /** POST; the first answer is the confirm page. */
  objectDelete: page('/objects/:kind/:id/delete', { bound: 'named', POST: 'kind:write' }),
  /** POST */
  objectRestore: page('/objects/:kind/:id/restore', { bound: 'named', POST: 'kind:write' }),
  /** POST `action`: approve or refuse what waits for a second person, vouch for an account. */
  objectDecide: page('/objects/:kind/:id/decide', { bound: 'named', decides: true, POST: 'accounts:write' }),
  // Of each kind that the person may read.
  deleted: page('/deleted', { bound: 'named', GET: 'person' }),
} as const;
