import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EventType } from './features/events/types.ts';
import type { Collection, FactCollection } from './features/inventory/types.ts';
import type { Kind, Setting } from './features/objects/types.ts';
import { loadDeclarations } from './platform/declarations.ts';
import { AppError } from './platform/errors.ts';

/** Folders with further declarations, beside the built-in ones. */
export type Extensions = {
  collections?: readonly string[];
  kinds?: readonly string[];
  events?: readonly string[];
  settings?: readonly string[];
};

/** A folder of extensions has one folder per sort of declaration; those that are absent hold none. */
export const extensionsIn = (folder: string): Extensions => {
  const present = (name: string): string[] => (existsSync(join(folder, name)) ? [join(folder, name)] : []);
  return {
    collections: present('collections'),
    kinds: present('kinds'),
    events: present('events'),
    settings: present('settings'),
  };
};

const here = import.meta.dirname;

const named = <T extends { name: string }>(found: ReadonlyArray<{ name: string; path: string; value: T }>): T[] =>
  found.map(({ name, path, value }) => {
    if (value.name !== name) throw new AppError('DECLARATION', `${path} declares ${value.name}`);
    return value;
  });

/** All declarations: found by scanning their folders. */
export const loadAllDeclarations = async (extensions: Extensions = {}) => {
  const [collections, kinds, eventTypes, settings] = await Promise.all([
    loadDeclarations<Collection | FactCollection>(
      [join(here, 'features/inventory/collections'), ...(extensions.collections ?? [])],
      'collection',
    ),
    loadDeclarations<Kind>([join(here, 'features/objects/kinds'), ...(extensions.kinds ?? [])], 'kind'),
    loadDeclarations<EventType>([join(here, 'features/events/types'), ...(extensions.events ?? [])], 'eventType'),
    loadDeclarations<readonly Setting[]>(
      [join(here, 'features/objects/settings'), ...(extensions.settings ?? [])],
      'settings',
    ),
  ]);
  const all = named(collections);
  return {
    collections: all.filter((collection) => collection.mode !== 'facts'),
    facts: all.filter((collection) => collection.mode === 'facts'),
    kinds: named(kinds),
    events: named(
      eventTypes.map(({ value, ...file }) => ({ ...file, value: { ...value, name: value.type } })),
    ) as EventType[],
    settings: settings.flatMap(({ value }) => value),
  };
};
