import * as z from 'zod';
import { lengthBytes } from '../../platform/ber.ts';
import { defined } from '../../platform/defined.ts';

// What of a packet is fixed and what is open (OT Q6, Q7). A builder makes a packet of pieces; a plan keeps them as parts: every
// fixed byte as it is, every open field with its size and where its value comes from. A packet fits its parts or it is another one.

/**
 * Where the value of an open field comes from: chance, a clock, the answer before it; our own numbering of requests; the user's
 * key over the rest of the packet; a secret that a person set.
 */
export type OpenSource = 'chance' | 'clock' | 'answer' | 'count' | 'proof' | 'secret';

/** Where an open field ends, if its size is not fixed: with what holds it, or as OPC UA's identifiers of nodes tell. */
type Form = 'rest' | 'node';

/** A value that the plan cannot know. */
type OpenPiece = {
  open: string;
  source: OpenSource;
  bytes: Uint8Array;
  below?: number;
  upTo?: number;
  form?: Form;
};
/** Contents behind their length. */
type SizedPiece = { size: SizeForm; pieces: readonly Piece[] };
export type Piece = Uint8Array | OpenPiece | SizedPiece;

/** As BER writes lengths; four bytes, little-endian, of the contents alone or of a frame with the eight bytes of its head. */
const SIZE_FORMS = ['ber', 'u32', 'u32-frame'] as const;
type SizeForm = (typeof SIZE_FORMS)[number];

export type PacketPart =
  | { fixed: string }
  /** `below`: what it may not reach as a number, big-endian. */
  | { open: string; source: OpenSource; length: number; below?: number | undefined }
  | { open: string; source: OpenSource; upTo: number; form: Form }
  | { size: SizeForm; parts: readonly PacketPart[] };

const hexText = z
  .string()
  .max(8_192)
  .regex(/^(?:[0-9a-f]{2})*$/);
const source = z.enum(['chance', 'clock', 'answer', 'count', 'proof', 'secret']);
const bytesCount = z.int().min(0).max(4_096);
const leaf = [
  z.object({ fixed: hexText }),
  z.object({ open: z.string().max(32), source, length: bytesCount, below: z.int().min(1).optional() }),
  z.object({ open: z.string().max(32), source, upTo: bytesCount, form: z.enum(['rest', 'node']) }),
] as const;
/** No packet has more frames within frames. */
const maxDepth = 8;
const partOf = (depth: number): z.ZodType<PacketPart> =>
  depth === 0
    ? z.union([...leaf])
    : z.union([...leaf, z.object({ size: z.enum(SIZE_FORMS), parts: z.array(partOf(depth - 1)).max(64) })]);
export const packetParts = z.array(partOf(maxDepth)).max(64);

/** An open field of one packet. */
export type OpenField = { name: string; at: number; length: number; source: OpenSource };

const sizeBytes = (form: SizeForm, length: number): Buffer => {
  if (form !== 'ber') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(form === 'u32' ? length : length + 8, 0);
    return bytes;
  }
  return lengthBytes(length);
};

/** The bytes of a packet. */
export function bytesOf(pieces: readonly Piece[]): Buffer {
  return Buffer.concat(
    pieces.map((piece) => {
      if (piece instanceof Uint8Array) return piece;
      if ('open' in piece) return piece.bytes;
      const contents = bytesOf(piece.pieces);
      return Buffer.concat([sizeBytes(piece.size, contents.length), contents]);
    }),
  );
}

/** The parts of a packet, without the values of its open fields. */
export function partsOf(pieces: readonly Piece[]): PacketPart[] {
  const parts: PacketPart[] = [];
  let fixed: Uint8Array[] = [];
  const flush = (): void => {
    const hex = Buffer.concat(fixed).toString('hex');
    if (hex !== '') parts.push({ fixed: hex });
    fixed = [];
  };
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      fixed.push(piece);
      continue;
    }
    flush();
    if ('size' in piece) parts.push({ size: piece.size, parts: partsOf(piece.pieces) });
    else if (piece.form === undefined)
      parts.push({
        open: piece.open,
        source: piece.source,
        length: piece.bytes.length,
        ...defined({ below: piece.below }),
      });
    else parts.push({ open: piece.open, source: piece.source, upTo: piece.upTo ?? 0, form: piece.form });
  }
  flush();
  return parts;
}

/** How long an identifier of a node is; undefined for what is none, and for one of another server. */
const nodeLength = (bytes: Buffer): number | undefined => {
  const fixed: Readonly<Record<number, number>> = { 0: 2, 1: 4, 2: 7, 4: 19 };
  const form = bytes[0] ?? -1;
  if (form in fixed) return fixed[form];
  return (form === 3 || form === 5) && bytes.length >= 7 ? 7 + bytes.readUInt32LE(3) : undefined;
};

/** Length of contents and of the field that says it; undefined where another way to write it stands there. */
const sizeAt = (form: SizeForm, bytes: Buffer): { length: number; head: number } | undefined => {
  if (form !== 'ber') {
    if (bytes.length < 4) return undefined;
    return { length: bytes.readUInt32LE(0) - (form === 'u32' ? 0 : 8), head: 4 };
  }
  const first = bytes[0] ?? 0xff;
  if (first < 0x80) return { length: first, head: 1 };
  if (first !== 0x82 || bytes.length < 3) return undefined;
  const length = bytes.readUInt16BE(1);
  return length < 0x80 ? undefined : { length, head: 3 };
};

/** The open fields of a packet that is made of these parts; undefined when any other byte differs. */
export function fieldsIn(
  parts: readonly PacketPart[],
  bytes: Buffer,
  secrets: Readonly<Record<string, string>> = {},
): OpenField[] | undefined {
  const fields: OpenField[] = [];
  const walk = (list: readonly PacketPart[], from: number, end: number): boolean => {
    let at = from;
    for (const [index, part] of list.entries()) {
      const rest = bytes.subarray(at, end);
      if ('fixed' in part) {
        const wanted = Buffer.from(part.fixed, 'hex');
        if (!rest.subarray(0, wanted.length).equals(wanted)) return false;
        at += wanted.length;
      } else if ('size' in part) {
        const size = sizeAt(part.size, rest);
        if (size === undefined || size.length < 0 || size.head + size.length > rest.length) return false;
        if (!walk(part.parts, at + size.head, at + size.head + size.length)) return false;
        at += size.head + size.length;
      } else {
        const length = 'length' in part ? part.length : part.form === 'node' ? nodeLength(rest) : rest.length;
        if (length === undefined || length > rest.length) return false;
        if ('upTo' in part && (length > part.upTo || (part.form === 'rest' && index < list.length - 1))) return false;
        if ('length' in part && part.below !== undefined && rest.readUIntBE(0, length) >= part.below) return false;
        const secret = secrets[part.open];
        if (part.source === 'secret' && secret !== undefined && rest.subarray(0, length).toString('utf8') !== secret)
          return false;
        fields.push({ name: part.open, at, length, source: part.source });
        at += length;
      }
    }
    return at === end;
  };
  return walk(parts, 0, bytes.length) ? fields : undefined;
}
