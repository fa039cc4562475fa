import { isPcap, readPcap } from './pcap.ts';
import { isPcapng, readPcapng } from './pcapng.ts';
import { type CaptureCounts, type Seen, sightingReader } from './sightings.ts';
import { byteSource } from './source.ts';
import { CaptureError, type CaptureGaps, type Packet, type Sighting } from './types.ts';

/** Packets of a capture of either format. CaptureError for what is none. */
export const readPackets = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Packet> {
  const source = byteSource(chunks);
  const magic = (await source.take(4))?.readUInt32BE(0);
  if (magic === undefined) throw new CaptureError('an empty file', 0);
  if (isPcap(magic)) yield* readPcap(source, magic);
  else if (isPcapng(magic)) yield* readPcapng(source);
  else throw new CaptureError('neither pcap nor pcapng', 0);
};

/** What was read, and what was not. */
type CaptureRead = CaptureCounts & {
  /** Where a capture ends whose tool was stopped within a record. */
  cutAt?: number;
  gaps: CaptureGaps;
  /** Addresses that no device has, since frames to everybody were sent to them. */
  everyones: ReadonlySet<string>;
};

/**
 * Reads a capture as a stream, with memory that does not depend on its size, and gives each sighting to `onSighting` with the
 * number of the packet that showed it, from 1. A capture whose tool was stopped ends within a record: what stands before is read.
 * CaptureError names the byte where a capture stops being one.
 */
export const readCapture = async (
  chunks: AsyncIterable<Uint8Array>,
  onSighting: (sighting: Sighting, packet: number) => void,
): Promise<CaptureRead> => {
  const reader = sightingReader();
  const give = (seen: readonly Seen[]): void => {
    for (const { sighting, packet } of seen) onSighting(sighting, packet);
  };
  const whole = (): CaptureRead => {
    give(reader.end());
    return { ...reader.counts(), gaps: reader.gaps(), everyones: reader.everyones() };
  };
  try {
    for await (const packet of readPackets(chunks)) give(reader.read(packet));
  } catch (error) {
    if (!(error instanceof CaptureError) || !error.isCut || reader.counts().packets === 0) throw error;
    return { ...whole(), cutAt: error.offset };
  }
  return whole();
};
