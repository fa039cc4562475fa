import { macText } from '@sallyport/bundle-tools/controllers/protocols/text';
import type { Frame } from './types.ts';

// Link layers (the numbers are those of the registry at tcpdump.org).

const etherIpv4 = 0x0800;
const etherIpv6 = 0x86dd;
const vlanTypes: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const maxTags = 4;

/** The innermost tag names the network; number 0 only gives a priority (IEEE 802.1Q, 9.6). */
const behindTags = (etherType: number, data: Buffer, at: number): Pick<Frame, 'etherType' | 'payload' | 'vlan'> => {
  let [type, from, vlan] = [etherType, at, 0];
  for (let tags = 0; tags < maxTags && vlanTypes.has(type); tags += 1) {
    vlan = data.readUInt16BE(from) & 0x0fff;
    type = data.readUInt16BE(from + 2);
    from += 4;
  }
  return { etherType: type, payload: data.subarray(from), ...(vlan === 0 ? {} : { vlan }) };
};

const byVersion = (payload: Buffer): Frame => ({
  etherType: payload.readUInt8(0) >> 4 === 6 ? etherIpv6 : etherIpv4,
  payload,
});

/** The frame of a packet; undefined for a link type that is not read. RangeError where the packet is cut. */
export const frameOf = (linkType: number, data: Buffer): Frame | undefined => {
  switch (linkType) {
    case 1:
      return {
        destination: macText(data.subarray(0, 6)),
        source: macText(data.subarray(6, 12)),
        ...behindTags(data.readUInt16BE(12), data, 14),
      };
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return byVersion(data);
    case 0:
    case 108:
      return byVersion(data.subarray(4));
    case 113: {
      const macBytes = data.readUInt16BE(4) === 6 ? data.subarray(6, 12) : undefined;
      const frame = behindTags(data.readUInt16BE(14), data, 16);
      return macBytes === undefined ? frame : { source: macText(macBytes), ...frame };
    }
    case 276: {
      const macBytes = data.readUInt8(11) === 6 ? data.subarray(12, 18) : undefined;
      const frame = behindTags(data.readUInt16BE(0), data, 20);
      return macBytes === undefined ? frame : { source: macText(macBytes), ...frame };
    }
    default:
      return undefined;
  }
};
