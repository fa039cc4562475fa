import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Actor } from '../../engine/objects/types.ts';
import type { Database } from '../../platform/database.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { listViewStore } from './store.ts';
import {
  type ListView,
  listOf,
  maxColumns,
  maxListLength,
  maxLists,
  maxNameLength,
  maxQueryLength,
  maxViews,
  type NewListView,
  viewQuery,
} from './types.ts';

export type ListViewService = {
  /** The person's views, of one list or of all, by name. CONFLICT for who is no account. */
  of(actor: Actor, list?: string): ListView[];
  /** Those of the list that a page shows; undefined for the page of one thing, whose lists are not of the site. */
  ofPage(actor: Actor, path: string): ListView[] | undefined;
  /** Saves a view; one of the same name is replaced. INVALID for a name, path or query out of bounds, CONFLICT for one too many. */
  save(actor: Actor, view: NewListView): ListView;
  /** NOT_FOUND for a view of another person; CONFLICT where the list has a view of the name. */
  rename(actor: Actor, id: number, name: string): ListView;
  remove(actor: Actor, id: number): ListView;
  /** The columns that a list opens with; none are the usual ones. */
  columns(actor: Actor, path: string): string[];
  setColumns(actor: Actor, path: string, names: readonly string[]): void;
};

const pathForm = /^(?:\/|(?:\/[\w.-]+)+)$/;

/** Views of lists over an open data directory. */
export function listViewService(parts: {
  db: Database;
  objects: Pick<ObjectService, 'find'>;
  clock: () => number;
}): ListViewService {
  const { objects, clock } = parts;
  const store = listViewStore(parts.db);

  /** A token acts for its account; others have no views. */
  const heldBy = ({ type, id }: Actor): string | undefined => {
    const account = type === 'token' ? objects.find('token', id)?.body['account'] : type === 'account' ? id : undefined;
    return typeof account === 'string' ? account : undefined;
  };
  const accountOf = (actor: Actor): string => {
    const account = heldBy(actor);
    if (account === undefined)
      throw new AppError('CONFLICT', 'only an account has views; log in first: sallyport login');
    return account;
  };
  const nameOf = (text: string): string => {
    const name = text.trim();
    if (name === '') throw invalid({ name: { key: 'validation.required' } });
    if (name.length > maxNameLength)
      throw invalid({ name: { key: 'validation.tooLong', params: { max: maxNameLength } } });
    return name;
  };
  const pathOf = (list: string): string => {
    if (list.length > maxListLength || !pathForm.test(list))
      throw new AppError('MALFORMED', 'list is the path of a page');
    return list;
  };
  /** A path is whatever a form says: a person keeps something of so many of them. */
  const assertRoom = (account: string, list: string): void => {
    if (store.otherLists(account, list) >= maxLists)
      throw new AppError(
        'CONFLICT',
        `views and columns are kept of at most ${maxLists} lists; remove those of one first`,
      );
  };
  const found = (actor: Actor, id: number): ListView => {
    const view = store.byId(accountOf(actor), id);
    if (view === undefined) throw new AppError('NOT_FOUND', 'there is no such view of yours');
    return view;
  };

  return {
    of: (actor, list) => store.of(accountOf(actor), list),
    ofPage: (actor, path) => (listOf(path) === path ? store.of(accountOf(actor), path) : undefined),
    save: (actor, view) => {
      const account = accountOf(actor);
      const [list, name, query] = [pathOf(view.list), nameOf(view.name), viewQuery(view.query)];
      if (query.length > maxQueryLength)
        throw invalid({ query: { key: 'validation.tooLong', params: { max: maxQueryLength } } });
      assertRoom(account, list);
      const known = store.of(account, list);
      if (known.length >= maxViews && !known.some((one) => one.name === name))
        throw new AppError('CONFLICT', `a list has at most ${maxViews} views of a person; remove one first`);
      store.put(account, { list, name, query }, toTime(clock()));
      const saved = store.byName(account, list, name);
      if (saved === undefined) throw new AppError('INTERNAL', 'the view was not kept');
      return saved;
    },
    rename: (actor, id, text) => {
      const view = found(actor, id);
      const name = nameOf(text);
      if (name === view.name) return view;
      if (store.byName(accountOf(actor), view.list, name) !== undefined)
        throw new AppError('CONFLICT', 'the list has a view of this name');
      store.rename(id, name);
      return { ...view, name };
    },
    remove: (actor, id) => {
      const view = found(actor, id);
      store.drop(id);
      return view;
    },
    columns: (actor, path) => {
      const account = heldBy(actor);
      return account === undefined ? [] : store.columns(account, listOf(path));
    },
    setColumns: (actor, path, names) => {
      const [account, list] = [accountOf(actor), listOf(pathOf(path))];
      assertRoom(account, list);
      store.putColumns(
        account,
        list,
        names.slice(0, maxColumns).filter((name) => name.length <= 200),
      );
    },
  };
}
