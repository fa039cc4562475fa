import { AppError } from '../../platform/errors.ts';

// Basic Encoding Rules as LDAP uses them (RFC 4511, 5.1): definite lengths only, tags of one byte.

export const berTag = {
  boolean: 0x01,
  integer: 0x02,
  octets: 0x04,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One element: its tag and where its content lies. */
export type Element = { tag: number; content: Buffer };

const malformed = (what: string): AppError => new AppError('MALFORMED', `the directory sent what is no LDAP: ${what}`);

const lengthBytes = (length: number): Buffer => {
  if (length < 0x80) return Buffer.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.of(0x80 | bytes.length, ...bytes);
};

/** An element with this tag around the parts. */
export const berElement = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.of(tag), lengthBytes(length), ...parts]);
};

/** A number from 0 to 2^31 - 1. */
export const berInteger = (value: number, tag: number = berTag.integer): Buffer => {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  if (bytes.length === 0 || (bytes[0] ?? 0) > 0x7f) bytes.unshift(0);
  return berElement(tag, Buffer.from(bytes));
};

/** Text or bytes. */
export const berOctets = (value: string | Uint8Array, tag: number = berTag.octets): Buffer =>
  berElement(tag, typeof value === 'string' ? Buffer.from(value, 'utf8') : value);

/** True or false. */
export const berBoolean = (value: boolean, tag: number = berTag.boolean): Buffer =>
  berElement(tag, Buffer.of(value ? 0xff : 0));

/** How long the element at the start is with its head; undefined while too little is there. */
export const elementLength = (bytes: Uint8Array): number | undefined => {
  const first = bytes[1];
  if (first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw malformed('a length that is not definite or too long');
  if (bytes.length < 2 + count) return undefined;
  let length = 0;
  for (let at = 0; at < count; at += 1) length = length * 256 + (bytes[2 + at] ?? 0);
  return 2 + count + length;
};

/** The elements that lie one after the other; throws MALFORMED. */
export const elementsOf = (bytes: Buffer): Element[] => {
  const elements: Element[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const length = elementLength(rest);
    if (length === undefined || length > rest.length) throw malformed('an element that ends too early');
    const first = rest[1] ?? 0;
    const head = first < 0x80 ? 2 : 2 + (first & 0x7f);
    elements.push({ tag: rest[0] ?? 0, content: rest.subarray(head, length) });
    rest = rest.subarray(length);
  }
  return elements;
};

/** The content of the element, which must have this tag. */
export const contentOf = (element: Element | undefined, tag: number): Buffer => {
  if (element?.tag !== tag) throw malformed(`tag ${element?.tag ?? 'none'} where ${tag} belongs`);
  return element.content;
};

/** A whole number of at most four bytes. */
export const numberOf = (element: Element | undefined, tag: number = berTag.integer): number => {
  const content = contentOf(element, tag);
  if (content.length === 0 || content.length > 4) throw malformed('a number of a strange length');
  return content.readIntBE(0, content.length);
};
