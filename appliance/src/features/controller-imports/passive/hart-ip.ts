import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import { cleanText, rawHex } from '@sallyport/bundle-tools/controllers/protocols/text';
import { boundedMap, type PassiveProtocol, type Told } from './types.ts';

// HART-IP (FieldComm Group TS20085): eight bytes of header, then a token-passing frame of HART (TS20081). Command 0 names the
// device that answers under a short address, which is the one that has the IP address; a long address may be a device on its loop,
// so it is read only where it is the same device's.

const headerBytes = 8;
const version = 1;
const request = 0;
const response = 1;
const passThrough = 3;
const maxDevices = 4_096;

const readIdentity = 0;
const readLongTag = 20;
const deviceReset = 42;

/** Universal and common practice commands that change the device (TS20127, TS20151). */
const writes: ReadonlySet<number> = new Set([
  6, 17, 18, 19, 22, 34, 35, 36, 37, 40, 43, 44, 45, 46, 47, 49, 51, 52, 53, 59,
]);

/**
 * Manufacturers whose code a published manual names: Promag 53 (command 11), Rockwell 1770-HT (4-32), SITRANS F US (A5E34981613,
 * command 21). Of others the maker stays open; the whole list (HCF SPEC-183, table 8) is not public.
 */
const makers: ReadonlyMap<number, string> = new Map([
  [0x11, 'Endress+Hauser'],
  [0x26, 'Emerson'],
  [0x2a, 'Siemens'],
]);

type HartFrame = { isShort: boolean; address: string; command: number; data: Buffer };

/** Delimiter, address of one byte or five, expansion bytes, command, length, data; in answers two bytes of status before it. */
const frameOf = (bytes: Buffer): HartFrame => {
  const delimiter = bytes.readUInt8(0);
  const isShort = (delimiter & 0x80) === 0;
  const addressEnd = isShort ? 2 : 6;
  const at = addressEnd + ((delimiter >> 5) & 0x03);
  const data = bytes.subarray(at + 2, at + 2 + bytes.readUInt8(at + 1));
  // The first two bits of an address say which master asked, and whether the device is in burst mode.
  const first = bytes.readUInt8(1) & 0x3f;
  const address = `${first.toString(16).padStart(2, '0')}${bytes.toString('hex', 2, addressEnd)}`;
  return { isShort, address, command: bytes.readUInt8(at), data };
};

/** 254, type, preambles, revisions, hardware, flags, number, and from byte 17 on the maker. */
const identityFacts = (data: Buffer): DeviceFact[] => {
  if (data.length < 12 || data.readUInt8(0) !== 254) return [];
  const type = data.readUInt16BE(1);
  const maker = data.length >= 19 ? data.readUInt16BE(17) : data.readUInt8(1);
  const name = makers.get(maker);
  const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;
  return [
    { field: 'deviceType', value: `HART ${hex(type, 4)}`, raw: rawHex(data.subarray(1, 3)) },
    { field: 'vendorId', value: `hart ${maker}`, raw: rawHex(data.subarray(17, 19)) },
    ...(name === undefined ? [] : [{ field: 'vendorRaw', value: name, raw: rawHex(data.subarray(17, 19)) }]),
    { field: 'firmwareObserved', value: String(data.readUInt8(6)), raw: rawHex(data.subarray(6, 7)) },
    { field: 'hwVersion', value: String(data.readUInt8(7) >> 3), raw: rawHex(data.subarray(7, 8)) },
    { field: 'deviceId', value: data.toString('hex', 9, 12), raw: rawHex(data.subarray(9, 12)) },
  ];
};

export const hartIp: PassiveProtocol = {
  protocol: 'hart-ip',
  tcp: [5_094],
  udp: [5_094],
  lengthOf: (bytes) => {
    if (bytes.length < headerBytes) return undefined;
    const length = bytes.readUInt16BE(6);
    return bytes.readUInt8(0) !== version || bytes.readUInt8(1) > 15 || length < headerBytes ? 0 : length;
  },
  reader: () => {
    /** The long address of the device that has the IP address, by conversation. */
    const own = boundedMap<string>(maxDevices);
    const answer = (frame: HartFrame, conversation: string): Told => {
      const data = frame.data.subarray(2);
      if (frame.data.length < 2 || (frame.data.readUInt8(0) & 0x80) !== 0) return {};
      if (frame.isShort && frame.command === readIdentity) {
        const facts = identityFacts(data);
        if (facts.length > 0)
          own.set(
            conversation,
            `${(data.readUInt8(1) & 0x3f).toString(16).padStart(2, '0')}${data.toString('hex', 2, 3)}${data.toString('hex', 9, 12)}`,
          );
        return { facts };
      }
      const tag = frame.command === readLongTag ? cleanText(data.subarray(0, 32)).trim() : '';
      return tag !== '' && (frame.isShort || own.get(conversation) === frame.address)
        ? { facts: [{ field: 'name', value: tag, raw: rawHex(data.subarray(0, 32)) }] }
        : {};
    };
    return ({ bytes, isFromServer, isToServer, conversation }) => {
      if (bytes.length < headerBytes || bytes.readUInt8(0) !== version || bytes.readUInt16BE(6) > bytes.length)
        return [];
      const [type, id] = [bytes.readUInt8(1), bytes.readUInt8(2)];
      const body = bytes.subarray(headerBytes, bytes.readUInt16BE(6));
      if (type === response && isFromServer) {
        if (id !== passThrough) return [{}];
        return [answer(frameOf(body), conversation)];
      }
      if (type !== request || !isToServer || id !== passThrough) return [];
      const { command, isShort, address } = frameOf(body);
      const behind = isShort || own.get(conversation) === address ? {} : { behind: `HART ${address}` };
      if (command === deviceReset) return [{ control: 'hart-reset', ...behind }];
      return writes.has(command) ? [{ control: 'hart-write', detail: `command ${command}`, ...behind }] : [];
    };
  },
};
