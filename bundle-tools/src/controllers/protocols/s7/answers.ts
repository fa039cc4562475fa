import type { DeviceFact } from '../device-fact.ts';
import { cleanText, rawHex } from '../text.ts';

// S7comm: answers to reads of system status lists (SZL). Layouts as OT 3, "S7 details".

const userdata = 0x07;
const cpuAnswer = 0x84;
const readSzl = 0x01;
const controlJobs: ReadonlyMap<number, string> = new Map([
  [0x1a, 'download-request'],
  [0x1b, 'download-block'],
  [0x28, 'start'],
  [0x29, 'stop'],
]);

/** A part of a list: the answer to one read may come in several. */
export type SzlPart = { id: number; index: number; records: Buffer[]; text?: Buffer };

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

/** SZL 0x0011: the module's order number is record 1, its firmware record 7; record 0x81 is the boot loader. */
const identification = (records: readonly Buffer[]): DeviceFact[] =>
  records.flatMap((record) => {
    if (record.length < 28) return [];
    const index = record.readUInt16BE(0);
    const order = record.subarray(2, 22);
    const last = record.subarray(24, 28);
    if (index === 0x0001) {
      return [
        ...fact('orderNumber', cleanText(order), order),
        ...fact('hwVersion', String(record.readUInt16BE(26)), record.subarray(26, 28)),
      ];
    }
    if (index === 0x0007) return fact('firmwareObserved', versionText(last), last);
    return index === 0x0081 ? fact('bootloader', versionText(last), last) : [];
  });

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

const protection = (records: readonly Buffer[]): DeviceFact[] =>
  records.flatMap((record) => {
    if (record.length < 10 || record.readUInt16BE(0) !== 4) return [];
    const key = keySwitches.get(record.readUInt16BE(8));
    return [
      ...fact('protectionLevel', String(record.readUInt16BE(2)), record.subarray(2, 4)),
      ...(key === undefined ? [] : fact('keySwitch', key, record.subarray(8, 10))),
    ];
  });

/** What a list says about its module. */
export const szlFacts = ({ id, index, records }: SzlPart): DeviceFact[] => {
  const list = id & 0x00ff;
  if (list === 0x11) return identification(records);
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
  if (length === 0 || count > 4_096) return undefined;
  const records: Buffer[] = [];
  for (let at = 8; records.length < count && at + length <= data.length; at += length)
    records.push(data.subarray(at, at + length));
  return { id, index, records };
};

export type S7Reading = { facts: DeviceFact[]; control?: string };

/** Answers may come in parts; the reader of one flow keeps the parts until the last. */
export const s7Reader = () => {
  const parts = new Map<number, Buffer>();
  const maxParts = 64;
  const maxListBytes = 65_536;

  return (pdu: Buffer): S7Reading => {
    if (pdu.length < 10 || pdu.readUInt8(0) !== 0x32) return { facts: [] };
    const kind = pdu.readUInt8(1);
    const header = kind === 2 || kind === 3 ? 12 : 10;
    const parameterBytes = pdu.readUInt16BE(6);
    const parameter = pdu.subarray(header, header + parameterBytes);
    if (kind === 1 && parameter.length > 0) {
      const control = controlJobs.get(parameter.readUInt8(0));
      return control === undefined ? { facts: [] } : { facts: [], control };
    }
    if (kind !== userdata || parameter.length < 12) return { facts: [] };
    if (parameter.readUInt8(5) !== cpuAnswer || parameter.readUInt8(6) !== readSzl) return { facts: [] };
    const reference = parameter.readUInt8(7);
    const isLast = parameter.readUInt8(9) === 0;
    const refused = parameter.readUInt16BE(10) !== 0;
    const at = header + parameterBytes;
    if (refused || pdu.length < at + 4 || pdu.readUInt8(at) !== 0xff) {
      parts.delete(reference);
      return { facts: [] };
    }
    const length = pdu.readUInt16BE(at + 2);
    const data = pdu.subarray(at + 4, at + 4 + length);
    const before = parts.get(reference);
    const whole = before === undefined ? data : Buffer.concat([before, data]);
    parts.delete(reference);
    if (!isLast) {
      if (whole.length <= maxListBytes && parts.size < maxParts) parts.set(reference, Buffer.from(whole));
      return { facts: [] };
    }
    const part = szlPart(whole);
    return { facts: part === undefined ? [] : szlFacts(part) };
  };
};
