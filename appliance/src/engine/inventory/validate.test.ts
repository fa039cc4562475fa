import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { loadAllDeclarations } from '../../all-declarations.ts';
import { itemSchema, plainItem } from './validate.ts';

const values = fc.oneof(
  fc.string(),
  fc.constantFrom(
    'deb',
    'running',
    '2026-11-24T10:00:00Z',
    '2026-13-24T10:00:00Z',
    '2026-11-24T10:00:00Z\n',
    'x'.repeat(1_025),
  ),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, [], {}, Number.MAX_SAFE_INTEGER + 2),
);

describe('an item that needs no schema', () => {
  it('is what its schema gives back for it, in every collection', async () => {
    const { collections } = await loadAllDeclarations();
    let plain = 0;
    for (const collection of collections) {
      const isPlain = plainItem(collection);
      const schema = itemSchema(collection);
      const names = [...Object.keys(collection.fields), 'unknown', '__proto__'];
      fc.assert(
        fc.property(fc.dictionary(fc.constantFrom(...names), values, { maxKeys: 4 }), (item) => {
          if (!isPlain(item)) return;
          plain += 1;
          const parsed = schema.safeParse(item);
          expect(parsed.success && parsed.data).toEqual(item);
        }),
        { numRuns: runs(200) },
      );
    }
    // More than half of what a law names are plain; a count far below would say that the law is hardly asked.
    expect(plain).toBeGreaterThan(runs(40));
    const software = collections.find(({ name }) => name === 'software');
    expect(
      software &&
        plainItem(software)({
          type: 'deb',
          name: 'bash',
          version: null,
          installedAt: '2026-11-24T10:00:00Z',
          sizeKb: 3,
        }),
    ).toBe(true);
  });
});
