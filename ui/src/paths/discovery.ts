import { withQuery } from '../list.ts';
import { type Query, segment } from './parts.ts';

/** Devices that were found, by how. */
export const discoveryPaths = {
  discovery: (query: Query = {}) => withQuery('/discovery', query),
  discoveryDirectories: () => '/discovery/directories',
  /** POST: `action` test, poll or stop. */
  discoveryDirectory: (id: string) => `/discovery/directories/${segment(id)}`,
  /** POST multipart: an LDIF file (`file`) of the directory `source`. */
  discoveryImport: () => '/discovery/import',
  discoveryRanges: () => '/discovery/ranges',
  /** What would be sent; POST: `action` confirm, scan or stop. */
  discoveryRange: (id: string) => `/discovery/ranges/${segment(id)}`,
} as const;

/** The same as patterns. */
export const discoveryPatterns: Readonly<Record<keyof typeof discoveryPaths, string>> = {
  discovery: '/discovery',
  discoveryDirectories: '/discovery/directories',
  discoveryDirectory: '/discovery/directories/:id',
  discoveryImport: '/discovery/import',
  discoveryRanges: '/discovery/ranges',
  discoveryRange: '/discovery/ranges/:id',
};
