import { AppError } from '../../platform/errors.ts';

// SQL as SQLite cuts it. A guard that searched the text would refuse a harmless word and miss a quoted name.

export type SqlToken =
  /** A bare or quoted name; `text` is without its quotes. */
  | { kind: 'name'; text: string; quoted: boolean }
  | { kind: 'string'; text: string }
  | { kind: 'number' | 'blob' | 'parameter' | 'symbol'; text: string };

export const maxSqlLength = 16_384;

const refuse = (message: string): AppError => new AppError('MALFORMED', message);

const space = /[ \t\n\f\r]/;
const nameStart = /[A-Za-z_\u0080-\uffff]/;
const namePart = /[A-Za-z0-9_$\u0080-\uffff]/;
const closing: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' };

/** Ends of a quoted piece that begins at `at`; a doubled quote stands for itself, but not in brackets. */
const quotedAt = (sql: string, at: number): { text: string; end: number } => {
  const close = closing[sql[at] ?? ''] ?? '';
  let text = '';
  for (let next = at + 1; next < sql.length; next += 1) {
    if (sql[next] !== close) text += sql[next];
    else if (close !== ']' && sql[next + 1] === close) {
      text += close;
      next += 1;
    } else return { text, end: next + 1 };
  }
  throw refuse('a quote is not closed');
};

/** The end of a comment that begins at `at`; undefined when none does. */
const commentEnd = (sql: string, at: number): number | undefined => {
  const head = sql.slice(at, at + 2);
  if (head === '--') {
    const end = sql.indexOf('\n', at);
    return end === -1 ? sql.length : end + 1;
  }
  if (head !== '/*') return undefined;
  const end = sql.indexOf('*/', at + 2);
  return end === -1 ? sql.length : end + 2;
};

const run = (sql: string, at: number, part: RegExp): number => {
  let end = at;
  while (end < sql.length && part.test(sql[end] ?? '')) end += 1;
  return end;
};

/** The tokens of one or more statements, without spaces and comments; MALFORMED for what SQLite would not read either. */
export const sqlTokens = (sql: string): SqlToken[] => {
  if (sql.length > maxSqlLength) throw refuse(`the query is longer than ${maxSqlLength} characters`);
  if (sql.includes('\0')) throw refuse('the query holds a NUL');
  const tokens: SqlToken[] = [];
  for (let at = 0; at < sql.length; ) {
    const char = sql[at] ?? '';
    if (space.test(char)) {
      at += 1;
      continue;
    }
    const afterComment = commentEnd(sql, at);
    if (afterComment !== undefined) {
      at = afterComment;
      continue;
    }
    if (/[xX]/.test(char) && sql[at + 1] === "'") {
      const { text, end } = quotedAt(sql, at + 1);
      tokens.push({ kind: 'blob', text });
      at = end;
    } else if (char in closing) {
      const { text, end } = quotedAt(sql, at);
      tokens.push(char === "'" ? { kind: 'string', text } : { kind: 'name', text, quoted: true });
      at = end;
    } else if (nameStart.test(char)) {
      const end = run(sql, at, namePart);
      tokens.push({ kind: 'name', text: sql.slice(at, end), quoted: false });
      at = end;
    } else if (/\d/.test(char) || (char === '.' && /\d/.test(sql[at + 1] ?? ''))) {
      const end = run(sql, at, /[A-Za-z0-9_.]/);
      tokens.push({ kind: 'number', text: sql.slice(at, end) });
      at = end;
    } else if (/[?:@$#]/.test(char)) {
      const end = run(sql, at + 1, namePart);
      tokens.push({ kind: 'parameter', text: sql.slice(at, end) });
      at = end;
    } else {
      tokens.push({ kind: 'symbol', text: char });
      at += 1;
    }
  }
  return tokens;
};
