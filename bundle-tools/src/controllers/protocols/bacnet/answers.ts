import type { DeviceFact } from '../device-fact.ts';
import { cleanText, rawHex } from '../text.ts';
import { unlessCut } from '../unless-cut.ts';

// BACnet/IP: I-Am, I-Have, and answers to ReadProperty of the device object.

const objectName = 77;

const propertyFields: ReadonlyMap<number, string> = new Map([
  [12, 'application'],
  [44, 'firmwareObserved'],
  [70, 'model'],
  [objectName, 'name'],
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

const deviceObject = 8;

/** The value of a property that a record has a place for, from the tag at the start of the bytes. */
const valueFact = (property: number, data: Buffer): DeviceFact[] => {
  const field = propertyFields.get(property);
  if (field === undefined) return [];
  const value = tagAt(data, 0);
  const bytes = data.subarray(value.at, value.at + value.length);
  if (value.isContext || bytes.length !== value.length || bytes.length === 0) return [];
  if (value.number === characterString) return [{ field, value: text(bytes), raw: rawHex(bytes) }];
  if (value.number === unsigned && bytes.length <= 4)
    return [{ field, value: String(bytes.readUIntBE(0, bytes.length)), raw: rawHex(bytes) }];
  return [];
};

/** The instance of a device's object identifier; undefined for other objects. */
const instanceOf = (data: Buffer, tag: Tag): number | undefined => {
  const identifier = tag.length === 4 ? data.readUInt32BE(tag.at) : 0;
  return identifier >>> 22 === deviceObject ? identifier & 0x3fffff : undefined;
};

type BacnetAnswer = { facts: DeviceFact[]; instance?: number };

const nothing: BacnetAnswer = { facts: [] };

/** Object (context 0), property (1), perhaps an index (2), value in 3. */
const propertyAnswer = (apdu: Buffer): BacnetAnswer => {
  const object = tagAt(apdu, 3);
  const instance = object.number === 0 ? instanceOf(apdu, object) : undefined;
  if (instance === undefined) return nothing;
  const property = tagAt(apdu, object.at + 4);
  if (property.number !== 1 || property.length > 4) return nothing;
  let at = property.at + property.length;
  if (apdu.readUInt8(at) >> 4 === 2) at = tagAt(apdu, at).at + tagAt(apdu, at).length;
  if (apdu.readUInt8(at) !== 0x3e) return { facts: [], instance };
  return { facts: valueFact(apdu.readUIntBE(property.at, property.length), apdu.subarray(at + 1)), instance };
};

const opening = 0x0e;
const closing = 0x0f;
const maxResults = 512;

/** Behind what an opening tag encloses, whose tags may nest. */
const behindClosing = (data: Buffer, from: number): number => {
  let at = from;
  for (let depth = 1; depth > 0; ) {
    const first = data.readUInt8(at);
    const kind = first & 0x0f;
    if (kind === opening || kind === closing) {
      depth += kind === opening ? 1 : -1;
      at += 1;
    } else {
      const tag = tagAt(data, at);
      // A boolean has its value in the tag.
      at = tag.at + (!tag.isContext && tag.number === 1 ? 0 : tag.length);
    }
  }
  return at;
};

/** Objects (context 0), each with its results between tags of context 1: property (2), perhaps an index (3), value in 4 or error in 5. */
const multipleAnswer = (apdu: Buffer): BacnetAnswer => {
  const found: BacnetAnswer = { facts: [] };
  let device: number | undefined;
  for (let at = 3, n = 0; at < apdu.length && n < maxResults; n += 1) {
    const first = apdu.readUInt8(at);
    if (first === 0x1e || first === 0x1f) {
      at += 1;
      continue;
    }
    const tag = tagAt(apdu, at);
    at = tag.at + tag.length;
    if (tag.number === 0) {
      device = instanceOf(apdu, tag);
      if (device !== undefined) found.instance = device;
      continue;
    }
    if (tag.number !== 2 || tag.length === 0 || tag.length > 4) return found;
    const property = apdu.readUIntBE(tag.at, tag.length);
    if (apdu.readUInt8(at) >> 4 === 3) at = tagAt(apdu, at).at + tagAt(apdu, at).length;
    if (apdu.readUInt8(at) === 0x4e && device !== undefined)
      found.facts.push(...valueFact(property, apdu.subarray(at + 1)));
    at = behindClosing(apdu, at + 1);
  }
  return found;
};

const iAmAnswer = (apdu: Buffer): BacnetAnswer => {
  const object = tagAt(apdu, 2);
  const instance = object.number === 12 && !object.isContext ? instanceOf(apdu, object) : undefined;
  if (instance === undefined) return nothing;
  let at = object.at + 4;
  for (let n = 0; n < 2; n += 1) {
    const tag = tagAt(apdu, at);
    at = tag.at + tag.length;
  }
  const vendor = tagAt(apdu, at);
  const bytes = apdu.subarray(vendor.at, vendor.at + vendor.length);
  return vendor.number === unsigned && bytes.length === vendor.length && bytes.length <= 4 && bytes.length > 0
    ? {
        facts: [{ field: 'vendorId', value: String(bytes.readUIntBE(0, bytes.length)), raw: rawHex(bytes) }],
        instance,
      }
    : { facts: [], instance };
};

/** I-Have (16.9.3): who has an object, the object, its name. Where the object is the device itself, the name is its own. */
const iHaveAnswer = (apdu: Buffer): BacnetAnswer => {
  const device = tagAt(apdu, 2);
  const instance = device.number === 12 && !device.isContext ? instanceOf(apdu, device) : undefined;
  if (instance === undefined) return nothing;
  const object = tagAt(apdu, device.at + device.length);
  const isItself = object.number === 12 && !object.isContext && instanceOf(apdu, object) === instance;
  return { facts: isItself ? valueFact(objectName, apdu.subarray(object.at + object.length)) : [], instance };
};

/** What one message of the application layer says of the device that sends it. RangeError where it is cut. */
export const bacnetAnswer = (apdu: Buffer): BacnetAnswer => {
  if (apdu.length < 4) return nothing;
  const kind = apdu.readUInt8(0) >> 4;
  if (kind === 1) {
    const service = apdu.readUInt8(1);
    return service === 0 ? iAmAnswer(apdu) : service === 1 ? iHaveAnswer(apdu) : nothing;
  }
  // Of an answer in segments only the first would have its beginning.
  if (kind !== 3 || (apdu.readUInt8(0) & 0x08) !== 0) return nothing;
  const service = apdu.readUInt8(2);
  return service === 0x0c ? propertyAnswer(apdu) : service === 0x0e ? multipleAnswer(apdu) : nothing;
};

/** Facts of one datagram. */
export const bacnetFacts = (data: Buffer): DeviceFact[] => {
  const at = applicationAt(data);
  return at === undefined || at + 4 > data.length ? [] : bacnetAnswer(data.subarray(at)).facts;
};

/** The instance that an I-Am names; undefined for other messages. */
export const iAmInstance = (data: Buffer): number | undefined =>
  unlessCut(() => {
    const at = applicationAt(data);
    if (at === undefined || data.readUInt8(at) !== 0x10 || data.readUInt8(at + 1) !== 0) return undefined;
    const object = tagAt(data, at + 2);
    return object.isContext || object.number !== 12 ? undefined : instanceOf(data, object);
  });
