import type { DeviceFact } from '../device-fact.ts';
import {
  type Client,
  type Exchange,
  type ExchangeContext,
  messageOf,
  planned,
  type Request,
  requestOf,
} from '../exchange.ts';
import type { Piece } from '../packet-parts.ts';
import type { PlannedPacket } from '../types.ts';
import { deviceIdAnswer, exceptionOf, modbusFacts, modbusLength } from './answers.ts';

// What may be sent over Modbus/TCP: "read device identification" (43/14) and "report server id" (17). No register is read,
// nothing is written. Units: 255 (the device itself), 1, 0 (OT 3).

/** The units that are asked, in order; others never are. */
const units = [255, 1, 0] as const;
type Unit = (typeof units)[number];

/** 1 basic, 2 regular, 3 extended, 4 one object. */
type IdCode = 1 | 2 | 3 | 4;

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
const readDeviceId = (transaction: number, unit: Unit, code: IdCode, object: number, isContinued = false): Request =>
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
const reportServerId = (transaction: number, unit: Unit): Request =>
  requestOf(unitOf(transaction, unit, [0x11]), {
    meaning: { key: 'modbus.server-id', params: { unit } },
    answers: answers(transaction, unit, 0x11),
    gives: ['serverId'],
  });

// Modbus/TCP, port 502. Sent: function 43/14 with codes 1, then 2 and 3 for details, continued where more follows; code 4 for
// single objects where a device knows no lists; function 17 where it does not know 43. Units 255, 1, 0 until one answers.

/** Answers to one list: a device may not go round for ever. */
const maxContinued = 8;
const basicObjects = [0, 1, 2] as const;
const allObjects = [0, 1, 2, 3, 4, 5, 6] as const;

/** `silent`: another unit may be asked; `ended`: this is no Modbus, or no longer to be trusted. */
type Listed = 'taken' | 'refused' | 'silent' | 'ended';

/** A product code is what the record calls an order number, too. */
const asRecorded = (facts: readonly DeviceFact[]): DeviceFact[] =>
  facts.flatMap((fact) => (fact.field === 'productCode' ? [fact, { ...fact, field: 'orderNumber' }] : [fact]));

/** One list with its continuations. */
const list = function* (
  context: ExchangeContext,
  count: () => number,
  unit: Unit,
  code: IdCode,
): Generator<Request, Listed, Buffer | string> {
  let object = 0;
  for (let n = 0; n < maxContinued; n += 1) {
    const request = readDeviceId(count(), unit, code, object, n > 0);
    const answer = yield request;
    if (answer === 'timeout' || answer === 'closed') return n === 0 ? 'silent' : 'taken';
    if (typeof answer === 'string') return 'ended';
    const exception = exceptionOf(answer);
    if (exception !== undefined) {
      context.collect.refused(request.gives, 'denied-by-device', `modbus-exception-${exception}`);
      return n === 0 ? 'refused' : 'taken';
    }
    const part = deviceIdAnswer(answer);
    if (part === undefined) {
      context.collect.refused(request.gives, 'malformed', request.meaning.key);
      return 'ended';
    }
    context.collect.facts(asRecorded(modbusFacts(answer)));
    context.collect.refused(request.gives, 'absent', request.meaning.key);
    if (part.moreFrom === undefined || part.moreFrom <= object) return 'taken';
    object = part.moreFrom;
  }
  return 'taken';
};

/** Single objects, where lists are refused; the first refusal ends it. */
const singly = function* (
  context: ExchangeContext,
  count: () => number,
  unit: Unit,
): Generator<Request, boolean, Buffer | string> {
  for (const object of context.switches.details ? allObjects : basicObjects) {
    const answer = yield readDeviceId(count(), unit, 4, object);
    if (typeof answer === 'string' || exceptionOf(answer) !== undefined) return object > 0;
    context.collect.facts(asRecorded(modbusFacts(answer)));
  }
  return true;
};

const exchange = function* (context: ExchangeContext): Exchange {
  let transaction = 0;
  const count = (): number => {
    transaction += 1;
    return transaction;
  };
  const { collect, switches } = context;
  if (!switches.identify && !switches.details) return;
  for (const unit of units) {
    const known = yield* list(context, count, unit, 1);
    if (known === 'silent') continue;
    if (known === 'ended') return;
    context.serve();
    if (known === 'taken') {
      collect.facts([{ field: 'modbusUnit', value: String(unit), raw: String(unit) }]);
      if (!switches.details) return;
      for (const code of [2, 3] as const) if ((yield* list(context, count, unit, code)) !== 'taken') return;
      return;
    }
    if (yield* singly(context, count, unit)) return;
    const request = reportServerId(count(), unit);
    const message = messageOf(yield request);
    if (message === undefined) continue;
    const exception = exceptionOf(message);
    if (exception === undefined) {
      collect.facts(modbusFacts(message));
      return;
    }
    collect.refused(request.gives, 'denied-by-device', `modbus-exception-${exception}`);
  }
};

export const modbus: Client = {
  allowed: {
    protocol: 'modbus',
    port: 502,
    kinds: ['tcp'],
    requests: [
      {
        key: 'modbus.device-id',
        filter:
          'modbus.func_code == 43 && modbus.mei == 14 && modbus.read_device_id in {1..4} && mbtcp.unit_id in {255, 1, 0}',
      },
      { key: 'modbus.server-id', filter: 'modbus.func_code == 17 && mbtcp.unit_id in {255, 1, 0}' },
    ],
  },
  ways: [{ kind: 'tcp', attempts: 2 }],
  maxBytes: 65_536,
  outlivesSilence: true,
  lengthOf: modbusLength,
  exchange,
  plan: ({ port, switches }) => {
    if (!switches.identify && !switches.details) return [];
    const at = { kind: 'tcp', port } as const;
    const codes = switches.details ? ([1, 2, 3] as const) : ([1] as const);
    const objects = switches.details ? allObjects : basicObjects;
    return units.flatMap((unit, index): PlannedPacket[] => {
      const first = index === 0 ? 'always' : 'refused';
      return [
        ...codes.flatMap((code) => [
          planned(readDeviceId(0, unit, code, 0), at, first),
          planned(readDeviceId(0, unit, code, 0, true), at, 'more'),
        ]),
        ...objects.map((object) => planned(readDeviceId(0, unit, 4, object), at, 'refused')),
        planned(reportServerId(0, unit), at, 'refused'),
      ];
    });
  },
};
