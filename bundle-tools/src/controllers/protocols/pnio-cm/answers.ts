import { descriptionFacts } from '../description.ts';
import type { DeviceFact } from '../device-fact.ts';
import { cleanText, rawHex } from '../text.ts';

// PROFINET's endpoint mapper over connectionless DCE/RPC: the annotation names type, order number, hardware and firmware.

const rpcVersion = 4;
const headerBytes = 80;
const response = 2;
const annotationBytes = 64;

/** Numbers of an answer are in the order that its own header names. */
const isLittle = (data: Buffer): boolean => (data.readUInt8(4) & 0x10) !== 0;

const u32 = (data: Buffer, at: number): number => (isLittle(data) ? data.readUInt32LE(at) : data.readUInt32BE(at));

/** An identifier in the order of our requests: its first three fields are numbers. */
const uuidAt = (data: Buffer, at: number): Buffer => {
  const uuid = Buffer.from(data.subarray(at, at + 16));
  if (isLittle(data)) return uuid;
  uuid.subarray(0, 4).swap32();
  uuid.subarray(4, 8).swap16();
  return uuid;
};

/** Of the endpoint mapper. */
export const mapperInterface = Buffer.from('0883afe11f5dc91191a408002b14a0fa', 'hex');

const isReply = (data: Buffer): boolean =>
  data.length >= headerBytes && data.readUInt8(0) === rpcVersion && data.readUInt8(1) === response;

/** An answer of the mapper: what a device says in its sessions with a controller has other texts in other places. */
const isAnswer = (data: Buffer): boolean => isReply(data) && uuidAt(data, 24).equals(mapperInterface);

/** Interfaces of PROFINET devices (1) and controllers (2), behind their first byte. */
const sessionInterface = Buffer.from('00a0de976cd111827100a02442df7d', 'hex');

/** Whether a device or a controller of PROFINET answers in a session of theirs: it shows who is there and nothing else. */
export const isSessionAnswer = (data: Buffer): boolean => {
  if (!isReply(data)) return false;
  const uuid = uuidAt(data, 24);
  return [1, 2].includes(uuid.readUInt8(0)) && uuid.subarray(1).equals(sessionInterface);
};

/** Where the annotation of the first entry stands; undefined where the answer is built differently. */
const annotationOf = (data: Buffer): Buffer | undefined => {
  // Handle (20), number of entries, dimensions (12), then the entry: object (16), reference, offset, length, text.
  const at = headerBytes + 20 + 4 + 12 + 16 + 4;
  if (data.length < at + 8) return undefined;
  const length = u32(data, at + 4);
  return length > 0 && length <= annotationBytes && data.length >= at + 8 + length
    ? data.subarray(at + 8, at + 8 + length)
    : undefined;
};

/** The one long run of text in an answer that is built differently. */
const longestText = (data: Buffer): Buffer | undefined => {
  const body = data.subarray(headerBytes);
  const found = /[ -~]{12,64}/.exec(body.toString('latin1'));
  return found === null ? undefined : body.subarray(found.index, found.index + found[0].length);
};

const columns = /^(.{25}) (.{20}) (.{5}) ([VRPUT])(.{9})/;

/** Columns of an annotation: type 25, order number 20, hardware 5, then a letter and three numbers of three. */
const columnFacts = (bytes: Buffer): DeviceFact[] | undefined => {
  const text = bytes.toString('latin1').replace(/\0+$/, '');
  const found = columns.exec(text);
  const numbers = found?.[5]?.match(/.{3}/g)?.map((part) => part.trim());
  if (found === null || numbers === undefined || !numbers.every((part) => /^\d{1,3}$/.test(part))) return undefined;
  const fact = (field: string, value: string): DeviceFact[] =>
    value === '' ? [] : [{ field, value, raw: rawHex(bytes) }];
  const column = (at: number): string => cleanText(Buffer.from(found[at] ?? '', 'latin1')).trim();
  return [
    ...fact('model', column(1)),
    ...fact('orderNumber', column(2)),
    ...fact('hwVersion', column(3)),
    ...fact('firmwareObserved', `${found[4]}${numbers.map(Number).join('.')}`),
  ];
};

const deviceObject = Buffer.from('0000a0de976cd1118271', 'hex');
const vendorNames: ReadonlyMap<number, string> = new Map([[0x002a, 'Siemens']]);
const hex = (number: number): string => `0x${number.toString(16).padStart(4, '0')}`;

/** The object of the first entry ends in its instance, device and vendor number. */
const objectFacts = (data: Buffer): DeviceFact[] => {
  const at = headerBytes + 20 + 4 + 12;
  if (data.length < at + 16) return [];
  const object = uuidAt(data, at);
  if (!object.subarray(0, 10).equals(deviceObject)) return [];
  const [device, vendor] = [object.readUInt16BE(12), object.readUInt16BE(14)];
  const name = vendorNames.get(vendor);
  return [
    { field: 'vendorId', value: `pn ${hex(vendor)}`, raw: rawHex(object.subarray(14, 16)) },
    ...(name === undefined ? [] : [{ field: 'vendorRaw', value: name, raw: rawHex(object.subarray(14, 16)) }]),
    { field: 'deviceId', value: hex(device), raw: rawHex(object.subarray(12, 14)) },
  ];
};

/** Facts of one datagram. */
export const pnioFacts = (data: Buffer): DeviceFact[] => {
  if (!isAnswer(data)) return [];
  const bytes = annotationOf(data) ?? longestText(data);
  if (bytes === undefined) return [];
  const exact = columnFacts(bytes);
  // A text may end before its field does; what follows is what lay there.
  const end = bytes.indexOf(0);
  const description = cleanText(exact === undefined && end !== -1 ? bytes.subarray(0, end) : bytes)
    .replace(/ {2,}/g, '  ')
    .trim();
  if (description === '') return [];
  const model = description.split(/ {2,}/)[0] ?? '';
  const numbers = objectFacts(data);
  return [
    { field: 'description', value: description, raw: rawHex(bytes) },
    ...(exact === undefined
      ? [
          ...(model === '' || model === description ? [] : [{ field: 'model', value: model, raw: rawHex(bytes) }]),
          ...descriptionFacts(description).filter(({ field }) => field !== 'vendorRaw'),
        ]
      : exact),
    ...(numbers.length > 0 ? numbers : descriptionFacts(description).filter(({ field }) => field === 'vendorRaw')),
  ];
};

/** The handle is all zero after the last entry. */
type LookupAnswer = { entries: number; handle: Buffer };

/** What an answer says of the lookup itself, in the order of our requests. */
export const lookupAnswer = (data: Buffer): LookupAnswer | undefined => {
  if (!isAnswer(data) || data.length < headerBytes + 24) return undefined;
  const attributes = Buffer.alloc(4);
  attributes.writeUInt32LE(u32(data, headerBytes), 0);
  const handle = Buffer.concat([attributes, uuidAt(data, headerBytes + 4)]);
  return { entries: u32(data, headerBytes + 20), handle };
};

/** Which question a message of the protocol answers; undefined for what is none of its messages. */
export const callOf = (data: Buffer): { kind: number; activity: Buffer; sequence: number } | undefined =>
  data.length < headerBytes || data.readUInt8(0) !== rpcVersion
    ? undefined
    : { kind: data.readUInt8(1), activity: uuidAt(data, 40), sequence: u32(data, 64) };
