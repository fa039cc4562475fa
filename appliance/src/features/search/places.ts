import { defined } from '@sallyport/bundle-tools/platform/defined';
import { workspaces } from '@sallyport/ui/frame/navigation';
import { catalogue, wordsOf } from '@sallyport/ui/i18n/catalogue';
import { langs } from '@sallyport/ui/i18n/types';
import { paths } from '@sallyport/ui/paths';
import { placeNames } from '@sallyport/ui/search/place-names';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { ManagedObjects } from '../accounts/types.ts';
import { foldLetters, readingsOf } from './letters.ts';

// What is found by its name without being data of the site: pages, lists of kinds and collections, forms that make an object, settings.

type Place = {
  readonly group: 'pages' | 'actions' | 'settings';
  /** Key of its name. */
  readonly name: string;
  /** Key of what it is part of. */
  readonly of?: string;
  readonly href: string;
  /** Its name in every language, in folded letters. */
  readonly names: readonly string[];
};

const catalogues = langs.map(catalogue);
const english = catalogue('en');
const englishWords = wordsOf('en');

/** `also`: a second name that stands somewhere in the console. */
const place = (given: Omit<Place, 'names'>, also = given.name): Place => ({
  ...given,
  names: [
    ...new Set(catalogues.flatMap(({ tDynamic }) => [foldLetters(tDynamic(given.name)), foldLetters(tDynamic(also))])),
  ],
});

/** The names of the navigation by their addresses; the first tab of an entry is called as the entry. */
const inNavigation: ReadonlyMap<string, string> = new Map(
  workspaces
    .flatMap(({ entries }) => entries)
    .flatMap(({ href, label, tabs = [] }) => [
      ...tabs.map((tab) => [tab.href, tab.label] as const),
      [href, label] as const,
    ]),
);

/** Everything that can be opened by its name, from what is declared. */
export function placesOf(parts: {
  objects: Pick<ObjectService, 'kinds' | 'settings'>;
  inventory: Pick<InventoryService, 'collections'>;
  managedObjects: Pick<ManagedObjects, 'isManaged'>;
}): readonly Place[] {
  const lists = [
    ...parts.objects
      .kinds()
      .filter(({ key }) => key !== 'single')
      .map(({ name }) => ({ name: `kind.${name}.title`, href: paths.objects(name) })),
    ...parts.inventory.collections().map((collection) => ({
      name: `collection.${collection.name}.title`,
      href: paths.inventory(collection.name),
    })),
  ];
  const ownNames = Object.entries(placeNames).map(([page, given]) => {
    const [name, of] = typeof given === 'string' ? [given] : given;
    const href = paths[page as keyof typeof placeNames]();
    return place({ group: 'pages', name, href, ...defined({ of }) }, inNavigation.get(href));
  });
  const elsewhere = new Set([...ownNames, ...lists].map(({ href }) => href));
  const pages = [
    ...[...inNavigation]
      .filter(([href]) => !elsewhere.has(href))
      .map(([href, name]) => place({ group: 'pages', name, href })),
    ...ownNames,
  ];
  const named = new Set(pages.map(({ name }) => english.tDynamic(name)));
  return [
    ...pages,
    // What has a page of its own is found there.
    ...lists
      .filter(({ name }) => !named.has(english.tDynamic(name)))
      .map((list) => place({ group: 'pages', ...list }, inNavigation.get(list.href))),
    ...parts.objects
      .kinds()
      .map(({ name }) => ({ kind: name, name: `kind.${name}.create` }))
      .filter(({ kind, name }) => parts.managedObjects.isManaged(kind) && Object.hasOwn(englishWords, name))
      .map(({ kind, name }) =>
        place({ group: 'actions', name, of: `kind.${kind}.title`, href: paths.objectNew(kind) }),
      ),
    ...parts.objects.settings().map(({ setting }) =>
      place({
        group: 'settings',
        name: `setting.${setting.name}.title`,
        of: `area.${setting.area}`,
        href: `${paths.settings({ area: setting.area })}#f-${setting.name.replace(/[^\w-]/g, '-')}`,
      }),
    ),
  ];
}

/** How well a name fits what is looked for; the smaller the better. */
const distance = (name: string, asked: string): number => {
  if (name === asked) return 0;
  if (name.startsWith(asked)) return 1;
  const at = name.indexOf(asked);
  if (at < 0) return Number.POSITIVE_INFINITY;
  return /[\p{L}\p{N}]/u.test(name[at - 1] ?? '') ? 3 : 2;
};

/** The places whose name in some language has the text, also as another keyboard layout would have typed it; the best first. */
export function findPlaces(places: readonly Place[], text: string): readonly Place[] {
  const readings = readingsOf(text).filter((reading) => reading.length > 1);
  const near = ({ names }: Place): number =>
    Math.min(...names.flatMap((name) => readings.map((reading) => distance(name, reading))), Number.POSITIVE_INFINITY);
  const found = places
    .map((one) => ({ one, near: near(one) }))
    .filter((one) => one.near < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.near - b.near)
    .map(({ one }) => one);
  return found.length > 0 ? found : findByWords(places, text);
}

/** The places whose name has each of two or more words, each as some layout would have typed it: a Latin word among Russian ones. */
function findByWords(places: readonly Place[], text: string): readonly Place[] {
  const words = text.trim().split(/\s+/).map(readingsOf);
  if (words.length < 2) return [];
  const has = (name: string): boolean => words.every((readings) => readings.some((reading) => name.includes(reading)));
  return places.filter(({ names }) => names.some(has));
}
