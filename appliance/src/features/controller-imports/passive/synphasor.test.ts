import { ok } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configuration, synphasorFrame } from '../../../../../test/support/captures/synphasor-plan.ts';
import { runs } from '../../../../../test/support/chance.ts';
import { synphasor } from './synphasor.ts';
import type { Told } from './types.ts';

const read = (bytes: Buffer): Told[] =>
  synphasor.reader()({
    bytes,
    from: '192.0.2.20',
    isFromServer: true,
    isToServer: false,
    conversation: 'a b',
    transport: 'udp',
  });
const named = (told: readonly Told[]): string[] =>
  told.flatMap(({ facts = [] }) => facts.flatMap(({ field, value }) => (field === 'name' ? [value] : [])));

describe('a frame of C37.118', () => {
  const frame = configuration(7, [['ALPHA', 7]]);

  it('of the one station that has the number of the stream names its sender', () => {
    expect(read(frame)).toMatchObject([{ unit: 7, facts: [{ value: 'IDCODE 7' }, { field: 'name', value: 'ALPHA' }] }]);
    expect(read(frame)[0]?.station).toBeUndefined();
  });

  it('of a station with another number names what is behind its sender', () => {
    const [sender, station] = read(configuration(7, [['ALPHA', 8]]));
    expect(sender).toMatchObject({ unit: 7, facts: [{ value: 'IDCODE 7' }] });
    expect(station).toMatchObject({ station: { place: 'C37.118 192.0.2.20, stream 7, IDCODE 8' } });
  });

  it('is none to a PMU: a command tells nothing', () => {
    expect(read(synphasorFrame(4, 7, Buffer.of(0, 2)))).toEqual([]);
  });

  it('with any bit changed is none, or is refused by its checksum', () => {
    fc.assert(
      fc.property(fc.nat({ max: frame.length * 8 - 1 }), (bit) => {
        const changed = Buffer.from(frame);
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        let told: Told[] = [];
        try {
          told = read(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
        expect(told).toEqual([]);
      }),
      { numRuns: runs(600) },
    );
  });

  it('whose counts lie names no station, whatever stands in it under a right checksum', () => {
    const honest = frame.subarray(14, -2);
    fc.assert(
      fc.property(fc.nat({ max: honest.length - 1 }), fc.nat({ max: 255 }), fc.nat({ max: 40 }), (at, byte, cut) => {
        const content = Buffer.from(honest.subarray(0, honest.length - cut));
        content.writeUInt8(byte, at % content.length);
        try {
          const told = read(synphasorFrame(3, 7, content));
          // Names and numbers stand where they stood: a frame whose length is still right has one station.
          ok(cut === 0 && told.length <= 2);
          for (const name of named(told)) expect(name.length).toBeLessThanOrEqual(16);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: runs(600) },
    );
  });

  it('of any bytes is cut by its own length, and never longer than they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const data = Buffer.concat([Buffer.of(0xaa), Buffer.from(bytes)]);
        const length = synphasor.lengthOf?.(data);
        ok(length === undefined || length === 0 || (length >= 16 && length <= 65_535));
        try {
          ok(read(data).length <= 2_200);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: runs(600) },
    );
  });
});
