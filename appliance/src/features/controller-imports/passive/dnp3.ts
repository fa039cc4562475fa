import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import { cleanText, rawHex } from '@sallyport/bundle-tools/controllers/protocols/text';
import type { ControlCommand } from '../pcap/types.ts';
import { boundedMap, type PassiveProtocol, type Told } from './types.ts';

// DNP3 (IEEE 1815): frames of the link layer, segments of the transport function, fragments of the application. Read are the
// device attributes (group 0) of responses, and requests that restart, stop or load an outstation.

const startBytes = 0x0564;
const linkHeaderBytes = 10;
const blockBytes = 16;
const maxFragmentBytes = 16_384;
const maxConversations = 1_024;

/** CRC of the link layer, polynomial 0x3d65 (IEEE 1815, 9.2.4.1.3), one byte at a time. */
const crcTable: readonly number[] = Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xa6bc : crc >>> 1;
  return crc;
});

/** The checksum that stands, low byte first, behind each block of a frame. */
const crcOf = (bytes: Uint8Array): number => {
  let crc = 0;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return ~crc & 0xffff;
};

/** The length counts what follows it, without checksums: five bytes of the header, then data in blocks of 16. */
const frameLength = (bytes: Buffer): number | undefined => {
  if (bytes.length < 3) return undefined;
  const length = bytes.readUInt8(2);
  if (bytes.readUInt16BE(0) !== startBytes || length < 5) return 0;
  const data = length - 5;
  return linkHeaderBytes + data + 2 * Math.ceil(data / blockBytes);
};

type Frame = { isFromMaster: boolean; source: number; target: number; data: Buffer };

/** A frame whose checksums are right; undefined for others. */
const frameOf = (bytes: Buffer): Frame | undefined => {
  if (bytes.length < linkHeaderBytes || crcOf(bytes.subarray(0, 8)) !== bytes.readUInt16LE(8)) return undefined;
  const blocks: Buffer[] = [];
  for (let at = linkHeaderBytes; at + 2 < bytes.length; at += blockBytes + 2) {
    const block = bytes.subarray(at, Math.min(at + blockBytes, bytes.length - 2));
    if (crcOf(block) !== bytes.readUInt16LE(at + block.length)) return undefined;
    blocks.push(block);
  }
  return {
    isFromMaster: (bytes.readUInt8(3) & 0x80) !== 0,
    target: bytes.readUInt16LE(4),
    source: bytes.readUInt16LE(6),
    data: Buffer.concat(blocks),
  };
};

/** Device attributes by variation (IEEE 1815, annex A, group 0) that a record has a place for. */
const attributes: ReadonlyMap<number, string> = new Map([
  [242, 'firmwareObserved'],
  [243, 'hwVersion'],
  [247, 'name'],
  [248, 'serial'],
  [250, 'model'],
  [252, 'vendorRaw'],
]);
const visibleText = 1;
const responses: ReadonlySet<number> = new Set([0x81, 0x82]);

/** Values of group 0 at the start of a response; what stands behind another group is not looked at. */
const attributeFacts = (objects: Buffer): DeviceFact[] => {
  const facts: DeviceFact[] = [];
  for (let at = 0; at + 3 <= objects.length && objects.readUInt8(at) === 0; ) {
    const [variation, qualifier] = [objects.readUInt8(at + 1), objects.readUInt8(at + 2)];
    // Start and stop as one byte (0) or two (1), or a count with an index of one byte (0x17).
    const header = qualifier === 0 ? 5 : qualifier === 1 ? 7 : qualifier === 0x17 ? 5 : undefined;
    if (header === undefined || at + header + 2 > objects.length) break;
    const [type, length] = [objects.readUInt8(at + header), objects.readUInt8(at + header + 1)];
    const value = objects.subarray(at + header + 2, at + header + 2 + length);
    const field = attributes.get(variation);
    const text = cleanText(value).trim();
    if (value.length < length) break;
    if (type === visibleText && field !== undefined && text !== '')
      facts.push({ field, value: text, raw: rawHex(value) });
    at += header + 2 + length;
  }
  return facts;
};

const commands: ReadonlyMap<number, ControlCommand> = new Map([
  [13, 'dnp3-cold-restart'],
  [14, 'dnp3-warm-restart'],
  [15, 'dnp3-initialise'],
  [16, 'dnp3-initialise'],
  [17, 'dnp3-start'],
  [18, 'dnp3-stop'],
  [19, 'dnp3-save-configuration'],
  [27, 'dnp3-delete-file'],
  [31, 'dnp3-activate-configuration'],
]);
const openFile = 25;

/** Opening a file (group 70, variation 3, free format) to write it or to append. */
const isOpenedToWrite = (objects: Buffer): boolean =>
  objects.length >= 32 &&
  objects.readUInt16BE(0) === 0x4603 &&
  objects.readUInt8(2) === 0x5b &&
  [2, 3].includes(objects.readUInt16LE(26));

const fileName = (objects: Buffer): string => {
  const at = 6 + objects.readUInt16LE(6);
  return cleanText(objects.subarray(at, at + objects.readUInt16LE(8)));
};

const command = (fragment: Buffer, target: number): Told[] => {
  const [code, objects] = [fragment.readUInt8(1), fragment.subarray(2)];
  const behind = `DNP3 ${target}`;
  if (code === openFile && isOpenedToWrite(objects))
    return [{ control: 'dnp3-write-file', detail: fileName(objects), behind }];
  const control = commands.get(code);
  return control === undefined ? [] : [{ control, behind }];
};

const addressFact = (address: number): DeviceFact => ({
  field: 'description',
  value: `DNP3 ${address}`,
  raw: String(address),
});

export const dnp3: PassiveProtocol = {
  protocol: 'dnp3',
  tcp: [20_000],
  udp: [20_000],
  lengthOf: frameLength,
  reader: () => {
    /** Segments of fragments that are not whole. */
    const open = boundedMap<Buffer>(maxConversations);
    const fragmentOf = (conversation: string, { data, source, target }: Frame): Buffer | undefined => {
      if (data.length < 2) return undefined;
      const key = `${conversation} ${source} ${target}`;
      // Transport: last, first, number.
      const transport = data.readUInt8(0);
      const before = (transport & 0x40) !== 0 ? Buffer.alloc(0) : open.get(key);
      open.delete(key);
      if (before === undefined || before.length > maxFragmentBytes) return undefined;
      const whole = Buffer.concat([before, data.subarray(1)]);
      if ((transport & 0x80) !== 0) return whole;
      open.set(key, whole);
      return undefined;
    };
    return ({ bytes, isFromServer, isToServer, conversation }) => {
      if (frameLength(bytes) !== bytes.length) return [];
      const frame = frameOf(bytes);
      if (frame === undefined) return [];
      const fragment = fragmentOf(conversation, frame);
      if (frame.isFromMaster)
        return isToServer && fragment !== undefined && fragment.length >= 2 ? command(fragment, frame.target) : [];
      if (!isFromServer) return [];
      // An answer of the link, of authentication (0x83), or a part of one names its station; control, function, two bytes of
      // indications stand before attributes.
      const isResponse = fragment !== undefined && fragment.length >= 4 && responses.has(fragment.readUInt8(1));
      const facts = isResponse ? attributeFacts(fragment.subarray(4)) : [];
      return [{ facts: [addressFact(frame.source), ...facts], unit: frame.source }];
    };
  },
};
