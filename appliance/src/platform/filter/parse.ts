import { type Token, tokens } from './tokens.ts';
import { type Comparison, type Field, type Filter, FilterFault, type Op, opsOf, type Vocabulary } from './types.ts';
import { parseValue } from './values.ts';

/** Comparisons of one filter. */
export const maxComparisons = 100;
const maxDepth = 20;

export type ParseOptions = {
  vocabulary: Vocabulary;
  /** Fields of this layer and above cannot be asked. */
  below: number;
  /** The id of a group by its id or name; several of one name are none. */
  group: (text: string) => string | undefined;
};

const faultAt = (what: string, { at, text }: Token): FilterFault => new FilterFault(what, at, text);
const isWord = (token: Token, text: string): boolean => token.kind === 'word' && token.text.toLowerCase() === text;

/** The field of a name at the top: one of its own or one of a collection. */
export function namedField(name: string, { fields, rows }: Vocabulary): Field | undefined {
  const [collection = '', inner = ''] = name.split('.');
  return fields.get(name) ?? rows.get(collection)?.fields.get(inner);
}

/** The field that a word names, in the collection of a `some` if it stands in one. */
export function fieldOf(token: Token, options: ParseOptions, scope?: string): Field {
  const { vocabulary } = options;
  const field =
    scope === undefined ? namedField(token.text, vocabulary) : vocabulary.rows.get(scope)?.fields.get(token.text);
  if (token.kind !== 'word' || field === undefined)
    throw faultAt(token.kind === 'end' ? 'expectedField' : 'unknownField', token);
  if ((field.layer ?? 0) >= options.below) throw faultAt('notHere', token);
  return field;
}

/** A comparison of a field by the name that it has where it stands. */
function comparisonOf(field: Field, name: string, op: Op, given: Token, options: ParseOptions): Comparison {
  const value = parseValue(field, op, given.text);
  if (value === undefined) throw faultAt(field.type === 'choice' ? 'choice' : `value.${field.type}`, given);
  if (field.type !== 'group' || op === 'contains') return { field: name, op, value };
  const group = options.group(given.text);
  if (group === undefined) throw faultAt('group', given);
  return { field: name, op, value: group };
}

/** `openssl`, `openssl/3.0.14`, `openssl<3.0.14`, the last also in parts: rows of the collection that are it. */
function itemOf(field: Field, given: Token, options: ParseOptions, version?: { op: Op; given: Token }): Filter {
  const { item } = field;
  const rows = item === undefined ? undefined : options.vocabulary.rows.get(item.rows);
  const [name, versions] = [rows?.fields.get(item?.name ?? ''), rows?.fields.get(item?.version ?? '')];
  if (rows === undefined || name === undefined || versions === undefined) throw faultAt('unknownField', given);
  const named = (text: string): Comparison => comparisonOf(name, name.name, '=', { ...given, text }, options);
  const of = (op: Op, text: Token): Comparison => comparisonOf(versions, versions.name, op, text, options);
  const some = (where: Filter): Filter => ({ some: rows.name, where });
  if (version !== undefined) return some({ all: [named(given.text), of(version.op, version.given)] });
  const order = /^([^<>=!]+)(<=|>=|!=|=|<|>)(.+)$/s.exec(given.text);
  if (order !== null) {
    const [, text = '', op = '=', than = ''] = order;
    return itemOf(field, { ...given, text: text.trim() }, options, { op: op as Op, given: { ...given, text: than } });
  }
  // Names may hold a slash themselves.
  const cut = given.text.lastIndexOf('/');
  if (cut <= 0 || cut === given.text.length - 1) return some(named(given.text));
  const [head, tail] = [given.text.slice(0, cut), { ...given, text: given.text.slice(cut + 1) }];
  return some({ any: [named(given.text), { all: [named(head), of('=', tail)] }] });
}

/** What a value asks of a field where no operator is given. */
export function usualOf(field: Field, name: string, given: Token, options: ParseOptions): Filter {
  if (field.type === 'item') return itemOf(field, given, options);
  // A group by its id is that group; words are a part of the names of groups.
  if (field.type === 'group')
    return comparisonOf(field, name, options.group(given.text) === given.text ? 'in' : 'contains', given, options);
  return comparisonOf(field, name, opsOf(field)[0] ?? '=', given, options);
}

