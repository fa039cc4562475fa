import { osqueryTables } from './osquery-tables.generated.ts';
import { isNameOf, nameOf, sqlKeywords } from './sql-pieces.ts';

// What preparing a statement costs: SQLite copies what a name stands for at each of its uses, and a copy holds copies.

/** The place of the name that a named subquery has, before its `as` at this place. */
const definedBefore = (words: readonly string[], as: number): number => {
  if (words[as - 1] !== ')') return as - 1;
  let depth = 0;
  for (let at = as - 1; at >= 0; at -= 1) {
    if (words[at] === ')') depth += 1;
    if (words[at] === '(') depth -= 1;
    if (depth === 0) return at - 1;
  }
  return -1;
};

/** At most how many copies SQLite makes of a part of the statement: the uses of all named subqueries, multiplied. */
export function subqueryCopies(words: readonly string[]): number {
  const names = words.map(nameOf);
  const definitions = names.flatMap((name, at) => {
    if (name !== 'as') return [];
    const next = at + (names[at + 1] === 'not' ? 1 : 0) + 1;
    return words[names[next] === 'materialized' ? next + 1 : next] === '(' ? [definedBefore(words, at)] : [];
  });
  const uses = new Map<string, number>();
  names.forEach((name, at) => {
    // With a point beside it, it is no subquery.
    if (words[at - 1] !== '.' && words[at + 1] !== '.') uses.set(name, (uses.get(name) ?? 0) + 1);
  });
  const times = new Map<string, number>();
  for (const at of definitions) times.set(names[at] ?? '', (times.get(names[at] ?? '') ?? 0) + 1);
  return definitions.reduce((product, at) => {
    const name = names[at] ?? '';
    return product * Math.max(1, (uses.get(name) ?? 0) - (times.get(name) ?? 0));
  }, 1);
}

const compound = new Set(['union', 'intersect', 'except']);

/** The pieces of each SELECT, without those of the ones within it. */
const selectsOf = (words: readonly string[]): number[][] => {
  const done: number[][] = [];
  const open: { depth: number; own: number[] }[] = [];
  let depth = 0;
  words.forEach((word, at) => {
    const text = word.toLowerCase();
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    while ((open.at(-1)?.depth ?? depth) > depth) done.push(open.pop()?.own ?? []);
    if (compound.has(text) && open.at(-1)?.depth === depth) done.push(open.pop()?.own ?? []);
    if (text === 'select') open.push({ depth, own: [] });
    else open.at(-1)?.own.push(at);
  });
  return [...done, ...open.map(({ own }) => own)];
};

/**
 * At most how many copies SQLite makes of an expression: for each SELECT the uses of the name that it uses most, multiplied. Names
 * count that can stand for an expression: all where it reads a subquery, else those that the statement gives.
 */
export function expressionCopies(words: readonly string[]): number {
  const names = words.map(nameOf);
  const given = new Set(names.filter((_name, at) => isNameOf(words, at)));
  return selectsOf(words).reduce((product, own) => {
    const from = own.find((at) => words[at]?.toLowerCase() === 'from') ?? words.length;
    // A subquery in FROM leaves an empty bracket, and one with a name is no table of the client.
    const readsOther = own.some(
      (at) =>
        at > from &&
        /^(?:from|join|,|\()$/i.test(words[at - 1] ?? '') &&
        (words[at] === '(' || words[at]?.toLowerCase() === ')' || !Object.hasOwn(osqueryTables, names[at] ?? '')),
    );
    const uses = new Map<string, number>();
    for (const at of own) {
      const name = names[at] ?? '';
      const isWord =
        /^\w/.test(name) && words[at]?.startsWith("'") !== true && !sqlKeywords.has(words[at]?.toLowerCase() ?? '');
      if (!isWord || words[at + 1] === '.') continue;
      if (readsOther || given.has(name)) uses.set(name, (uses.get(name) ?? 0) + 1);
    }
    return product * Math.max(1, ...uses.values());
  }, 1);
}
