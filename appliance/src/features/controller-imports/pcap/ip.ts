import { ipv4Text, ipv6Text } from '@sallyport/bundle-tools/controllers/protocols/text';

type Datagram = {
  protocol: number;
  source: string;
  destination: string;
  /** Hops that are left: a packet that no router touched still has what its sender gave it. */
  hops: number;
  payload: Buffer;
  /** Bytes at its end that were on the wire and are not in the capture. */
  cutBytes: number;
};

const extensionHeaders: ReadonlySet<number> = new Set([0, 43, 60]);
const maxExtensions = 8;

const ipv4 = (data: Buffer): Datagram | undefined => {
  const headerBytes = (data.readUInt8(0) & 0x0f) * 4;
  const total = data.readUInt16BE(2);
  // A fragment is not a message; what identifies a controller fits into one packet.
  if (headerBytes < 20 || (data.readUInt16BE(6) & 0x3fff) !== 0) return undefined;
  return {
    protocol: data.readUInt8(9),
    hops: data.readUInt8(8),
    source: ipv4Text(data.subarray(12, 16)),
    destination: ipv4Text(data.subarray(16, 20)),
    // What lies behind the packet is padding of the frame. A length of 0 comes from offloading.
    payload: data.subarray(headerBytes, total === 0 ? data.length : Math.min(total, data.length)),
    cutBytes: total === 0 ? 0 : Math.max(0, total - data.length),
  };
};

const ipv6 = (data: Buffer): Datagram | undefined => {
  let protocol = data.readUInt8(6);
  const end = 40 + data.readUInt16BE(4);
  let at = 40;
  for (let count = 0; count < maxExtensions && extensionHeaders.has(protocol); count += 1) {
    protocol = data.readUInt8(at);
    at += (data.readUInt8(at + 1) + 1) * 8;
  }
  return {
    protocol,
    hops: data.readUInt8(7),
    source: ipv6Text(data.subarray(8, 24)),
    destination: ipv6Text(data.subarray(24, 40)),
    payload: data.subarray(at, Math.min(end, data.length)),
    cutBytes: Math.max(0, end - data.length),
  };
};

/** The datagram of an IP packet; undefined for fragments. RangeError where it is cut. */
export const datagramOf = (data: Buffer): Datagram | undefined =>
  data.readUInt8(0) >> 4 === 6 ? ipv6(data) : ipv4(data);
