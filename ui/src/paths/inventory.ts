import { page } from './page.ts';

/** What devices have: collections, changes, baselines. */
export const inventoryPages = {
  software: page('/software', { GET: 'software:read' }),
  softwareCsv: page('/software.csv', { GET: 'software:read' }),
  softwareItem: page('/software/:item', { GET: 'software:read' }),
  inventory: page('/inventory/:collection', { GET: 'collection:read' }),
  inventoryCsv: page('/inventory/:file{[a-z0-9-]+\\.csv}', { GET: 'collection:read' }),
  inventoryItem: page('/inventory/:collection/:item', { GET: 'collection:read' }),
  /** What changed on all devices. */
  changes: page('/changes', { GET: 'devices:read' }),
  changesCsv: page('/changes.csv', { GET: 'devices:read' }),
  baselines: page('/baselines', { GET: 'devices:read' }),
  /** GET form (`device` or `group`), POST approves. */
  baselineNew: page('/baselines/new', { GET: 'devices:write', POST: 'devices:write' }),
  baseline: page('/baselines/:id', { GET: 'devices:read' }),
  /** GET `collection`, `q`, `device`; POST `remove`, `add`, `comment`: what is expected, entry by entry. */
  baselineEntries: page('/baselines/:id/entries', { GET: 'devices:write', POST: 'devices:write' }),
  baselineReport: page('/baselines/:id/report', { GET: 'devices:read' }),
  /** POST; the first answer is the confirm page. */
  baselineRemove: page('/baselines/:id/remove', { POST: 'devices:write' }),
  /** POST `revision` */
  baselineRevert: page('/baselines/:id/revert', { POST: 'devices:write' }),
  deviations: page('/deviations', { GET: 'devices:read' }),
  deviationsCsv: page('/deviations.csv', { GET: 'devices:read' }),
  /** POST: `action` accept or order; `id` repeated or `all`; the first answer is the form. */
  deviationsDecide: page('/deviations/decide', { POST: 'devices:write' }),
} as const;
