// A statement cut as SQLite cuts it, for what its parser does not tell: characters outside of strings, and what preparing
// it costs. What a statement reads is never decided here.

const piece =
  /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[A-Za-z_][\w$]*|\d[\w.]*|[^ \t\n\f\r]/g;

/** Words, numbers, symbols, quoted texts with their quotes, and comments; spaces of ASCII are left out. */
export function sqlPieces(sql: string): string[] {
  return sql.match(piece) ?? [];
}

const isComment = (text: string): boolean => text.startsWith('--') || text.startsWith('/*');

/** A name without its quotes; SQLite takes a string for a name, too. */
const nameOf = (text: string): string => {
  const [first = ''] = text;
  if (!'\'"`['.includes(first)) return text.toLowerCase();
  const inner = text.slice(1, -1);
  return (first === '[' ? inner : inner.replaceAll(first + first, first)).toLowerCase();
};

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
export function subqueryCopies(pieces: readonly string[]): number {
  const words = pieces.filter((text) => !isComment(text));
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
