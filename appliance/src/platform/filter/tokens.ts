import { FilterFault } from './types.ts';

export type Token = {
  kind: 'word' | 'text' | 'op' | 'open' | 'close' | 'end';
  /** Without quotes. */
  text: string;
  /** Place of its first character, from 1. */
  at: number;
};

/** Characters of a filter's text. */
const maxFilterLength = 4_000;

// One pattern per kind of token, tried in order at the same place.
const space = /\s+/y;
const op = /<=|>=|!=|=|<|>/y;
const quoted = /"((?:[^"\\\n]|\\["\\])*)"/y;
const word = /[^\s()"=<>!]+/y;

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

/** The tokens of a filter, the last one `end`. */
export function tokens(text: string): Token[] {
  if (text.length > maxFilterLength) throw new FilterFault('tooLong', 1, String(maxFilterLength));
  const found: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const gap = matchAt(space, text, at);
    if (gap !== null) {
      at += gap[0].length;
      continue;
    }
    const char = text.charAt(at);
    const string = matchAt(quoted, text, at);
    const taken = matchAt(op, text, at) ?? string ?? matchAt(word, text, at);
    if (char === '(' || char === ')') {
      found.push({ kind: char === '(' ? 'open' : 'close', text: char, at: at + 1 });
      at += 1;
    } else if (taken === null) {
      throw new FilterFault(char === '"' ? 'openQuote' : 'character', at + 1, text.slice(at, at + 20));
    } else if (taken === string) {
      found.push({ kind: 'text', text: (string[1] ?? '').replace(/\\(["\\])/g, '$1'), at: at + 1 });
      at += string[0].length;
    } else {
      found.push({ kind: /^[<>=!]/.test(taken[0]) ? 'op' : 'word', text: taken[0], at: at + 1 });
      at += taken[0].length;
    }
  }
  found.push({ kind: 'end', text: '', at: text.length + 1 });
  return found;
}

/** A value as it has to be written. */
export function quote(value: string): string {
  return /^[^\s()"=<>!]+$/.test(value) && !/^(and|or|not|some)$/i.test(value)
    ? value
    : `"${value.replace(/[\\"]/g, (char) => `\\${char}`)}"`;
}
