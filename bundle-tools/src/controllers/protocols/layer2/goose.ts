import { cleanText } from '../text.ts';

// GOOSE (IEC 61850-8-1, annexes A and C), straight on Ethernet: a device publishes what it sees and does, unasked, again and again.

/** One control block of a publisher. */
type GooseReading = {
  /** The block's reference: `AA1C1Q01A1LD0/LLN0$GO$gcb_A`. */
  block: string;
  /** goID, which subscribers look for. */
  id?: string;
  dataSet?: string;
  /** confRev: counted up when the data set is changed. */
  revision?: number;
  appId: number;
  /** Sent in the device's place by a test set, or by itself for a test. */
  isSimulated: boolean;
};

const headerBytes = 8;
const goosePdu = 0x61;
/** VisibleString of 129 characters (IEC 61850-7-2, table 7). */
const maxReference = 129;

type Field = { tag: number; value: Buffer; end: number };

/** A field of BER of definite length (X.690, 8.1); undefined where it is not whole within `data`. */
const fieldAt = (data: Buffer, at: number, mayBeCut = false): Field | undefined => {
  if (at + 2 > data.length) return undefined;
  const first = data.readUInt8(at + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const from = at + 2 + lengthBytes;
  if (first === 0x80 || lengthBytes > 3 || from > data.length) return undefined;
  const end = from + (lengthBytes === 0 ? first : data.readUIntBE(at + 2, lengthBytes));
  return end > data.length && !mayBeCut ? undefined : { tag: data.readUInt8(at), value: data.subarray(from, end), end };
};

const referenceOf = (value: Buffer): string | undefined => {
  if (value.length === 0 || value.length > maxReference) return undefined;
  const text = cleanText(value).trim();
  return text === '' ? undefined : text;
};

/**
 * Reads one frame behind its EtherType: application id, length from it on, two reserved words, the message. Of a frame whose end the
 * capture cut off, what stands whole before is read. Undefined for what is no publication.
 */
export const gooseReading = (data: Buffer): GooseReading | undefined => {
  if (data.length < headerBytes) return undefined;
  const length = data.readUInt16BE(2);
  if (length < headerBytes) return undefined;
  const message = fieldAt(data.subarray(headerBytes, length), 0, true);
  if (message?.tag !== goosePdu) return undefined;
  const fields = new Map<number, Buffer>();
  for (let at = 0; ; ) {
    const field = fieldAt(message.value, at);
    if (field === undefined) break;
    if (!fields.has(field.tag)) fields.set(field.tag, field.value);
    at = field.end;
  }
  const reference = (tag: number): string | undefined => referenceOf(fields.get(tag) ?? data.subarray(0, 0));
  const block = reference(0x80);
  if (block === undefined) return undefined;
  const [dataSet, id, revision, test] = [reference(0x82), reference(0x83), fields.get(0x88), fields.get(0x87)];
  return {
    block,
    appId: data.readUInt16BE(0),
    // The first reserved bit says it since edition 2.
    isSimulated: (data.readUInt16BE(4) & 0x8000) !== 0 || (test?.length === 1 && test.readUInt8(0) !== 0),
    ...(id === undefined ? {} : { id }),
    ...(dataSet === undefined ? {} : { dataSet }),
    ...(revision !== undefined && revision.length > 0 && revision.length <= 5
      ? { revision: revision.readUIntBE(0, revision.length) }
      : {}),
  };
};
