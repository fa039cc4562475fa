import { type Request, requestOf } from '../exchange.ts';
import type { Piece } from '../packet-parts.ts';

// What may be sent over Modbus/TCP: "read device identification" (43/14) and "report server id" (17). No register is read,
// nothing is written. Units: 255 (the device itself), 1, 0 (OT 3).

/** The units that are asked, in order; others never are. */
export const units = [255, 1, 0] as const;
export type Unit = (typeof units)[number];

/** 1 basic, 2 regular, 3 extended, 4 one object. */
export type IdCode = 1 | 2 | 3 | 4;

const unitOf = (transaction: number, unit: Unit, pdu: readonly number[], object?: number): Piece[] => {
  const length = 1 + pdu.length + (object === undefined ? 0 : 1);
  return [
    { open: 'transaction', source: 'count', bytes: Buffer.of((transaction >> 8) & 0xff, transaction & 0xff) },
    Buffer.of(0, 0, 0, length, unit, ...pdu),
    ...(object === undefined ? [] : [{ open: 'object', source: 'answer', bytes: Buffer.of(object & 0xff) } as const]),
  ];
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

/** Function 43/14: read device identification, from one object on; where a list goes on, its device says from which. */
export const readDeviceId = (
  transaction: number,
  unit: Unit,
  code: IdCode,
  object: number,
  isContinued = false,
): Request =>
  requestOf(
    isContinued
      ? unitOf(transaction, unit, [0x2b, 0x0e, code], object)
      : unitOf(transaction, unit, [0x2b, 0x0e, code, object & 0xff]),
    {
      meaning: { key: 'modbus.device-id', params: { unit, code, object } },
      answers: answers(transaction, unit, 0x2b),
      gives: objectsOf[code],
    },
  );

/** Function 17: report server id. */
export const reportServerId = (transaction: number, unit: Unit): Request =>
  requestOf(unitOf(transaction, unit, [0x11]), {
    meaning: { key: 'modbus.server-id', params: { unit } },
    answers: answers(transaction, unit, 0x11),
    gives: ['serverId'],
  });
