import { dcpReading } from '@sallyport/bundle-tools/controllers/protocols/layer2/dcp';
import { gooseReading } from '@sallyport/bundle-tools/controllers/protocols/layer2/goose';
import { lldpReading } from '@sallyport/bundle-tools/controllers/protocols/layer2/lldp';
import { ipv4Text, macText } from '@sallyport/bundle-tools/controllers/protocols/text';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { passiveProtocols } from '../passive/all-protocols.ts';
import { pnioAnswer, pnioPort } from '../passive/pnio-cm.ts';
import type { Heard, PassiveProtocol, Told } from '../passive/types.ts';
import { datagramOf } from './ip.ts';
import { frameOf } from './link.ts';
import { type LengthOf, type Place, type Side, type StreamMessage, tcpStreams } from './tcp.ts';
import type { CaptureGaps, CaptureProtocol, Frame, Packet, Sighting } from './types.ts';

// Addresses that are no device's, and so no facts about one.

const everybodysMac = 'ff:ff:ff:ff:ff:ff';

/** A MAC address that a device can have: loopback and interfaces without hardware write zeros. */
const ownMac = (mac: string | undefined): string | undefined =>
  mac === '00:00:00:00:00:00' || mac === everybodysMac ? undefined : mac;

/** The first bit on the wire, the lowest of the first byte (IEEE 802, 8.2). */
const isGroup = (mac: string): boolean => (Number.parseInt(mac.slice(1, 2), 16) & 1) === 1;
/** As much of a reference as names a part of a record, of which the end tells blocks apart. */
const maxBlock = 100;

/** Groups, no address at all, and loopback, which is inside the recording computer. */
const isNobodys = (address: string): boolean =>
  /^(?:2(?:2[4-9]|[345]\d)\.|0\.0\.0\.0$|127\.|ff[0-9a-f]{2}:|ff$|(?:0:){7}[01]$)/.test(address);

/**
 * Whether an address can be that of a whole subnet: the bits of the host are all ones (RFC 919), once all zeros, and two at least
 * (a subnet of two addresses has none, RFC 3021). To any other a frame to everybody went by a sender's mistake.
 */
const mayBeEveryones = (address: string): boolean => {
  // IPv6 has none: NaN.
  const last = Number(address.split('.')[3]) % 4;
  return last === 3 || last === 0;
};

/** An address that a device can have. */
const ownAddress = (address: string | undefined): string | undefined =>
  address === undefined || isNobodys(address) ? undefined : address;

// From packets to what they say about devices. A packet that is cut or is not what it seems says nothing: it is counted.

export type CaptureCounts = { packets: number; unread: number };

/** What a packet shows, and the number of that packet: a stream in disorder is read later. */
export type Seen = { sighting: Sighting; packet: number };

const tcp = 6;
const udp = 17;

/**
 * What stacks give a packet. A frame's MAC address is the packet's sender's only where no router stands between, and one
 * that did took a hop away.
 */
const firstHops: ReadonlySet<number> = new Set([30, 64, 128, 255]);
const maxEveryones = 1_024;
/** Stations seen before, so that each is added once. */
const maxPresent = 16_384;

/** The last moment that a document can name; what a capture puts behind it, by an odd resolution say, is no time. */
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59);
const timeOf = (atMs: number): number => (atMs >= 0 && atMs <= lastMs ? atMs : 0);

type Source = { address: string; via?: string | undefined };

const byPort = (transport: 'tcp' | 'udp'): ReadonlyMap<number, PassiveProtocol> =>
  new Map(passiveProtocols.flatMap((one) => (one[transport] ?? []).map((port) => [port, one] as const)));
const tcpProtocols = byPort('tcp');
const udpProtocols = byPort('udp');

/** A client's port may be another protocol's by chance: both are tried, and bytes tell. */
const protocolsOf = (known: ReadonlyMap<number, PassiveProtocol>, { fromPort, toPort }: Side): PassiveProtocol[] => [
  ...new Set([known.get(fromPort) ?? [], known.get(toPort) ?? []].flat()),
];

const lengthOf = (side: Side): LengthOf | undefined => {
  const candidates = protocolsOf(tcpProtocols, side);
  if (candidates.length === 0) return undefined;
  return (bytes) => {
    const lengths = candidates.map((one) => one.lengthOf?.(bytes));
    return (
      lengths.find((length) => length !== undefined && length > 0) ?? (lengths.includes(undefined) ? undefined : 0)
    );
  };
};

