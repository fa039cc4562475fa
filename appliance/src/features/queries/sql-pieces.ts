// A statement cut as SQLite cuts it, for what its parser does not tell: characters outside of strings, what preparing it costs,
// and in which shape a value stands.

const piece =
  /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[A-Za-z_][\w$]*|\d[\w.]*|[^ \t\n\f\r]/g;

/** Words, numbers, symbols, quoted texts with their quotes, and comments; spaces of ASCII are left out. */
export function sqlPieces(sql: string): string[] {
  return sql.match(piece) ?? [];
}

const isComment = (text: string): boolean => text.startsWith('--') || text.startsWith('/*');

/** The pieces without comments. */
export const sqlWords = (sql: string): string[] => sqlPieces(sql).filter((text) => !isComment(text));

/** Whether a piece is a text as a value. */
export const isText = (text: string | undefined): text is string => text?.startsWith("'") === true;

/** The value of a text. */
export const textOf = (text: string): string => text.slice(1, -1).replaceAll("''", "'");

/** A name without its quotes; SQLite takes a string for a name, too. */
export const nameOf = (text: string): string => {
  const [first = ''] = text;
  if (!'\'"`['.includes(first)) return text.toLowerCase();
  const inner = text.slice(1, -1);
  return (first === '[' ? inner : inner.replaceAll(first + first, first)).toLowerCase();
};

const operandEnd = /^(?:[\w"`['\]]|\)$)/;

/** Words that are no names where an operand stands before them. */
export const sqlKeywords: ReadonlySet<string> = new Set(
  `all and as asc between by case cast collate cross desc distinct else end escape except exists filter from full glob
   group having in indexed inner intersect is isnull join left like limit match materialized natural not notnull null
   offset on or order outer over partition range regexp right rows select then union using values when where window with`.split(
    /\s+/,
  ),
);

const isNamed = (text: string): boolean => /^["'`[\w]/.test(text) && !/^\d/.test(text);

/** Whether a name is given at a place: behind AS, or behind what it names. */
export function isNameOf(words: readonly string[], at: number): boolean {
  const [before = '', text = ''] = [words[at - 1], words[at]];
  if (!isNamed(text) || sqlKeywords.has(text.toLowerCase())) return false;
  if (before.toLowerCase() === 'as') return true;
  return operandEnd.test(before) && !sqlKeywords.has(before.toLowerCase());
}

/** The place behind the bracket that closes the one at a place. */
export const closeOf = (words: readonly string[], open: number): number => {
  let depth = 0;
  for (let at = open; at < words.length; at += 1) {
    if (words[at] === '(') depth += 1;
    if (words[at] === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return words.length;
};

/** The arguments of a call whose bracket opens at a place, each as its pieces. */
export function argumentsAt(words: readonly string[], open: number): string[][] {
  const found: string[][] = [[]];
  let depth = 0;
  for (const word of words.slice(open + 1, closeOf(words, open) - 1)) {
    if (word === '(') depth += 1;
    if (word === ')') depth -= 1;
    if (word === ',' && depth === 0) found.push([]);
    else found.at(-1)?.push(word);
  }
  return found;
}

/** Columns by which tables are joined in short: SQLite does not tell that it reads them. */
export function joinedBy(sql: string): string[] {
  const words = sqlWords(sql);
  return words.flatMap((word, at) =>
    word.toLowerCase() === 'using' && words[at + 1] === '('
      ? argumentsAt(words, at + 1)
          .flat()
          .map(nameOf)
      : [],
  );
}
