import { bacnetFacts, forwardedFrom } from '@sallyport/bundle-tools/controllers/protocols/bacnet/answers';
import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import { enipFacts, enipLength } from '@sallyport/bundle-tools/controllers/protocols/enip/answers';
import { attributesAnswer, identityQuestion } from '@sallyport/bundle-tools/controllers/protocols/enip/unconnected';
import { dcpReading } from '@sallyport/bundle-tools/controllers/protocols/layer2/dcp';
import { lldpReading } from '@sallyport/bundle-tools/controllers/protocols/layer2/lldp';
import { modbusFacts, modbusLength } from '@sallyport/bundle-tools/controllers/protocols/modbus/answers';
import { opcuaLength } from '@sallyport/bundle-tools/controllers/protocols/opcua/answers';
import { isSessionAnswer, pnioFacts } from '@sallyport/bundle-tools/controllers/protocols/pnio-cm/answers';
import { s7Reader } from '@sallyport/bundle-tools/controllers/protocols/s7/answers';
import { snmpFacts } from '@sallyport/bundle-tools/controllers/protocols/snmp/answers';
import { ipv4Text, macText } from '@sallyport/bundle-tools/controllers/protocols/text';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { datagramOf } from './ip.ts';
import { frameOf } from './link.ts';
import { modbusControl } from './modbus-control.ts';
import { opcuaDoors } from './opcua-doors.ts';
import { tcpFlows } from './tcp.ts';
import type { CaptureProtocol, Frame, Packet, Sighting } from './types.ts';

// From packets to what they say about devices. A packet that is cut or is not what it seems says nothing: it is counted.

export type CaptureCounts = { packets: number; unread: number };

const tcp = 6;
const udp = 17;
const maxFlowReaders = 1_024;

/**
 * What stacks give a packet. A frame's MAC address is the packet's sender's only where no router stands between, and one
 * that did took a hop away.
 */
const firstHops: ReadonlySet<number> = new Set([30, 64, 128, 255]);
const maxQuestions = 4_096;
const everybody = 'ff:ff:ff:ff:ff:ff';
const maxEveryones = 1_024;
/** Stations that are kept as seen, so that each is said once. */
const maxPresent = 16_384;

/** The last moment that a document can name; what a capture puts behind it, by an odd resolution say, is no time. */
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59);
const timeOf = (atMs: number): number => (atMs >= 0 && atMs <= lastMs ? atMs : 0);

/** No device is a group, and none sends from its subnet's address to everybody. */
const isForMany = (address: string): boolean =>
  /^(?:2(?:2[4-9]|[345]\d)\.|0\.0\.0\.0$|ff[0-9a-f]{2}:|ff$)/.test(address);

type Source = { address: string; via?: string };

/**
 * Port 102 is that of all OSI applications over TCP. S7 starts its messages with 0x32 or 0x72, or speaks TLS; MMS (IEC 61850) comes
 * in session units: ACCEPT, or GIVE TOKENS before DATA TRANSFER (X.225, 8.3).
 */
const isoProtocol = (data: Buffer): CaptureProtocol | undefined => {
  if (data.length < 4) return undefined;
  const first = data.readUInt8(0);
  if (first === 0x32 || first === 0x72 || (first === 0x16 && data.readUInt8(1) === 3)) return 's7';
  return first === 0x0e || data.readUInt32BE(0) === 0x01_00_01_00 ? 'mms' : undefined;
};

