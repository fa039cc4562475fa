import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packAttributes, unpackAttributes } from './attributes.ts';

const value = fc.oneof(fc.constant(null), fc.integer(), fc.string());

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

  it('take nothing where there is nothing', () => {
    expect(packAttributes({ a: [null, null] })).toBeNull();
    expect(unpackAttributes(null)).toEqual({});
  });
});
