import { maxWalkLevels, namesComputer, pathFault, type ValueFault, walkFault } from './path-values.ts';
import { argumentsAt, closeOf, isText, nameOf, sqlKeywords, sqlWords, textOf } from './sql-pieces.ts';

// What values a live query may hand to tables and functions. SQLite has said before which columns the statement reads; that a
// value reaches a column that steers what is opened is seen in the shape in which the column stands. Only shapes in which the
// value is a text of the statement itself are taken, and only in one plain SELECT, where no name stands for another: everything
// else, also what would be harmless, is refused.

type ValueRefusal = { what: string; why: ValueFault };

/** What a refusal says after the name of the column or function. */
export const valueReasons: Readonly<Record<ValueFault, string>> = {
  computer: 'the path names another computer, and a device would open a connection there',
  device: 'the path names a device, not a file or folder',
  relative: 'a path begins at the top: /folder or C:\\folder',
  dots: 'a path names each folder, without . and ..',
  wildcard: 'in a path only % stands for other characters',
  top: 'a search begins below a named folder: /home/% or C:\\Users\\%',
  depth: `a search says how deep it goes: one % for each level, at most ${maxWalkLevels} levels`,
  literal:
    'this value is a text in the query itself: not an expression, a column or a subquery, and alone in its condition',
  flat: 'a table that opens paths is read by one plain SELECT, without subqueries, WITH or UNION',
  width: 'a width is a number up to 1000',
  growth: 'it makes values much longer',
  pattern: 'a regular expression has at most 256 bytes',
  repeat: 'in a regular expression what repeats or has a choice is not repeated again',
};

export const isValueFault = (value: unknown): value is ValueFault =>
  typeof value === 'string' && Object.hasOwn(valueReasons, value);

/** Real functions: what they give of a column is no condition on it. */
const shielding = new Set(
  `lower upper length substr substring trim ltrim rtrim replace instr split regex_match regex_split parent_directory hex
   count group_concat min max sum version_compare datetime date strftime`.split(/\s+/),
);

