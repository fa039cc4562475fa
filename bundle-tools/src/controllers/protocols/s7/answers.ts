import type { DeviceFact } from '../device-fact.ts';
import { cleanText, rawHex } from '../text.ts';

// S7comm: answers to reads of system status lists (SZL). Layouts as OT 3, "S7 details".

const userdata = 0x07;
const cpuAnswer = 0x84;
const readSzl = 0x01;

/** A part of a list: the answer to one read may come in several. */
type SzlPart = { id: number; index: number; records: Buffer[]; text?: Buffer };

const modes: ReadonlyMap<number, string> = new Map([
  [1, 'STOP'],
  [2, 'STOP'],
  [3, 'STOP'],
  [4, 'STOP'],
  [5, 'STARTUP'],
  [6, 'STARTUP'],
  [7, 'STARTUP'],
  [8, 'RUN'],
  [9, 'RUN'],
  [10, 'HOLD'],
  [13, 'DEFECT'],
]);
const keySwitches: ReadonlyMap<number, string> = new Map([
  [1, 'RUN'],
  [2, 'RUN_P'],
  [3, 'STOP'],
  [4, 'MRES'],
]);

const fact = (field: string, value: string, bytes: Buffer): DeviceFact[] =>
  value.trim() === '' ? [] : [{ field, value: value.trim(), raw: rawHex(bytes) }];

const versionText = (bytes: Buffer): string => {
  const [letter = 0, ...parts] = bytes;
  return letter === 0x56 ? `V${parts.join('.')}` : '';
};

const recordBytes = 28;

/**
 * SZL 0x0011: the module's order number and version are record 1, its firmware record 7; record 0x81 is the boot loader. A
 * record is index, MlfB (20 characters), BGTyp, Ausbg1, Ausbg2. Of record 1, Ausbg1 is the version of the module and Ausbg2
 * reserved; of records 6 and 7 both hold "V" and the three numbers of a version (System Software for S7-300/400, System and
 * Standard Functions, A5E00739858-01, 33.5 "SSL-ID W#16#xy11").
 */
const identification = (records: readonly Buffer[]): DeviceFact[] => {
  const whole = records.filter((record) => record.length >= recordBytes);
  const orderOf = (wanted: number): DeviceFact[] =>
    whole
      .filter((record) => record.readUInt16BE(0) === wanted)
      .flatMap((record) => fact('orderNumber', cleanText(record.subarray(2, 22)), record.subarray(2, 22)));
  // Record 7 often leaves the order number blank.
  const order = [...orderOf(0x0001), ...orderOf(0x0007), ...orderOf(0x0006)].slice(0, 1);
  return [
    ...order,
    ...whole.flatMap((record) => {
      const index = record.readUInt16BE(0);
      const last = record.subarray(24, 28);
      if (index === 0x0001) return fact('hwVersion', String(record.readUInt16BE(24)), record.subarray(24, 26));
      if (index === 0x0007) return fact('firmwareObserved', versionText(last), last);
      return index === 0x0081 ? fact('bootloader', versionText(last), last) : [];
    }),
  ];
};

const flatOrder = /6(?:ES|GK|AG)7 ?\d{3}-[0-9A-Z]{5}-[0-9A-Z]{4}/;
const flatVersion = /\bV ?(\d{1,3}(?:\.\d{1,3}){1,2})\b/;

/** SZL 0x0011 of some S7-300: no records but one text. Only what is unmistakable is taken. */
const flatIdentification = (bytes: Buffer): DeviceFact[] => {
  const text = cleanText(bytes);
  const [order, version] = [flatOrder.exec(text)?.[0], flatVersion.exec(text)?.[1]];
  if (order === undefined) return [];
  return [
    ...fact('orderNumber', order, bytes),
    ...(version === undefined ? [] : fact('firmwareObserved', `V${version}`, bytes)),
  ];
};

const nameFields: ReadonlyMap<number, string> = new Map([
  [1, 'name'],
  [2, 'moduleName'],
  [3, 'plantId'],
  [5, 'serial'],
  [7, 'model'],
  [8, 'memoryCardSerial'],
]);

/** SZL 0x001C: names and numbers as text. */
const names = (records: readonly Buffer[]): DeviceFact[] =>
  records.flatMap((record) => {
    const field = record.length < 34 ? undefined : nameFields.get(record.readUInt16BE(0));
    if (field === undefined) return [];
    const text = record.subarray(2, 34);
    return fact(field, cleanText(text.subarray(0, text.indexOf(0) < 0 ? text.length : text.indexOf(0))), text);
  });

const mode = (records: readonly Buffer[]): DeviceFact[] =>
  records.slice(0, 1).flatMap((record) => {
    if (record.length < 4) return [];
    const name = modes.get(record.readUInt8(3) & 0x0f);
    return name === undefined ? [] : fact('mode', name, record.subarray(0, 4));
  });

/**
 * The checksums of configuration and program are valid only under this mark. They are compared and never computed with, so
 * their bytes stay in the order of the wire.
 */
