import { withQuery } from './list.ts';
import { controllersPaths, controllersPatterns } from './paths/controllers.ts';
import { devicesPaths, devicesPatterns } from './paths/devices.ts';
import { discoveryPaths, discoveryPatterns } from './paths/discovery.ts';
import { exchangePaths, exchangePatterns } from './paths/exchange.ts';
import { identificationPaths, identificationPatterns } from './paths/identification.ts';
import { inventoryPaths, inventoryPatterns } from './paths/inventory.ts';
import { objectsPaths, objectsPatterns } from './paths/objects.ts';
import type { Query } from './paths/parts.ts';
import { patchesPaths, patchesPatterns } from './paths/patches.ts';
import { provisionPaths, provisionPatterns } from './paths/provision.ts';
import { queriesPaths, queriesPatterns } from './paths/queries.ts';
import { sessionPaths, sessionPatterns } from './paths/session.ts';
import { updatesPaths, updatesPatterns } from './paths/updates.ts';

// Every URL of the console, by area in the folder beside. Routes mount what is here, views link to what is here.

/** Builders of links; parameters are encoded. */
export const paths = {
  overview: () => '/',
  /** What waits for a second person. */
  waiting: () => '/waiting',
  ...sessionPaths,
  ...devicesPaths,
  ...controllersPaths,
  ...patchesPaths,
  ...identificationPaths,
  ...inventoryPaths,
  ...updatesPaths,
  ...queriesPaths,
  ...exchangePaths,
  ...discoveryPaths,
  ...provisionPaths,
  ...objectsPaths,
  events: (query: Query = {}) => withQuery('/events', query),
  eventsCsv: () => '/events.csv',
  search: (q?: string) => withQuery('/search', { q }),
  /** Fragment of results for the palette. */
  searchPalette: () => '/search/palette',
  api: () => '/api',
  apiDocument: () => '/api/v1/openapi.json',
} as const;

/** The same as patterns, for mounting routes and for the test that lists every URL. */
export const routePatterns: Readonly<Record<keyof typeof paths, string>> = {
  overview: '/',
  waiting: '/waiting',
  ...sessionPatterns,
  ...devicesPatterns,
  ...controllersPatterns,
  ...patchesPatterns,
  ...identificationPatterns,
  ...inventoryPatterns,
  ...updatesPatterns,
  ...queriesPatterns,
  ...exchangePatterns,
  ...discoveryPatterns,
  ...provisionPatterns,
  ...objectsPatterns,
  events: '/events',
  eventsCsv: '/events.csv',
  search: '/search',
  searchPalette: '/search/palette',
  api: '/api',
  apiDocument: '/api/v1/openapi.json',
};