/** A field, an operator and a value, from any of the forms in which they are written; `version` of an item only. */
export function termOf(
  field: Field,
  name: string,
  op: Op,
  given: Token,
  options: ParseOptions,
  version?: { op: Op; given: Token },
): Filter {
  if (!opsOf(field).includes(op)) throw faultAt('operator', { ...given, text: op });
  if (op === 'unknown') return { field: name, op, value: true };
  if (field.type !== 'item') return comparisonOf(field, name, op, given, options);
  const item = itemOf(field, given, options, version);
  return op === '!=' ? { not: item } : item;
}

/** The tree of a filter's text; throws FilterFault. */
export function parseFilter(text: string, options: ParseOptions): Filter {
  const list = tokens(text);
  let at = 0;
  let comparisons = 0;
  const peek = (): Token => list[at] ?? { kind: 'end', text: '', at: text.length + 1 };
  const take = (): Token => {
    const token = peek();
    at += 1;
    return token;
  };

  const joined = (word: 'and' | 'or', depth: number, scope: string | undefined): Filter => {
    const part = (): Filter => (word === 'or' ? joined('and', depth, scope) : unary(depth, scope));
    const parts = [part()];
    while (isWord(peek(), word)) {
      take();
      parts.push(part());
    }
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return word === 'or' ? { any: parts } : { all: parts };
  };

  const inBrackets = (depth: number, scope: string | undefined): Filter => {
    const open = take();
    if (open.kind !== 'open') throw faultAt('expectedOpen', open);
    if (depth >= maxDepth) throw faultAt('tooDeep', open);
    const inside = joined('or', depth + 1, scope);
    const close = take();
    if (close.kind !== 'close') throw faultAt('expectedClose', close);
    return inside;
  };

  const unary = (depth: number, scope: string | undefined): Filter => {
    const token = peek();
    if (depth > maxDepth) throw faultAt('tooDeep', token);
    if (isWord(token, 'not')) {
      take();
      return { not: unary(depth + 1, scope) };
    }
    if (token.kind === 'open') return inBrackets(depth, scope);
    if (isWord(token, 'some')) {
      take();
      if (scope !== undefined) throw faultAt('someInSome', token);
      const name = take();
      const rows = options.vocabulary.rows.get(name.text);
      if (name.kind !== 'word' || rows === undefined) throw faultAt('unknownCollection', name);
      return { some: rows.name, where: inBrackets(depth, rows.name) };
    }
    return comparison(scope);
  };

  const value = (): Token => {
    const given = take();
    if (given.kind !== 'word' && given.kind !== 'text') throw faultAt('expectedValue', given);
    return given;
  };

  /** The operator and version after the name of an item. */
  const version = (field: Field): { op: Op; given: Token } | undefined => {
    if (field.type !== 'item' || peek().kind !== 'op') return undefined;
    return { op: take().text as Op, given: value() };
  };

  const comparison = (scope: string | undefined): Filter => {
    const first = take();
    comparisons += 1;
    if (comparisons > maxComparisons) throw faultAt('tooMany', first);
    const colon = first.kind === 'word' ? first.text.indexOf(':') : -1;
    if (colon > 0) {
      const name: Token = { ...first, text: first.text.slice(0, colon) };
      const field = fieldOf(name, options, scope);
      const rest = first.text.slice(colon + 1);
      const given: Token = rest === '' ? value() : { kind: 'text', text: rest, at: first.at + colon + 1 };
      const of = version(field);
      return of === undefined ? usualOf(field, name.text, given, options) : itemOf(field, given, options, of);
    }
    const field = fieldOf(first, options, scope);
    const sign = take();
    const op = sign.text.toLowerCase() as Op;
    if ((sign.kind !== 'op' && sign.kind !== 'word') || !opsOf(field).includes(op)) throw faultAt('operator', sign);
    if (op === 'unknown') return termOf(field, first.text, op, sign, options);
    const given = value();
    return termOf(field, first.text, op, given, options, version(field));
  };

  const whole = joined('or', 0, undefined);
  const rest = peek();
  if (rest.kind !== 'end') throw faultAt('expectedEnd', rest);
  return whole;
}
