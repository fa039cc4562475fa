// Basic Encoding Rules as LDAP (RFC 4511, 5.1) and SNMP use them: definite lengths of at most four bytes, tags of one byte.
// What is none is refused with RangeError, as Buffer refuses to read past its end.

export type Element = { tag: number; body: Buffer; next: number };

export const berTag = {
  boolean: 0x01,
  integer: 0x02,
  octets: 0x04,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31,
} as const;

const headAt = (data: Buffer, at: number): { from: number; length: number } | undefined => {
  const first = data[at + 1];
  if (first === undefined) return undefined;
  if (first < 0x80) return { from: at + 2, length: first };
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw new RangeError('a length that is not definite or too long');
  const from = at + 2 + count;
  return data.length < from ? undefined : { from, length: data.readUIntBE(at + 2, count) };
};

/** How long the element at the start is with its head; undefined while too little of it is there. */
export const elementLength = (data: Buffer): number | undefined => {
  const head = headAt(data, 0);
  return head && head.from + head.length;
};

/** The element at a place; its end may be missing. */
export const elementAt = (data: Buffer, at: number): Element => {
  const head = headAt(data, at);
  if (head === undefined) throw new RangeError('an element that ends too early');
  const next = head.from + head.length;
  return { tag: data.readUInt8(at), body: data.subarray(head.from, next), next };
};

/** The same, which must be there as a whole and have this tag, where one is given. */
export const wholeAt = (data: Buffer, at: number, tag?: number): Element => {
  const element = elementAt(data, at);
  if (element.next > data.length) throw new RangeError('an element that ends too early');
  if (tag !== undefined) bodyOf(element, tag);
  return element;
};

/** The elements that lie one after the other. */
export const elementsOf = (data: Buffer): Element[] => {
  const elements: Element[] = [];
  for (let at = 0; at < data.length; at = elements.at(-1)?.next ?? 0) elements.push(wholeAt(data, at));
  return elements;
};

/** The content of an element, which must be there and have this tag. */
export const bodyOf = (element: Element | undefined, tag: number): Buffer => {
  if (element?.tag !== tag) throw new RangeError(`tag ${element?.tag ?? 'none'} where ${tag} belongs`);
  return element.body;
};

/** An unsigned number of at most four bytes; of any tag where none is given. */
export const numberOf = (element: Element | undefined, tag = element?.tag ?? berTag.integer): number => {
  const body = bodyOf(element, tag);
  const bytes = body.length > 1 && body[0] === 0 ? body.subarray(1) : body;
  if (bytes.length === 0 || bytes.length > 4) throw new RangeError('a number of another size was expected');
  return bytes.readUIntBE(0, bytes.length);
};

/** A length in one byte, in two, or in four. */
export const lengthBytes = (length: number): Buffer => {
  if (length < 0x80) return Buffer.of(length);
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(length, 1);
  if (length > 0xffff) return bytes.fill(0x84, 0, 1);
  return bytes.fill(0x82, 2, 3).subarray(2);
};

/** An element with this tag around the parts. */
export const element = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthBytes(body.length), body]);
};

/** An unsigned number below 2^32. */
export const integer = (value: number, tag: number = berTag.integer): Buffer => {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value, 1);
  const from = [0, 1, 2, 3].find((at) => (bytes[at] ?? 0) !== 0 || (bytes[at + 1] ?? 0) > 0x7f) ?? 4;
  return element(tag, bytes.subarray(from));
};

/** Text or bytes. */
export const octets = (value: Uint8Array | string, tag: number = berTag.octets): Buffer =>
  element(tag, typeof value === 'string' ? Buffer.from(value, 'utf8') : value);

export const boolean = (value: boolean, tag: number = berTag.boolean): Buffer =>
  element(tag, Buffer.of(value ? 0xff : 0));
