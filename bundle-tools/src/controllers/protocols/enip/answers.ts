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

const identityFacts = (item: Buffer): DeviceFact[] => {
  // Protocol version, socket address, then the identity object.
  const [vendor, type, code] = [item.readUInt16LE(18), item.readUInt16LE(20), item.readUInt16LE(22)];
  const revision = `${item.readUInt8(24)}.${String(item.readUInt8(25)).padStart(3, '0')}`;
  const serial = item.readUInt32LE(28);
  const name = item.subarray(33, 33 + item.readUInt8(32));
  return [
    { field: 'cipTuple', value: `${vendor}/${type}/${code}`, raw: rawHex(item.subarray(18, 24)) },
    { field: 'firmwareObserved', value: revision, raw: rawHex(item.subarray(24, 26)) },
    { field: 'serial', value: `0x${serial.toString(16).padStart(8, '0')}`, raw: rawHex(item.subarray(28, 32)) },
    ...(name.length === 0 ? [] : [{ field: 'model', value: cleanText(name), raw: rawHex(name) }]),
  ];
};

/** Length of the message at the start of the bytes; undefined while its header is not there. */
export const enipLength = (bytes: Buffer): number | undefined =>
  bytes.length < 24 ? undefined : 24 + bytes.readUInt16LE(2);
