import type { DeviceFact } from '../device-fact.ts';
import { cleanText, rawHex } from '../text.ts';

// EtherNet/IP: the answer to ListIdentity, over UDP or TCP.

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
    if (type === identityItem) return identityFacts(item);
    at += 4 + length;
  }
  return [];
};

/** Of the vendors' numbers only what is certain; the rest stays a number. */
const vendorNames: ReadonlyMap<number, string> = new Map([[1, 'Rockwell Automation']]);

const hex = (number: number, digits: number): string => `0x${number.toString(16).padStart(digits, '0')}`;

const identityFacts = (item: Buffer): DeviceFact[] => {
  // Protocol version, socket address, then the identity object.
  const [vendor, type, code] = [item.readUInt16LE(18), item.readUInt16LE(20), item.readUInt16LE(22)];
  const revision = `${item.readUInt8(24)}.${String(item.readUInt8(25)).padStart(3, '0')}`;
  const serial = item.readUInt32LE(28);
  const vendorName = vendorNames.get(vendor);
  const name = item.subarray(33, 33 + item.readUInt8(32));
  return [
    { field: 'cipTuple', value: `${vendor}/${type}/${code}`, raw: rawHex(item.subarray(18, 24)) },
    { field: 'firmwareObserved', value: revision, raw: rawHex(item.subarray(24, 26)) },
    { field: 'serial', value: `0x${serial.toString(16).padStart(8, '0')}`, raw: rawHex(item.subarray(28, 32)) },
    ...(cleanText(name).trim() === '' ? [] : [{ field: 'model', value: cleanText(name), raw: rawHex(name) }]),
    { field: 'vendorId', value: `cip ${vendor}`, raw: rawHex(item.subarray(18, 20)) },
    ...(vendorName === undefined
      ? []
      : [{ field: 'vendorRaw', value: vendorName, raw: rawHex(item.subarray(18, 20)) }]),
    { field: 'cipStatus', value: hex(item.readUInt16LE(26), 4), raw: rawHex(item.subarray(26, 28)) },
    // A shipped capture cuts the frame before the state.
    ...(item.length <= 33 + name.length
      ? []
      : [
          {
            field: 'cipState',
            value: hex(item.readUInt8(33 + name.length), 2),
            raw: rawHex(item.subarray(33 + name.length, 34 + name.length)),
          },
        ]),
  ];
};

/** Length of the message at the start of the bytes; undefined while its header is not there. */
export const enipLength = (bytes: Buffer): number | undefined =>
  bytes.length < 24 ? undefined : 24 + bytes.readUInt16LE(2);