const validMark = 0x5656;
const checksums = [
  ['hardwareChecksum1', 16],
  ['hardwareChecksum2', 18],
  ['programChecksum1', 20],
  ['programChecksum2', 22],
] as const;

/** SZL 0x0132 and 0x0232, index 4: protection, key switch, checksums. */
const protection = (records: readonly Buffer[]): DeviceFact[] =>
  records.flatMap((record) => {
    if (record.length < 10 || record.readUInt16BE(0) !== 4) return [];
    const key = keySwitches.get(record.readUInt16BE(8));
    // The level in force; 0 stands for "not known".
    const level = record.readUInt16BE(6);
    const assigned = record.subarray(4, 6);
    return [
      ...(level === 0 ? [] : fact('protectionLevel', String(level), record.subarray(6, 8))),
      ...fact('protectionAssigned', String(assigned.readUInt16BE(0)), assigned),
      // No level is assigned where no password is.
      ...fact('passwordSet', assigned.readUInt16BE(0) === 0 ? 'no' : 'yes', assigned),
      ...(key === undefined ? [] : fact('keySwitch', key, record.subarray(8, 10))),
      ...(record.length < 24 || record.readUInt16BE(14) !== validMark
        ? []
        : checksums.flatMap(([field, at]) => {
            const bytes = record.subarray(at, at + 2);
            return fact(field, `0x${bytes.toString('hex')}`, bytes);
          })),
    ];
  });

/** What a list says about its module. */
export const szlFacts = ({ id, index, records, text }: SzlPart): DeviceFact[] => {
  const list = id & 0x00ff;
  if (list === 0x11) return text === undefined ? identification(records) : flatIdentification(text);
  if (list === 0x1c) return names(records);
  if (id === 0x0424) return mode(records);
  return list === 0x32 && (id === 0x0232 || id === 0x0132) && index === 4 ? protection(records) : [];
};

/** Records of a whole answer: id, index, length of a record, how many. */
export const szlPart = (data: Buffer): SzlPart | undefined => {
  if (data.length < 8) return undefined;
  const [id, index, length, count] = [0, 2, 4, 6].map((at) => data.readUInt16BE(at)) as [
    number,
    number,
    number,
    number,
  ];
  if ((id & 0x00ff) === 0x11 && length !== recordBytes) return { id, index, records: [], text: data.subarray(4) };
  if (length === 0 || count > 4_096) return undefined;
  const records: Buffer[] = [];
  for (let at = 8; records.length < count && at + length <= data.length; at += length)
    records.push(data.subarray(at, at + length));
  return { id, index, records };
};

/** One answer to a read of a list: whole, a part of it, or why not. */
type SzlAnswer =
  | { kind: 'data'; reference: number; isLast: boolean; data: Buffer }
  | { kind: 'refused'; reference: number; code: string };

const hexCode = (number: number, digits: number): string => `0x${number.toString(16).padStart(digits, '0')}`;

/** Reads the answer to "read SZL"; undefined for other messages. */
export const szlAnswer = (pdu: Buffer): SzlAnswer | undefined => {
  if (pdu.length < 10 || pdu.readUInt8(0) !== 0x32 || pdu.readUInt8(1) !== userdata) return undefined;
  const parameterBytes = pdu.readUInt16BE(6);
  const parameter = pdu.subarray(10, 10 + parameterBytes);
  if (parameter.length < 12 || parameter.readUInt8(5) !== cpuAnswer || parameter.readUInt8(6) !== readSzl)
    return undefined;
  const reference = parameter.readUInt8(7);
  const error = parameter.readUInt16BE(10);
  if (error !== 0) return { kind: 'refused', reference, code: `s7-${hexCode(error, 4)}` };
  const at = 10 + parameterBytes;
  if (pdu.length < at + 4) return { kind: 'refused', reference, code: 's7-cut' };
  const result = pdu.readUInt8(at);
  if (result !== 0xff) return { kind: 'refused', reference, code: `s7-${hexCode(result, 2)}` };
  const data = pdu.subarray(at + 4, at + 4 + pdu.readUInt16BE(at + 2));
  return { kind: 'data', reference, isLast: parameter.readUInt8(9) === 0, data };
};

type S7Reading = { facts: DeviceFact[] };

export const maxListBytes = 65_536;

/** Answers may come in parts; the reader of one flow keeps the parts until the last. */
export const s7Reader = () => {
  const parts = new Map<number, Buffer>();
  const maxParts = 64;

  return (pdu: Buffer): S7Reading => {
    if (pdu.length < 10 || pdu.readUInt8(0) !== 0x32) return { facts: [] };
    const answer = szlAnswer(pdu);
    if (answer === undefined) return { facts: [] };
    const before = parts.get(answer.reference);
    parts.delete(answer.reference);
    if (answer.kind === 'refused') return { facts: [] };
    const whole = before === undefined ? answer.data : Buffer.concat([before, answer.data]);
    if (!answer.isLast) {
      if (whole.length <= maxListBytes && parts.size < maxParts) parts.set(answer.reference, Buffer.from(whole));
      return { facts: [] };
    }
    const part = szlPart(whole);
    return { facts: part === undefined ? [] : szlFacts(part) };
  };
};
