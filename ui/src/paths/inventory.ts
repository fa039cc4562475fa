import { ofDevice, page } from './page.ts';

/** What devices have: collections, changes, baselines. */
export const inventoryPages = {
  software: page('/software', { ...ofDevice, GET: 'software:read' }),
  softwareCsv: page('/software.csv', { ...ofDevice, GET: 'software:read' }),
  softwareItem: page('/software/:item', { ...ofDevice, GET: 'software:read' }),
  inventory: page('/inventory/:collection', { bound: 'named', GET: 'collection:read' }),
  inventoryCsv: page('/inventory/:file{[a-z0-9-]+\\.csv}', { bound: 'named', GET: 'collection:read' }),
  inventoryItem: page('/inventory/:collection/:item', { bound: 'named', GET: 'collection:read' }),
  /** What changed on all devices. */
  changes: page('/changes', { ...ofDevice, GET: 'devices:read' }),
  changesCsv: page('/changes.csv', { ...ofDevice, GET: 'devices:read' }),
  baselines: page('/baselines', { bound: 'group', GET: 'devices:read' }),
  /** GET form (`device` or `group`), POST approves. */
  baselineNew: page('/baselines/new', { bound: 'group', GET: 'devices:write', POST: 'devices:write' }),
  baseline: page('/baselines/:id', { bound: 'group', GET: 'devices:read' }),
  /** GET `collection`, `q`, `device`; POST `remove`, `add`, `comment`: what is expected, entry by entry. */
  baselineEntries: page('/baselines/:id/entries', { bound: 'group', GET: 'devices:write', POST: 'devices:write' }),
  baselineReport: page('/baselines/:id/report', { bound: 'group', GET: 'devices:read' }),
  /** POST; the first answer is the confirm page. */
  baselineRemove: page('/baselines/:id/remove', { bound: 'group', POST: 'devices:write' }),
  /** POST `revision` */
  baselineRevert: page('/baselines/:id/revert', { bound: 'group', POST: 'devices:write' }),
  deviations: page('/deviations', { ...ofDevice, GET: 'devices:read' }),
  deviationsCsv: page('/deviations.csv', { ...ofDevice, GET: 'devices:read' }),
  /** POST: `action` accept or order; `id` repeated or `all`; the first answer is the form. */
  deviationsDecide: page('/deviations/decide', { ...ofDevice, POST: 'devices:write' }),
} as const;
