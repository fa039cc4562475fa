import { page } from './page.ts';

/** Devices that were found, by how. */
export const discoveryPages = {
  discovery: page('/discovery', { bound: 'site', GET: 'devices:read' }),
  discoveryDirectories: page('/discovery/directories', { bound: 'site', GET: 'devices:read' }),
  /** POST: `action` test, poll or stop. */
  discoveryDirectory: page('/discovery/directories/:id', { bound: 'site', POST: 'devices:write' }),
  /** POST multipart: an LDIF file (`file`) of the directory `source`. */
  discoveryImport: page('/discovery/import', { bound: 'site', POST: 'devices:write', upload: true }),
  discoveryRanges: page('/discovery/ranges', { bound: 'site', GET: 'devices:read' }),
  /** What would be sent; POST: `action` confirm, scan or stop. */
  discoveryRange: page('/discovery/ranges/:id', {
    bound: 'site',
    GET: 'devices:read',
    decides: true,
    POST: 'devices:write',
  }),
  /** Addresses that left the records and stay forbidden; POST `address` (several), `within`, `reason`: asks for their release. */
  discoveryProtected: page('/discovery/protected', {
    bound: 'site',
    GET: 'controllers:read',
    POST: 'controllers:write',
  }),
  /** POST `request`, `digest`, `action` approve or refuse. */
  discoveryProtectedDecide: page('/discovery/protected/decide', {
    bound: 'site',
    decides: true,
    POST: 'controllers:write',
  }),
} as const;
