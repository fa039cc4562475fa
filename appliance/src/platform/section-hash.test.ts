import { createHash } from 'node:crypto';
import { canonicalJson } from '@sallyport/bundle-tools/documents/canonical-json';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sectionHash } from './section-hash.ts';

const expected = (items: readonly unknown[]): string => createHash('sha256').update(canonicalJson(items)).digest('hex');
const leaf = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('"', '\\', '\\"', '\n'),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'grapheme' }), tie('tree'), { maxKeys: 5 }),
  ),
}));
const flat = fc.array(fc.record({ name: leaf, version: leaf, b: leaf, a: leaf }, { requiredKeys: [] }), {
  maxLength: 200,
});

describe('section hash', () => {
  it('is that of canonical JSON', () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 8 }), (items) => {
        expect(sectionHash(items)).toBe(expected(items));
      }),
    );
    fc.assert(
      fc.property(flat, (items) => {
        expect(sectionHash(items)).toBe(expected(items));
      }),
    );
  });

  it('refuses what canonical JSON does not have', () => {
    for (const bad of [1.5, Number.NaN, undefined, 1n, { a: undefined }, [Symbol('x')]]) {
      expect(() => sectionHash([bad])).toThrow(TypeError);
    }
  });

  it('refuses nesting without end instead of running out of stack', () => {
    let nested: unknown = [];
    for (let depth = 0; depth < 100_000; depth += 1) nested = [nested];
    expect(() => sectionHash([nested])).toThrow(TypeError);
  });
});
