import { filterValues, type ListState } from '@sallyport/ui/list';
import type { FilterField } from '@sallyport/ui/model';
import { type ChangeOperation, type ChangeQuery, type Collection, readRight } from '../inventory/types.ts';
import { type Actor, hasRight } from '../objects/types.ts';
import { chosen } from './lists.ts';

const changeOperations: readonly ChangeOperation[] = ['added', 'removed', 'changed', 'first'];

/** Names of the filters of a list of changes. */
export const changeFilterNames = ['collection', 'operation', 'item', 'from', 'to'];

/** The filters of a list of changes, over the collections that the reader may see. */
export const changeFilters = (collections: readonly Collection[]): FilterField[] => [
  {
    name: 'collection',
    label: 'changes.collection',
    options: collections.map(({ name }) => ({ value: name, key: `collection.${name}.title` })),
  },
  {
    name: 'operation',
    label: 'changes.operation',
    options: changeOperations.map((value) => ({ value, key: `changes.operation.${value}` })),
  },
  { name: 'item', label: 'changes.title' },
  { name: 'from', label: 'filter.from' },
  { name: 'to', label: 'filter.to' },
];

/** The collections that somebody may read. */
export const readableCollections = (collections: readonly Collection[], actor: Actor): Collection[] =>
  collections.filter((collection) => hasRight(actor, readRight(collection)));

/** A day or a time in a filter; the end of the day for the upper one. */
export const momentOf = (text: string | undefined, endOfDay: boolean): number | undefined => {
  if (text === undefined) return undefined;
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const at = Date.parse(isDay && endOfDay ? `${text}T23:59:59.999Z` : text);
  return Number.isNaN(at) ? undefined : at;
};

/** The list's filters as a query; collections that the reader may not see are never asked for. */
export const changeQueryOf = (
  list: ListState,
  all: readonly Collection[],
  actor: Actor,
): Omit<ChangeQuery, 'limit' | 'after' | 'device'> => {
  const readable = readableCollections(all, actor).map(({ name }) => name);
  const asked = filterValues(list, 'collection');
  const collection = asked.length > 0 ? readable.filter((name) => asked.includes(name)) : readable;
  const operation = chosen(changeOperations, filterValues(list, 'operation'));
  const title = list.q === '' ? filterValues(list, 'item')[0] : list.q;
  const from = momentOf(filterValues(list, 'from')[0], false);
  const to = momentOf(filterValues(list, 'to')[0], true);
  return {
    ...(collection.length === all.length ? {} : { collection }),
    ...(operation.length === 0 ? {} : { operation }),
    ...(title === undefined ? {} : { title }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
};
