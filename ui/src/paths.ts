import { controllersPages } from './paths/controllers.ts';
import { devicesPages } from './paths/devices.ts';
import { discoveryPages } from './paths/discovery.ts';
import { exchangePages } from './paths/exchange.ts';
import { identificationPages } from './paths/identification.ts';
import { inventoryPages } from './paths/inventory.ts';
import { objectsPages } from './paths/objects.ts';
import { page } from './paths/page.ts';
import { patchesPages } from './paths/patches.ts';
import { provisionPages } from './paths/provision.ts';
import { queriesPages } from './paths/queries.ts';
import { sessionPages } from './paths/session.ts';
import { updatesPages } from './paths/updates.ts';

/** Every address of the console, by area in the folder beside: `paths.device(id)` is a link, `.pattern` and `.needs` are the router's and the guard's. */
export const paths = {
  // Of each kind of work that the person may see.
  work: page('/', { bound: 'owner', GET: 'person' }),
  /** One item. POST: `action` assign, later or back. */
  workItem: page('/work/:item', { bound: 'owner', GET: 'person', POST: 'work:write' }),
  // Of each act whose kind the person may read.
  waiting: page('/waiting', { bound: 'owner', GET: 'person' }),
  /** `days`: of the last so many. Of each statistic that the person may see. */
  trends: page('/trends', { bound: 'owner', GET: 'person' }),
  announcements: page('/announcements', { bound: 'catalog', GET: 'person' }),
  /** POST: the reader has read it. */
  announcementRead: page('/announcements/:id/read', { bound: 'owner', POST: 'person' }),
  /** Receivers of events. POST: a line to try one, `id`. */
  /** POST `id`, `gap`: writes what a reader of event files lacks again. */
  receiversAgain: page('/receivers/again', { bound: 'site', POST: 'settings:write' }),
  /** POST `action`: approve or refuse that events are written to a folder. */
  eventFilesDecide: page('/event-files/:id/decide', { bound: 'site', decides: true, POST: 'settings:write' }),
  receivers: page('/receivers', { bound: 'site', GET: 'settings:read', POST: 'settings:write' }),
  /** What the reader is told of. POST `do`: read with `id`, read-all. */
  notifications: page('/notifications', { bound: 'owner', GET: 'person', POST: 'person' }),
  ...sessionPages,
  ...devicesPages,
  ...controllersPages,
  ...patchesPages,
  ...identificationPages,
  ...inventoryPages,
  ...updatesPages,
  ...queriesPages,
  ...exchangePages,
  ...discoveryPages,
  ...provisionPages,
  ...objectsPages,
  events: page('/events', { bound: 'device', scoped: true, GET: 'events:read' }),
  eventsCsv: page('/events.csv', { bound: 'device', scoped: true, GET: 'events:read' }),
  search: page('/search', { bound: 'device', GET: 'person' }),
  /** Fragment of results for the palette. */
  searchPalette: page('/search/palette', { bound: 'device', GET: 'person' }),
  /** The pages of the console by name; nothing of the site. */
  helpPages: page('/help/pages', { bound: 'catalog', GET: 'person' }),
  /** The contents, or a chapter; nothing of the site. */
  help: page('/help/:chapter?', { bound: 'catalog', GET: 'person' }),
  // The document says what can be asked, nothing of the site.
  api: page('/api', { bound: 'catalog', GET: 'person' }),
  /** The calls of an area: `call` is open. POST `call` and `with-NAME`: tries one that reads. */
  apiArea: page('/api/:area', { bound: 'catalog', GET: 'person', POST: 'person' }),
} as const;

/** The document of the API; the API's own. */
export const apiDocumentPath = '/api/v1/openapi.json';
