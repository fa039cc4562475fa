import { bytesOf, type OpenSource, type Piece } from '../packet-parts.ts';

// The little of BER that SNMP needs.

export type Element = { tag: number; body: Buffer; next: number };

/** The element at a place. RangeError where it is cut or its length is absurd. */
export const elementAt = (data: Buffer, at: number): Element => {
  const tag = data.readUInt8(at);
  let length = data.readUInt8(at + 1);
  let from = at + 2;
  if (length > 0x7f) {
    const bytes = length & 0x7f;
    if (bytes === 0 || bytes > 4) throw new RangeError('a length of more than four bytes');
    length = data.readUIntBE(from, bytes);
    from += bytes;
  }
  return { tag, body: data.subarray(from, from + length), next: from + length };
};

/** The same, which must be there as a whole and of that sort. */
export const wholeAt = (data: Buffer, at: number, tag: number): Element => {
  const element = elementAt(data, at);
  if (element.tag !== tag || element.next > data.length) throw new RangeError('another element was expected');
  return element;
};

/** An unsigned number of at most four bytes. */
export const numberOf = ({ body }: Element): number => {
  const bytes = body.length > 1 && body[0] === 0 ? body.subarray(1) : body;
  if (bytes.length === 0 || bytes.length > 4) throw new RangeError('a number of another size was expected');
  return bytes.readUIntBE(0, bytes.length);
};

/** One element, in pieces. */
export const elementOf = (tag: number, ...pieces: readonly Piece[]): Piece[] => [
  Buffer.of(tag),
  { size: 'ber', pieces },
];

/** One element. */
export const element = (tag: number, ...parts: readonly Uint8Array[]): Buffer => bytesOf(elementOf(tag, ...parts));

/** An unsigned number. */
export const integer = (value: number): Buffer => {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value, 1);
  const from = [0, 1, 2, 3].find((at) => (bytes[at] ?? 0) !== 0 || (bytes[at + 1] ?? 0) > 0x7f) ?? 4;
  return element(0x02, bytes.subarray(from));
};

/** An unsigned number that a plan cannot know. */
export const openInteger = (open: string, source: OpenSource, value: number): Piece[] =>
  elementOf(0x02, { open, source, bytes: integer(value).subarray(2), form: 'rest', upTo: 5 });

export const octets = (value: Uint8Array | string): Buffer =>
  element(0x04, typeof value === 'string' ? Buffer.from(value, 'utf8') : value);
