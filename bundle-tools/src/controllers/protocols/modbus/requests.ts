import type { Request } from '../exchange.ts';

// What may be sent over Modbus/TCP: "read device identification" (43/14) and "report server id" (17). No register is read,
// nothing is written. Units: 255 (the device itself), 1, 0 (OT 3).

/** The units that are asked, in order; others never are. */
export const units = [255, 1, 0] as const;
export type Unit = (typeof units)[number];

/** 1 basic, 2 regular, 3 extended, 4 one object. */
export type IdCode = 1 | 2 | 3 | 4;

const unitOf = (transaction: number, unit: Unit, pdu: readonly number[]): Buffer => {
  const head = Buffer.alloc(7);
  head.writeUInt16BE(transaction & 0xffff, 0);
  head.writeUInt16BE(pdu.length + 1, 4);
  head.writeUInt8(unit, 6);
  return Buffer.concat([head, Buffer.from(pdu)]);
};

const answers =
  (transaction: number, unit: Unit, code: number) =>
  (message: Buffer): boolean =>
    message.length >= 8 &&
    message.readUInt16BE(0) === (transaction & 0xffff) &&
    message.readUInt8(6) === unit &&
    (message.readUInt8(7) & 0x7f) === code;

const objectsOf: Readonly<Record<IdCode, readonly string[]>> = {
  1: ['vendorRaw', 'productCode', 'firmwareObserved'],
  2: ['vendorUrl', 'productName', 'model', 'application'],
  3: [],
  4: [],
};

/** Function 43/14: read device identification, from one object on. */
export const readDeviceId = (transaction: number, unit: Unit, code: IdCode, object: number): Request => ({
  bytes: unitOf(transaction, unit, [0x2b, 0x0e, code, object & 0xff]),
  meaning: { key: 'modbus.device-id', params: { unit, code, object } },
  answers: answers(transaction, unit, 0x2b),
  gives: objectsOf[code],
});

/** Function 17: report server id. */
export const reportServerId = (transaction: number, unit: Unit): Request => ({
  bytes: unitOf(transaction, unit, [0x11]),
  meaning: { key: 'modbus.server-id', params: { unit } },
  answers: answers(transaction, unit, 0x11),
  gives: ['serverId'],
});
