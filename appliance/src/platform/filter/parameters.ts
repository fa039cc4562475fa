import { fieldOf, maxComparisons, namedField, type ParseOptions, parseFilter, termOf, usualOf } from './parse.ts';
import { printFilter } from './print.ts';
import type { Token } from './tokens.ts';
import { type Comparison, comparisonsOf, type Field, type Filter, FilterFault, type Op, opsOf } from './types.ts';

// A filter as parameters of an address: an `and` of terms. A name is a field with what is asked of it, `name=value` being
// what is usually asked: `os=debian`, `os!=windows`, `findings>=5`, `findings<5`, `lastSeen.older=30d`, `vendor.unknown=yes`.
// One name given several times means any of the values, with `!=` none of them. `where` has the language itself, for what
// terms cannot say.

/** A parameter: its name and its value. */
export type Term = readonly [name: string, value: string];

/** The terms of named values; what is left out or empty asks nothing. */
export function termsIn(
  asked: Readonly<Record<string, string | number | boolean | readonly (string | number)[] | undefined>>,
): Term[] {
  return Object.entries(asked).flatMap(([name, values = []]) =>
    [values].flat().flatMap((value): Term[] => (String(value).trim() === '' ? [] : [[name, String(value)]])),
  );
}

/** The parameter that holds a filter's text. */
const whereParameter = 'where';

const wordOps: ReadonlySet<string> = new Set([
  'contains',
  'starts',
  'ends',
  'in',
  'older',
  'newer',
  'before',
  'after',
  'unknown',
]);

/** The field's name, what is asked and the value; without an operator what is usually asked. */
function partsOf([name, value]: Term): { name: string; op?: Op; value: string } {
  // `a<5` has no `=`: all of it is the parameter's name.
  const bare = value === '' ? /^([^<>]+)([<>])(.+)$/s.exec(name) : null;
  if (bare !== null) return { name: bare[1] ?? '', op: bare[2] as Op, value: bare[3] ?? '' };
  const sign = name.slice(-1);
  if (sign === '!' || sign === '<' || sign === '>') return { name: name.slice(0, -1), op: `${sign}=` as Op, value };
  const dot = name.lastIndexOf('.');
  const word = name.slice(dot + 1);
  return dot > 0 && wordOps.has(word) ? { name: name.slice(0, dot), op: word as Op, value } : { name, value };
}

/** The field that a parameter asks, by its name or another that it has in addresses; undefined for other parameters. */
function askedField(name: string, { vocabulary, below }: ParseOptions): string | undefined {
  const field =
    vocabulary.fields.get(name) ??
    [...vocabulary.fields.values()].find(({ also, parameter }) => parameter === name || also?.includes(name));
  if (field !== undefined) return (field.layer ?? 0) < below ? field.name : undefined;
  const [rows = '', inner = ''] = name.split('.');
  return vocabulary.rows.get(rows)?.fields.has(inner) ? name : undefined;
}

/** Whether a parameter is a part of the filter. */
export function isTerm(term: Term, options: ParseOptions): boolean {
  return term[0] === whereParameter || askedField(partsOf(term).name, options) !== undefined;
}

const negated = (filter: Filter, field: Field): Filter =>
  'field' in filter && filter.op === '=' && opsOf(field).includes('!=') ? { ...filter, op: '!=' } : { not: filter };

function termFilter(term: Term, options: ParseOptions): Filter {
  const { op, value, ...named } = partsOf(term);
  const name = askedField(named.name, options);
  const token: Token = { kind: 'text', text: value, at: 1 };
  if (name === undefined) throw new FilterFault('unknownField', 1, named.name);
  const field = fieldOf({ kind: 'word', text: name, at: 1 }, options);
  if (op === undefined || op === '!=') {
    const asked = usualOf(field, name, token, options);
    return op === undefined ? asked : negated(asked, field);
  }
  if (op !== 'unknown') return termOf(field, name, op, token, options);
  const isUnknown = { yes: true, no: false }[value.toLowerCase()];
  if (isUnknown === undefined) throw new FilterFault('value.yesno', 1, value);
  const asked = termOf(field, name, op, token, options);
  return isUnknown ? asked : { not: asked };
}

