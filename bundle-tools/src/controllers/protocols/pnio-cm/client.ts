import { type Client, type Exchange, messageOf, planned, type Request, requestOf } from '../exchange.ts';
import type { Piece } from '../packet-parts.ts';
import { callOf, lookupAnswer, mapperInterface, pnioFacts } from './answers.ts';

// What may be sent to PROFINET's context manager: the lookup of the endpoint mapper for the interface of PROFINET devices,
// 156 bytes, and the same for the next entry. No connection is made to the device's application.

const lookupOperation = 2;
const handleBytes = 20;
export const noHandle = Buffer.alloc(handleBytes);

const deviceInterface = Buffer.from('0100a0de976cd111827100a02442df7d', 'hex');

/** One lookup; `activity` names the conversation, `handle` the place where the last answer ended. */
export const lookup = (activity: Buffer, sequence: number, handle: Buffer): Request => {
  const bytes = Buffer.alloc(156);
  // A request that may be repeated, little-endian.
  bytes.set([4, 0, 0x20, 0, 0x10, 0, 0, 0], 0);
  mapperInterface.copy(bytes, 24);
  bytes.writeUInt32LE(3, 60);
  bytes.writeUInt32LE(sequence, 64);
  bytes.writeUInt16LE(lookupOperation, 68);
  bytes.fill(0xff, 70, 74);
  bytes.writeUInt16LE(76, 74);
  // All elements; no object; this interface in version 1; from the handle on, one entry.
  bytes.writeUInt32LE(1, 84);
  bytes.writeUInt32LE(2, 104);
  deviceInterface.copy(bytes, 108);
  bytes.writeUInt32LE(1, 124);
  bytes.writeUInt32LE(1, 128);
  bytes.writeUInt32LE(1, 152);
  // The first one has no place to go on from.
  const from: Piece =
    sequence === 1 ? noHandle : { open: 'handle', source: 'answer', bytes: handle.subarray(0, handleBytes) };
  const pieces: Piece[] = [
    bytes.subarray(0, 40),
    { open: 'activity', source: 'chance', bytes: activity.subarray(0, 16) },
    bytes.subarray(56, 132),
    from,
    bytes.subarray(132 + handleBytes),
  ];
  return requestOf(pieces, {
    meaning: { key: 'pnio-cm.lookup', params: { entry: sequence } },
    answers: (message) => {
      const call = callOf(message);
      // 0 is a request, and 1 a sign of life that comes before an answer.
      return call !== undefined && call.kind > 1 && call.activity.equals(activity) && call.sequence === sequence;
    },
    gives: ['orderNumber', 'model', 'firmwareObserved', 'hwVersion'],
  });
};

// PROFINET PNIO-CM, udp 34964; the answer may come from another port. Sent: lookups of the endpoint mapper, each for one entry,
// until the device says that there are no more.

const maxLookups = 4;

const exchange = function* ({ switches, collect, random, serve }: Parameters<Client['exchange']>[0]): Exchange {
  if (!switches.identify) return;
  const activity = random(16);
  let handle: Buffer = noHandle;
  for (let sequence = 1; sequence <= maxLookups; sequence += 1) {
    const request = lookup(activity, sequence, handle);
    const message = messageOf(yield request);
    if (message === undefined) return;
    const answer = lookupAnswer(message);
    if (answer === undefined) {
      collect.refused(request.gives, 'denied-by-device', `dcerpc-${message.readUInt8(1)}`);
      return;
    }
    serve();
    if (answer.entries > 0) collect.facts(pnioFacts(message));
    collect.refused(request.gives, 'absent', request.meaning.key);
    if (answer.entries === 0 || answer.handle.equals(noHandle)) return;
    handle = answer.handle;
  }
};

export const pnioCm: Client = {
  allowed: {
    protocol: 'pnio-cm',
    port: 34_964,
    kinds: ['udp'],
    requests: [
      { key: 'pnio-cm.lookup', filter: 'dcerpc.pkt_type == 0 && dcerpc.opnum == 2 && epm && udp.length == 164' },
    ],
  },
  ways: [{ kind: 'udp', attempts: 2 }],
  maxBytes: 32_768,
  lengthOf: () => undefined,
  exchange,
  plan: ({ port, switches }) => {
    if (!switches.identify) return [];
    const at = { kind: 'udp', port } as const;
    const nilUuid = Buffer.alloc(16);
    return Array.from({ length: maxLookups }, (_, n) =>
      planned(lookup(nilUuid, n + 1, noHandle), at, n === 0 ? 'always' : 'more'),
    );
  },
};
