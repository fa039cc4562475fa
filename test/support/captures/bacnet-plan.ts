import { be16, hex } from './bytes.ts';
import type { Spoken } from './frames.ts';
import type { Plan } from './plan.ts';

// BACnet/IP (ASHRAE 135): link, network layer, application.

const link = (code: number, rest: Buffer): Buffer =>
  Buffer.concat([Buffer.of(0x81, code), be16(4 + rest.length), rest]);
const plain = (apdu: Buffer, control = 0): Buffer => Buffer.concat([Buffer.of(1, control), apdu]);
const fromNetwork = (network: number, station: string, apdu: Buffer): Buffer => {
  const address = hex(station);
  return Buffer.concat([Buffer.of(1, 0x08), be16(network), Buffer.of(address.length), address, apdu]);
};
const toNetwork = (network: number, station: string, apdu: Buffer): Buffer => {
  const address = hex(station);
  return Buffer.concat([Buffer.of(1, 0x24), be16(network), Buffer.of(address.length), address, Buffer.of(255), apdu]);
};
const object = (type: number, instance: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(type * 2 ** 22 + instance);
  return bytes;
};
const device = 8;
const iAm = (instance: number, vendor: number): Buffer =>
  Buffer.concat([hex('1000c4'), object(device, instance), hex('2201e0 9103 22'), be16(vendor)]);
const characters = (text: string): Buffer => {
  const body = Buffer.concat([Buffer.of(0), Buffer.from(text, 'utf8')]);
  return body.length < 5
    ? Buffer.concat([Buffer.of(0x70 | body.length), body])
    : Buffer.concat([Buffer.of(0x75, body.length), body]);
};
const propertyAck = (type: number, instance: number, property: number, value: Buffer): Buffer =>
  Buffer.concat([hex('30 01 0c 0c'), object(type, instance), Buffer.of(0x19, property, 0x3e), value, hex('3f')]);
const result = (property: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.of(0x29, property, 0x4e), value, hex('4f')]);
const multipleAck = (type: number, instance: number, ...results: Buffer[]): Buffer =>
  Buffer.concat([hex('30 02 0e 0c'), object(type, instance), hex('1e'), ...results, hex('1f')]);
const served = (npdu: Buffer, code = 0x0a): Spoken => ({ by: 'server', bytes: link(code, npdu) });
const asked = (npdu: Buffer): Spoken => ({ by: 'client', bytes: link(0x0a, npdu) });

const network = (number: number, station: string): string => `BACnet network ${number}, station ${station}`;
/** Announced through the router: 35 devices of its network. */
const many = Array.from({ length: 35 }, (_, n) => n + 1);
const station = (n: number): string => n.toString(16).padStart(2, '0');

const behindRouter: Plan = {
  name: 'bacnet-router',
  transport: 'udp',
  port: 47_808,
  clientPort: 47_808,
  spoken: [
    served(plain(iAm(900_001, 5)), 0x0b),
    ...many.map((n) => served(fromNetwork(3, station(n), iAm(1_000 + n, 8)), 0x0b)),
    served(fromNetwork(3, station(7), propertyAck(device, 1_007, 77, characters('AHU-7')))),
    served(
      fromNetwork(
        3,
        station(7),
        multipleAck(
          device,
          1_007,
          result(70, characters('VAV-2')),
          result(44, characters('6.10')),
          result(121, characters('Example Works')),
        ),
      ),
    ),
    asked(toNetwork(3, station(7), hex('00 04 05 14 09 00'))),
    asked(plain(hex('00 04 06 14 09 01'), 4)),
    asked(plain(hex('00 04 07 11 19 01'), 4)),
    asked(plain(hex('00 04 08 07 c4 02800001 0e 31 00 63 010203 0f'), 4)),
    // Who-Is, and reading a property.
    asked(plain(hex('1008'))),
    asked(plain(hex('00 04 09 0c 0c 02000001 19 4d'), 4)),
  ],
  judge: [
    'bacapp.unconfirmed_service == 0 && bacnet.snet == 3 && bacapp.instance_number == 1035',
    'bacapp.confirmed_service == 12 && bacnet.snet == 3 && bacapp.object_name == "AHU-7"',
    'bacapp.confirmed_service == 14 && bacnet.snet == 3',
    'bacapp.confirmed_service == 20 && bacnet.dnet == 3',
    'bacapp.confirmed_service == 17',
    'bacapp.confirmed_service == 7',
  ],
  record: { bacnetInstance: '900001' },
  behind: Object.fromEntries(
    many.map((n) => [
      network(3, station(n)),
      {
        bacnetInstance: String(1_000 + n),
        ...(n === 7 ? { name: 'AHU-7', model: 'VAV-2', firmware: '6.10', vendor: 'Example Works' } : {}),
      },
    ]),
  ),
  control: ['bacnet-cold-restart', 'bacnet-warm-restart', 'bacnet-silence', 'bacnet-write-file'],
};

const answerOnly: Plan = {
  name: 'bacnet-answers',
  transport: 'udp',
  port: 47_808,
  spoken: [
    asked(plain(hex('00 04 01 0c 0c 00000001 19 55'), 4)),
    // The present value of an analogue input, as a real number.
    served(plain(propertyAck(0, 1, 85, hex('44 41a00000')))),
  ],
  judge: ['bacapp.type == 3 && bacapp.confirmed_service == 12'],
  record: {},
  control: [],
};

export const bacnetPlans: readonly Plan[] = [behindRouter, answerOnly];
