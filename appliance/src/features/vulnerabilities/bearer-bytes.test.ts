import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { numbersOf } from '../../platform/number-set.ts';
import { addPlaces, blockBytes, blockDevices, packPlaces, placesOf, withPlaces } from '../../platform/place-set.ts';
import { packBearers, unpackBearers } from './bearer-bytes.ts';

const place = fc.integer({ min: 0, max: blockDevices - 1 });
const rising = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b);
/** Few places, and so many that one bit each is shorter. */
const places = fc
  .oneof(
    fc.array(place, { minLength: 1, maxLength: 40 }),
    fc
      .tuple(fc.integer({ min: 1, max: 9 }), place)
      .map(([step, from]) =>
        Array.from({ length: blockDevices }, (_, n) => n).filter((n) => n >= from && n % step === 0),
      ),
  )
  .map(rising)
  .filter((found) => found.length > 0);

describe('a set of places', () => {
  it('is what was packed, and some come and go without the others', () => {
    fc.assert(
      fc.property(places, fc.array(place), fc.array(place), (held, added, removed) => {
        const packed = packPlaces(held);
        expect(placesOf(packed)).toEqual(held);
        expect(packed.length).toBeLessThanOrEqual(blockBytes);
        const wanted = rising([...held.filter((one) => !removed.includes(one)), ...added]);
        // The same set has one form, by whatever way it came.
        expect(withPlaces(packed, added, removed)).toEqual(wanted.length === 0 ? undefined : packPlaces(wanted));
      }),
      { numRuns: runs(200) },
    );
  });

  it('joins devices of its block', () => {
    fc.assert(
      fc.property(places, places, fc.integer({ min: 0, max: 2 }), (a, b, block) => {
        const devices = new Uint8Array(3 * blockBytes);
        addPlaces(devices, block, packPlaces(a));
        addPlaces(devices, block, packPlaces(b));
        expect(numbersOf(devices)).toEqual(rising([...a, ...b]).map((one) => block * blockDevices + one));
      }),
      { numRuns: runs(100) },
    );
  });
});

describe('who has the coordinates of a package', () => {
  it('is found again by coordinate', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 3_000_000 }), places), {
          maxLength: 12,
          selector: ([coord]) => coord,
        }),
        (found) => {
          const row = packBearers(new Map(found.map(([coord, held]) => [coord, packPlaces(held)])));
          expect([...unpackBearers(row)].map(([coord, set]) => [coord, placesOf(set)])).toEqual(
            found.sort(([a], [b]) => a - b),
          );
        },
      ),
      { numRuns: runs(100) },
    );
  });
});
