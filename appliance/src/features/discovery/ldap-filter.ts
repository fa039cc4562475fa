import { boolean, element, octets } from '@sallyport/bundle-tools/platform/ber';
import { AppError } from '../../platform/errors.ts';

// Search filters as people write them (RFC 4515), made into what a directory reads (RFC 4511, 4.5.1).

const maxDepth = 20;
const maxLength = 4_000;

const faulty = (why: string): AppError => new AppError('INVALID', `not a search filter: ${why}`);

/** The bytes of a value, with `\xx` for what cannot stand as it is. */
const unescaped = (text: string): Buffer => {
  const bytes: Buffer[] = [];
  for (const [part] of text.matchAll(/\\[0-9a-fA-F]{2}|[^\\]+|\\/g)) {
    if (part === '\\') throw faulty('a backslash without two digits');
    bytes.push(part.startsWith('\\') ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part, 'utf8'));
  }
  return Buffer.concat(bytes);
};

const attributePattern = /^[A-Za-z0-9][A-Za-z0-9.;-]*$/;

const substring = (attribute: string, value: string): Buffer => {
  const pieces = value.split('*');
  const parts = pieces.flatMap((piece, at) => {
    if (piece === '') return [];
    const tag = at === 0 ? 0x80 : at === pieces.length - 1 ? 0x82 : 0x81;
    return [octets(unescaped(piece), tag)];
  });
  if (parts.length === 0) throw faulty('only stars');
  return element(0xa4, octets(attribute), element(0x30, ...parts));
};

/** `attr:dn:rule:=value`, any part before the last may be absent. */
const extensible = (left: string, value: string): Buffer => {
  const [attribute = '', ...rest] = left.slice(0, -1).split(':');
  const isDn = rest[0]?.toLowerCase() === 'dn';
  const rule = rest[isDn ? 1 : 0] ?? '';
  if ((attribute !== '' && !attributePattern.test(attribute)) || (attribute === '' && rule === ''))
    throw faulty('a rule without an attribute');
  return element(
    0xa9,
    ...(rule === '' ? [] : [octets(rule, 0x81)]),
    ...(attribute === '' ? [] : [octets(attribute, 0x82)]),
    octets(unescaped(value), 0x83),
    ...(isDn ? [boolean(true, 0x84)] : []),
  );
};

const comparison = (text: string): Buffer => {
  const at = text.indexOf('=');
  if (at < 1) throw faulty('no “=”');
  const value = text.slice(at + 1);
  const sign = text[at - 1] ?? '';
  if (sign === ':') return extensible(text.slice(0, at), value);
  const tag = { '>': 0xa5, '<': 0xa6, '~': 0xa8 }[sign];
  const attribute = text.slice(0, tag === undefined ? at : at - 1);
  if (!attributePattern.test(attribute)) throw faulty('an attribute with strange letters');
  if (tag !== undefined) return element(tag, octets(attribute), octets(unescaped(value)));
  if (value === '*') return octets(attribute, 0x87);
  if (value.includes('*')) return substring(attribute, value);
  return element(0xa3, octets(attribute), octets(unescaped(value)));
};

const read = (text: string, start: number, depth: number): { filter: Buffer; end: number } => {
  if (depth > maxDepth) throw faulty('too deep');
  if (text[start] !== '(') throw faulty(`“(” belongs at ${start + 1}`);
  const sign = text[start + 1] ?? '';
  if (!'&|!'.includes(sign) || sign === '') {
    const close = text.indexOf(')', start);
    if (close === -1) throw faulty('“)” is missing');
    const inner = text.slice(start + 1, close);
    if (inner.includes('(')) throw faulty('“(” inside a comparison');
    return { filter: comparison(inner), end: close + 1 };
  }
  const parts: Buffer[] = [];
  let at = start + 2;
  while (text[at] === '(') {
    const { filter, end } = read(text, at, depth + 1);
    parts.push(filter);
    at = end;
  }
  if (text[at] !== ')') throw faulty('“)” is missing');
  if (parts.length === 0 || (sign === '!' && parts.length > 1)) throw faulty(`nothing for “${sign}”`);
  return { filter: element({ '&': 0xa0, '|': 0xa1, '!': 0xa2 }[sign] ?? 0, ...parts), end: at + 1 };
};

/** The encoded filter; INVALID for what is none. */
export const encodeFilter = (text: string): Buffer => {
  const trimmed = text.trim();
  if (trimmed.length > maxLength) throw faulty('too long');
  const { filter, end } = read(trimmed, 0, 0);
  if (end !== trimmed.length) throw faulty('something follows it');
  return filter;
};
