import { type Client, type Exchange, type ExchangeContext, messageOf, planned, type Request } from '../exchange.ts';
import type { PlannedPacket } from '../types.ts';
import { maxListBytes, szlAnswer, szlFacts, szlPart } from './answers.ts';
import {
  connectRequest,
  isConfirmed,
  isSetUp,
  type ListName,
  readList,
  readRest,
  s7Of,
  setupRequest,
} from './requests.ts';

// S7comm, port 102. Sent: COTP connect request, setup, userdata reads of SZL 0x0011 (identify), 0x001C and 0x0232/4 or
// 0x0132/4 (details), 0x0424 (mode; at the end once more, so that a mode that changed meanwhile is seen). Nothing else.

const maxRest = 32;

type ListState = 'taken' | 'refused' | 'ended';

/** Reads one list to its end; `ended`: the connection is no more, or no longer to be trusted. */
const list = function* (
  { collect }: ExchangeContext,
  count: () => number,
  name: ListName,
): Generator<Request, ListState, Buffer | string> {
  let request = readList(count(), name);
  let whole = Buffer.alloc(0);
  for (let n = 0; n <= maxRest; n += 1) {
    const message = yield request;
    if (typeof message === 'string') return 'ended';
    const pdu = s7Of(message);
    const answer = pdu === undefined ? undefined : szlAnswer(pdu);
    if (answer === undefined || answer.kind === 'refused') {
      collect.refused(request.gives, 'denied-by-device', answer?.code ?? 's7-no-userdata');
      return 'refused';
    }
    whole = Buffer.concat([whole, answer.data]);
    if (whole.length > maxListBytes) break;
    if (answer.isLast) {
      const part = szlPart(whole);
      const facts = part === undefined ? [] : szlFacts(part);
      collect.facts(facts);
      collect.refused(request.gives, part === undefined ? 'malformed' : 'absent', request.meaning.key);
      return facts.length === 0 ? 'refused' : 'taken';
    }
    request = readRest(count(), name, answer.reference);
  }
  collect.refused(request.gives, 'too-large', request.meaning.key);
  return 'refused';
};

const exchange = function* (context: ExchangeContext): Exchange {
  const { switches, collect } = context;
  if (!switches.identify && !switches.details && !switches.mode) return;
  let reference = 0;
  const count = (): number => {
    reference += 1;
    return reference;
  };
  const confirmed = messageOf(yield connectRequest());
  if (confirmed === undefined) return;
  if (!isConfirmed(confirmed)) {
    collect.refused(['orderNumber'], 'denied-by-device', `cotp-0x${confirmed.readUInt8(5).toString(16)}`);
    return;
  }
  const setUp = messageOf(yield setupRequest(count()));
  if (setUp === undefined) return;
  if (!isSetUp(setUp)) {
    collect.refused(['orderNumber'], 'denied-by-device', 's7-setup');
    return;
  }
  context.serve();
  const wanted: ListName[] = [
    ...(switches.mode ? (['mode'] as const) : []),
    ...(switches.identify ? (['identification'] as const) : []),
    ...(switches.details ? (['names'] as const) : []),
  ];
  for (const name of wanted) if ((yield* list(context, count, name)) === 'ended') return;
  if (switches.details || switches.mode) {
    const state = yield* list(context, count, 'protection');
    if (state === 'ended') return;
    if (state === 'refused' && (yield* list(context, count, 'protectionPlain')) === 'ended') return;
  }
  if (switches.mode && collect.modes().length > 0) yield* list(context, count, 'mode');
};

/** Length of a TPKT at the start of the bytes. */
export const tpktLength = (bytes: Buffer): number | undefined => {
  if (bytes.length < 4) return undefined;
  const length = bytes.readUInt16BE(2);
  return bytes.readUInt8(0) !== 3 || length < 7 ? 0 : length;
};

const szlFilter =
  's7comm.header.rosctr == 7 && s7comm.param.userdata.funcgroup == 4 && s7comm.param.userdata.subfunc == 1';

export const s7: Client = {
  allowed: {
    protocol: 's7',
    port: 102,
    kinds: ['tcp'],
    requests: [
      { key: 's7.connect', filter: 'cotp.type == 0x0e' },
      { key: 's7.setup', filter: 's7comm.header.rosctr == 1 && s7comm.param.func == 0xf0' },
      {
        key: 's7.list',
        filter: `${szlFilter} && s7comm.param.userdata.type == 1 && s7comm.data.userdata.szl_id in {0x0011, 0x001c, 0x0424, 0x0232, 0x0132}`,
      },
      {
        key: 's7.rest',
        filter: `${szlFilter} && s7comm.param.userdata.type == 1 && s7comm.param.userdata.seq_num > 0`,
      },
    ],
  },
  ways: [{ kind: 'tcp', attempts: 2 }],
  maxBytes: 262_144,
  lengthOf: tpktLength,
  exchange,
  plan: ({ port, switches }) => {
    if (!switches.identify && !switches.details && !switches.mode) return [];
    const at = { kind: 'tcp', port } as const;
    const both = (name: ListName, when: PlannedPacket['when'] = 'always'): PlannedPacket[] => [
      planned(readList(0, name), at, when),
      planned(readRest(0, name, 0), at, 'more'),
    ];
    return [
      planned(connectRequest(), at),
      planned(setupRequest(0), at),
      ...(switches.mode ? both('mode') : []),
      ...(switches.identify ? both('identification') : []),
      ...(switches.details ? both('names') : []),
      ...(switches.details || switches.mode ? [...both('protection'), ...both('protectionPlain', 'refused')] : []),
      ...(switches.mode ? both('mode') : []),
    ];
  },
};
