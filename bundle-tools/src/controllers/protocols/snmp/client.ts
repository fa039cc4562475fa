import type { DeviceFact } from '../device-fact.ts';
import {
  type Client,
  type Exchange,
  type ExchangeContext,
  messageOf,
  type PlanContext,
  planned,
  type Request,
} from '../exchange.ts';
import { cleanText, rawHex } from '../text.ts';
import type { PlannedPacket, SnmpUser } from '../types.ts';
import { type Binding, engineFacts, type Pdu, plainPdu, report, secureMessage, systemFacts } from './answers.ts';
import { entityColumns, entityObject, maxEntities, plainGet, type Question, secureGet } from './requests.ts';
import { type Engine, type Keys, keysFor, opened } from './usm.ts';

// SNMP, udp 161. Sent: the empty GET of version 3 that finds the engine, then GET of sysDescr, sysObjectID, sysName; on demand
// (modules) GET of one row of entPhysicalTable after the other, from 1 until one is empty. Version 3 first; version 2c only
// with a community that a person set.

type Asked = Generator<Request, Pdu | undefined, Buffer | string>;
type Ask = (question: Exclude<Question, 'discovery'>) => Asked;

const notInTimeWindow = '2b060106030f01010200';
const present = (binding: Binding): boolean => binding.tag === 0x04 || binding.tag === 0x02 || binding.tag === 0x06;

/** Rows of the table of physical entities: the first is the device itself where it says so. */
const entities = function* ({ collect }: ExchangeContext, ask: Ask): Generator<Request, void, Buffer | string> {
  for (let entity = 1; entity <= maxEntities; entity += 1) {
    const pdu = yield* ask({ entity });
    if (pdu === undefined || pdu.error !== 0 || !pdu.bindings.some(present)) return;
    const facts = Object.entries(entityColumns).flatMap(([column, field]): DeviceFact[] => {
      const found = pdu.bindings.find(({ name }) => name === entityObject(Number(column), entity));
      if (found === undefined || !present(found)) return [];
      const value =
        found.tag === 0x02
          ? String(found.body.length > 0 && found.body.length <= 4 ? found.body.readUIntBE(0, found.body.length) : '')
          : cleanText(found.body, 'utf8').trim();
      return value === '' ? [] : [{ field, value, raw: rawHex(found.body) }];
    });
    collect.part('module', `entity/${entity}`, facts);
  }
};

const questions = function* (context: ExchangeContext, ask: Ask): Generator<Request, boolean, Buffer | string> {
  const { collect, switches } = context;
  if (switches.identify) {
    const pdu = yield* ask('system');
    if (pdu === undefined) return false;
    collect.facts(systemFacts(pdu.bindings));
    collect.refused(['description', 'name'], 'absent', `snmp-error-${pdu.error}`);
  }
  if (switches.modules) yield* entities(context, ask);
  return true;
};

/** Asks under version 3; a clock that has moved is set once. */
const secureAsk = (context: ExchangeContext, count: () => number, user: SnmpUser, found: Engine): Ask => {
  let engine = found;
  const keys: Keys = keysFor(user, engine.id);
  return function* (question): Asked {
    for (let tries = 0; tries < 2; tries += 1) {
      const request = secureGet(count(), question, user.name, engine, keys, context.random(8));
      const answer = messageOf(yield request);
      if (answer === undefined) return undefined;
      const message = secureMessage(answer);
      const inside = message === undefined ? { fault: 'snmp-version' } : opened(answer, message, keys);
      if ('fault' in inside || message === undefined) {
        context.collect.refused(request.gives, 'malformed', 'fault' in inside ? inside.fault : 'snmp-version');
        return undefined;
      }
      if (inside.pdu.tag !== report) return inside.pdu;
      const name = inside.pdu.bindings[0]?.name ?? '';
      const isMoved = name === notInTimeWindow && (message.flags & 1) !== 0 && tries === 0;
      if (!isMoved) {
        context.collect.refused(request.gives, 'denied-by-device', `snmp-report-${name.slice(-4, -2)}`);
        return undefined;
      }
      engine = { ...engine, boots: message.boots, time: message.time };
    }
    return undefined;
  };
};

