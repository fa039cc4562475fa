import type { DeviceFact } from '../device-fact.ts';
import { type Client, type Exchange, type ExchangeContext, messageOf, planned, type Request } from '../exchange.ts';
import type { PlannedPacket } from '../types.ts';
import { deviceIdAnswer, exceptionOf, modbusFacts, modbusLength } from './answers.ts';
import { type IdCode, readDeviceId, reportServerId, type Unit, units } from './requests.ts';

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