const before = new Set(['where', 'and', 'or', 'on', 'not', 'having', 'when', '(']);
/** Behind a value the condition ends. */
const after = new Set(
  `) and or group order limit having then else end , ; join left right inner outer cross full natural where`
    .split(/\s+/)
    .concat(''),
);
const clauseEnds = new Set(['group', 'order', 'limit']);
const clauseStarts = new Set(['from', 'where', 'on', 'having']);
const operandEnd = /^(?:[A-Za-z_"`[']|\d|\)$)/;
/** Words of the select list under which one of the columns can be meant afterwards. */
const aliasesOf = (words: readonly string[], names: readonly string[], columns: ReadonlySet<string>): string[] => {
  const start = names.indexOf('select');
  const found: string[] = [];
  let item: number[] = [];
  let depth = 0;
  const close = (): void => {
    const last = item.at(-1);
    const isMeant = item.some((at) => columns.has(names[at] ?? ''));
    const text = words[last ?? 0] ?? '';
    // A column with its table before it has no other name.
    const isName = /^["'`[\w]/.test(text) && !sqlKeywords.has(text.toLowerCase()) && words[(last ?? 0) - 1] !== '.';
    if (last !== undefined && isMeant && item.length > 1 && isName) found.push(names[last] ?? '');
    item = [];
  };
  for (let at = start + 1; at < words.length; at += 1) {
    if (words[at] === '(') depth += 1;
    if (words[at] === ')') depth -= 1;
    if (depth === 0 && words[at]?.toLowerCase() === 'from') break;
    if (depth === 0 && words[at] === ',') close();
    else item.push(at);
  }
  close();
  return found;
};

/** The fault of one condition on a column that steers what is opened; `at` is behind the column's name. */
const conditionFault = (words: readonly string[], at: number): ValueFault | undefined => {
  const word = (place: number): string => words[place]?.toLowerCase() ?? '';
  const value = (place: number, fault: (text: string) => ValueFault | undefined): ValueFault | undefined => {
    const text = words[place];
    if (!isText(text) || !after.has(word(place + 1))) return 'literal';
    return fault(textOf(text));
  };
  /** Opens nothing; a value that is another computer's is refused with all others. */
  const nothing = (): undefined => undefined;
  const [first, second, third] = [word(at), word(at + 1), word(at + 2)];
  if (first === '=') return value(second === '=' ? at + 2 : at + 1, pathFault);
  if ((first === '<' && second === '>') || (first === '!' && second === '=')) return value(at + 2, nothing);
  if (first === 'isnull' || first === 'notnull') return after.has(second) ? undefined : 'literal';
  if (first === 'is' && second === 'null') return after.has(third) ? undefined : 'literal';
  if (first === 'is' && second === 'not') return third === 'null' ? undefined : value(at + 2, nothing);
  if (first === 'is') return value(at + 1, pathFault);
  if (first === 'like') return value(at + 1, walkFault);
  if (first === 'not' && second === 'like') return value(at + 2, nothing);
  const list = first === 'in' ? at + 1 : first === 'not' && second === 'in' ? at + 2 : undefined;
  if (list === undefined || words[list] !== '(') return 'literal';
  const behind = closeOf(words, list);
  const values = argumentsAt(words, list);
  if (!after.has(word(behind)) || values.some((one) => one.length !== 1 || !isText(one[0]))) return 'literal';
  if (first === 'not') return undefined;
  return values.map(([text = '']) => pathFault(textOf(text))).find((fault) => fault !== undefined);
};

/** Columns by table, of those that the statement reads, in which a value says which file or folder is opened. */
function pathsFault(words: readonly string[], steering: readonly string[]): ValueRefusal | undefined {
  const columns = new Set(steering.map((name) => name.slice(name.indexOf('.') + 1)));
  const names = words.map(nameOf);
  const isWord = (at: number): boolean => !isText(words[at]) || words[at - 1] === '.';
  const what = steering[0] ?? '';
  const foreign = words.find((text) => isText(text) && namesComputer(textOf(text)));
  if (foreign !== undefined) return { what: foreign, why: 'computer' };
  if (words.filter((text) => /^(?:select|values|with)$/i.test(text)).length > 1) return { what, why: 'flat' };
  const meant = new Set([...columns, ...aliasesOf(words, names, columns)]);
  let isCondition = false;
  let depth = 0;
  const shields: boolean[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]?.toLowerCase() ?? '';
    if (word === '(') {
      depth += 1;
      // A bare bracket, or a word that is no function, shields nothing.
      shields.push(shielding.has(words[at - 1]?.toLowerCase() ?? ''));
    } else if (word === ')') {
      depth -= 1;
      shields.pop();
    } else if (clauseStarts.has(word)) isCondition = true;
    else if (clauseEnds.has(word) && depth === 0) isCondition = false;
    // In the form of a call these are conditions, too.
    if ((word === 'like' || word === 'glob') && words[at + 1] === '(' && !operandEnd.test(words[at - 1] ?? ''))
      return { what: `${word}()`, why: 'literal' };
    if (!isCondition || !meant.has(names[at] ?? '') || !isWord(at) || words[at + 1] === '.') continue;
    if (shields.includes(true)) continue;
    const start = words[at - 1] === '.' ? at - 2 : at;
    // With the schema before the table.
    const first = words[start - 1] === '.' ? start - 2 : start;
    const name = `${steering.find((one) => one.endsWith(`.${names[at]}`)) ?? names[at]}`;
    if (!before.has(words[first - 1]?.toLowerCase() ?? '')) return { what: name, why: 'literal' };
    const why = conditionFault(words, at + 1);
    if (why !== undefined) return { what: name, why };
  }
  return undefined;
}

const maxWidth = 1_000;
const maxPattern = 256;
const maxRepeats = 1_000;
const maxGrowth = 1_000;

/** Of a format: a width that is a value, or one past the bound. */
const formatFault = (format: string): ValueFault | undefined => {
  for (const [, flags = ''] of format.matchAll(/%([^a-zA-Z%]*)/g)) {
    if (flags.includes('*')) return 'width';
    for (const [digits] of flags.matchAll(/\d+/g)) if (Number(digits) > maxWidth) return 'width';
  }
  return undefined;
};

/** Of a regular expression: a group that repeats, or has a choice, and is repeated itself takes a time without bound. */
const patternFault = (pattern: string): ValueFault | undefined => {
  if (Buffer.byteLength(pattern) > maxPattern) return 'pattern';
  const text = pattern.replaceAll(/\\[\s\S]/g, '.').replaceAll(/\[\^?\]?[^\]]*\]/g, '.');
  for (const [, low = '0', high = '0'] of text.matchAll(/\{(\d*),?(\d*)\}/g))
    if (Number(low) > maxRepeats || Number(high) > maxRepeats) return 'repeat';
  const groups: boolean[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const isRepeat = /^(?:[*+]|\{\d)/.test(text.slice(at, at + 2));
    if (text[at] === '(') {
      groups.push(false);
      if (text[at + 1] === '?') at += 1;
    } else if (text[at] === ')') {
      const hasRepeat = groups.pop() === true;
      const isRepeated = /^(?:[*+]|\{\d)/.test(text.slice(at + 1, at + 3));
      if (hasRepeat && isRepeated) return 'repeat';
      if ((hasRepeat || isRepeated) && groups.length > 0) groups[groups.length - 1] = true;
    } else if ((isRepeat || text[at] === '|' || text[at] === '?') && groups.length > 0)
      groups[groups.length - 1] = true;
  }
  return undefined;
};

/** Values that make a client work without an end or fill its memory. */
function functionsFault(words: readonly string[]): ValueRefusal | undefined {
  let growth = 1;
  for (let at = 0; at + 1 < words.length; at += 1) {
    if (words[at + 1] !== '(') continue;
    const name = nameOf(words[at] ?? '');
    const literal = (given: readonly string[] | undefined): string | undefined =>
      given?.length === 1 && isText(given[0]) ? textOf(given[0]) : undefined;
    const given = argumentsAt(words, at + 1);
    if (name === 'printf' || name === 'format') {
      const format = literal(given[0]);
      const why = format === undefined ? 'literal' : formatFault(format);
      if (why !== undefined) return { what: `${name}()`, why };
    }
    if (name === 'regex_match' || name === 'regex_split') {
      const pattern = literal(given[1]);
      const why = pattern === undefined ? 'literal' : patternFault(pattern);
      if (why !== undefined) return { what: `${name}()`, why };
    }
    if (name === 'replace') {
      const text = literal(given[2]);
      if (text === undefined) return { what: 'replace()', why: 'literal' };
      growth *= Math.max(1, text.length);
    }
    if (name === 'hex' || name === 'quote' || name === 'json_quote' || name === 'to_base64') growth *= 2;
    if (growth > maxGrowth) return { what: `${name}()`, why: 'growth' };
  }
  return undefined;
}

/** Why a statement that SQLite read is refused for a value; `steering` has the columns, as table.column, that say what is opened. */
export function valueRefusal(sql: string, steering: readonly string[]): ValueRefusal | undefined {
  const words = sqlWords(sql);
  return functionsFault(words) ?? (steering.length === 0 ? undefined : pathsFault(words, steering));
}
