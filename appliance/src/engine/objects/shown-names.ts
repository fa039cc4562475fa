import type { ListState } from '@sallyport/ui/list';
import type { Filter } from '../../platform/filter/types.ts';
import { fold } from '../../platform/sql-functions.ts';
import { slicePage } from '../../server/console/lists.ts';
import type { ObjectService } from './service.ts';
import type { Kind, Obj, ObjectPage } from './types.ts';

/** Their names are not in the objects: a setting is called in the reader's language, a device by its host name. */
const namedElsewhere: ReadonlySet<string> = new Set(['setting', 'device-decision']);
/** More of them are put in order and searched by what the objects hold. */
const maxNamed = 2_000;

/** A page of objects by the names that the reader sees, where these are not in the objects and not too many. */
export const pageByShownName = (
  objects: Pick<ObjectService, 'ofAnyKind'>,
  kind: Kind,
  asked: {
    list: ListState;
    filter: Filter | undefined;
    sort: string | undefined;
    cursor: string | undefined;
    lang: string;
    nameOf(id: string): string;
  },
): Pick<ObjectPage, 'rows' | 'total' | 'next'> | undefined => {
  const { list, filter, sort, cursor, lang, nameOf } = asked;
  if (!namedElsewhere.has(kind.name) || (sort !== kind.title && list.q === '')) return undefined;
  const isByTitle = sort === undefined || sort === kind.title;
  const all = objects.ofAnyKind.list({ kind: kind.name, filter, limit: maxNamed, ...(isByTitle ? {} : { sort }) });
  if (all.total > maxNamed) return undefined;
  const wanted = fold(list.q.trim());
  const found = all.rows.filter(({ id }) => [nameOf(id), id].some((text) => fold(text).includes(wanted)));
  const { compare } = new Intl.Collator(lang);
  const ordered = isByTitle ? found.toSorted((a, b) => compare(nameOf(a.id), nameOf(b.id))) : found;
  return slicePage(list.descending ? ordered.toReversed() : ordered, cursor, ({ id }: Obj) => id);
};
