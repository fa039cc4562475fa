import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ListState } from '@sallyport/ui/list';
import { paths } from '@sallyport/ui/paths';
import type { Scope } from '../../platform/scope.ts';
import { termsOf } from '../../server/console/lists.ts';
import type { UpdateService } from './service.ts';
import type { UpdateItem } from './types.ts';

// The list of updates as its address asks for it, for its page and for those that act on what is selected in it.

const sorts = ['decision', 'name', 'devices', 'supply', 'size', 'since'] as const;

/** In which order a list's address asks for its rows. */
export const orderIn = (list: ListState) => ({
  descending: list.descending,
  ...defined({ sort: sorts.find((name) => name === list.sort) }),
});

/** The list of updates, to act on what is selected in it. */
export const selectableUpdates = (updates: Pick<UpdateService, 'language' | 'list' | 'get'>, scope: Scope) => ({
  path: paths.updates(),
  parameters: updates.language.parameters,
  scope,
  all: (list: ListState): UpdateItem[] =>
    updates.list({
      scope,
      ...orderIn(list),
      filter: updates.language.read(termsOf(list)),
      limit: Number.MAX_SAFE_INTEGER,
    }).rows,
  some: (ids: readonly string[]): UpdateItem[] => ids.map((id) => updates.get(id, scope)),
  idOf: ({ id }: UpdateItem): string => id,
});