const exchange = function* (context: ExchangeContext): Exchange {
  const { switches, collect, credentials, random } = context;
  if (!switches.identify && !switches.modules) return;
  const { user, community } = credentials.snmp ?? {};
  // Numbers of two bytes, wherever they begin.
  let id = 0x1000 + (random(2).readUInt16BE(0) & 0x3fff);
  const count = (): number => {
    id += 1;
    return id;
  };

  const found = messageOf(yield secureGet(count(), 'discovery', '', undefined, {}, Buffer.alloc(8)));
  const engine = found === undefined ? undefined : secureMessage(found);
  if (engine !== undefined) {
    context.serve();
    collect.facts(engineFacts(engine.engine));
    if (user !== undefined && engine.engine.length >= 5 && engine.engine.length <= 32) {
      const known: Engine = { id: engine.engine, boots: engine.boots, time: engine.time };
      if (yield* questions(context, secureAsk(context, count, user, known))) return;
    }
  }
  if (community === undefined) return;
  yield* questions(context, function* (question): Asked {
    const answer = messageOf(yield plainGet(count(), question, community));
    if (answer === undefined) return undefined;
    context.serve();
    return plainPdu(answer);
  });
};

/** Keys of zeros for a plan, which shows what is proven and hidden with them, before it is. */
const blankKeys = ({ auth, privacy }: SnmpUser): Keys => ({
  ...(auth === undefined ? {} : { auth: { by: auth.by, key: Buffer.alloc(20) } }),
  ...(auth === undefined || privacy === undefined ? {} : { privacy: Buffer.alloc(16) }),
});

const plan = ({ port, switches, credentials }: PlanContext): PlannedPacket[] => {
  if (!switches.identify && !switches.modules) return [];
  const at = { kind: 'udp', port } as const;
  const { user, community } = credentials.snmp ?? {};
  const unknownEngine: Engine = { id: Buffer.alloc(0), boots: 0, time: 0 };
  const salt = Buffer.alloc(8);
  const wanted: Exclude<Question, 'discovery'>[] = [
    ...(switches.identify ? (['system'] as const) : []),
    ...(switches.modules ? Array.from({ length: maxEntities }, (_, n) => ({ entity: n + 1 })) : []),
  ];
  const when = (question: Exclude<Question, 'discovery'>): 'always' | 'more' =>
    question !== 'system' && question.entity > 1 ? 'more' : 'always';
  // The community is a secret: what is shown has stars in its place.
  const hidden = '********';
  return [
    planned(secureGet(0, 'discovery', '', undefined, {}, salt), at),
    ...(user === undefined
      ? []
      : wanted.map((question) =>
          planned(secureGet(0, question, user.name, unknownEngine, blankKeys(user), salt), at, when(question)),
        )),
    ...(community === undefined
      ? []
      : wanted.map((question) =>
          planned(plainGet(0, question, hidden), at, user === undefined ? when(question) : 'refused'),
        )),
  ];
};

export const snmp: Client = {
  allowed: {
    protocol: 'snmp',
    port: 161,
    kinds: ['udp'],
    requests: [
      // 0 is GET. Hidden contents are judged under the user's own keys.
      { key: 'snmp.discovery', filter: 'snmp.data == 0 && snmp.variable_bindings == 0' },
      {
        key: 'snmp.system',
        filter: 'snmp.data == 0 && all snmp.name in {1.3.6.1.2.1.1.1.0, 1.3.6.1.2.1.1.2.0, 1.3.6.1.2.1.1.5.0}',
      },
      { key: 'snmp.entity', filter: 'snmp.data == 0 && all snmp.name[0:10] == 2b:06:01:02:01:2f:01:01:01:01' },
    ],
  },
  ways: [{ kind: 'udp', attempts: 2 }],
  maxBytes: 131_072,
  lengthOf: () => undefined,
  exchange,
  plan,
};
