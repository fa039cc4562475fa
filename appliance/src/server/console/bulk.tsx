import type { Ctx, Toast } from '@sallyport/ui/context';
import { Confirm } from '@sallyport/ui/frame/confirm.tsx';
import type { ListState } from '@sallyport/ui/list';
import type { FieldErrors, Message, Reference } from '@sallyport/ui/model';
import type { Context } from 'hono';
import type { Scope } from '../../platform/scope.ts';
import { digestOf, reachOf, type Selection, type SelectionSeals } from '../../platform/selection.ts';
import { goWith } from './cookies.ts';
import type { Form } from './form.ts';
import { listAt } from './lists.ts';
import { isLocalPath } from './local-path.ts';
import type { ConsoleEnv } from './types.ts';

// An act on many things of a list: a page asks first, with their number, and its form does it to those that the page was about.

/** More than this are confirmed by typing their number. */
export const typedNumberFrom = 50;
const namedItems = 20;

/** A list whose rows are acted on, within the reach of who acts. */
type Selectable<Item> = {
  /** Where it is, and the parameters of its filter. */
  readonly path: string;
  readonly parameters: readonly string[];
  readonly scope: Scope;
  /** Every row that the list's filter finds now. */
  readonly all: (list: ListState) => readonly Item[];
  /** The rows with these ids; those out of reach, or gone, are left out. */
  readonly some: (ids: readonly string[]) => readonly Item[];
  readonly idOf: (item: Item) => string | number;
};

/** What the form of a list selected: one by one; or all of its filter, but what was taken out on the page that was shown. */
export function selectedIn(form: Form, path: string): Pick<Selection, 'list' | 'ids' | 'except'> {
  const ids = [...new Set(form.texts('id'))];
  const list = form.text('list');
  if (!listAt(list, path, []).all) return { ids };
  const ticked = new Set(ids);
  const except = [...new Set(form.texts('on-page'))].filter((id) => !ticked.has(id));
  return { list, ...(except.length === 0 ? {} : { except }) };
}

/** The rows that a selection names now. */
export function rowsOf<Item>(
  { list, ids = [], except = [] }: Pick<Selection, 'list' | 'ids' | 'except'>,
  { path, parameters, all, some, idOf }: Selectable<Item>,
): readonly Item[] {
  if (list === undefined) return some(ids);
  const found = all(listAt(list, path, parameters));
  if (except.length === 0) return found;
  const left = new Set(some(except).map(idOf));
  return found.filter((item) => !left.has(idOf(item)));
}

/** What to say where another set is there now than was shown; undefined: it is the same one. */
export function changedSince(
  shown: Pick<Selection, 'count' | 'digest' | 'reach'>,
  now: typeof shown,
): Message | undefined {
  if (shown.digest === now.digest && shown.reach === now.reach) return undefined;
  const params = { shown: shown.count, n: now.count };
  return { key: shown.count === now.count ? 'validation.othersSelected' : 'validation.selectionChanged', params };
}

type Selected<Item> = {
  readonly picked: readonly Item[];
  /** For the next form. */
  readonly sealed: string;
  /** The form names rows, or was shown with just these. */
  readonly isShown: boolean;
  readonly changed: Message | undefined;
};

/** The rows that a form is about: those that a list's form selects, or those that the form before was about. */
export function selectedRows<Item>(
  c: Context<ConsoleEnv>,
  seals: SelectionSeals,
  list: Selectable<Item>,
): Selected<Item> {
  const form = c.get('form');
  const shown = form.has('selection') ? seals.open(list.path, form.text('selection')) : undefined;
  const { list: address, ids, except } = shown ?? selectedIn(form, list.path);
  const how = { ...(address === undefined ? { ids: ids ?? [] } : { list: address }), ...(except && { except }) };
  const picked = rowsOf(how, list);
  const now = { reach: reachOf(list.scope), count: picked.length, digest: digestOf(picked.map(list.idOf)) };
  const changed = shown && changedSince(shown, now);
  return {
    picked,
    sealed: seals.seal({ kind: list.path, ...how, ...now }),
    isShown: shown === undefined ? address === undefined : changed === undefined,
    changed,
  };
}

/** Back to the list, which says that nothing was chosen. */
export function nothingChosen(c: Context<ConsoleEnv>, list: string): Response {
  return goWith(c, list, { message: { key: 'toast.nothingSelected' } });
}

type BulkAct<Item> = {
  readonly selected: Selected<Item>;
  /** Of the act: `confirm.<name>.question`, `.consequence` and `.button` are its words. */
  readonly name: string;
  readonly params?: Readonly<Record<string, string | number>>;
  /** The list to go back to, and where its acts are sent. */
  readonly list: string;
  readonly action: string;
  /** What else the form has to say again. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly items: (some: readonly Item[]) => readonly (Reference & { readonly href?: string })[];
  /** Their number has to be typed where they are many. */
  readonly typesNumber?: boolean;
  readonly asks?: Pick<Parameters<typeof Confirm>[0], 'comment' | 'danger' | 'licences'>;
  /** Does it; or says what is wrong with what the form says. */
  readonly run: () => Done | Promise<Done>;
};

type Done = { readonly errors: FieldErrors } | { readonly toast: Toast; readonly to?: string };

/** Asks, asks again, or does it. Where another set is there than the one that was shown, both numbers are shown and it is asked again. */
export async function bulkAct<Item>(c: Context<ConsoleEnv>, ctx: Ctx, act: BulkAct<Item>): Promise<Response> {
  const form = c.get('form');
  const { picked, sealed, isShown, changed } = act.selected;
  // Work that asked for the act has the way back to it.
  const back = form.text('back');
  const list = isLocalPath(back) ? back : act.list;
  const n = String(picked.length);
  const params = { n: picked.length, ...act.params };
  const typeNumber = act.typesNumber === true && picked.length > typedNumberFrom;
  const isConfirmed = form.text('confirmed') === '1' && (isShown || changed !== undefined);
  const isAnswered = isConfirmed && isShown && (!typeNumber || form.text('confirm').trim() === n);
  const done = isAnswered ? await act.run() : undefined;
  if (done !== undefined && 'toast' in done) {
    return goWith(c, isLocalPath(back) ? back : (done.to ?? list), done.toast);
  }
  const message = (part: string): Message => ({ key: `confirm.${act.name}.${part}`, params });
  const refusal: FieldErrors =
    changed === undefined ? { confirm: { key: 'validation.typeNumber', params } } : { '': changed };
  const errors: FieldErrors | undefined = done?.errors ?? (isConfirmed ? refusal : undefined);
  return c.html(
    <Confirm
      ctx={ctx}
      question={message('question')}
      consequences={[message('consequence')]}
      items={act.items(picked.slice(0, namedItems))}
      count={picked.length}
      action={act.action}
      fields={[
        ['selection', sealed],
        ...act.fields,
        ...(isLocalPath(back) ? ([['back', back]] as const) : []),
        ['confirmed', '1'],
      ]}
      button={message('button')}
      {...act.asks}
      typeNumber={typeNumber}
      cancel={list}
      {...(errors === undefined ? {} : { errors })}
    />,
    errors === undefined ? 200 : 422,
  );
}