/** One reader for one capture; keeps what belongs together over packets, within bounds. */
export const sightingReader = () => {
  const flows = tcpFlows();
  const s7Flows = new Map<string, ReturnType<typeof s7Reader>>();
  /** Questions for identity objects that are not answered yet, with the slot that each is for. */
  const identityQuestions = new Map<string, number | undefined>();
  const counts: CaptureCounts = { packets: 0, unread: 0 };
  const everyones = new Set<string>();
  const present = new Set<string>();

  /** An answer of a controller; one without facts says that it is there, once. */
  const sighting = (
    atMs: number,
    protocol: CaptureProtocol,
    from: Source,
    service: string,
    facts: readonly DeviceFact[],
    slot?: number,
  ): Sighting[] => {
    if (facts.length === 0) {
      const key = `${from.address} ${protocol} ${service}`;
      if (present.has(key) || present.size >= maxPresent) return [];
      present.add(key);
    }
    return [
      {
        atMs,
        protocol,
        address: from.address,
        service,
        ...defined({ via: from.via, slot }),
        facts,
      },
    ];
  };
  /** Of what is not only spoken by controllers: the facts alone show one. */
  const found: typeof sighting = (atMs, protocol, from, service, facts) =>
    facts.length === 0 ? [] : sighting(atMs, protocol, from, service, facts);
  const control = (atMs: number, protocol: CaptureProtocol, what: string, from: string, to: string): Sighting => ({
    atMs,
    protocol,
    address: to,
    from,
    facts: [],
    control: what,
  });

  const s7Of = (flow: string): ReturnType<typeof s7Reader> => {
    const known = s7Flows.get(flow);
    if (known !== undefined) return known;
    if (s7Flows.size >= maxFlowReaders) s7Flows.delete(s7Flows.keys().next().value ?? '');
    const reader = s7Reader();
    s7Flows.set(flow, reader);
    return reader;
  };

  /** Splits the bytes of a flow into messages; what is no message ends the flow's turn. */
  const split = (
    flow: string,
    bytes: Buffer,
    lengthOf: (rest: Buffer) => number | undefined,
    each: (message: Buffer) => void,
  ): void => {
    let rest = bytes;
    for (;;) {
      const length = lengthOf(rest);
      if (length === 0) {
        rest = Buffer.alloc(0);
        break;
      }
      if (length === undefined || rest.length < length) break;
      each(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    flows.keep(flow, rest);
  };

  const tpktLength = (rest: Buffer): number | undefined => {
    if (rest.length < 4) return undefined;
    const length = rest.readUInt16BE(2);
    return rest.readUInt8(0) !== 3 || length < 7 ? 0 : length;
  };

  const onEnipQuestion = (server: string, unit: Buffer): void => {
    const question = identityQuestion(unit);
    if (question === undefined) return;
    if (identityQuestions.size >= maxQuestions) identityQuestions.delete(identityQuestions.keys().next().value ?? '');
    identityQuestions.set(`${server} ${question.exchange}`, question.slot);
  };

  const onEnipAnswer = (atMs: number, from: Source, unit: Buffer): Sighting[] => {
    const answer = attributesAnswer(unit);
    const key = `${from.address} ${answer?.exchange ?? ''}`;
    if (answer === undefined || !identityQuestions.has(key))
      return sighting(atMs, 'enip', from, 'tcp/44818', enipFacts(unit));
    const slot = identityQuestions.get(key);
    identityQuestions.delete(key);
    return sighting(atMs, 'enip', from, 'tcp/44818', answer.facts, slot);
  };

  const onTcp = (atMs: number, from: Source, to: string, segment: Buffer): Sighting[] => {
    const [sourcePort, destinationPort] = [segment.readUInt16BE(0), segment.readUInt16BE(2)];
    const flags = segment.readUInt8(13);
    const flow = `${from.address} ${sourcePort} ${to} ${destinationPort}`;
    const isS7 = sourcePort === 102 || destinationPort === 102;
    const isEnip = sourcePort === 44_818 || destinationPort === 44_818;
    if (!isS7 && !isEnip && sourcePort !== 502 && destinationPort !== 502 && sourcePort !== 4_840) return [];
    const data = segment.subarray((segment.readUInt8(12) >> 4) * 4);
    const bytes = flows.take({ flow, sequence: segment.readUInt32BE(4) | 0, isStart: (flags & 0x02) !== 0, data });
    const found: Sighting[] = [];
    if (isS7) {
      split(flow, bytes, tpktLength, (message) => {
        const header = 4 + 1 + message.readUInt8(4);
        if (message.readUInt8(5) !== 0xf0) return;
        const { facts, control: what } = s7Of(flow)(message.subarray(header));
        if (sourcePort === 102) {
          const protocol = isoProtocol(message.subarray(header));
          if (protocol !== undefined) found.push(...sighting(atMs, protocol, from, 'tcp/102', facts));
        }
        // A command is evidence about whom it was sent to.
        else if (what !== undefined) found.push(control(atMs, 's7', `s7-${what}`, from.address, to));
      });
    } else if (sourcePort === 4_840) {
      split(flow, bytes, opcuaLength, (message) => {
        const serviceFacts = opcuaDoors(message);
        found.push(
          ...(serviceFacts.length === 0
            ? sighting(atMs, 'opcua', from, 'tcp/4840', [])
            : [{ atMs, protocol: 'opcua' as const, ...from, service: 'tcp/4840', facts: [], serviceFacts }]),
        );
      });
    } else if (sourcePort === 502) {
      split(flow, bytes, modbusLength, (message) => {
        const unit = message.readUInt8(6);
        for (const one of sighting(atMs, 'modbus', from, 'tcp/502', modbusFacts(message)))
          found.push(one.facts.length === 0 ? one : { ...one, unit });
      });
    } else if (destinationPort === 502) {
      split(flow, bytes, modbusLength, (unit) => {
        const what = modbusControl(unit);
        if (what !== undefined) found.push(control(atMs, 'modbus', what, from.address, to));
      });
    } else if (sourcePort === 44_818)
      split(flow, bytes, enipLength, (unit) => found.push(...onEnipAnswer(atMs, from, unit)));
    else split(flow, bytes, enipLength, (unit) => onEnipQuestion(to, unit));
    return found;
  };

  const onUdp = (atMs: number, from: Source, datagram: Buffer): Sighting[] => {
    const [sourcePort, destinationPort] = [datagram.readUInt16BE(0), datagram.readUInt16BE(2)];
    const data = datagram.subarray(8);
    if (sourcePort === 44_818) return sighting(atMs, 'enip', from, 'udp/44818', enipFacts(data));
    if (sourcePort === 47_808) {
      const origin = forwardedFrom(data);
      const service = `udp/${origin?.port ?? sourcePort}`;
      return found(
        atMs,
        'bacnet',
        origin === undefined ? from : { address: origin.address },
        service,
        bacnetFacts(data),
      );
    }
    if (sourcePort === 161) return found(atMs, 'snmp', from, 'udp/161', snmpFacts(data));
    // The answer of PROFINET may come from another port than the one that was asked.
    if (sourcePort === 34_964 || destinationPort === 34_964 || data.readUInt8(0) === 4) {
      if (data.length < 80) return [];
      if (isSessionAnswer(data)) return sighting(atMs, 'pnio-cm', from, 'udp/34964', []);
      return found(atMs, 'pnio-cm', from, 'udp/34964', pnioFacts(data));
    }
    return [];
  };

  const onArp = (atMs: number, data: Buffer): Sighting[] => {
    if (data.readUInt16BE(0) !== 1 || data.readUInt16BE(2) !== 0x0800 || data.readUInt16BE(4) !== 0x0604) return [];
    const [mac, address] = [macText(data.subarray(8, 14)), ipv4Text(data.subarray(14, 18))];
    return address === '0.0.0.0' ? [] : [{ atMs, protocol: 'arp', address, mac, facts: [] }];
  };

  const onFrame = (atMs: number, frame: Frame): Sighting[] => {
    const mac = frame.source;
    if (frame.etherType === 0x0806) return onArp(atMs, frame.payload);
    if (frame.etherType === 0x8892) {
      const { facts, address, control: what } = dcpReading(frame.payload);
      if (what !== undefined) {
        const { destination } = frame;
        return [
          {
            atMs,
            protocol: 'dcp',
            facts: [],
            control: what,
            ...defined({ mac: destination, from: mac }),
          },
        ];
      }
      if (facts.length === 0) return [];
      return [
        {
          atMs,
          protocol: 'dcp',
          facts,
          ...defined({ mac, address }),
        },
      ];
    }
    if (frame.etherType === 0x88cc) {
      const { facts, address, mac: chassis } = lldpReading(frame.payload);
      const known = chassis ?? mac;
      if (facts.length === 0) return [];
      return [
        {
          atMs,
          protocol: 'lldp',
          facts,
          ...defined({ mac: known, address }),
        },
      ];
    }
    if (frame.etherType !== 0x0800 && frame.etherType !== 0x86dd) return [];
    const datagram = datagramOf(frame.payload);
    if (datagram === undefined || isForMany(datagram.source)) return [];
    if (frame.destination === everybody && everyones.size < maxEveryones) everyones.add(datagram.destination);
    const isDirect = firstHops.has(datagram.hops);
    const from: Source = { address: datagram.source, ...(mac === undefined || !isDirect ? {} : { via: mac }) };
    if (datagram.protocol === tcp) return onTcp(atMs, from, datagram.destination, datagram.payload);
    return datagram.protocol === udp ? onUdp(atMs, from, datagram.payload) : [];
  };

  return {
    counts: (): CaptureCounts => ({ ...counts }),
    /** Addresses that frames to everybody were sent to: those of subnets, no device's. */
    everyones: (): ReadonlySet<string> => everyones,
    read: (packet: Packet): Sighting[] => {
      counts.packets += 1;
      try {
        const frame = frameOf(packet.linkType, packet.data);
        if (frame !== undefined) return onFrame(timeOf(packet.atMs), frame);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
      counts.unread += 1;
      return [];
    },
  };
};
