import { isPcap, readPcap } from './pcap.ts';
import { isPcapng, readPcapng } from './pcapng.ts';
import { type CaptureCounts, sightingReader } from './sightings.ts';
import { byteSource } from './source.ts';
import { CaptureError, type Packet, type Sighting } from './types.ts';

/** Packets of a capture of either format. CaptureError for what is none. */
export const readPackets = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Packet> {
  const source = byteSource(chunks);
  const magic = (await source.take(4))?.readUInt32BE(0);
  if (magic === undefined) throw new CaptureError('an empty file', 0);
  if (isPcap(magic)) yield* readPcap(source, magic);
  else if (isPcapng(magic)) yield* readPcapng(source);
  else throw new CaptureError('neither pcap nor pcapng', 0);
};

/**
 * Reads a capture as a stream, with memory that does not depend on its size, and gives each sighting to `onSighting`.
 * A capture whose tool was stopped ends within a record: what stands before is read, and `cutAt` says where it ends.
 * CaptureError names the byte where a capture stops being one. `onEnd` gets the addresses that no device has, since frames to
 * everybody were sent to them.
 */
export const readCapture = async (
  chunks: AsyncIterable<Uint8Array>,
  onSighting: (sighting: Sighting, packet: number) => void,
  onEnd: (everyones: ReadonlySet<string>) => void = () => undefined,
): Promise<CaptureCounts & { cutAt?: number }> => {
  const reader = sightingReader();
  try {
    for await (const packet of readPackets(chunks))
      for (const sighting of reader.read(packet)) onSighting(sighting, reader.counts().packets);
  } catch (error) {
    if (!(error instanceof CaptureError) || !error.isCut || reader.counts().packets === 0) throw error;
    onEnd(reader.everyones());
    return { ...reader.counts(), cutAt: error.offset };
  }
  onEnd(reader.everyones());
  return reader.counts();
};
