import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { sectionsRequest } from '@sallyport/bundle-tools/protocol/sections';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import type { Section } from '../collectors/all.ts';
import { callJson, sectionCalls } from './section-calls.ts';

const collectedAt = '2026-11-24T10:00:00Z';
const sections = fc
  .array(fc.array(fc.record({ name: fc.string({ unit: 'grapheme' }), count: fc.nat() }), { maxLength: 6 }), {
    maxLength: 12,
  })
  .map((all) =>
    all.map((items, n): Section => ({ collection: `part-${n}`, hash: sectionHash(items), collectedAt, items })),
  );

describe('sections that are sent together', () => {
  it('are all there, in order, as the call says, within its bounds unless one alone exceeds them', () => {
    let shared = 0;
    fc.assert(
      fc.property(sections, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 600 }), (all, perCall, bytes) => {
        const calls = [...sectionCalls(all, perCall, bytes)];
        const read = calls.map((call) => sectionsRequest.parse(JSON.parse(callJson(call))).sections);
        expect(read.flat()).toEqual(all);
        for (const call of calls) {
          expect(call.length).toBeLessThanOrEqual(perCall);
          const size = call.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0);
          if (call.length > 1) expect(size).toBeLessThanOrEqual(bytes);
          if (call.length > 1) shared += 1;
        }
      }),
    );
    expect(shared).toBeGreaterThan(runs(10));
  });
});
