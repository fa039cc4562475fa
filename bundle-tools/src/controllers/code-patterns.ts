import { type CodePattern, codePattern, type Step } from './code-pattern.ts';
import { codeKey } from './name-key.ts';

// Part numbers that advisories shorten: `BMXP34*`, `750-8xx`, `CJ2M-CPU□□`, `R04/08/16/32/120(EN)CPU`,
// `FX5U-xMy/z x=32,64,80, y=T,R, z=ES,DS`. Each becomes a pattern over codes; what is not understood becomes none.

export type Code = { literal: string } | { pattern: CodePattern };

const maxName = 300;
const maxCodes = 40;

/** `x=32,64,80, y=T,R`: what each letter stands for. */
const definitionsIn = (name: string): Map<string, string[]> => {
  const found = new Map<string, string[]>();
  for (const [, letter = '', values = ''] of name.matchAll(/\b([xyz])=([\w*,. ]+?)(?=,? *[xyz]=|$|\(|with|serial)/gi)) {
    const list = values.split(/[,. ]+/).filter((value) => value !== '');
    if (list.length > 0) found.set(letter, list);
  }
  return found;
};

/** `R04/08/16CPU` lists numbers inside of a code; `AENT/AENTR` lists codes. */
const expandNumbers = (code: string): string =>
  code.replace(
    /^([A-Z]+)(\d{1,3}(?:\/\d{1,3})+)/,
    (_, letters: string, numbers: string) => `${letters}<${numbers.replaceAll('/', '|')}>`,
  );

const toPattern = (written: string, letters: ReadonlyMap<string, readonly string[]>): CodePattern | undefined => {
  const steps: Step[] = [];
  let isShort = false;
  // A variant of which nothing is given is any, or none: `750-82xx/xxx-xxx`.
  const code = expandNumbers(written.replace(/\/x{2,}(?:-x{2,})?$/, ''));
  for (let at = 0; at < code.length; at += 1) {
    const character = code[at] ?? '';
    const rest = code.slice(at);
    const choice = /^<([\d|]+)>/.exec(rest);
    const optional = /^\(([A-Z0-9-]{1,6}(?:\/-?[A-Z0-9]{1,6})*)\)/.exec(rest);
    const values = letters.get(character);
    const run = /^x+/.exec(rest)?.[0] ?? '';
    if (choice !== null) {
      steps.push({ oneOf: (choice[1] ?? '').split('|') });
      at += choice[0].length - 1;
      isShort = true;
    } else if (optional !== null) {
      steps.push({ oneOf: [...(optional[1] ?? '').split('/'), ''] });
      at += optional[0].length - 1;
      isShort = true;
    } else if (values !== undefined) {
      steps.push({ oneOf: values.map((value) => value.toUpperCase()) });
      isShort = true;
    } else if (character === '*') {
      steps.push('rest');
      isShort = true;
    } else if (character === '□' || character === '?') {
      steps.push('one');
      isShort = true;
    } else if (run !== '') {
      // One x at the end stands for the rest, several for as many.
      if (run.length === 1 && at + 1 === code.length) steps.push('rest');
      else steps.push(...Array.from(run, () => 'one' as const));
      at += run.length - 1;
      isShort = true;
    } else steps.push({ oneOf: [character.toUpperCase()] });
  }
  if (!isShort) return undefined;
  // At least three characters are given, or it would be anything.
  const given = written.replace(/[*□?x()/]/g, '').length;
  return given < 3 ? undefined : codePattern(steps);
};

const noise =
  /(?<![^\s(])(?:the first 5 digits of serial no|series|family|firmware|operating system(?: software)?|safety|process|sil2|module products|products|modules?|all models|ethernet|part numbers?|models?|controllers?|cpus?|melsec(?:-[qlf])?|iq-[rfl]|modicon|simatic|legacy|quantum|premium|m340|m580|mc80|momentum|unity|m1e|processors?|communication|with integrated|copro|sysmac|wago|omron|programmable|motion|machine automation|s7-\d+|et200\w*)(?![^\s),.])\.?/gi;

/** What looks like a part number: letters and digits in one run, with what stands for others. */
const codeShape =
  /^(?=.*[A-Za-z])(?=.*\d)[A-Za-z0-9][\w*□?()/+.-]{3,40}$|^\d{3}-\d[\dx*]{2,4}(?:\/[\dx]{3}-[\dx]{3})?$/;

/** Blanks that people put into codes: `Q04 UDVCPU`, `CJ2M-CPU □ □`, `R08 (EN) CPU`, `BMX P34x`. */
const joinBlanks = (text: string): string =>
  text
    .replace(/ (?=[□*)]|\((?:-|EN\)|P\)))|(?<=[□(-]) /g, '')
    .replace(/\b([RQL]\d{2,3}(?:\([A-Z]+\))?) ?((?:[A-Z]{1,4})?CPU)\b/g, '$1$2')
    .replace(/\b(BM[XEKH]) (?=[A-Z])/g, '$1')
    .replace(/\b(\d{4}) ?- ?(?=[A-Z]{1,3}\d)/g, '$1-')
    .replace(/ - /g, ' ');

/** `1734-AENT/1734-AENTR` lists two; `FX5U-32MR/ES` is one. */
const splitList = (piece: string): string[] => {
  const parts = piece.split('/');
  return parts.length > 1 && parts.every((part) => part.length > 4 && part.slice(0, 4) === piece.slice(0, 4))
    ? parts
    : [piece];
};

/** The codes that a name lists, where the name is nothing but codes and words of kind. */
export const codesIn = (name: string): Code[] => {
  const text = name.slice(0, maxName).normalize('NFKC').replaceAll('[]', '□');
  const letters = definitionsIn(text);
  const plain = joinBlanks(
    text
      .replace(/\(incl[^)]*(?:\)|$)/gi, ' ')
      .replace(/,? *\b[xyz]=[\w*,. ]+?(?=,? *[xyz]=|$|\(|with|serial)/gi, ' ')
      .replace(/[( ,]*(?:with )?serial number.*$/i, ' ')
      .replace(/\(part numbers? ([^)]*)\)/gi, ' $1 '),
  );
  const codes: Code[] = [];
  for (const piece of plain
    .replace(noise, ' ')
    .split(/[\s,;]+|\band\b/)
    .flatMap(splitList)) {
    const written = piece.replace(/^\((.*)\)$/, '$1').replace(/[*]$/, '*');
    if (codes.length >= maxCodes || !codeShape.test(written)) continue;
    const pattern = toPattern(written, letters);
    if (pattern !== undefined) codes.push({ pattern });
    else if (letters.size === 0 && !/[x*□?()]/.test(written)) codes.push({ literal: codeKey(written) });
  }
  return codes;
};

/** The codes of a text that is nothing but a list of codes: a model where a version should be; none for any other text. */
export const codesOnly = (text: string): Code[] => {
  const pieces = text.split(/[|,]/).map((piece) => piece.trim());
  const codes = pieces.map((piece) => {
    if (/^\d{7}$/.test(piece)) return [{ literal: piece }];
    return /^\S{4,40}$/.test(piece) && /[A-Za-z]|^\d{3}-\d/.test(piece) ? codesIn(piece) : [];
  });
  return codes.every(({ length }) => length === 1) ? codes.flat() : [];
};
