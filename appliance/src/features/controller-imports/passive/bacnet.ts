import { bacnetAnswer } from '@sallyport/bundle-tools/controllers/protocols/bacnet/answers';
import { ipv4Text } from '@sallyport/bundle-tools/controllers/protocols/text';
import type { ControlCommand, Station } from '../pcap/types.ts';
import type { PassiveProtocol, Told } from './types.ts';

// BACnet/IP (ASHRAE 135, annex J): the link, the network layer (6.2), the application. Behind a router of BACnet a device has no IP
// address: the network layer names its network and its station there, which are unique in the site (6.2.1).

const bacnetIp = 0x81;
const forwarded = 0x04;
const carriesNetwork: ReadonlySet<number> = new Set([forwarded, 0x09, 0x0a, 0x0b]);
const broadcastNetwork = 0xffff;

type Npdu = {
  origin?: { address: string; port: number };
  from?: Station;
  to?: Station;
  apdu: Buffer;
};

const stationOf = (network: number, station: Buffer): Station => {
  const hex = station.toString('hex');
  return { key: `bacnet ${network}:${hex}`, place: `BACnet network ${network}, station ${hex}` };
};

/** Undefined for messages of the link and of the network layer themselves. */
const npduOf = (data: Buffer): Npdu | undefined => {
  if (data.length < 8 || data.readUInt8(0) !== bacnetIp || !carriesNetwork.has(data.readUInt8(1))) return undefined;
  const isForwarded = data.readUInt8(1) === forwarded;
  let at = isForwarded ? 10 : 4;
  const [version, control] = [data.readUInt8(at), data.readUInt8(at + 1)];
  if (version !== 1 || (control & 0x80) !== 0) return undefined;
  at += 2;
  const address = (): Station | undefined => {
    const [network, length] = [data.readUInt16BE(at), data.readUInt8(at + 2)];
    const station = data.subarray(at + 3, at + 3 + length);
    at += 3 + length;
    return network === broadcastNetwork || station.length === 0 || station.length > 8
      ? undefined
      : stationOf(network, station);
  };
  const to = (control & 0x20) === 0 ? undefined : address();
  const from = (control & 0x08) === 0 ? undefined : address();
  // The hops that are left.
  if ((control & 0x20) !== 0) at += 1;
  return {
    apdu: data.subarray(at),
    ...(from && { from }),
    ...(to && { to }),
    ...(isForwarded && { origin: { address: ipv4Text(data.subarray(4, 8)), port: data.readUInt16BE(8) } }),
  };
};

const serverBit = 0x01;
/** Unconfirmed services that servers send: I-Am, I-Have, notices of changes and events. */
const serversNotices: ReadonlySet<number> = new Set([0, 1, 2, 3]);

/** Acknowledgements, errors and notices come from servers alone, also from one that has another port than 47808 (annex J.1). */
const isServers = (apdu: Buffer): boolean => {
  const kind = apdu.readUInt8(0) >> 4;
  if (kind === 1) return serversNotices.has(apdu.readUInt8(1));
  if (kind === 4 || kind === 7) return (apdu.readUInt8(0) & serverBit) !== 0;
  return kind === 2 || kind === 3 || kind === 5 || kind === 6;
};

/** States of ReinitializeDevice (16.4.1.1.1). */
const reinitialise: ReadonlyMap<number, { control: ControlCommand; detail?: string }> = new Map([
  [0, { control: 'bacnet-cold-restart' }],
  [1, { control: 'bacnet-warm-restart' }],
  [4, { control: 'bacnet-restore', detail: 'start' }],
  [5, { control: 'bacnet-restore', detail: 'end' }],
  [7, { control: 'bacnet-activate-changes' }],
]);

const command = (apdu: Buffer): { control: ControlCommand; detail?: string } | undefined => {
  if (apdu.length < 4 || apdu.readUInt8(0) >> 4 !== 0) return undefined;
  // Sequence number and window stand before the service of a request in segments.
  const at = (apdu.readUInt8(0) & 0x08) === 0 ? 3 : 5;
  switch (apdu.readUInt8(at)) {
    case 7:
      return { control: 'bacnet-write-file' };
    case 17: {
      // Perhaps a duration (context 0), then what is allowed (context 1): 1 nothing, 2 no notices.
      const state = apdu.readUInt8(at + 1) >> 4 === 0 ? at + 2 + (apdu.readUInt8(at + 1) & 0x07) : at + 1;
      return (apdu.readUInt8(state) & 0xf8) === 0x18 && apdu.readUInt8(state + 1) !== 0
        ? { control: 'bacnet-silence' }
        : undefined;
    }
    case 20:
      return apdu.readUInt8(at + 1) === 0x09 ? reinitialise.get(apdu.readUInt8(at + 2)) : undefined;
    default:
      return undefined;
  }
};

const answers = ({ apdu, from, origin }: Npdu): Told[] => {
  if (apdu.length < 2 || !isServers(apdu)) return [];
  const { facts, instance } = bacnetAnswer(apdu);
  const all = [
    ...facts,
    ...(instance === undefined
      ? []
      : [{ field: 'bacnetInstance', value: String(instance), raw: instance.toString(16) }]),
  ];
  const place = origin === undefined ? {} : { origin };
  // Who passes it on answers on its port, and is a router.
  return from === undefined ? [{ facts: all, ...place }] : [{ ...place }, { facts: all, station: from, ...place }];
};

export const bacnet: PassiveProtocol = {
  protocol: 'bacnet',
  udp: [47_808],
  reader:
    () =>
    ({ bytes, isToServer }) => {
      const npdu = npduOf(bytes);
      if (npdu === undefined) return [];
      const told = isToServer && npdu.apdu.length > 0 ? command(npdu.apdu) : undefined;
      if (told !== undefined) return [{ ...told, ...(npdu.to && { behind: npdu.to.place }) }];
      return answers(npdu);
    },
};
