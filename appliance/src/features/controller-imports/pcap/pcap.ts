import type { ByteSource } from './source.ts';
import { CaptureError, type Packet } from './types.ts';

// The classic format: one header, then records; both byte orders, micro- and nanoseconds.

/** Larger packets are no packets: even jumbo frames with offloading end at 64 KiB. */
export const maxPacketBytes = 262_144;

const magics: ReadonlyMap<number, { little: boolean; perSecond: number }> = new Map([
  [0xd4c3b2a1, { little: true, perSecond: 1e6 }],
  [0xa1b2c3d4, { little: false, perSecond: 1e6 }],
  [0x4d3cb2a1, { little: true, perSecond: 1e9 }],
  [0xa1b23c4d, { little: false, perSecond: 1e9 }],
]);

/** True for the first four bytes of a classic capture. */
export const isPcap = (magic: number): boolean => magics.has(magic);

/** Packets of a classic capture whose first four bytes were read. CaptureError with the offset of what is wrong. */
export const readPcap = async function* (source: ByteSource, magic: number): AsyncGenerator<Packet> {
  const form = magics.get(magic);
  const header = await source.take(20);
  if (form === undefined || header === undefined) throw new CaptureError('the header is cut', source.offset());
  const u32 = (bytes: Buffer, at: number): number => (form.little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  // The upper bits of the link type say how long the frame check sequence is.
  const linkType = u32(header, 16) & 0xffff;
  for (;;) {
    const at = source.offset();
    const record = await source.take(16);
    if (record === undefined) return;
    const [seconds, fraction, length, wireBytes] = [u32(record, 0), u32(record, 4), u32(record, 8), u32(record, 12)];
    if (length > maxPacketBytes) throw new CaptureError(`a packet of ${length} bytes`, at);
    const data = length === 0 ? Buffer.alloc(0) : await source.take(length);
    if (data === undefined) throw new CaptureError('the capture ends in the middle of a record', source.offset(), true);
    yield { atMs: seconds * 1_000 + (fraction / form.perSecond) * 1_000, linkType, data, wireBytes };
  }
};
