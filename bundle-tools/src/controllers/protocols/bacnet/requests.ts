import { type Request, requestOf } from '../exchange.ts';
import { bytesOf, type Piece } from '../packet-parts.ts';
import { unlessCut } from '../unless-cut.ts';
import { applicationAt, iAmInstance } from './answers.ts';

// What may be sent over BACnet/IP: "Who-Is" to the device itself, never as broadcast, and ReadProperty of the properties below,
// of the device object. Nothing is written, no other object is read.

/** Properties that may be read, by the numbers of the standard, and the field that they give. */
const properties = {
  vendorId: 120,
  vendorRaw: 121,
  model: 70,
  firmwareObserved: 44,
  name: 77,
  application: 12,
  serial: 372,
} as const;
export type PropertyName = keyof typeof properties;

/** Instance of "whichever device this is". */
export const anyInstance = 0x3fffff;
const deviceType = 8;

const unicast = (...body: readonly Piece[]): Piece[] => {
  const head = Buffer.from([0x81, 0x0a, 0, 0]);
  head.writeUInt16BE(4 + bytesOf(body).length, 2);
  return [head, ...body];
};

/** The message of the application layer in a datagram; undefined for others. */
export const apduOf = (data: Buffer): Buffer | undefined =>
  unlessCut(() => {
    const at = applicationAt(data);
    return at === undefined || at + 2 > data.length ? undefined : data.subarray(at);
  });

/** "Who-Is" without limits, to this device alone. */
export const whoIs = (): Request =>
  requestOf(unicast(Buffer.of(0x01, 0x00, 0x10, 0x08)), {
    meaning: { key: 'bacnet.who-is', params: {} },
    answers: (message) => iAmInstance(message) !== undefined,
    gives: [],
  });

/** ReadProperty of the device object; `invoke` pairs answer and question. */
export const readProperty = (invoke: number, instance: number, name: PropertyName): Request => {
  const property = properties[name];
  // The first ten bits say that it is a device, the others which one.
  const object = Buffer.alloc(4);
  object.writeUInt32BE(((deviceType << 22) | (instance & 0x3fffff)) >>> 0, 0);
  const identifier = property > 0xff ? [0x1a, property >> 8, property & 0xff] : [0x19, property];
  const pieces = unicast(
    // No segments, up to 1,476 bytes.
    Buffer.of(0x01, 0x04, 0x00, 0x05, invoke & 0xff, 0x0c, 0x0c, object[0] ?? 0),
    { open: 'instance', source: 'answer', bytes: object.subarray(1), below: anyInstance + 1 },
    Buffer.from(identifier),
  );
  return requestOf(pieces, {
    meaning: { key: 'bacnet.read-property', params: { property, name } },
    answers: (message) => {
      const apdu = apduOf(message);
      // Ack, error, reject or abort, of this question.
      return (
        apdu !== undefined && [3, 5, 6, 7].includes(apdu.readUInt8(0) >> 4) && apdu.readUInt8(1) === (invoke & 0xff)
      );
    },
    gives: [name],
  });
};
