import { withQuery } from '../list.ts';
import { type Query, segment } from './parts.ts';

/** Questions to devices, files that they gave. */
export const queriesPaths = {
  queries: () => '/queries',
  queryNew: (query: Query = {}) => withQuery('/queries/new', query),
  query: (id: string, query: Query = {}) => withQuery(`/queries/${segment(id)}`, query),
  /** Server-sent events. */
  queryStream: (id: string) => `/queries/${segment(id)}/stream`,
  queryCsv: (id: string) => `/queries/${segment(id)}/rows.csv`,
  /** POST */
  queryStop: (id: string) => `/queries/${segment(id)}/stop`,
  samples: (query: Query = {}) => withQuery('/samples', query),
  /** POST `decision` */
  sampleDecide: (id: string) => `/samples/${segment(id)}/decide`,
  sampleFile: (id: string) => `/samples/${segment(id)}/file`,
} as const;

/** The same as patterns. */
export const queriesPatterns: Readonly<Record<keyof typeof queriesPaths, string>> = {
  queries: '/queries',
  queryNew: '/queries/new',
  query: '/queries/:id',
  queryStream: '/queries/:id/stream',
  queryCsv: '/queries/:id/rows.csv',
  queryStop: '/queries/:id/stop',
  samples: '/samples',
  sampleDecide: '/samples/:id/decide',
  sampleFile: '/samples/:id/file',
};
