import type { ObjectOf, ObjectService } from '../objects/service.ts';
import type { Body } from '../objects/types.ts';
import type { InventoryService } from './service.ts';
import type { AppCategories, Match, Matching } from './types.ts';

// C2: which executable files fall into a category. The conditions become conditions of the list, so the list of a
// category is the list of executables, with its order, its search and its export.

const texts = (body: Body, name: string): string[] => {
  const value = body[name];
  return Array.isArray(value) ? value.map(String) : [];
};

const values = (field: string, entries: readonly string[]): Match[] =>
  entries.length === 0 ? [] : [{ field, values: entries }];
const masks = (field: string, entries: readonly string[]): Match[] =>
  entries.length === 0 ? [] : [{ field, masks: entries }];

/** A folder holds what lies in it, however deep; either way of writing a path. */
const insideOf = (folder: string): string => {
  const trimmed = folder.replace(/[\\/]+$/, '');
  return `${trimmed}${trimmed.includes('\\') ? '\\' : '/'}*`;
};

const lower = (entries: readonly string[]): string[] => entries.map((entry) => entry.toLowerCase());

/** Conditions and exclusions of a category as conditions of the list of executables. */
export const categoryMatching = (body: Body, itemsOf: (device: string) => readonly number[]): Matching => {
  const items = texts(body, 'devices').flatMap(itemsOf);
  return {
    any: [
      ...values('sha256', lower(texts(body, 'hashes'))),
      ...masks('path', [...texts(body, 'paths'), ...texts(body, 'folders').map(insideOf)]),
      ...(body['removable'] === true ? [{ field: 'removable', values: [true] }] : []),
      ...(items.length === 0 ? [] : [{ items }]),
    ],
    none: [...values('sha256', lower(texts(body, 'exceptHashes'))), ...masks('path', texts(body, 'exceptPaths'))],
  };
};

/** Categories of the site. */
export const appCategories = (parts: {
  objects: ObjectService;
  inventory: Pick<InventoryService, 'section'>;
  deviceOf: (publicId: string) => number | undefined;
}): AppCategories => {
  const { objects, inventory, deviceOf } = parts;
  const itemsOf = (publicId: string): number[] => {
    const device = deviceOf(publicId);
    return device === undefined ? [] : inventory.section(device, 'executable').map(({ id }) => id);
  };
  return {
    all: (): ObjectOf<'app-category'>[] => objects.list({ kind: 'app-category', limit: 1_000 }).rows,
    matching: (id: string): Matching => categoryMatching(objects.get('app-category', id).body, itemsOf),
  };
};
