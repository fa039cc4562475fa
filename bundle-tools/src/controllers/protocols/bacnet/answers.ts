import type { DeviceFact } from '../device-fact.ts';
import { cleanText, ipv4Text, rawHex } from '../text.ts';
import { unlessCut } from '../unless-cut.ts';

// BACnet/IP: I-Am, and answers to ReadProperty of the device object.

const propertyFields: ReadonlyMap<number, string> = new Map([
  [12, 'application'],
  [44, 'firmwareObserved'],
  [70, 'model'],
  [77, 'name'],
  [120, 'vendorId'],
  [121, 'vendorRaw'],
  [372, 'serial'],
]);
const characterString = 7;
const unsigned = 2;

const forwarded = 0x04;

/**
 * Where the APDU starts; undefined for messages of the network layer, and for those of a device behind a router of BACnet: they
 * name it by its network and say nothing of the address that passed them on.
 */
export const applicationAt = (data: Buffer): number | undefined => {
  if (data.length < 8 || data.readUInt8(0) !== 0x81) return undefined;
  let at = data.readUInt8(1) === forwarded ? 10 : 4;
  if (data.readUInt8(at) !== 1) return undefined;
  const control = data.readUInt8(at + 1);
  at += 2;
  if (control & 0x88) return undefined;
  // Where it is sent to, and the hops that are left.
  return control & 0x20 ? at + 4 + data.readUInt8(at + 2) : at;
};

/** Who said a message that was passed on between subnets (Forwarded-NPDU); undefined where the sender said it itself. */
export const forwardedFrom = (data: Buffer): { address: string; port: number } | undefined =>
  data.length >= 10 && data.readUInt8(0) === 0x81 && data.readUInt8(1) === forwarded
    ? { address: ipv4Text(data.subarray(4, 8)), port: data.readUInt16BE(8) }
    : undefined;

type Tag = { number: number; isContext: boolean; length: number; at: number };

const tagAt = (data: Buffer, at: number): Tag => {
  const first = data.readUInt8(at);
  let length = first & 0x07;
  let from = at + 1;
  if (length === 5) {
    length = data.readUInt8(from);
    from += 1;
    if (length === 254) {
      length = data.readUInt16BE(from);
      from += 2;
    }
  }
  return { number: first >> 4, isContext: (first & 0x08) !== 0, length, at: from };
};

/** Strings carry their character set (OT 3: a shipped capture uses UCS-2). */
const text = (bytes: Buffer): string => {
  const set = bytes.readUInt8(0);
  const body = Buffer.from(bytes.subarray(1));
  if (set === 4)
    return cleanText(
      Buffer.from(
        body
          .subarray(0, body.length & ~1)
          .swap16()
          .toString('utf16le'),
      ),
      'utf8',
    );
  return cleanText(body, set === 5 ? 'latin1' : 'utf8');
};

const propertyFact = (apdu: Buffer): DeviceFact[] => {
  // Complex-ACK: kind, invoke id, service, then object (context 0), property (context 1), perhaps an index (2), value in 3.
  if (apdu.readUInt8(2) !== 0x0c) return [];
  const object = tagAt(apdu, 3);
  if (object.number !== 0 || object.length !== 4 || apdu.readUInt32BE(object.at) >> 22 !== 8) return [];
  const property = tagAt(apdu, object.at + 4);
  if (property.number !== 1 || property.length > 4) return [];
  const field = propertyFields.get(apdu.readUIntBE(property.at, property.length));
  let at = property.at + property.length;
  if (apdu.readUInt8(at) >> 4 === 2) at = tagAt(apdu, at).at + tagAt(apdu, at).length;
  if (field === undefined || apdu.readUInt8(at) !== 0x3e) return [];
  const value = tagAt(apdu, at + 1);
  const bytes = apdu.subarray(value.at, value.at + value.length);
  if (value.isContext || bytes.length !== value.length || bytes.length === 0) return [];
  if (value.number === characterString) return [{ field, value: text(bytes), raw: rawHex(bytes) }];
  if (value.number === unsigned && bytes.length <= 4)
    return [{ field, value: String(bytes.readUIntBE(0, bytes.length)), raw: rawHex(bytes) }];
  return [];
};

const iAmFacts = (apdu: Buffer): DeviceFact[] => {
  const object = tagAt(apdu, 2);
  if (object.number !== 12 || object.length !== 4) return [];
  let at = object.at + 4;
  for (let n = 0; n < 2; n += 1) {
    const tag = tagAt(apdu, at);
    at = tag.at + tag.length;
  }
  const vendor = tagAt(apdu, at);
  const bytes = apdu.subarray(vendor.at, vendor.at + vendor.length);
  return vendor.number === unsigned && bytes.length === vendor.length && bytes.length <= 4 && bytes.length > 0
    ? [{ field: 'vendorId', value: String(bytes.readUIntBE(0, bytes.length)), raw: rawHex(bytes) }]
    : [];
};

/** Facts of one datagram. */
export const bacnetFacts = (data: Buffer): DeviceFact[] => {
  const at = applicationAt(data);
  if (at === undefined || at + 4 > data.length) return [];
  const apdu = data.subarray(at);
  const kind = apdu.readUInt8(0) >> 4;
  if (kind === 3) return propertyFact(apdu);
  return kind === 1 && apdu.readUInt8(1) === 0 ? iAmFacts(apdu) : [];
};

/** The instance that an I-Am names; undefined for other messages. */
export const iAmInstance = (data: Buffer): number | undefined =>
  unlessCut(() => {
    const at = applicationAt(data);
    if (at === undefined || data.readUInt8(at) !== 0x10 || data.readUInt8(at + 1) !== 0) return undefined;
    const object = tagAt(data, at + 2);
    if (object.isContext || object.number !== 12 || object.length !== 4) return undefined;
    const identifier = data.readUInt32BE(object.at);
    return identifier >>> 22 === 8 ? identifier & 0x3fffff : undefined;
  });
