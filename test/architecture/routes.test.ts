import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryPoints } from '../../appliance/src/console.ts';
import { entryParts } from '../../appliance/src/entry-parts.ts';
import { messagePaths, oauthPaths } from '../../appliance/src/features/agents/glpi/addresses.ts';
import { placesOf } from '../../appliance/src/features/search/places.ts';
import { describeApi } from '../../appliance/src/server/api/app.ts';
import type { ApiRoute } from '../../appliance/src/server/api/route.ts';
import { apiPrefix } from '../../appliance/src/server/api/types.ts';
import { needsByRoute, routeKey } from '../../appliance/src/server/console/route-needs.ts';
import { type Console, openConsole } from '../../appliance/test/support/console.ts';
import { mountedRoutes } from '../../appliance/test/support/mounted-routes.ts';
import { allKeys, isNamed, notWalked } from '../e2e/console-pages.ts';
import { repositoryRoot } from '../support/sources.ts';

// What is mounted and what is declared are the same. rights.test.ts calls each of them with and without its right.

let site: Console;
let routes: { method: string; path: string }[] = [];
let api: readonly ApiRoute[] = [];

beforeAll(async () => {
  site = await openConsole();
  routes = mountedRoutes(site.appliance);
  api = describeApi(entryParts(site.appliance)).routes;
});
afterAll(() => site.close());

/** Pages that name a thing in their parameters, that are of a session, files, and the box itself. */
const notLookedFor = new Set([
  'login',
  'meAgain',
  'deviceCompare',
  'planNew',
  'deploymentNew',
  'search',
  'searchPalette',
]);
const isFile = (pattern: string): boolean => /\.csv$|\/file$|\/text$/.test(pattern);

describe('the table of routes', () => {
  it('has each route at one door, and names those that are open to everybody', () => {
    const needs = needsByRoute();
    const apiKeys = new Set(
      api.map((route) => `${route.method.toUpperCase()} ${apiPrefix}${route.path.replace(/\{(\w+)\}/g, ':$1')}`),
    ); // prettier-ignore
    const open: string[] = [];
    const unknown: string[] = [];
    for (const key of new Set(routes.map(routeKey))) {
      const need = needs.get(key)?.need;
      if (need === 'open') open.push(key);
      else if (need === undefined && !apiKeys.has(key)) unknown.push(key);
    }
    // Behind the token in the path, under each address that agents may hold.
    const messages = messagePaths.flatMap((path) => [`GET ${path}`, `POST ${path}`]);
    const tokens = oauthPaths.map((path) => `POST ${path}`);
    expect(messages.length + tokens.length).toBe(27);
    expect(unknown.filter((key) => messages.includes(key) || tokens.includes(key))).toHaveLength(27);
    expect(unknown.filter((key) => !messages.includes(key) && !tokens.includes(key)).sort()).toEqual([
      // Behind the token in the path, too.
      'GET /a/:token/collect/:remote',
      'GET /a/:token/deploy/:remote',
      'GET /a/:token/deploy/:remote/parts/:first/:second/:sha512',
      // Without a certificate only these two answer; the rest of that door is asked below.
      'GET /api/agent/v1/objects/sha256/:hex',
      'GET /api/agent/v1/site',
      'GET /api/agent/v1/trust/:name',
      'GET /api/v1/openapi.json',
      // Files of the console itself, by the hash in their name.
      'GET /assets/:name{.+}',
      'GET /healthz',
      // Behind the token that the API asks for.
      'GET /metrics',
      // Names and codes, no details.
      'GET /readyz',
      'POST /a/:token/collect/:remote',
      'POST /api/agent/v1/check-in',
      'POST /api/agent/v1/enrol',
      'POST /api/agent/v1/events',
      'POST /api/agent/v1/renew',
      'POST /api/agent/v1/sections',
      'POST /api/agent/v1/tasks/:id/connection-permit',
      'POST /api/agent/v1/tasks/:id/permit',
      'POST /api/agent/v1/tasks/:id/result',
      // Behind the secret and the node key.
      'POST /api/osquery/carve/begin',
      'POST /api/osquery/carve/block',
      'POST /api/osquery/config',
      'POST /api/osquery/distributed/read',
      'POST /api/osquery/distributed/write',
      'POST /api/osquery/enroll',
      'POST /api/osquery/log',
      'PUT /api/agent/v1/sections/:collection',
    ]);
    expect(open.sort()).toEqual([
      'GET /first/:token',
      'GET /login',
      'POST /first/:token',
      'POST /login',
      'POST /logout',
      'POST /preferences',
    ]);
  });

  it('declares nothing that is not there', () => {
    const mounted = new Set(entryPoints(site.appliance).console.routes.map(routeKey));
    expect([...needsByRoute().keys()].filter((key) => !mounted.has(key))).toEqual([]);
  });

  it('has each page in the walk over all pages, or among those that other tests have', () => {
    const walk = readFileSync(join(repositoryRoot, 'test/e2e/console-pages.ts'), 'utf8');
    const isListed = (key: string): boolean => new RegExp(`\\bat\\(\\s*'${key}'`).test(walk);
    const isWalked = (key: (typeof allKeys)[number]): boolean =>
      isListed(key) || (!isNamed(key) && !notWalked.has(key));
    expect(
      allKeys.filter((key) => isWalked(key) === notWalked.has(key)),
      "addresses that name a thing: list each with at('…', a path) in test/e2e/console-pages.ts, or in notWalked there",
    ).toEqual([]);
    expect(
      [...notWalked].filter((key) => !allKeys.includes(key)),
      'what is no page needs no place in notWalked',
    ).toEqual([]);
  });

  it('has every page that can be opened without naming a thing among what is found by its name', () => {
    const openable = Object.entries(paths)
      .filter(([, { pattern, needs }]) => 'GET' in needs && !pattern.includes(':') && !isFile(pattern))
      .filter(([name]) => !notLookedFor.has(name));
    const found = new Set(placesOf(entryParts(site.appliance)).map(({ href }) => href));
    const lost = openable.filter(([, { pattern }]) => !found.has(pattern)).map(([name]) => name);
    expect(lost, 'pages that neither ui/src/frame/navigation.ts nor ui/src/search/place-names.ts names').toEqual([]);
  });
});
