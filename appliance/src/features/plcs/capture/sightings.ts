import { bacnetFacts } from '@sallyport/bundle-tools/controllers/protocols/bacnet/answers';
import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import { enipFacts, enipLength } from '@sallyport/bundle-tools/controllers/protocols/enip/answers';
import { dcpReading } from '@sallyport/bundle-tools/controllers/protocols/layer2/dcp';
import { lldpReading } from '@sallyport/bundle-tools/controllers/protocols/layer2/lldp';
import { modbusFacts, modbusLength } from '@sallyport/bundle-tools/controllers/protocols/modbus/answers';
import { pnioFacts } from '@sallyport/bundle-tools/controllers/protocols/pnio-cm/answers';
import { s7Reader } from '@sallyport/bundle-tools/controllers/protocols/s7/answers';
import { snmpFacts } from '@sallyport/bundle-tools/controllers/protocols/snmp/answers';
import { ipv4Text, macText } from '@sallyport/bundle-tools/controllers/protocols/text';
import { datagramOf } from './ip.ts';
import { frameOf } from './link.ts';
import { tcpFlows } from './tcp.ts';
import type { CaptureProtocol, Frame, Packet, Sighting } from './types.ts';

// From packets to what they say about devices. A packet that is cut or is not what it seems says nothing: it is counted.

export type CaptureCounts = { packets: number; unread: number };

const tcp = 6;
const udp = 17;
const maxFlowReaders = 1_024;

type Source = { address: string; mac?: string };

/** One reader for one capture; keeps what belongs together over packets, within bounds. */
export const sightingReader = () => {
  const flows = tcpFlows();
  const s7Flows = new Map<string, ReturnType<typeof s7Reader>>();
  const counts: CaptureCounts = { packets: 0, unread: 0 };

  const sighting = (atMs: number, protocol: CaptureProtocol, from: Source, facts: readonly DeviceFact[]): Sighting[] =>
    facts.length === 0
      ? []
      : [{ atMs, protocol, address: from.address, ...(from.mac === undefined ? {} : { mac: from.mac }), facts }];

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

  const onTcp = (atMs: number, from: Source, to: string, segment: Buffer): Sighting[] => {
    const [sourcePort, destinationPort] = [segment.readUInt16BE(0), segment.readUInt16BE(2)];
    const flags = segment.readUInt8(13);
    const flow = `${from.address} ${sourcePort} ${to} ${destinationPort}`;
    const isS7 = sourcePort === 102 || destinationPort === 102;
    if (!isS7 && sourcePort !== 44_818 && sourcePort !== 502) return [];
    const data = segment.subarray((segment.readUInt8(12) >> 4) * 4);
    const bytes = flows.take({ flow, sequence: segment.readUInt32BE(4) | 0, isStart: (flags & 0x02) !== 0, data });
    const found: Sighting[] = [];
    if (isS7) {
      split(flow, bytes, tpktLength, (message) => {
        const header = 4 + 1 + message.readUInt8(4);
        if (message.readUInt8(5) !== 0xf0) return;
        const { facts, control } = s7Of(flow)(message.subarray(header));
        found.push(...sighting(atMs, 's7', from, facts));
        // A command is evidence about whom it was sent to.
        if (control !== undefined)
          found.push({ atMs, protocol: 's7', address: to, facts: [], control: `s7-${control}` });
      });
    } else if (sourcePort === 502) {
      split(flow, bytes, modbusLength, (unit) => found.push(...sighting(atMs, 'modbus', from, modbusFacts(unit))));
    } else split(flow, bytes, enipLength, (unit) => found.push(...sighting(atMs, 'enip', from, enipFacts(unit))));
    return found;
  };

  const onUdp = (atMs: number, from: Source, datagram: Buffer): Sighting[] => {
    const [sourcePort, destinationPort] = [datagram.readUInt16BE(0), datagram.readUInt16BE(2)];
    const data = datagram.subarray(8);
    if (sourcePort === 44_818) return sighting(atMs, 'enip', from, enipFacts(data));
    if (sourcePort === 47_808) return sighting(atMs, 'bacnet', from, bacnetFacts(data));
    if (sourcePort === 161) return sighting(atMs, 'snmp', from, snmpFacts(data));
    // The answer of PROFINET may come from another port than the one that was asked.
    if (sourcePort === 34_964 || destinationPort === 34_964 || data.readUInt8(0) === 4)
      return data.length < 80 ? [] : sighting(atMs, 'pnio-cm', from, pnioFacts(data));
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
      const { facts, address, control } = dcpReading(frame.payload);
      if (facts.length === 0 && control === undefined) return [];
      return [
        {
          atMs,
          protocol: 'dcp',
          facts,
          ...(mac === undefined ? {} : { mac }),
          ...(address === undefined ? {} : { address }),
          ...(control === undefined ? {} : { control }),
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
          ...(known === undefined ? {} : { mac: known }),
          ...(address === undefined ? {} : { address }),
        },
      ];
    }
    if (frame.etherType !== 0x0800 && frame.etherType !== 0x86dd) return [];
    const datagram = datagramOf(frame.payload);
    if (datagram === undefined) return [];
    // The MAC address is the sender's only where no router stands between; the one who merges knows the prefixes.
    const from: Source = { address: datagram.source, ...(mac === undefined ? {} : { mac }) };
    if (datagram.protocol === tcp) return onTcp(atMs, from, datagram.destination, datagram.payload);
    return datagram.protocol === udp ? onUdp(atMs, from, datagram.payload) : [];
  };

  return {
    counts: (): CaptureCounts => ({ ...counts }),
    read: (packet: Packet): Sighting[] => {
      counts.packets += 1;
      try {
        const frame = frameOf(packet.linkType, packet.data);
        if (frame !== undefined) return onFrame(packet.atMs, frame);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
      counts.unread += 1;
      return [];
    },
  };
};
