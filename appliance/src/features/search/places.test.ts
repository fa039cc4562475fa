import { workspaces } from '@sallyport/ui/frame/navigation';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { type Lang, langs } from '@sallyport/ui/i18n/types';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { entryParts } from '../../entry-parts.ts';
import { newTokenSecret, tokenHash } from '../devices/types.ts';
import { findPlaces, placesOf } from './places.ts';

const site = await openConsole();
const places = placesOf(entryParts(site.appliance));
afterAll(() => site.close());

/** What the keys of a keyboard write in each language, in the same order; a letter that a layout lacks is written as it is. */
const keys = {
  en: Array.from("`1234567890-=qwertyuiop[]asdfghjkl;'zxcvbnm,./?"),
  ru: Array.from('ё1234567890-=йцукенгшщзхъфывапролджэячсмитьбю.,'),
  kk: Array.from('("әіңғ,.үұқөһйцукенгшщзхъфывапролджэячсмитьбю№?'),
} as const satisfies Record<Lang, readonly string[]>;

/** A text of a language as it comes out while the layout of another is switched on. */
const typedOn = (layout: Lang, lang: Lang, text: string): string =>
  Array.from(text.toLowerCase())
    .map((letter) => keys[layout][(keys[lang] as readonly string[]).indexOf(letter)] ?? letter)
    .join('');

describe('pages, lists and settings', () => {
  it('are found in each language, by a part, and on another layout of the keyboard', () => {
    const lost: string[] = [];
    for (const lang of langs) {
      for (const { name, href } of places) {
        const title = catalogue(lang).tDynamic(name);
        const found = findPlaces(places, title);
        if (!found.some((one) => one.href === href)) lost.push(`${lang} ${title}`);
        // The best of what is found has this very name.
        if (!found.slice(0, 3).some((one) => catalogue(lang).tDynamic(one.name) === title))
          lost.push(`${lang} ${title}: far`);
      }
    }
    expect(lost).toEqual([]);
    const first = (text: string): string | undefined => findPlaces(places, text)[0]?.href;
    expect(first('ecnhjqcndf')).toBe(paths.devices());
    expect(first('вумшсуы')).toBe(paths.devices());
    expect(first('09hsk5skfh')).toBe(paths.devices());
    expect(findPlaces(places, 'зз%')).toEqual([]);
    expect(findPlaces(places, 'x')).toEqual([]);
  });

  it('are found by what the navigation calls them, too', () => {
    const lost: string[] = [];
    // The first tab is called as its entry.
    for (const lang of langs)
      for (const { href, label, tabs = [] } of workspaces.flatMap(({ entries }) => entries))
        for (const one of [{ href, label }, ...tabs.filter((tab) => tab.href !== href)]) {
          const title = catalogue(lang).tDynamic(one.label);
          if (!findPlaces(places, title).some((found) => found.href === one.href)) lost.push(`${lang} ${title}`);
        }
    expect(lost).toEqual([]);
  });

  it('are among the first three by their name in each language, typed on each layout of the keyboard', () => {
    const far: string[] = [];
    for (const lang of langs)
      for (const layout of langs)
        for (const { name, href } of places) {
          const title = catalogue(lang).tDynamic(name);
          const found = findPlaces(places, typedOn(layout, lang, title)).slice(0, 3);
          if (!found.some((one) => one.href === href)) far.push(`${lang} on ${layout}: ${title} (${href})`);
        }
    expect(far, 'a Latin word in a name stands between spaces: then each word is read on its own layout').toEqual([]);
  });

  it('stand first in the answer, in the language of the reader', async () => {
    const administrator = await site.as('administrator');
    const far: string[] = [];
    const pages = places.filter(({ group, name }) => group === 'pages' && !/^(?:kind|collection)\./.test(name));
    expect(pages.length).toBeGreaterThan(60);
    for (const lang of langs) {
      await administrator.post(paths.preferences(), { lang, back: paths.me() });
      for (const [at, { name, href }] of pages.entries()) {
        const title = catalogue(lang).tDynamic(name);
        const q = typedOn(langs[at % langs.length] ?? lang, lang, title);
        const html = await (await administrator.get(paths.searchPalette({ q }))).text();
        const hrefs = [...html.matchAll(/<a href="([^"]*)"/g)].slice(0, 3).map(([, found]) => found);
        if (!hrefs.includes(href)) far.push(`${lang} ${q}: ${hrefs.join(' ')}`);
      }
    }
    expect(far).toEqual([]);
  });

  it('lead to a page that is there, for whoever may open it', async () => {
    const administrator = await site.as('administrator');
    const dead: string[] = [];
    for (const href of new Set(places.map((one) => one.href.replace(/#.*/, '')))) {
      const { status } = await administrator.get(href);
      if (status !== 200) dead.push(`${href} ${status}`);
    }
    expect(dead).toEqual([]);
  });

  it('are forms that make an object, too, and a token is found by its name', async () => {
    const administrator = await site.as('administrator');
    const words = async (q: string): Promise<string> => (await administrator.get(paths.searchPalette({ q }))).text();
    for (const lang of langs) {
      const name = catalogue(lang).tDynamic('kind.token.create');
      expect(findPlaces(places, name).map(({ href }) => href)).toContain(paths.objectNew('token'));
    }
    const { id } = site.appliance.objects.create(systemActor, 'token', {
      name: 'reads for the historian',
      purpose: 'api',
      hash: tokenHash(newTokenSecret()),
    });
    expect(await words('historian')).toContain(paths.object('token', id));
    expect(await words('historian')).toMatch(/data-found="">1 result</);
  });

  it('are shown to nobody who may not open them', async () => {
    const viewer = await site.as('viewer');
    const words = async (q: string): Promise<string> => (await viewer.get(paths.searchPalette({ q }))).text();
    expect(await words('Accounts')).not.toContain(paths.objects('account'));
    expect(await words('Changes')).toContain(paths.changes());
  });
});
