import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { langs } from '@sallyport/ui/i18n/types';
import { paths } from '@sallyport/ui/paths';
import { workTitle } from '@sallyport/ui/worklist/work-row';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type Console, openConsole, password } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { entryParts } from '../../entry-parts.ts';
import type { WorkItem } from '../worklist/types.ts';
import { findWork } from './find-work.ts';

let site: Console;
beforeAll(async () => {
  site = await openConsole();
  for (let n = 1; n <= 3; n += 1) site.device(`pump-${n}`);
});
afterAll(() => site.close());

const work = (): WorkItem[] => entryParts(site.appliance).worklist.list(systemActor);

const hrefsIn = (html: string): string[] => [...html.matchAll(/<a href="([^"]*)"/g)].map(([, href = '']) => href);

describe('an item of the worklist', () => {
  it('is found by its title in three languages, whatever language the reader has', () => {
    const items = work();
    expect(items.length).toBeGreaterThan(3);
    for (const words of langs.map(catalogue))
      for (const item of items) {
        const title = workTitle(words, item);
        expect(
          findWork(items, title)
            .slice(0, 3)
            .map(({ id }) => id),
          title,
        ).toContain(item.id);
      }
    expect(findWork(items, 'зз%')).toEqual([]);
  });

  it('stands in the palette and on the page of results, and leads to its page and to its panel', async () => {
    const administrator = await site.as('administrator');
    const [item] = work();
    if (item === undefined) throw new Error('there is no work');
    for (const lang of langs) {
      await administrator.post(paths.preferences(), { lang, back: paths.me() });
      const q = workTitle(catalogue('ru'), item);
      for (const address of [paths.searchPalette({ q }), paths.search({ q })]) {
        const html = await (await administrator.get(address)).text();
        expect(hrefsIn(html), address).toContain(paths.workItem(item.id));
        expect(html.includes(`open=${item.id}`), address).toBe(true);
        expect(html.includes(catalogue(lang).t('search.group.work')), address).toBe(true);
      }
    }
  });

  it('is found by those alone who may see it', async () => {
    const step = work().find(({ kind }) => kind === 'first-step');
    if (step === undefined) throw new Error('a new site has no first step');
    const { objects, accounts } = site.appliance;
    const role = objects.create(systemActor, 'role', { name: 'Clerk', rights: ['devices:read'] });
    const { id } = objects.create(systemActor, 'account', { name: 'clerk', roles: [role.id] });
    const clerk = site.browser();
    await clerk.post(`/first/${accounts.makeLink(systemActor, id).token}`, { password, repeat: password });
    const q = workTitle(catalogue('en'), step);
    const found = async (reader: Browser): Promise<string[]> =>
      hrefsIn(await (await reader.get(paths.searchPalette({ q }))).text());
    expect(await found(await site.as('administrator'))).toContain(paths.workItem(step.id));
    expect((await clerk.get(paths.devices())).status).toBe(200);
    expect(await found(clerk)).not.toContain(paths.workItem(step.id));
  });
});
