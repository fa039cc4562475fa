import { readListState } from '@sallyport/ui/list';
import { toFailure } from '../errors.ts';
import type { FilterLanguage } from './language.ts';
import type { Filter } from './types.ts';

// The filter of a list as its address has it: how rules and receivers keep which events they are about.

type Asked = { readonly language: FilterLanguage };

/** What a query of the events' page asks. INVALID for one that cannot be read; the words of events have to be known. */
export function filterOf(events: Asked, query: string): Filter | undefined {
  const { q, filters } = readListState(new URL(`https://console.invalid/?${query}`), events.language.parameters);
  return events.language.read([...(q === '' ? [] : ([['q', q]] as const)), ...filters]);
}

/** What is wrong with a query, as faults of fields say it; undefined where it can be read. */
export function queryFault(events: Asked, query: string) {
  try {
    filterOf(events, query);
    return undefined;
  } catch (error) {
    const { code, details } = toFailure(error);
    if (code !== 'INVALID') throw error;
    return Object.values(details.fields ?? {})[0] ?? { key: 'validation.format' };
  }
}
