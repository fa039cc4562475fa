import type { DeviceFact } from '../device-fact.ts';
import { cleanText, rawHex } from '../text.ts';

// EtherNet/IP: the identity object, as the answer to ListIdentity over UDP or TCP brings it.

const listIdentity = 0x63;
const identityItem = 0x000c;

/** Facts of one encapsulated message, whose header has 24 bytes. */
export const enipFacts = (message: Buffer): DeviceFact[] => {
  if (message.length < 26 || message.readUInt16LE(0) !== listIdentity) return [];
  const items = message.readUInt16LE(24);
  let at = 26;
  for (let n = 0; n < Math.min(items, 16); n += 1) {
    const [type, length] = [message.readUInt16LE(at), message.readUInt16LE(at + 2)];
    const item = message.subarray(at + 4, at + 4 + length);
    // Protocol version and socket address stand before the identity object.
    if (type === identityItem) return identityFacts(item.subarray(18));
    at += 4 + length;
  }
  return [];
};

/** Of the vendors' numbers only what is certain; the rest stays a number. */
const vendorNames: ReadonlyMap<number, string> = new Map([[1, 'Rockwell Automation']]);

const hex = (number: number, digits: number): string => `0x${number.toString(16).padStart(digits, '0')}`;

/** Facts of the identity object's attributes in their order: vendor, type, code, revision, status, serial, name, state. */
export const identityFacts = (object: Buffer): DeviceFact[] => {
  const [vendor, type, code] = [object.readUInt16LE(0), object.readUInt16LE(2), object.readUInt16LE(4)];
  const revision = `${object.readUInt8(6)}.${String(object.readUInt8(7)).padStart(3, '0')}`;
  const serial = object.readUInt32LE(10);
  const vendorName = vendorNames.get(vendor);
  const nameEnd = 15 + object.readUInt8(14);
  const name = object.subarray(15, nameEnd);
  return [
    { field: 'cipTuple', value: `${vendor}/${type}/${code}`, raw: rawHex(object.subarray(0, 6)) },
    { field: 'firmwareObserved', value: revision, raw: rawHex(object.subarray(6, 8)) },
    { field: 'serial', value: hex(serial, 8), raw: rawHex(object.subarray(10, 14)) },
    ...(cleanText(name).trim() === '' ? [] : [{ field: 'model', value: cleanText(name), raw: rawHex(name) }]),
    { field: 'vendorId', value: `cip ${vendor}`, raw: rawHex(object.subarray(0, 2)) },
    ...(vendorName === undefined
      ? []
      : [{ field: 'vendorRaw', value: vendorName, raw: rawHex(object.subarray(0, 2)) }]),
    { field: 'cipStatus', value: hex(object.readUInt16LE(8), 4), raw: rawHex(object.subarray(8, 10)) },
    // A shipped capture cuts the frame before the state.
    ...(object.length <= nameEnd
      ? []
      : [
          {
            field: 'cipState',
            value: hex(object.readUInt8(nameEnd), 2),
            raw: rawHex(object.subarray(nameEnd, nameEnd + 1)),
          },
        ]),
  ];
};

/** Length of the message at the start of the bytes; undefined while its header is not there. */
export const enipLength = (bytes: Buffer): number | undefined =>
  bytes.length < 24 ? undefined : 24 + bytes.readUInt16LE(2);
