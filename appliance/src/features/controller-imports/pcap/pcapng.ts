import { maxPacketBytes } from './pcap.ts';
import type { ByteSource } from './source.ts';
import { CaptureError, type Packet } from './types.ts';

// The newer format: sections of blocks, each section with a byte order and interfaces of its own.

const sectionHeader = 0x0a0d0d0a;
const byteOrderMagic = 0x1a2b3c4d;
const maxInterfaces = 4_096;
/** Blocks that are not read may be long (comments, secrets); those that are read may not. */
const maxBlockBytes = maxPacketBytes + 65_536;

type Interface = { linkType: number; perSecond: number; offsetSeconds: number };

/** True for the first four bytes of a pcapng file; they read the same in both byte orders. */
export const isPcapng = (magic: number): boolean => magic === sectionHeader;

const pad = (length: number): number => (4 - (length % 4)) % 4;

/** Time resolution and offset of an interface; unknown options do not matter. */
const interfaceOptions = (body: Buffer, little: boolean): Pick<Interface, 'perSecond' | 'offsetSeconds'> => {
  const u16 = (at: number): number => (little ? body.readUInt16LE(at) : body.readUInt16BE(at));
  const found = { perSecond: 1e6, offsetSeconds: 0 };
  let at = 8;
  while (at + 4 <= body.length) {
    const [code, length] = [u16(at), u16(at + 2)];
    const value = at + 4;
    if (code === 0 || value + length > body.length) break;
    if (code === 9 && length === 1) {
      const power = body.readUInt8(value);
      found.perSecond = power & 0x80 ? 2 ** (power & 0x7f) : 10 ** power;
    }
    if (code === 14 && length === 8)
      found.offsetSeconds = Number(little ? body.readBigInt64LE(value) : body.readBigInt64BE(value));
    at = value + length + pad(length);
  }
  return found;
};

/** Packets of a pcapng capture whose first four bytes were read. CaptureError with the offset of what is wrong. */
export const readPcapng = async function* (source: ByteSource): AsyncGenerator<Packet> {
  let little = true;
  let interfaces: Interface[] = [];
  let type: number | undefined = sectionHeader;
  const u16 = (bytes: Buffer, at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (bytes: Buffer, at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const need = async (length: number): Promise<Buffer> => {
    const bytes = length === 0 ? Buffer.alloc(0) : await source.take(length);
    if (bytes === undefined) throw new CaptureError('the capture ends in the middle of a block', source.offset(), true);
    return bytes;
  };
  const packet = (from: Interface | undefined, ticks: number, data: Buffer, wireBytes: number): Packet | undefined =>
    from === undefined
      ? undefined
      : { atMs: (from.offsetSeconds + ticks / from.perSecond) * 1_000, linkType: from.linkType, data, wireBytes };

  const parse = (block: number, body: Buffer, at: number): Packet | undefined => {
    if (block === 1) {
      if (body.length < 8) throw new CaptureError('an interface block is cut', at);
      if (interfaces.length >= maxInterfaces) throw new CaptureError('too many interfaces', at);
      interfaces.push({ linkType: u16(body, 0), ...interfaceOptions(body, little) });
      return undefined;
    }
    if (block === 3) {
      if (body.length < 4) throw new CaptureError('a packet block is cut', at);
      const wireBytes = u32(body, 0);
      return packet(interfaces[0], 0, body.subarray(4, 4 + Math.min(wireBytes, body.length - 4)), wireBytes);
    }
    // 6 is the packet block in use; 2 is its forerunner, whose interface has 16 bits.
    if (body.length < 20) throw new CaptureError('a packet block is cut', at);
    const length = u32(body, 12);
    if (length > body.length - 20) throw new CaptureError(`a packet of ${length} bytes in a shorter block`, at);
    const ticks = u32(body, 4) * 2 ** 32 + u32(body, 8);
    const from = interfaces[block === 6 ? u32(body, 0) : u16(body, 0)];
    return packet(from, ticks, body.subarray(20, 20 + length), u32(body, 16));
  };

  while (type !== undefined) {
    const at = source.offset() - 4;
    if (type === sectionHeader) {
      const head = await need(8);
      if (head.readUInt32LE(4) === byteOrderMagic) little = true;
      else if (head.readUInt32BE(4) === byteOrderMagic) little = false;
      else throw new CaptureError('a section without its byte order', at);
      const length = u32(head, 0);
      if (length < 28 || length % 4 !== 0) throw new CaptureError(`a section header of ${length} bytes`, at);
      await source.skip(length - 12);
      interfaces = [];
    } else {
      const length = u32(await need(4), 0);
      if (length < 12 || length % 4 !== 0) throw new CaptureError(`a block of ${length} bytes`, at);
      if (type === 1 || type === 2 || type === 3 || type === 6) {
        if (length > maxBlockBytes) throw new CaptureError(`a block of ${length} bytes`, at);
        const found = parse(type, await need(length - 12), at);
        if (u32(await need(4), 0) !== length) throw new CaptureError('a block whose two lengths differ', at);
        if (found !== undefined) yield found;
      } else await source.skip(length - 8);
    }
    const next = await source.take(4);
    type = next === undefined ? undefined : next.readUInt32LE(0) === sectionHeader ? sectionHeader : u32(next, 0);
  }
};
