import { defined } from '@sallyport/bundle-tools/platform/defined';
import { once } from '@sallyport/bundle-tools/platform/once';
import { toPanel } from '@sallyport/ui/anchors';
import { WithCtx } from '@sallyport/ui/context';
import { AllPages } from '@sallyport/ui/help/all-pages.tsx';
import { paths } from '@sallyport/ui/paths';
import { Search, type SearchGroup, SearchResults } from '@sallyport/ui/search/search.tsx';
import { type Context, Hono } from 'hono';
import type { Actor } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { signedIn } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { HelpService } from '../help/service.ts';
import { findPlaces, placesOf } from './places.ts';
import type { FoundGroup, SearchService } from './service.ts';

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
    case 'zones':
      return paths.controllerZone(id);
    case 'accounts':
      return paths.object('account', id);
    case 'tokens':
      return paths.object('token', id);
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
    case 'zones':
      return paths.controllerZones();
    case 'accounts':
      return paths.objects('account', { q });
    case 'tokens':
      return paths.objects('token', { q });
  }
};

/** Of each group, in the palette (CONSOLE 7) and on the page of results. */
const perGroup = { palette: 3, page: 20 };

/** The results page and the palette, one box for everything; and the list of what they find by name. */
export const searchPages = (deps: ConsoleDeps, search: SearchService, help: HelpService): Pages => {
  // With the first question: a server that starts has others to answer.
  const places = once(() => placesOf(deps));
  const groupsFor = (c: Context<ConsoleEnv>, actor: Actor, q: string, most: number): SearchGroup[] => {
    const ctx = viewContext(deps, c, 'part');
    const open = findPlaces(places(), q).filter(({ href }) => ctx.opens(href));
    const byName = (['pages', 'actions', 'settings'] as const)
      .map((name): SearchGroup => {
        const of = open.filter(({ group }) => group === name);
        return {
          name,
          results: of.slice(0, most).map((one) => ({
            title: ctx.tDynamic(one.name),
            href: one.href,
            ...defined({
              context:
                name === 'actions'
                  ? ctx.t('search.opensForm')
                  : one.of === undefined
                    ? undefined
                    : ctx.tDynamic(one.of),
            }),
          })),
          all: of.length > most ? paths.search({ q }) : undefined,
        };
      })
      .filter(({ results }) => results.length > 0);
    const found = search.find(actor, q, most).map(({ name, results, isCut }) => ({
      name,
      results: results.map(({ id, title, context }) => ({
        title,
        href: hrefOf(name, id),
        beside: name === 'advisories' ? toPanel(paths.vulnerabilities({ q, open: id })) : undefined,
        ...defined({ context }),
      })),
      all: isCut ? listOf(name, q) : undefined,
    }));
    const hits = help.find(ctx.lang, q);
    const chapters = hits.slice(0, most).map(({ chapter, id, title, in: context }) => ({
      title,
      href: `${paths.help(chapter)}#${id}`,
      ...(context === title ? {} : { context }),
    }));
    return [
      ...byName,
      ...found,
      ...(hits.length === 0
        ? []
        : [{ name: 'help', results: chapters, all: hits.length > most ? paths.search({ q }) : undefined }]),
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
      const groups = groupsFor(c, actor, q, perGroup.palette);
      const ctx = viewContext(deps, c, 'part');
      return c.html(
        <WithCtx value={ctx}>
          <SearchResults ctx={ctx} q={q} groups={groups} all={paths.search({ q })} />
        </WithCtx>,
      );
    })
    .get(paths.search.pattern, (c) => {
      const { actor } = signedIn(c);
      const q = asked(c);
      return c.html(<Search ctx={viewContext(deps, c)} q={q} groups={groupsFor(c, actor, q, perGroup.page)} />);
    })
    .get(paths.helpPages.pattern, (c) => {
      signedIn(c);
      const ctx = viewContext(deps, c);
      const pages = places()
        .filter(({ group, href }) => group !== 'settings' && ctx.opens(href))
        .map(({ name, href }) => ({ title: ctx.tDynamic(name), href }));
      return c.html(<AllPages ctx={ctx} pages={pages} />);
    });
};
