import { type AskedField, askedLabel, askedValue, opText } from '@sallyport/ui/components/filter-builder.tsx';
import { type Filtering, filterWords } from '@sallyport/ui/components/list-tools.tsx';
import type { Ctx, DecisionView } from '@sallyport/ui/context';
import { type ListState, listUrl, readListState } from '@sallyport/ui/list';
import type { FieldErrors, FilterOption, Message } from '@sallyport/ui/model';
import type { Context } from 'hono';
import { toFailure } from '../../platform/errors.ts';
import type { FilterLanguage } from '../../platform/filter/language.ts';
import { rowOps } from '../../platform/filter/rows.ts';
import type { Field, Filter, Vocabulary } from '../../platform/filter/types.ts';
import { builtBy } from './built-filter.ts';
import { listState, termsOf } from './lists.ts';
import type { ConsoleEnv } from './types.ts';

// A list that is asked in the language of filters: what its address asks, and the builder that shows and changes it.

/** What a field and its values are called, beside what its entity declares of it. */
export type FieldWords = {
  /** Key of its name; without it `condition.field.<name>`. */
  readonly label?: string;
  /** A name that is shown as it is. */
  readonly text?: string;
  /** What the keys of its choices begin with; a dot follows. */
  readonly choices?: string;
  /** What can be chosen, where that is not declared or has other words. */
  readonly options?: readonly FilterOption[];
  readonly valueName?: AskedField['valueName'];
};

const yesNo: readonly FilterOption[] = [
  { value: 'yes', key: 'common.yes' },
  { value: 'no', key: 'common.no' },
];

const askedField = (name: string, field: Field, words: FieldWords): Omit<AskedField, 'of'> => {
  const declared = field.options?.map(
    (value): FilterOption => (words.choices === undefined ? { value } : { value, key: `${words.choices}.${value}` }),
  );
  const options = words.options ?? declared ?? (field.type === 'yesno' ? yesNo : undefined);
  return {
    name,
    label: { key: words.label ?? `condition.field.${name}` },
    ...(words.text === undefined ? {} : { text: words.text }),
    ops: rowOps(field),
    ...(options === undefined ? {} : { options }),
    ...(words.valueName === undefined ? {} : { valueName: words.valueName }),
  };
};

/** The fields that a builder of filters offers: those below a layer, and those of every collection. */
export function askedFields(
  vocabulary: Vocabulary,
  words: Readonly<Record<string, FieldWords>>,
  below = Number.POSITIVE_INFINITY,
): AskedField[] {
  return [
    ...[...vocabulary.fields.values()]
      .filter(({ layer = 0 }) => layer < below)
      .map((field) => askedField(field.name, field, words[field.name] ?? {})),
    ...[...vocabulary.rows.values()].flatMap((rows) =>
      [...rows.fields.values()].map(
        (field): AskedField => ({
          ...askedField(`${rows.name}.${field.name}`, field, {
            label: `collection.${rows.name}.field.${field.name}`,
            choices: `collection.${rows.name}.choice.${field.name}`,
          }),
          of: { key: `collection.${rows.name}.title` },
        }),
      ),
    ),
  ];
}

type AskedList = {
  readonly list: ListState;
  /** What is asked; nothing: everything. */
  readonly filter: Filter | undefined;
  readonly filtering: Filtering;
  readonly status: 200 | 422;
};

/** The list's filter, or what is wrong with it: then nothing is listed, and the page says why. */
const readFilter = (language: FilterLanguage, list: ListState): { filter: Filter | undefined } | { fault: Message } => {
  try {
    return { filter: language.read(termsOf(list)) };
  } catch (error) {
    const [fault] = Object.values(toFailure(error).details.fields ?? {});
    if (fault === undefined) throw error;
    return { fault };
  }
};

