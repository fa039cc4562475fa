import { type Client, type Exchange, messageOf, planned } from '../exchange.ts';
import { lookupAnswer, pnioFacts } from './answers.ts';
import { lookup, noHandle } from './requests.ts';

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