/** A fault in a term names its parameter. */
const inTerm = <T>([name]: Term, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (error instanceof FilterFault) error.parameter = name;
    throw error;
  }
};

const isNegative = (term: Term): boolean => partsOf(term).op === '!=';

/** What terms have in common whose values are alternatives. */
const keyOf = (term: Term, options: ParseOptions): string => {
  const { name, op } = partsOf(term);
  return `${askedField(name, options) ?? name} ${op ?? ''}`;
};

/** The filter of some parameters, all of which are terms; undefined when there is none. Throws FilterFault. */
export function filterOf(terms: readonly Term[], options: ParseOptions): Filter | undefined {
  if (terms.length > maxComparisons) throw new FilterFault('tooMany', 1, String(maxComparisons));
  const byName = new Map<string, { term: Term; filters: Filter[] }>();
  const wheres: Filter[] = [];
  for (const term of terms) {
    const [name, value] = term;
    if (name === whereParameter) {
      const where = inTerm(term, () => parseFilter(value, options));
      wheres.push(...('all' in where ? where.all : [where]));
      continue;
    }
    const key = keyOf(term, options);
    const held = byName.get(key);
    const filter = inTerm(term, () => termFilter(term, options));
    if (held === undefined) byName.set(key, { term, filters: [filter] });
    else held.filters.push(filter);
  }
  const parts = [...byName.values()].flatMap(({ term, filters }): Filter[] => {
    const [only] = filters;
    return only === undefined || filters.length === 1 || isNegative(term) ? filters : [{ any: filters }];
  });
  const all = [...parts, ...wheres];
  if (comparisonsOf({ all }).length > maxComparisons) throw new FilterFault('tooMany', 1, String(maxComparisons));
  const [only] = all;
  return all.length < 2 ? only : { all };
}

/** The parameter of a comparison; undefined where there is none that asks exactly this. */
function termOfComparison({ field: name, op, value }: Comparison, field: Field): Term | undefined {
  const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
  if (op === 'unknown') return [`${name}.unknown`, 'yes'];
  const [usual] = opsOf(field);
  if (op === usual) return [field.parameter ?? name, text];
  // `!=` turns round what is usually asked.
  if (op === '=' || (op === '!=' && usual !== '=')) return undefined;
  if (op === '!=' || op === '<=' || op === '>=') return [`${name}${op.charAt(0)}`, text];
  return op === '<' || op === '>' ? [`${name}${op}${text}`, ''] : [`${name}.${op}`, text];
}

/** The parameters of a filter: `filterOf` makes of them what asks the same. */
export function termsOf(filter: Filter, options: ParseOptions): Term[] {
  const found: Term[] = [];
  const keys = new Set<string>();
  const rest: Filter[] = [];
  const termFor = (part: Filter): Term | undefined => {
    const asked = 'not' in part ? part.not : part;
    if (!('field' in asked)) return undefined;
    const field = namedField(asked.field, options.vocabulary);
    const term = field === undefined ? undefined : termOfComparison(asked, field);
    if (term === undefined || !('not' in part)) return term;
    // `os!=a` turns round what is usually asked; of `=` it is `!=`.
    return term[0] === asked.field && asked.op !== '=' ? [`${term[0]}!`, term[1]] : undefined;
  };
  for (const part of 'all' in filter ? filter.all : [filter]) {
    const terms = ('any' in part ? part.any : [part]).flatMap((one): Term[] => {
      const term = termFor(one);
      return term === undefined ? [] : [term];
    });
    const [first] = terms;
    const isWhole = terms.length === ('any' in part ? part.any.length : 1);
    const key = first === undefined ? '' : keyOf(first, options);
    const isAlone =
      'any' in part && [...options.vocabulary.fields.values()].some((one) => one.parameter === first?.[0]);
    const isAlike = terms.every((term) => keyOf(term, options) === key);
    if (
      first === undefined ||
      !isWhole ||
      !isAlike ||
      isAlone ||
      keys.has(key) ||
      ('any' in part && isNegative(first))
    ) {
      rest.push(part);
      continue;
    }
    keys.add(key);
    found.push(...terms);
  }
  const [only] = rest;
  if (only !== undefined) found.push([whereParameter, printFilter(rest.length === 1 ? only : { all: rest }, options)]);
  return found;
}
