import { AppError } from '../../platform/errors.ts';
import { type SqlToken, sqlTokens } from './sql-tokens.ts';

// What a live query may not ask. The reader of a device must not become a way out of the site (curl, rules fetched by
// YARA), a way to secrets (environments, shell histories) or a way to fetch files without a second administrator
// (carves). SQLite takes a string where it wants a table's name, so a quoted word counts wherever a table can stand.

/** Tables that no query may read, each with the reason that the refusal names. */
const forbiddenTables: Readonly<Record<string, string>> = {
  curl: 'it makes the device connect elsewhere',
  curl_certificate: 'it makes the device connect elsewhere',
  process_envs: 'environments hold secrets',
  docker_container_envs: 'environments hold secrets',
  shell_history: 'it shows what people typed',
  carves: 'files are fetched only as an approved sample',
};

/** Functions that do more than read. */
const forbiddenFunctions: Readonly<Record<string, string>> = {
  carve: 'files are fetched only as an approved sample',
  load_extension: 'it loads code',
};

/** Columns that make a table fetch something; nobody needs the word for anything else. */
const forbiddenWords: Readonly<Record<string, string>> = {
  sigurl: 'it makes the device fetch rules from elsewhere',
};

const statements = new Set(['select', 'with', 'values', 'explain']);
/** What ends the part of a statement in which tables are named. */
const endsFrom = new Set([
  'where',
  'group',
  'order',
  'limit',
  'having',
  'window',
  'union',
  'except',
  'intersect',
  'select',
]);

const lower = (token: SqlToken | undefined): string => (token?.text ?? '').toLowerCase();
const isWord = (token: SqlToken | undefined, word: string): boolean =>
  token?.kind === 'name' && !token.quoted && lower(token) === word;

const refuse = (what: string, why: string): AppError =>
  new AppError('FORBIDDEN', `a query may not use ${what}: ${why}`, { refused: what });

/** Says for each token whether a table may stand there, through nested brackets. */
const tablePlaces = (tokens: readonly SqlToken[]): boolean[] => {
  const open: boolean[] = [];
  let inFrom = false;
  return tokens.map((token, at) => {
    if (token.kind === 'symbol' && token.text === '(') {
      open.push(inFrom);
      return false;
    }
    if (token.kind === 'symbol' && token.text === ')') {
      inFrom = open.pop() ?? false;
      return false;
    }
    if (token.kind === 'name' && !token.quoted) {
      const word = lower(token);
      if (word === 'from' || word === 'join') inFrom = true;
      else if (endsFrom.has(word)) inFrom = false;
    }
    const before = tokens[at - 1];
    return inFrom || isWord(before, 'in') || (before?.kind === 'symbol' && before.text === '.');
  });
};

const oneStatement = (tokens: readonly SqlToken[]): readonly SqlToken[] => {
  let end = tokens.length;
  while (end > 0 && tokens[end - 1]?.text === ';' && tokens[end - 1]?.kind === 'symbol') end -= 1;
  const body = tokens.slice(0, end);
  if (body.length === 0) throw new AppError('MALFORMED', 'the query is empty');
  if (body.some(({ kind, text }) => kind === 'symbol' && text === ';'))
    throw new AppError('MALFORMED', 'one statement at a time');
  if (body.some(({ kind }) => kind === 'parameter')) throw new AppError('MALFORMED', 'a query has no parameters');
  return body;
};

/** Throws MALFORMED or FORBIDDEN for a query that must not be sent to devices. */
export const guardSql = (sql: string): void => {
  const tokens = oneStatement(sqlTokens(sql));
  const [first] = tokens;
  if (first?.kind !== 'name' || first.quoted || !statements.has(lower(first)))
    throw refuse(lower(first).slice(0, 64), 'only what reads is sent');
  const places = tablePlaces(tokens);
  tokens.forEach((token, at) => {
    const isName = token.kind === 'name';
    if (!isName && token.kind !== 'string') return;
    const word = lower(token);
    const fetching = Object.hasOwn(forbiddenWords, word) ? forbiddenWords[word] : undefined;
    if (fetching !== undefined) throw refuse(word, fetching);
    const table = Object.hasOwn(forbiddenTables, word) ? forbiddenTables[word] : undefined;
    if (table !== undefined && (isName || places[at])) throw refuse(word, table);
    const called = tokens[at + 1]?.kind === 'symbol' && tokens[at + 1]?.text === '(';
    const call = called && Object.hasOwn(forbiddenFunctions, word) ? forbiddenFunctions[word] : undefined;
    if (call !== undefined) throw refuse(word, call);
  });
};

/** A text as a literal. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
