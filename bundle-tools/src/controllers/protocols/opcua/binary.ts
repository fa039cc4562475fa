// The little of OPC UA's binary encoding that discovery needs. Everything is little-endian.

const maxItems = 256;
const maxNested = 4;

/** Reads value after value. RangeError where the bytes end or a count is absurd. */
export const reader = (data: Buffer) => {
  let at = 0;
  const take = (count: number): number => {
    if (count < 0 || at + count > data.length) throw new RangeError('the message is cut');
    at += count;
    return at - count;
  };
  const u8 = (): number => data.readUInt8(take(1));
  const u16 = (): number => data.readUInt16LE(take(2));
  const u32 = (): number => data.readUInt32LE(take(4));
  const i32 = (): number => data.readInt32LE(take(4));
  const skip = (count: number): void => {
    take(count);
  };
  /** Empty where it is null. */
  const bytes = (): Buffer => {
    const length = i32();
    if (length < 0) return Buffer.alloc(0);
    const from = take(length);
    return data.subarray(from, from + length);
  };
  const list = <T>(item: () => T): T[] => {
    const count = i32();
    if (count > maxItems) throw new RangeError('too many items');
    return Array.from({ length: Math.max(0, count) }, item);
  };
  /** An identifier of a node, as it stands; also an expanded one. */
  const nodeId = (): Buffer => {
    const from = at;
    const kind = u8();
    const form = kind & 0x3f;
    if (form === 0) skip(1);
    else if (form === 1) skip(3);
    else if (form === 2) skip(6);
    else if (form === 4) skip(18);
    else if (form === 3 || form === 5) {
      skip(2);
      bytes();
    } else throw new RangeError('an unknown identifier of a node');
    if (kind & 0x80) bytes();
    if (kind & 0x40) skip(4);
    return data.subarray(from, at);
  };
  /** The number of a node of the standard itself; -1 for others. */
  const standardNode = (): number => {
    const id = nodeId();
    if (id[0] === 0) return id[1] ?? -1;
    if (id[0] === 1 && id[1] === 0) return id.readUInt16LE(2);
    return id[0] === 2 && id.readUInt16LE(1) === 0 ? id.readUInt32LE(3) : -1;
  };
  /** Text with a language, of which the text is wanted. */
  const localText = (): Buffer => {
    const mask = u8();
    if (mask & 1) bytes();
    return mask & 2 ? bytes() : Buffer.alloc(0);
  };
  const diagnostics = (depth: number): void => {
    if (depth > maxNested) throw new RangeError('diagnostics within diagnostics');
    const mask = u8();
    for (const bit of [1, 2, 4, 8]) if (mask & bit) skip(4);
    if (mask & 0x10) bytes();
    if (mask & 0x20) skip(4);
    if (mask & 0x40) diagnostics(depth + 1);
  };
  /** An object of any type: what type it is, and its bytes. */
  const extension = (): { type: number; body: Buffer } => {
    const type = standardNode();
    return { type, body: u8() === 0 ? Buffer.alloc(0) : bytes() };
  };
  return { u8, u16, u32, i32, skip, bytes, list, nodeId, standardNode, localText, diagnostics, extension };
};

export type Reader = ReturnType<typeof reader>;

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0, 0);
  return bytes;
};

/** Text; null where it is undefined. */
export const text = (value?: string): Buffer => {
  if (value === undefined) return uint32(0xffff_ffff);
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([uint32(bytes.length), bytes]);
};

/** A node of the standard itself. */
export const node = (id: number): Buffer => Buffer.of(1, 0, id & 0xff, id >> 8);

export const noNode = Buffer.of(0, 0);
export const noText = text();
export const noList = uint32(0xffff_ffff);
