// Frames of one conversation, as a mirror port sees them: a connection with its handshake and numbers, or datagrams.

export type Peer = { mac: string; address: string; port: number };

export type Spoken = { by: 'client' | 'server'; bytes: Buffer };

const u16 = (value: number): Buffer => Buffer.of((value >> 8) & 0xff, value & 0xff);
const macBytes = (mac: string): Buffer => Buffer.from(mac.replaceAll(':', ''), 'hex');
const addressBytes = (address: string): Buffer => Buffer.from(address.split('.').map(Number));

/** Sum of 16-bit words with carry (RFC 1071). */
const checksum = (bytes: Buffer): number => {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt8(at) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
};

const ipv4 = (from: Peer, to: Peer, protocol: number, payload: Buffer): Buffer => {
  const head = Buffer.concat([
    Buffer.of(0x45, 0),
    u16(20 + payload.length),
    Buffer.of(0, 0, 0x40, 0, 64, protocol, 0, 0),
    addressBytes(from.address),
    addressBytes(to.address),
  ]);
  head.writeUInt16BE(checksum(head), 10);
  return Buffer.concat([macBytes(to.mac), macBytes(from.mac), u16(0x0800), head, payload]);
};

/** A frame with a datagram. */
const datagramFrame = (from: Peer, to: Peer, data: Buffer): Buffer =>
  ipv4(from, to, 17, Buffer.concat([u16(from.port), u16(to.port), u16(8 + data.length), u16(0), data]));

/** A frame with a segment: 0x02 SYN, 0x10 ACK, 0x18 with data. */
const segmentFrame = (
  from: Peer,
  to: Peer,
  { sequence, acknowledged, flags }: { sequence: number; acknowledged: number; flags: number },
  data: Buffer = Buffer.alloc(0),
): Buffer => {
  const head = Buffer.alloc(20);
  head.writeUInt16BE(from.port, 0);
  head.writeUInt16BE(to.port, 2);
  head.writeUInt32BE(sequence >>> 0, 4);
  head.writeUInt32BE(acknowledged >>> 0, 8);
  head.writeUInt8(0x50, 12);
  head.writeUInt8(flags, 13);
  head.writeUInt16BE(0xffff, 14);
  const segment = Buffer.concat([head, data]);
  const pseudo = Buffer.concat([
    addressBytes(from.address),
    addressBytes(to.address),
    Buffer.of(0, 6),
    u16(segment.length),
    segment,
  ]);
  segment.writeUInt16BE(checksum(pseudo), 16);
  return ipv4(from, to, 6, segment);
};

/** A connection with its handshake; what is said longer than a segment comes in several. */
export const connectionFrames = (
  client: Peer,
  server: Peer,
  spoken: readonly Spoken[],
  segmentBytes = 1_400,
): Buffer[] => {
  const next = { client: 1_000, server: 5_000 };
  const frame = (by: 'client' | 'server', flags: number, data: Buffer = Buffer.alloc(0)): Buffer => {
    const [from, to, other] =
      by === 'client' ? [client, server, 'server' as const] : [server, client, 'client' as const];
    const made = segmentFrame(
      from,
      to,
      { sequence: next[by], acknowledged: flags === 0x02 ? 0 : next[other], flags },
      data,
    );
    next[by] += data.length + (flags & 0x02 ? 1 : 0);
    return made;
  };
  const frames = [frame('client', 0x02), frame('server', 0x12), frame('client', 0x10)];
  for (const { by, bytes } of spoken)
    for (let at = 0; at < bytes.length; at += segmentBytes)
      frames.push(frame(by, 0x18, bytes.subarray(at, at + segmentBytes)));
  return frames;
};

export const conversationFrames = (
  transport: 'tcp' | 'udp',
  client: Peer,
  server: Peer,
  spoken: readonly Spoken[],
): Buffer[] =>
  transport === 'tcp'
    ? connectionFrames(client, server, spoken)
    : spoken.map(({ by, bytes }) =>
        by === 'client' ? datagramFrame(client, server, bytes) : datagramFrame(server, client, bytes),
      );
