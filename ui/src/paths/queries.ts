import { ofDevice, page } from './page.ts';

/** Questions to devices, files that they gave. */
export const queriesPages = {
  queries: page('/queries', { ...ofDevice, GET: 'queries:read' }),
  queryNew: page('/queries/new', { ...ofDevice, GET: 'queries:write', POST: 'queries:write' }),
  query: page('/queries/:id', { ...ofDevice, GET: 'queries:read' }),
  /** Server-sent events. */
  queryStream: page('/queries/:id/stream', { ...ofDevice, GET: 'queries:read' }),
  queryCsv: page('/queries/:id/rows.csv', { ...ofDevice, GET: 'queries:read' }),
  /** POST */
  queryStop: page('/queries/:id/stop', { ...ofDevice, POST: 'queries:write' }),
  samples: page('/samples', { ...ofDevice, GET: 'queries:read', POST: 'queries:write' }),
  /** POST `decision` */
  sampleDecide: page('/samples/:id/decide', { ...ofDevice, decides: true, POST: 'queries:write' }),
  sampleFile: page('/samples/:id/file', { ...ofDevice, GET: 'queries:write' }),
} as const;
