import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packAttributes, unpackAttributes } from './attributes.ts';

const value = fc.oneof(fc.constant(null), fc.integer(), fc.maxSafeInteger(), fc.string());

describe('attributes of a device', () => {
  it('come back as they were, empty columns left out', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.array(value, { minLength: 40, maxLength: 40 })),
        (columns) => {
          const filled = Object.entries(columns).filter(([, values]) => values.some((entry) => entry !== null));
          expect(unpackAttributes(packAttributes(columns))).toEqual(Object.fromEntries(filled));
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
        expect(unpackAttributes(packAttributes({ at: values, size: values.toReversed() }))).toEqual({
          at: values,
          size: values.toReversed(),
        });
      }),
    );
  });

  it('take nothing where there is nothing', () => {
    expect(packAttributes({ a: [null, null] })).toBeNull();
    expect(unpackAttributes(null)).toEqual({});
  });
});
