import { type Token, tokens } from './lexer.ts';
import { type Condition, ConditionFault, type Field, type Layer, type Op, opsOf, type Vocabulary } from './types.ts';
import { parseValue } from './values.ts';

const maxComparisons = 100;
const maxDepth = 20;

export type ParseOptions = {
  vocabulary: Vocabulary;
  /** Fields of this layer and above cannot be asked. */
  below: Layer | 4;
  /** The id of a group by its id or name; several of one name are none. */
  group: (text: string) => string | undefined;
};

const isWord = (token: Token, text: string): boolean => token.kind === 'word' && token.text.toLowerCase() === text;

/** The tree of a condition's text; throws ConditionFault. */
export const parseCondition = (text: string, options: ParseOptions): Condition => {
  const list = tokens(text);
  let at = 0;
  let comparisons = 0;
  const peek = (): Token => list[at] ?? { kind: 'end', text: '', at: text.length + 1 };
  const take = (): Token => {
    const token = peek();
    at += 1;
    return token;
  };
  const fault = (what: string, token: Token): ConditionFault => new ConditionFault(what, token.at, token.text);

  const joined = (word: 'and' | 'or', depth: number, scope: string | undefined): Condition => {
    const part = (): Condition => (word === 'or' ? joined('and', depth, scope) : unary(depth, scope));
    const parts = [part()];
    while (isWord(peek(), word)) {
      take();
      parts.push(part());
    }
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return word === 'or' ? { any: parts } : { all: parts };
  };

  const inBrackets = (depth: number, scope: string | undefined): Condition => {
    const open = take();
    if (open.kind !== 'open') throw fault('expectedOpen', open);
    if (depth >= maxDepth) throw fault('tooDeep', open);
    const inside = joined('or', depth + 1, scope);
    const close = take();
    if (close.kind !== 'close') throw fault('expectedClose', close);
    return inside;
  };

  const unary = (depth: number, scope: string | undefined): Condition => {
    const token = peek();
    if (depth > maxDepth) throw fault('tooDeep', token);
    if (isWord(token, 'not')) {
      take();
      return { not: unary(depth + 1, scope) };
    }
    if (token.kind === 'open') return inBrackets(depth, scope);
    if (isWord(token, 'some')) {
      take();
      if (scope !== undefined) throw fault('someInSome', token);
      const name = take();
      const rows = options.vocabulary.rows.get(name.text);
      if (name.kind !== 'word' || rows === undefined) throw fault('unknownCollection', name);
      return { some: rows.name, where: inBrackets(depth, rows.name) };
    }
    return comparison(scope);
  };

  const fieldOf = (token: Token, scope: string | undefined): Field => {
    const { fields, rows } = options.vocabulary;
    const [collection = '', inner = ''] = token.text.split('.');
    const field =
      scope === undefined
        ? (fields.get(token.text) ?? rows.get(collection)?.fields.get(inner))
        : rows.get(scope)?.fields.get(token.text);
    if (token.kind !== 'word' || field === undefined)
      throw fault(token.kind === 'end' ? 'expectedField' : 'unknownField', token);
    if (field.layer >= options.below) throw fault('notHere', token);
    return field;
  };

  const comparison = (scope: string | undefined): Condition => {
    const name = take();
    const field = fieldOf(name, scope);
    comparisons += 1;
    if (comparisons > maxComparisons) throw fault('tooMany', name);
    const sign = take();
    const op = sign.text.toLowerCase() as Op;
    if ((sign.kind !== 'op' && sign.kind !== 'word') || !opsOf[field.type].includes(op)) throw fault('operator', sign);
    if (op === 'unknown') return { field: name.text, op, value: true };
    const given = take();
    if (given.kind !== 'word' && given.kind !== 'text') throw fault('expectedValue', given);
    const value = parseValue(field, op, given.text);
    if (value === undefined) throw fault(field.type === 'choice' ? 'choice' : `value.${field.type}`, given);
    if (field.type !== 'group') return { field: name.text, op, value };
    const group = options.group(given.text);
    if (group === undefined) throw fault('group', given);
    return { field: name.text, op, value: group };
  };

  const whole = joined('or', 0, undefined);
  const rest = peek();
  if (rest.kind !== 'end') throw fault('expectedEnd', rest);
  return whole;
};