/** One reader for one capture; keeps what belongs together over packets, within bounds. */
export const sightingReader = () => {
  const streams = tcpStreams(lengthOf);
  const readers = new Map(passiveProtocols.map((one) => [one, one.reader()] as const));
  const counts: CaptureCounts = { packets: 0, unread: 0 };
  const everyones = new Set<string>();
  const present = new Set<string>();

  /** An answer of a controller; one without facts says that it is there, once. */
  const sighting = (
    atMs: number,
    protocol: CaptureProtocol,
    from: Source,
    service: string,
    { facts = [], serviceFacts, slot, unit, station }: Told,
  ): Sighting[] => {
    if (facts.length === 0 && serviceFacts === undefined) {
      const key = `${from.address} ${protocol} ${service} ${station?.key ?? ''}`;
      if (present.has(key) || present.size >= maxPresent) return [];
      present.add(key);
    }
    return [
      {
        atMs,
        protocol,
        address: from.address,
        ...(station === undefined ? { service, ...defined({ via: from.via }) } : { station }),
        ...defined({ slot, unit, serviceFacts }),
        facts,
      },
    ];
  };

  const toldBy = (protocol: PassiveProtocol, heard: Heard): Told[] => {
    try {
      return readers.get(protocol)?.(heard) ?? [];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      counts.unread += 1;
      return [];
    }
  };

  /** What one message shows. A command is evidence about whom it is for: the side of the server. */
  const onMessage = (
    protocol: PassiveProtocol,
    transport: 'tcp' | 'udp',
    { side, via, bytes, place }: StreamMessage,
  ): Seen[] => {
    const ports = protocol[transport] ?? [];
    const [isFromServer, isToServer] = [ports.includes(side.fromPort), ports.includes(side.toPort)];
    const ends = [`${side.from}:${side.fromPort}`, `${side.to}:${side.toPort}`];
    // The same for both directions, also where both sides use the protocol's port.
    const conversation = ends.sort().join(' ');
    const heard: Heard = { bytes, from: side.from, isFromServer, isToServer, conversation, transport };
    return toldBy(protocol, heard).flatMap((told): Seen[] => {
      const name = told.protocol ?? protocol.protocol;
      if (told.control !== undefined) {
        const [address, from] = isToServer ? [side.to, side.from] : [side.from, side.to];
        const { control, detail, behind } = told;
        const one: Sighting = { atMs: place.atMs, protocol: name, address, from, facts: [], control };
        return [{ sighting: { ...one, ...defined({ detail, behind }) }, packet: place.packet }];
      }
      const from = told.origin === undefined ? { address: side.from, via } : { address: told.origin.address };
      // What tells of a device is its own word: the port is the one that it speaks from.
      const port = told.origin?.port ?? side.fromPort;
      return sighting(place.atMs, name, from, `${transport}/${port}`, told).map((one) => ({
        sighting: one,
        packet: place.packet,
      }));
    });
  };

  const onStream = (message: StreamMessage): Seen[] => {
    const { side, bytes } = message;
    const protocol = protocolsOf(tcpProtocols, side).find((one) => one.lengthOf?.(bytes) === bytes.length);
    return protocol === undefined ? [] : onMessage(protocol, 'tcp', message);
  };

  const onTcp = (place: Place, from: Source, to: string, segment: Buffer, cutBytes: number): Seen[] =>
    streams
      .read({
        side: { from: from.address, fromPort: segment.readUInt16BE(0), to, toPort: segment.readUInt16BE(2) },
        via: from.via,
        sequence: segment.readUInt32BE(4) | 0,
        isStart: (segment.readUInt8(13) & 0x02) !== 0,
        data: segment.subarray((segment.readUInt8(12) >> 4) * 4),
        cutBytes,
        place,
      })
      .flatMap(onStream);

  const onUdp = (place: Place, from: Source, to: string, datagram: Buffer): Seen[] => {
    const side = { from: from.address, fromPort: datagram.readUInt16BE(0), to, toPort: datagram.readUInt16BE(2) };
    const bytes = datagram.subarray(8);
    const protocols = protocolsOf(udpProtocols, side);
    const told = protocols.flatMap((one) => onMessage(one, 'udp', { side, via: from.via, bytes, place }));
    if (told.length > 0) return told;
    // The answer of PROFINET may come from another port than the one that was asked, and go to one of another protocol.
    return pnioAnswer(bytes, side.fromPort === pnioPort || side.toPort === pnioPort).flatMap((told) =>
      sighting(place.atMs, 'pnio-cm', from, `udp/${pnioPort}`, told).map((one) => ({
        sighting: one,
        packet: place.packet,
      })),
    );
  };

  const onArp = (atMs: number, data: Buffer): Sighting[] => {
    if (data.readUInt16BE(0) !== 1 || data.readUInt16BE(2) !== 0x0800 || data.readUInt16BE(4) !== 0x0604) return [];
    const [mac, address] = [ownMac(macText(data.subarray(8, 14))), ipv4Text(data.subarray(14, 18))];
    return mac === undefined || isNobodys(address) ? [] : [{ atMs, protocol: 'arp', address, mac, facts: [] }];
  };

  const onDcp = (atMs: number, frame: Frame): Sighting[] => {
    const { facts, address, control, asks } = dcpReading(frame.payload);
    const mac = ownMac(frame.source);
    if (control !== undefined)
      return [{ atMs, protocol: 'dcp', facts: [], control, ...defined({ mac: frame.destination, from: mac }) }];
    if (asks !== undefined) return mac === undefined ? [] : [{ atMs, protocol: 'dcp', facts, mac, asks }];
    const known = defined({ mac, address: ownAddress(address) });
    return facts.length === 0 ? [] : [{ atMs, protocol: 'dcp', facts, ...known }];
  };

  const onLldp = (atMs: number, frame: Frame): Sighting[] => {
    const { facts, address, mac } = lldpReading(frame.payload);
    const known = defined({ mac: ownMac(mac) ?? ownMac(frame.source), address: ownAddress(address) });
    return facts.length === 0 ? [] : [{ atMs, protocol: 'lldp', facts, ...known }];
  };

  /** Each control block is a service of its publisher, whose address no group's can be. */
  const onGoose = (atMs: number, { source, vlan, payload }: Frame): Sighting[] => {
    const mac = ownMac(source);
    const published = gooseReading(payload);
    if (published === undefined || mac === undefined || isGroup(mac)) return [];
    const { block, id, dataSet, revision, appId, isSimulated } = published;
    const serviceFacts = [
      ['endpoint', block],
      ['identifier', id],
      ['dataSet', dataSet],
      ['version', revision],
      ['applicationId', `0x${appId.toString(16).padStart(4, '0')}`],
      ['state', isSimulated ? 'simulation' : undefined],
    ].flatMap(([field, value]) =>
      value === undefined ? [] : [{ field: String(field), value: String(value), raw: String(value) }],
    );
    const service = `ethernet/${block.slice(-maxBlock)}`;
    return [{ atMs, protocol: 'goose', mac, service, serviceFacts, facts: [], ...defined({ vlan }) }];
  };

  const onFrame = (place: Place, frame: Frame): Seen[] => {
    const { atMs, packet } = place;
    const below: Readonly<Record<number, (atMs: number, frame: Frame) => Sighting[]>> = {
      2054: (at, { payload }) => onArp(at, payload),
      34962: onDcp,
      35000: onGoose,
      35020: onLldp,
    };
    const reader = below[frame.etherType];
    if (reader !== undefined) return reader(atMs, frame).map((sighting) => ({ sighting, packet }));
    if (frame.etherType !== 0x0800 && frame.etherType !== 0x86dd) return [];
    const datagram = datagramOf(frame.payload);
    if (datagram === undefined || isNobodys(datagram.source)) return [];
    if (frame.destination === everybodysMac && mayBeEveryones(datagram.destination) && everyones.size < maxEveryones)
      everyones.add(datagram.destination);
    const mac = ownMac(frame.source);
    const from: Source = {
      address: datagram.source,
      ...(mac === undefined || !firstHops.has(datagram.hops) ? {} : { via: mac }),
    };
    if (datagram.protocol === tcp) return onTcp(place, from, datagram.destination, datagram.payload, datagram.cutBytes);
    return datagram.protocol === udp ? onUdp(place, from, datagram.destination, datagram.payload) : [];
  };

  return {
    counts: (): CaptureCounts => ({ ...counts }),
    /** Addresses that frames to everybody were sent to: those of subnets, no device's. */
    everyones: (): ReadonlySet<string> => everyones,
    gaps: (): CaptureGaps => streams.gaps(),
    read: (packet: Packet): Seen[] => {
      counts.packets += 1;
      try {
        const frame = frameOf(packet.linkType, packet.data);
        if (frame !== undefined) return onFrame({ atMs: timeOf(packet.atMs), packet: counts.packets }, frame);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
      counts.unread += 1;
      return [];
    },
    /** What streams still held when the capture ended. */
    end: (): Seen[] => streams.end().flatMap(onStream),
  };
};
