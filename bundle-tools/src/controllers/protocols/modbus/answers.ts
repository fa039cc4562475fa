import type { DeviceFact } from '../device-fact.ts';
import { cleanText, rawHex } from '../text.ts';

// Modbus/TCP: answers to device identification (43/14), to "report server id" (17), and the model in the vendor's function 90.

const objectFields: ReadonlyMap<number, string> = new Map([
  [0, 'vendorRaw'],
  [1, 'productCode'],
  [2, 'firmwareObserved'],
  [3, 'vendorUrl'],
  [4, 'productName'],
  [5, 'model'],
  [6, 'application'],
]);

const identification = (pdu: Buffer): DeviceFact[] => {
  if (pdu.length < 7 || pdu.readUInt8(1) !== 0x0e) return [];
  const facts: DeviceFact[] = [];
  let at = 7;
  for (let n = 0; n < pdu.readUInt8(6) && at + 2 <= pdu.length; n += 1) {
    const [id, length] = [pdu.readUInt8(at), pdu.readUInt8(at + 1)];
    const bytes = pdu.subarray(at + 2, at + 2 + length);
    const field = objectFields.get(id);
    const value = cleanText(bytes).trim();
    if (field !== undefined && bytes.length === length && value !== '')
      facts.push({ field, value, raw: rawHex(bytes) });
    at += 2 + length;
  }
  return facts;
};

/** Text of what "report server id" brings: its layout is the vendor's, so only what can be read is taken. */
const serverId = (pdu: Buffer): DeviceFact[] => {
  if (pdu.length < 3) return [];
  const bytes = pdu.subarray(2, 2 + pdu.readUInt8(1));
  const value = /[ -~]{4,}/.exec(bytes.toString('latin1'))?.[0].trim();
  return value === undefined || value === '' ? [] : [{ field: 'serverId', value, raw: rawHex(bytes) }];
};

/** Function 90, answer to "who are you" (02): model behind a length. Seen in one capture only. */
const vendorModel = (pdu: Buffer): DeviceFact[] => {
  if (pdu.length < 24 || pdu.readUInt8(2) !== 0xfe) return [];
  const found = /[\x04-\x20]((?:140|TSX|BMX|BME|171|ATV|TM\d)[ -~]{3,24})/.exec(pdu.toString('latin1'));
  const value = found?.[1];
  if (found === null || value === undefined) return [];
  const length = found[0].charCodeAt(0);
  if (value.length < length) return [];
  return [
    { field: 'model', value: value.slice(0, length).trim(), raw: rawHex(pdu) },
    // The function is this vendor's own, and so are the models.
    { field: 'vendorRaw', value: 'Schneider Electric', raw: rawHex(pdu.subarray(0, 1)) },
  ];
};

/** Facts of one application unit with its 7-byte header, from the server's side. */
export const modbusFacts = (unit: Buffer): DeviceFact[] => {
  if (unit.length < 9 || unit.readUInt16BE(2) !== 0) return [];
  const pdu = unit.subarray(7);
  const code = pdu.readUInt8(0);
  if (code === 0x2b) return identification(pdu);
  if (code === 0x11) return serverId(pdu);
  return code === 0x5a ? vendorModel(pdu) : [];
};

/** Length of the unit at the start of the bytes; 0 for what is no Modbus/TCP. */
export const modbusLength = (bytes: Buffer): number | undefined => {
  if (bytes.length < 7) return undefined;
  const length = bytes.readUInt16BE(4);
  return bytes.readUInt16BE(2) !== 0 || length < 2 || length > 260 ? 0 : 6 + length;
};

/** What one answer to 43/14 says about itself: more may follow, from which object. */
type DeviceIdAnswer = { moreFrom?: number };

/** Reads that part; undefined for anything else. */
export const deviceIdAnswer = (unit: Buffer): DeviceIdAnswer | undefined => {
  const pdu = unit.subarray(7);
  if (pdu.length < 7 || pdu.readUInt8(0) !== 0x2b || pdu.readUInt8(1) !== 0x0e) return undefined;
  return pdu.readUInt8(4) === 0xff ? { moreFrom: pdu.readUInt8(5) } : {};
};

/** The exception that a device answered with; undefined where it answered. */
export const exceptionOf = (unit: Buffer): number | undefined =>
  unit.length >= 9 && (unit.readUInt8(7) & 0x80) !== 0 ? unit.readUInt8(8) : undefined;
