import { page } from './page.ts';

/** Questions to devices, files that they gave. */
export const queriesPages = {
  queries: page('/queries', { GET: 'queries:read' }),
  queryNew: page('/queries/new', { GET: 'queries:write', POST: 'queries:write' }),
  query: page('/queries/:id', { GET: 'queries:read' }),
  /** Server-sent events. */
  queryStream: page('/queries/:id/stream', { GET: 'queries:read' }),
  queryCsv: page('/queries/:id/rows.csv', { GET: 'queries:read' }),
  /** POST */
  queryStop: page('/queries/:id/stop', { POST: 'queries:write' }),
  samples: page('/samples', { GET: 'queries:read', POST: 'queries:write' }),
  /** POST `decision` */
  sampleDecide: page('/samples/:id/decide', { POST: 'queries:write' }),
  sampleFile: page('/samples/:id/file', { GET: 'queries:write' }),
} as const;