/** What the builder's rows ask, as parameters; `errors` by `b.<number>` where one cannot be read. */
const sentRows = (c: Context<ConsoleEnv>, language: FilterLanguage) => {
  const built = builtBy((name) => c.req.query(name));
  if (built === undefined) return undefined;
  const read = [...built.rows, ...(built.added === undefined ? [] : [built.added])].map(({ at, row }) => ({
    at,
    ...language.ofRow(row),
  }));
  const errors: FieldErrors = Object.fromEntries(
    read.flatMap(({ at, fault }) => (fault === undefined ? [] : [[`b.${at}`, fault]])),
  );
  const wrong = Object.keys(errors);
  return {
    built,
    terms: read.flatMap(({ terms }) => terms),
    errors,
    isWrong: wrong.length > 0,
    // A field that was picked first, so that its values can be picked: a step on the way and no fault.
    isStep: built.added?.row.value === '' && wrong.every((name) => name === `b.${built.added?.at}`),
  };
};

const shownRows = (list: ListState, language: FilterLanguage) =>
  list.filters.map((term) => ({ term, row: language.rowOf(term) }));

/** A chip names what is asked where its name alone does not. */
const chipsOf = (ctx: Ctx, shown: ReturnType<typeof shownRows>, fields: readonly AskedField[]): Filtering['chips'] =>
  shown.map(({ term: [, value], row }) => {
    const field = fields.find((one) => one.name === row?.field);
    if (row === undefined || field === undefined) return [ctx.t('condition.text'), value];
    const isUsual = row.op === field.ops[0] && row.op === '=';
    const label = `${askedLabel(ctx, field)}${isUsual ? '' : ` ${opText(ctx, row.op)}`}`;
    return [label, row.op === 'unknown' ? ctx.t('common.yes') : askedValue(ctx, field, row.value)];
  });

/** What a list's address asks, in words. */
export const askedWords = (
  ctx: Ctx,
  list: ListState,
  language: FilterLanguage,
  fields: readonly AskedField[],
): string => filterWords(ctx, list, { chips: chipsOf(ctx, shownRows(list, language), fields) });

/** What a list's address asks, with its builder; the way to the list's own address where the builder was sent. */
export function askedList(
  c: Context<ConsoleEnv>,
  ctx: Ctx,
  language: FilterLanguage,
  fields: readonly AskedField[],
): AskedList | Response {
  const list = listState(c, language.parameters);
  const sent = sentRows(c, language);
  if (sent !== undefined && !sent.isWrong)
    return c.redirect(listUrl(list, { filters: [...list.filters, ...sent.terms], trail: [] }), 303);
  const shown = shownRows(list, language);
  const read = readFilter(language, list);
  const fault = 'fault' in read ? read.fault : undefined;
  return {
    list,
    filter: 'filter' in read ? read.filter : undefined,
    filtering: {
      chips: chipsOf(ctx, shown, fields),
      builder: {
        fields,
        kept: shown.filter(({ row }) => row === undefined).map(({ term }) => term),
        rows: sent === undefined ? shown.flatMap(({ row }) => row ?? []) : sent.built.rows.map(({ row }) => row),
        ...(sent === undefined ? {} : { added: sent.built.added?.row, errors: sent.isStep ? {} : sent.errors }),
      },
      fault,
    },
    status: (sent !== undefined && !sent.isStep) || fault !== undefined ? 422 : 200,
  };
}

/** The reader's views of a list with how many rows each has now, and what of it waits for a decision; one whose filter cannot be read any more has no number. */
export function countedViews(
  ctx: Ctx,
  { path }: ListState,
  language: FilterLanguage,
  count: (filter: Filter | undefined) => number,
  decide?: DecisionView,
): Ctx {
  const views = ctx.views?.map((view) => {
    const url = new URL(`https://console.invalid${path}?${view.query}`);
    const read = readFilter(language, readListState(url, language.parameters));
    return 'fault' in read ? view : { ...view, count: count(read.filter) };
  });
  return { ...ctx, views, decide };
}

/** The page of what is asked; empty where it cannot be read. */
export function askedPage<Page extends { rows: readonly unknown[]; total: number }>(
  { filtering, filter }: AskedList,
  find: (filter: Filter | undefined) => Page,
): Page | { rows: []; total: 0; next?: undefined } {
  return filtering.fault === undefined ? find(filter) : { rows: [], total: 0 };
}
