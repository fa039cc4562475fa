import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventSpan, gapsBetween, segmentName, spanOf, spanText } from './event-segment.ts';

const span = fc
  .tuple(fc.nat({ max: 60 }), fc.integer({ min: 1, max: 15 }))
  .map(([after, length]): EventSpan => ({ after, upTo: after + length }));

describe('segments of events', () => {
  it('lack exactly the numbers between the first and the last that none of them has', () => {
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 12 }), (spans) => {
        const has = (number: number) => spans.some(({ after, upTo }) => number > after && number <= upTo);
        const first = Math.min(...spans.map(({ after }) => after)) + 1;
        const last = Math.max(...spans.map(({ upTo }) => upTo));
        const numbers = Array.from({ length: last - first + 1 }, (_, at) => first + at);
        const told = gapsBetween(spans).flatMap(({ after, upTo }) =>
          Array.from({ length: upTo - after }, (_, at) => after + 1 + at),
        );
        expect(told).toEqual(numbers.filter((number) => !has(number)));
      }),
    );
  });

  it('are typed as they are printed', () => {
    fc.assert(
      fc.property(span, (one) => {
        expect(spanOf(spanText(one))).toEqual(one);
      }),
    );
    for (const wrong of ['', '5', '5-5', '6-5', '-1-5', 'a-b', '1-2-3', '1-9999999999999999'])
      expect(spanOf(wrong)).toBeUndefined();
  });

  it('have names that sort as their events do', () => {
    const named = (after: number) => segmentName({ receiver: '1f0c-abcd', after, up_to: after + 1 });
    expect(named(9)).toBe('events-1f0cabcd-000000000009-000000000010.log');
    expect([named(1_000), named(20), named(3)].sort()).toEqual([named(3), named(20), named(1_000)]);
  });
});
