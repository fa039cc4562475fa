import { type Client, type Exchange, messageOf, planned } from '../exchange.ts';
import { unlessCut } from '../unless-cut.ts';
import { bacnetFacts, iAmInstance } from './answers.ts';
import { anyInstance, apduOf, type PropertyName, readProperty, whoIs } from './requests.ts';

// BACnet/IP, udp 47808. Sent: Who-Is to the device alone, then ReadProperty of its device object: vendor, model, firmware, name
// (identify), application and serial number (details). A device that answers Who-Is to all and not to us is asked as
// "whichever device this is".

const identify = ['vendorId', 'vendorRaw', 'model', 'firmwareObserved', 'name'] as const;
const details = ['application', 'serial'] as const;

const wanted = ({ identify: who, details: more }: { identify: boolean; details: boolean }): PropertyName[] => [
  ...(who ? identify : []),
  ...(more ? details : []),
];

const kinds: Readonly<Record<number, string>> = { 5: 'error', 6: 'reject', 7: 'abort' };

/** The device's own words for a refusal: class and code of an error, reason of the others. */
const refusalOf = (apdu: Buffer): string => {
  const kind = kinds[apdu.readUInt8(0) >> 4] ?? 'unknown';
  if (kind === 'error' && apdu.length >= 7) return `bacnet-error-${apdu.readUInt8(4)}/${apdu.readUInt8(6)}`;
  return `bacnet-${kind}${apdu.length > 2 ? `-${apdu.readUInt8(2)}` : ''}`;
};

const exchange = function* ({ switches, collect, serve }: Parameters<Client['exchange']>[0]): Exchange {
  const names = wanted(switches);
  if (names.length === 0) return;
  const who = yield whoIs();
  if (typeof who === 'string' && who !== 'timeout') return;
  const iAm = messageOf(who);
  const instance = iAm === undefined ? anyInstance : (iAmInstance(iAm) ?? anyInstance);
  if (iAm !== undefined) {
    serve();
    collect.facts([{ field: 'bacnetInstance', value: String(instance), raw: String(instance) }]);
  }
  let invoke = 0;
  for (const name of names) {
    invoke += 1;
    const request = readProperty(invoke, instance, name);
    const message = messageOf(yield request);
    if (message === undefined) return;
    serve();
    const apdu = apduOf(message);
    if (apdu === undefined || apdu.readUInt8(0) >> 4 !== 3) {
      collect.refused(request.gives, 'denied-by-device', apdu === undefined ? 'bacnet-cut' : refusalOf(apdu));
      continue;
    }
    const facts = unlessCut(() => bacnetFacts(message));
    // Numbers of vendors mean another vendor in each protocol.
    collect.facts(
      (facts ?? []).map((fact) => (fact.field === 'vendorId' ? { ...fact, value: `bacnet ${fact.value}` } : fact)),
    );
    collect.refused(request.gives, facts === undefined ? 'malformed' : 'absent', request.meaning.key);
  }
};

export const bacnet: Client = {
  allowed: {
    protocol: 'bacnet',
    port: 47_808,
    kinds: ['udp'],
    requests: [
      { key: 'bacnet.who-is', filter: 'bvlc.function == 0x0a && bacapp.type == 1 && bacapp.unconfirmed_service == 8' },
      {
        key: 'bacnet.read-property',
        filter:
          'bvlc.function == 0x0a && bacapp.type == 0 && bacapp.confirmed_service == 12 && bacapp.objectType == 8 && bacapp.property_identifier in {12, 44, 70, 77, 120, 121, 372}',
      },
    ],
  },
  ways: [{ kind: 'udp', attempts: 2 }],
  maxBytes: 65_536,
  lengthOf: () => undefined,
  exchange,
  plan: ({ port, switches }) => {
    const names = wanted(switches);
    if (names.length === 0) return [];
    const at = { kind: 'udp', port } as const;
    return [
      planned(whoIs(), at),
      ...names.map((name, index) => planned(readProperty(index + 1, anyInstance, name), at)),
    ];
  },
};
