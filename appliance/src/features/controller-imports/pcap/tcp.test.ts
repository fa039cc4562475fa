import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../../test/support/chance.ts';
import { type Segment, tcpStreams } from './tcp.ts';

// Messages of this test: 0x03, a length of two bytes, then a body that never has 0x03.

const side = { from: '10.0.0.1', fromPort: 102, to: '10.0.0.2', toPort: 50_000 };
const message = (number: number, length: number): Buffer =>
  Buffer.concat([Buffer.of(3, length >> 8, length & 0xff), Buffer.alloc(length - 3, 0x10 + (number % 0x40))]);
const lengthOf = (bytes: Buffer): number | undefined =>
  bytes.length < 3
    ? bytes[0] === undefined || bytes[0] === 3
      ? undefined
      : 0
    : bytes[0] === 3
      ? bytes.readUInt16BE(1)
      : 0;

type Piece = { at: number; data: Buffer; cutBytes?: number };

/** What is read of pieces of a stream that begins with this sequence number. */
const read = (pieces: readonly Piece[], first = 1_000) => {
  const streams = tcpStreams(() => lengthOf);
  const segment = ({ at, data, cutBytes = 0 }: Piece, packet: number): Segment => ({
    side,
    sequence: (first + at) | 0,
    isStart: false,
    cutBytes,
    data,
    place: { atMs: packet, packet },
    via: undefined,
  });
  const start = { ...segment({ at: -1, data: Buffer.alloc(0) }, 0), isStart: true };
  const found = [start, ...pieces.map((piece, index) => segment(piece, index + 1))].flatMap(streams.read);
  return { messages: [...found, ...streams.end()], gaps: streams.gaps() };
};
const hexOf = (messages: readonly { bytes: Buffer }[]): string[] => messages.map(({ bytes }) => bytes.toString('hex'));

const pieces = (stream: Buffer, size: number): Piece[] =>
  Array.from({ length: Math.ceil(stream.length / size) }, (_, n) => ({
    at: n * size,
    data: stream.subarray(n * size, (n + 1) * size),
  }));

describe('bytes that a capture lost', () => {
  const all = [0, 1, 2, 3, 4].map((number) => message(number, 100));
  const stream = Buffer.concat(all);

  it('tear one message, and the rest of the stream is read, also where little of it follows', () => {
    for (const size of [10, 30, 50, 100]) {
      const parts = pieces(stream, size);
      // One segment of the second message.
      const lost = Math.floor(130 / size);
      const { messages, gaps } = read(parts.filter((_, index) => index !== lost));
      expect(hexOf(messages)).toEqual(hexOf([0, 2, 3, 4].map((number) => ({ bytes: all[number] ?? Buffer.alloc(0) }))));
      expect(gaps).toEqual({
        byFlow: [{ packet: lost + 1, flow: '10.0.0.1:102 > 10.0.0.2:50000', count: 1, bytes: size }],
        count: 1,
      });
    }
  });

  it('are told where the capture cut a segment short', () => {
    const [first = Buffer.alloc(0), ...rest] = pieces(stream, 100).map(({ data }) => data);
    const { messages, gaps } = read([
      { at: 0, data: first.subarray(0, 60), cutBytes: 40 },
      ...rest.map((data, index) => ({ at: (index + 1) * 100, data })),
    ]);
    expect(hexOf(messages)).toEqual(hexOf(all.slice(1).map((bytes) => ({ bytes }))));
    expect(gaps.byFlow).toMatchObject([{ packet: 1, bytes: 40 }]);
  });

  it('give back the messages behind them with the packet that held them', () => {
    const parts = pieces(stream, 100).filter((_, index) => index !== 2);
    expect(read(parts).messages.map(({ place }) => place.packet)).toEqual([1, 2, 3, 4]);
  });

  it('never hide a message that is there whole, in any order and over the end of the numbers', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 3, max: 400 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 120 }),
        fc.array(fc.nat(), { maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 4 }),
        fc.constantFrom(1_000, 0x7fffff00, 0xffffff00),
        (lengths, size, lost, swapped, first) => {
          const sent = lengths.map((length, number) => message(number, length));
          // Each message begins a segment, as requests and answers do.
          let at = 0;
          const parts = sent.flatMap((bytes, number) => {
            const from = at;
            at += bytes.length;
            return pieces(bytes, size).map((piece) => ({ ...piece, at: from + piece.at, number }));
          });
          const gone = new Set(lost.map((index) => index % parts.length));
          const kept = parts.filter((_, index) => !gone.has(index));
          for (const index of swapped)
            if (kept.length > 1) {
              const place = index % (kept.length - 1);
              kept.splice(place, 2, ...kept.slice(place, place + 2).toReversed());
            }
          const torn = new Set([...gone].map((index) => parts[index]?.number));
          const whole = sent.filter((_, number) => !torn.has(number));
          const { messages, gaps } = read(kept, first);
          expect(hexOf(messages)).toEqual(hexOf(whole.map((bytes) => ({ bytes }))));
          // What is lost at the end was never seen to be there.
          if (gone.size === 0) expect(gaps.count).toBe(0);
        },
      ),
      { numRuns: runs(300) },
    );
  });
});
