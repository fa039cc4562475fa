import { withQuery } from '../list.ts';
import { type Query, segment } from './parts.ts';

/** What devices have: collections, changes, baselines. */
export const inventoryPaths = {
  software: (query: Query = {}) => withQuery('/software', query),
  softwareCsv: () => '/software.csv',
  softwareItem: (item: string | number) => `/software/${segment(String(item))}`,
  inventory: (collection: string, query: Query = {}) => withQuery(`/inventory/${segment(collection)}`, query),
  inventoryCsv: (collection: string) => `/inventory/${segment(collection)}.csv`,
  inventoryItem: (collection: string, item: string | number) =>
    `/inventory/${segment(collection)}/${segment(String(item))}`,
  /** What changed on all devices. */
  changes: (query: Query = {}) => withQuery('/changes', query),
  changesCsv: () => '/changes.csv',
  baselines: () => '/baselines',
  /** GET form (`device` or `group`), POST approves. */
  baselineNew: (query: Query = {}) => withQuery('/baselines/new', query),
  baseline: (id: string) => `/baselines/${segment(id)}`,
  /** GET `collection`, `q`, `device`; POST `remove`, `add`, `comment`: what is expected, entry by entry. */
  baselineEntries: (id: string, query: Query = {}) => withQuery(`/baselines/${segment(id)}/entries`, query),
  baselineReport: (id: string) => `/baselines/${segment(id)}/report`,
  /** POST; the first answer is the confirm page. */
  baselineRemove: (id: string) => `/baselines/${segment(id)}/remove`,
  /** POST `revision` */
  baselineRevert: (id: string) => `/baselines/${segment(id)}/revert`,
  deviations: (query: Query = {}) => withQuery('/deviations', query),
  deviationsCsv: () => '/deviations.csv',
  /** POST: `action` accept or order; `id` repeated or `all`; the first answer is the form. */
  deviationsDecide: () => '/deviations/decide',
} as const;

/** The same as patterns. */
export const inventoryPatterns: Readonly<Record<keyof typeof inventoryPaths, string>> = {
  software: '/software',
  softwareCsv: '/software.csv',
  softwareItem: '/software/:item',
  inventory: '/inventory/:collection',
  inventoryCsv: '/inventory/:file{[a-z0-9-]+\\.csv}',
  inventoryItem: '/inventory/:collection/:item',
  changes: '/changes',
  changesCsv: '/changes.csv',
  baselines: '/baselines',
  baselineNew: '/baselines/new',
  baseline: '/baselines/:id',
  baselineEntries: '/baselines/:id/entries',
  baselineReport: '/baselines/:id/report',
  baselineRemove: '/baselines/:id/remove',
  baselineRevert: '/baselines/:id/revert',
  deviations: '/deviations',
  deviationsCsv: '/deviations.csv',
  deviationsDecide: '/deviations/decide',
};
