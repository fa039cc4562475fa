import { join } from 'node:path';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { allEvents } from './all-events.ts';
import { allKinds } from './all-kinds.ts';
import { allSettings } from './all-settings.ts';
import type { EventDeclaration, EventType } from './engine/events/types.ts';
import { allCollections, allFacts } from './engine/inventory/all-collections.ts';
import type { Collection, FactCollection } from './engine/inventory/types.ts';
import type { Kind, KindDeclaration, Setting, SettingDeclaration } from './engine/objects/types.ts';
import { loadDeclarations } from './platform/declarations.ts';
import { AppError } from './platform/errors.ts';

/** Folders with further declarations, beside the built-in ones. */
export type Extensions = {
  collections?: readonly string[];
  kinds?: readonly string[];
};

/** A folder of extensions has one folder per sort of declaration; those that are absent hold none. */
export const extensionsIn = (folder: string): Extensions => {
  const present = (name: string): string[] => (isThere(join(folder, name)) ? [join(folder, name)] : []);
  return {
    collections: present('collections'),
    kinds: present('kinds'),
  };
};

const named = <T extends { name: string }>(found: ReadonlyArray<{ name: string; path: string; value: T }>): T[] =>
  found.map(({ name, path, value }) => {
    if (value.name !== name) throw new AppError('DECLARATION', `${path} declares ${value.name}`);
    return value;
  });

const settingsOf = (): Setting[] =>
  Object.entries<SettingDeclaration>(allSettings).map(([name, declaration]) => ({ name, ...declaration }));

/** In the order of their names. */
const eventTypes = (): EventType[] =>
  Object.entries<EventDeclaration>(allEvents)
    .map(([type, declaration]) => ({ ...declaration, type }))
    .sort((one, other) => (one.type < other.type ? -1 : 1));

const kindsOf = (): Kind[] =>
  Object.entries<KindDeclaration>(allKinds)
    .map(([name, declaration]) => ({ ...declaration, name }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));

/** What folders of extensions add; a name of the appliance's own is taken. */
const loadExtensions = async <T extends { name: string }>(
  folders: readonly string[],
  exported: string,
  own: Readonly<Record<string, unknown>>,
): Promise<T[]> => {
  const found = named(await loadDeclarations<T>(folders, exported));
  const taken = found.find(({ name }) => name in own);
  if (taken !== undefined) throw new AppError('DECLARATION', `${taken.name} is declared twice`);
  return found;
};

/** DECLARATION where a kind of an extension does not say what of its fields comes back; the appliance's own do not compile so. */
const assertClassified = (kinds: readonly Kind[]): readonly Kind[] => {
  for (const { name, returns, fields } of kinds)
    for (const [field, spec] of Object.entries(fields))
      if ((spec.returns ?? returns) === undefined)
        throw new AppError('DECLARATION', `${name}: ${field} does not say what of it comes back (returns)`);
  return kinds;
};

/** All declarations: those of the appliance, and what the folders of extensions add. */
export const loadAllDeclarations = async (extensions: Extensions = {}) => {
  const [collections, kinds] = await Promise.all([
    loadExtensions<Collection | FactCollection>(extensions.collections ?? [], 'collection', {
      ...allCollections,
      ...allFacts,
    }),
    loadExtensions<Kind>(extensions.kinds ?? [], 'kind', allKinds).then(assertClassified),
  ]);
  return {
    collections: [
      ...Object.values<Collection>(allCollections),
      ...collections.filter((collection) => collection.mode !== 'facts'),
    ],
    facts: [
      ...Object.values<FactCollection>(allFacts),
      ...collections.filter((collection) => collection.mode === 'facts'),
    ],
    kinds: [...kindsOf(), ...kinds],
    events: eventTypes(),
    settings: settingsOf(),
  };
};
