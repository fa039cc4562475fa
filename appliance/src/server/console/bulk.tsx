import type { Ctx, Toast } from '@sallyport/ui/context';
import { Confirm } from '@sallyport/ui/frame/confirm.tsx';
import { type ListState, listParams } from '@sallyport/ui/list';
import type { FieldErrors, Message, Reference } from '@sallyport/ui/model';
import type { Context } from 'hono';
import { goWith } from './cookies.ts';
import { formListState } from './lists.ts';
import { isLocalPath } from './local-path.ts';
import type { ConsoleEnv } from './types.ts';

// An act on many things of a list: a page asks first, with their number, and its form does it.

/** More than this are confirmed by typing their number. */
const typedNumberFrom = 50;
const namedItems = 20;

/** What was chosen: one by one, or by a filter that is asked again whenever it counts. */
type Chosen = { readonly all: ListState } | { readonly ids: readonly string[] };

/** What the form of a list at `path` chose. */
export function chosenIn(c: Context<ConsoleEnv>, path: string, parameters: readonly string[]): Chosen {
  const form = c.get('form');
  return form.text('all') === '1'
    ? { all: formListState(c, form, path, parameters) }
    : { ids: [...new Set(form.texts('id'))] };
}

/** Back to the list, which says that nothing was chosen. */
export function nothingChosen(c: Context<ConsoleEnv>, list: string): Response {
  return goWith(c, list, { message: { key: 'toast.nothingSelected' } });
}

type BulkAct<Item> = {
  readonly chosen: Chosen;
  readonly picked: readonly Item[];
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

/** Asks, asks again, or does it. A filter that finds another number than the one that was shown is asked about again. */
export async function bulkAct<Item>(c: Context<ConsoleEnv>, ctx: Ctx, act: BulkAct<Item>): Promise<Response> {
  const form = c.get('form');
  const { picked, chosen } = act;
  // Work that asked for the act has the way back to it.
  const back = form.text('back');
  const list = isLocalPath(back) ? back : act.list;
  const n = String(picked.length);
  const params = { n: picked.length, ...act.params };
  const typeNumber = act.typesNumber === true && picked.length > typedNumberFrom;
  const isConfirmed = form.text('confirmed') === '1';
  const isSame = !form.has('count') || form.text('count') === n;
  const isAnswered = isConfirmed && isSame && (!typeNumber || form.text('confirm').trim() === n);
  const done = isAnswered ? await act.run() : undefined;
  if (done !== undefined && 'toast' in done) {
    return goWith(c, isLocalPath(back) ? back : (done.to ?? list), done.toast);
  }
  const message = (part: string): Message => ({ key: `confirm.${act.name}.${part}`, params });
  const errors: FieldErrors | undefined =
    done?.errors ?? (isConfirmed ? { confirm: { key: 'validation.typeNumber', params } } : undefined);
  return c.html(
    <Confirm
      ctx={ctx}
      question={message('question')}
      consequences={[message('consequence')]}
      items={act.items(picked.slice(0, namedItems))}
      count={picked.length}
      action={act.action}
      fields={[
        ...('all' in chosen ? listParams(chosen.all) : chosen.ids.map((id): [string, string] => ['id', id])),
        ['count', n],
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
