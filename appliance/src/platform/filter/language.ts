import { invalid } from '../errors.ts';
import { filterOf, type Term, termsOf } from './parameters.ts';
import { type ParseOptions, parseFilter } from './parse.ts';
import { filterOfRow, type Row, rowOf } from './rows.ts';
import { comparisonsOf, type Filter, FilterFault, sayFault, type Vocabulary } from './types.ts';

// What a list does with its language: it reads what an address asks, and gives what its builder shows.

/**
 * So many looks at everything that is listed a list may ask for: each takes about 9 ms of the main thread for 10,000
 * devices, and every reader may ask for a list. Rules ask as much as they like, a batch of devices at a time.
 */
const mostScans = 8;

export type FilterLanguage = {
  readonly vocabulary: Vocabulary;
  /** Names of parameters that ask something; a name may be followed by an operator. */
  readonly parameters: readonly string[];
  /** The filter of an address's parameters; INVALID at the one that is wrong. */
  read(terms: readonly Term[]): Filter | undefined;
  /** The filter of a text; INVALID at `field`. */
  parse(text: string, field: string): Filter;
  /** A parameter as a row of a form; undefined where it says more than one can. */
  rowOf(term: Term): Row | undefined;
  /** The parameters of a row, or what is wrong with it. */
  ofRow(row: Row): { terms: Term[]; fault?: ReturnType<typeof sayFault> };
};

type LanguageParts = {
  readonly vocabulary: Vocabulary;
  /** Fields of this layer and above cannot be asked; without it all can. */
  readonly below?: number;
  /** The id of a group by its id or name; where a field is a group. */
  readonly group?: ParseOptions['group'];
  /** How often everything has to be looked at; without it once for each comparison that is neither `=` nor `!=`. */
  readonly scansOf?: (filter: Filter) => number;
  readonly scans?: number;
  /** Throws FilterFault for what the list cannot find. */
  readonly check?: (filter: Filter) => unknown;
};

const scansIn = (filter: Filter): number => comparisonsOf(filter).filter(({ op }) => op !== '=' && op !== '!=').length;

const orInvalid = <T>(field: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FilterFault)) throw error;
    throw invalid({ [error.parameter ?? field]: sayFault(error.fault) });
  }
};

/** A fault becomes what the caller makes of it. */
const orFault = <T>(work: () => T, otherwise: (fault: FilterFault) => T): T => {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FilterFault)) throw error;
    return otherwise(error);
  }
};

/** The language of a list, over what its entity declares. */
export function filterLanguage(parts: LanguageParts): FilterLanguage {
  const { vocabulary, below = Number.POSITIVE_INFINITY, group = () => undefined, scansOf = scansIn } = parts;
  const most = parts.scans ?? mostScans;
  const options = { vocabulary, below, group };
  return {
    vocabulary,
    parameters: [
      // The searched text is no filter of a list but stands beside them.
      ...[...vocabulary.fields.values()].flatMap(({ name, also = [] }) => (name === 'text' ? [] : [name, ...also])),
      ...[...vocabulary.rows.values()].flatMap(({ name, fields }) => [...fields.keys()].map((of) => `${name}.${of}`)),
      'where',
    ],
    read: (terms) =>
      orInvalid('where', () => {
        const filter = filterOf(terms, options);
        if (filter !== undefined && scansOf(filter) > most) throw new FilterFault('tooManyScans', 1, String(most));
        if (filter !== undefined) parts.check?.(filter);
        return filter;
      }),
    parse: (text, field) => orInvalid(field, () => parseFilter(text, options)),
    rowOf: (term) =>
      orFault<Row | undefined>(
        () => {
          const filter = filterOf([term], options);
          return filter && rowOf(filter, vocabulary);
        },
        () => undefined,
      ),
    ofRow: (row) =>
      orFault<ReturnType<FilterLanguage['ofRow']>>(
        () => ({ terms: termsOf(filterOfRow(row, options), options) }),
        ({ fault }) => ({ terms: [], fault: sayFault(fault) }),
      ),
  };
}
