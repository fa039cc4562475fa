import { page } from './page.ts';

/** Questions to devices, files that they gave. */
export const queriesPages = {
  queries: page('/queries', { bound: 'device', scoped: true, GET: 'queries:read' }),
  queryNew: page('/queries/new', { bound: 'device', scoped: true, GET: 'queries:write', POST: 'queries:write' }),
  query: page('/queries/:id', { bound: 'device', scoped: true, GET: 'queries:read' }),
  /** Server-sent events. */
  queryStream: page('/queries/:id/stream', { bound: 'device', scoped: true, GET: 'queries:read' }),
  queryCsv: page('/queries/:id/rows.csv', { bound: 'device', scoped: true, GET: 'queries:read' }),
  /** POST */
  queryStop: page('/queries/:id/stop', { bound: 'device', scoped: true, POST: 'queries:write' }),
  samples: page('/samples', { bound: 'device', scoped: true, GET: 'queries:read', POST: 'queries:write' }),
  /** POST `decision` */
  sampleDecide: page('/samples/:id/decide', { bound: 'device', scoped: true, decides: true, POST: 'queries:write' }),
  sampleFile: page('/samples/:id/file', { bound: 'device', scoped: true, GET: 'queries:write' }),
} as const;
