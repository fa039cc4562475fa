import { defined } from '@sallyport/bundle-tools/platform/defined';
import { filterValues, type ListState } from '@sallyport/ui/list';
import type { FilterField } from '@sallyport/ui/model';

// What a list can be narrowed by is declared once: its menu of filters, the names in its address and the values come from it.

type ListFilter = {
  /** Key of its name; a filter without one is in addresses alone. */
  readonly label?: string;
  /** What it can be; without it any text. */
  readonly choices?: readonly string[];
  /** Key of the word of a choice. */
  readonly words?: (value: never) => string;
};

type ListFilters = Readonly<Record<string, ListFilter>>;

/** A filter with a choice of values. */
export const choiceOf = <const C extends string>(
  label: string,
  words: (value: C) => string,
  choices: readonly C[],
) => ({ label, words, choices });

/** The menu of filters; `options`: what can be chosen at the moment, for those whose choices are not declared. */
export function filterFields(
  filters: ListFilters,
  options: Readonly<Record<string, NonNullable<FilterField['options']>>> = {},
): FilterField[] {
  return Object.entries(filters).flatMap(([name, { label, choices, words }]): FilterField[] => {
    if (label === undefined) return [];
    if (choices === undefined || words === undefined) return [{ name, label, ...defined({ options: options[name] }) }];
    return [{ name, label, options: choices.map((value) => ({ value, key: words(value as never) })) }];
  });
}

type Asked<F extends ListFilters> = {
  readonly [Name in keyof F]: F[Name] extends { readonly choices: readonly (infer C extends string)[] }
    ? C[]
    : string[];
};

/** What is asked for by name, in the order of the choices; what is no choice is not asked for. */
export function askedBy<F extends ListFilters>(filters: F, list: ListState): Asked<F> {
  return Object.fromEntries(
    Object.entries(filters).map(([name, { choices }]) => {
      const values = filterValues(list, name);
      return [name, choices === undefined ? values : choices.filter((choice) => values.includes(choice))];
    }),
  ) as Asked<F>;
}
