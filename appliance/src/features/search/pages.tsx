import { defined } from '@sallyport/bundle-tools/platform/defined';
import { paths } from '@sallyport/ui/paths';
import { Search, type SearchGroup, SearchResults } from '@sallyport/ui/search/search.tsx';
import { type Context, Hono } from 'hono';
import { type Actor, hasRight, type Right } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { signedIn } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { HelpService } from '../help/service.ts';
import type { FoundGroup, SearchService } from './service.ts';

const pagesByName: readonly (readonly [name: string, href: string, right: Right])[] = [
  ['overview', paths.overview(), 'devices:read'],
  ['exchange', paths.exchange(), 'exchange:read'],
  ['devices', paths.devices(), 'devices:read'],
  ['controllers', paths.controllers(), 'devices:read'],
  ['software', paths.software(), 'software:read'],
  ['vulnerabilities', paths.vulnerabilities(), 'vulnerabilities:read'],
  ['updates', paths.updates(), 'updates:read'],
  ['deployments', paths.deployments(), 'deployments:read'],
  ['queries', paths.queries(), 'queries:read'],
  ['events', paths.events(), 'events:read'],
  ['provision', paths.provision(), 'provision:read'],
  ['settings', paths.settings(), 'settings:read'],
];

const hrefOf = (group: FoundGroup['name'], id: string): string => {
  switch (group) {
    case 'devices':
      return paths.device(id);
    case 'controllers':
      return paths.controller(id);
    case 'software':
      return paths.softwareItem(id);
    case 'advisories':
      return paths.finding(id);
    case 'updates':
      return paths.update(id);
    case 'objects':
      return paths.object('group', id);
  }
};

const listOf = (group: FoundGroup['name'], q: string): string => {
  switch (group) {
    case 'devices':
      return paths.devices({ q });
    case 'controllers':
      return paths.controllers({ q });
    case 'software':
      return paths.software({ q });
    case 'advisories':
      return paths.vulnerabilities({ q });
    case 'updates':
      return paths.updates({ q });
    case 'objects':
      return paths.objects('group', { q });
  }
};

/** The results page and the palette: one box for everything. */
export const searchPages = (deps: ConsoleDeps, search: SearchService, help: HelpService): Pages => {
  const groupsFor = (c: Context<ConsoleEnv>, actor: Actor, q: string, perGroup: number): SearchGroup[] => {
    const ctx = viewContext(deps, c, 'part');
    const lower = q.trim().toLowerCase();
    const pages = pagesByName
      .filter(([, , right]) => hasRight(actor, right))
      .map(([name, href]) => ({ title: ctx.tDynamic(`nav.${name}`), href }))
      .filter(({ title }) => lower.length > 1 && title.toLowerCase().includes(lower));
    const found = search.find(actor, q, perGroup).map(({ name, results, total }) => ({
      name,
      results: results.map(({ id, title, context }) => ({
        title,
        href: hrefOf(name, id),
        ...defined({ context }),
      })),
      total,
      href: listOf(name, q),
    }));
    const hits = help.find(ctx.lang, q);
    const chapters = hits.slice(0, perGroup).map(({ chapter, id, title, in: context }) => ({
      title,
      href: `${paths.help(chapter)}#${id}`,
      ...(context === title ? {} : { context }),
    }));
    return [
      ...found,
      ...(pages.length === 0
        ? []
        : [{ name: 'pages', results: pages, total: pages.length, href: paths.search({ q }) }]),
      ...(hits.length === 0
        ? []
        : [{ name: 'help', results: chapters, total: hits.length, href: paths.search({ q }) }]),
    ];
  };

  const asked = (c: Context<ConsoleEnv>): string => {
    const q = c.req.query('q') ?? '';
    if (q.length > 200) throw new AppError('MALFORMED', 'the search text is too long');
    return q;
  };

  return new Hono<ConsoleEnv>()
    .get(paths.searchPalette.pattern, (c) => {
      const { actor } = signedIn(c);
      const q = asked(c);
      return c.html(<SearchResults ctx={viewContext(deps, c, 'part')} q={q} groups={groupsFor(c, actor, q, 5)} />);
    })
    .get(paths.search.pattern, (c) => {
      const { actor } = signedIn(c);
      const q = asked(c);
      return c.html(<Search ctx={viewContext(deps, c)} q={q} groups={groupsFor(c, actor, q, 20)} />);
    });
};
