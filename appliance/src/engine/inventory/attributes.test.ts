import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packAttributes, unpackAttributes } from './attributes.ts';

const value = fc.oneof(fc.constant(null), fc.integer(), fc.maxSafeInteger(), fc.string());

const none = (): never => {
  throw new Error('nothing is usual here');
};

describe('attributes of a device', () => {
  it('come back as they were, empty columns left out', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.array(value, { minLength: 40, maxLength: 40 })),
        (columns) => {
          const filled = Object.entries(columns).filter(([, values]) => values.some((entry) => entry !== null));
          expect(unpackAttributes(packAttributes(columns), none)).toEqual(Object.fromEntries(filled));
        },
      ),
    );
  });

  it('come back as they were where a column holds numbers only', () => {
    const numbers = fc.oneof(
      fc.integer(),
      fc.maxSafeInteger(),
      fc.integer({ min: 0, max: 300 }).map((n) => n * 1_000 + 1.7e12),
    );
    fc.assert(
      fc.property(fc.array(fc.option(numbers), { minLength: 1 }), (values) => {
        fc.pre(values.some((value) => value !== null));
        expect(unpackAttributes(packAttributes({ at: values, size: values.toReversed() }), none)).toEqual({
          at: values,
          size: values.toReversed(),
        });
      }),
    );
  });

  it('come back as they were where few numbers are different', () => {
    const few = fc.uniqueArray(
      fc.integer({ min: 0, max: 2 ** 40 }).map((n) => n * 1_000 - 2e12),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(few, fc.array(fc.nat({ max: 40 }), { minLength: 60, maxLength: 600 }), (numbers, places) => {
        const at = places.map((place) => numbers[place] ?? null);
        fc.pre(at.some((value) => value !== null));
        const columns = { at, size: places, also: at.toReversed() };
        expect(unpackAttributes(packAttributes(columns), none)).toEqual(columns);
        expect(unpackAttributes(packAttributes(columns), none, 'also')).toEqual({ also: columns.also });
      }),
    );
  });

  it('come back as they were where most are as usual, whatever the others are', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 80, maxLength: 80 }),
        fc.dictionary(fc.nat({ max: 79 }).map(String), value),
        (usual, others) => {
          const sizes = usual.map((one, at) => (String(at) in others ? (others[String(at)] ?? null) : one));
          const columns = { sizes, at: sizes.map((_, at) => at) };
          fc.pre(sizes.some((one) => one !== null));
          const packed = packAttributes(columns, { sizes: usual });
          expect(unpackAttributes(packed, () => usual)).toEqual(columns);
          expect(unpackAttributes(packed, () => usual, 'at')).toEqual({ at: columns.at });
        },
      ),
    );
  });

  it('take hardly anything where they are as usual', () => {
    const usual = Array.from({ length: 2_000 }, (_, at) => (at * 7_919) % 100_003);
    expect(packAttributes({ size: usual.with(7, 1) }, { size: usual })?.length).toBeLessThan(100);
    expect(packAttributes({ size: usual })?.length).toBeGreaterThan(1_000);
  });

  it('are read as earlier versions wrote them', () => {
    const packed =
      'bY0xDoJAEEUHSyu9wq+3EFBItrP2CIRilYluHAfDLppoOJtn8SbGEI2Fv3vFf4+IHtUd6k4MC68hOhFu1hEGu7bXCLs0EHYhwqZlUWbZqli8ZxAin2GL' +
      'Ea6+iQfYbDBf25E7ZYHBxUnPAbbSXsSg61W97mFGbKVB/XML/sab7b9+/mmm314+1AlNnkQ0myolNCeihOgF';
    expect(unpackAttributes(Buffer.from(packed, 'base64'), none)).toEqual({
      installedAt: [1767225600000, null, 1767225660000, 1767484800000],
      kernel: [null, 'running', null, 'old'],
      sizeKb: [12, 70000, null, 3],
    });
  });

  it('take nothing where there is nothing', () => {
    expect(packAttributes({ a: [null, null] })).toBeNull();
    expect(unpackAttributes(null, none)).toEqual({});
  });
});
