import { defined } from '@sallyport/bundle-tools/platform/defined';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bandOf, compareWork, heldDown, rankOf, totalOf } from './rank.ts';
import type { FoundWork, WorkItem } from './types.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const nowMs = Date.parse('2026-11-27T03:10:00Z');
const daysUntil = (from: number, to: number): number => Math.floor(to / dayMs) - Math.floor(from / dayMs);

type Given = Partial<Pick<FoundWork, 'place' | 'targets' | 'dueAt' | 'since' | 'blocks' | 'moreHarm'>>;
const rank = (harm: number, given: Given = {}, limitMs?: number): number =>
  totalOf(rankOf({ harm, ...(limitMs === undefined ? {} : { limitMs }) }, { targets: 0, ...given }, nowMs, daysUntil));

// The numbers of the design's picture of a worklist (w-work.png).
describe('the rank', () => {
  it('of a changed program at level 1, past its four hours, is 96', () => {
    expect(rank(60, { place: 'low', targets: 1, since: nowMs - 5 * hourMs }, 4 * hourMs)).toBe(96);
  });

  it('of an exploited vulnerability on 12 controllers of level 1, to be fixed in three days, is 79', () => {
    expect(rank(50, { place: 'low', targets: 12, dueAt: nowMs + 3 * dayMs })).toBe(79);
  });

  it('of a deployment on hold with 18 targets at level 3, whose next ring is today, is 70', () => {
    expect(rank(40, { place: 'high', targets: 18, dueAt: nowMs + 10 * hourMs, blocks: 1 })).toBe(70);
  });

  it('counts what waits for a decision by its number alone', () => {
    expect(rank(20, { targets: 86 })).toBe(27);
  });

  it('has bounds for the parts that grow', () => {
    const parts = rankOf({ harm: 0 }, { targets: 1e9, blocks: 100, since: 0 }, nowMs, daysUntil);
    expect(parts).toMatchObject({ targets: 10, blocks: 10, age: 5 });
  });

  it('is at least 70 for now, 35 for today; what is urgent comes now', () => {
    expect([70, 69, 35, 34].map((total) => bandOf({ total, isUrgent: false }))).toEqual([
      'now',
      'today',
      'today',
      'week',
    ]);
    expect(bandOf({ total: 0, isUrgent: true })).toBe('now');
  });
});

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
const items = fc
  .uniqueArray(
    fc.record({
      id: fc.constantFrom(...names),
      total: fc.integer({ min: 0, max: 100 }),
      isUrgent: fc.boolean(),
      since: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
      order: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
      waitsFor: fc.option(fc.constantFrom(...names), { nil: undefined }),
    }),
    { selector: ({ id }) => id },
  )
  .map((rows) => rows as unknown as WorkItem[]);

describe('the order', () => {
  it('is total: the same whatever the order in which items are found', () => {
    fc.assert(
      fc.property(items, fc.func(fc.integer()), (rows, mix) => {
        const ids = (list: readonly WorkItem[]): string[] => list.toSorted(compareWork).map(({ id }) => id);
        expect(ids(rows.toSorted((a, b) => mix(a.id) - mix(b.id)))).toEqual(ids(rows));
      }),
    );
  });

  it('has no two at one place, none above itself, and goes on from one to the next', () => {
    fc.assert(
      fc.property(items, (rows) => {
        const sign = (a: WorkItem, b: WorkItem): number => Math.sign(compareWork(a, b));
        for (const a of rows)
          for (const b of rows) {
            if (a === b) continue;
            expect(sign(a, b)).not.toBe(0);
            expect(sign(a, b)).toBe(-sign(b, a));
            for (const c of rows)
              if (c !== a && c !== b && sign(a, b) < 0 && sign(b, c) < 0) expect(sign(a, c)).toBe(-1);
          }
      }),
    );
  });

  it('is explained: the parts of a rank are its sum, and none is below nothing', () => {
    const given = fc.record({
      place: fc.option(fc.constantFrom('low' as const, 'middle' as const, 'high' as const), { nil: undefined }),
      targets: fc.integer({ min: 0, max: 200_000 }),
      dueAt: fc.option(fc.integer({ min: nowMs - 90 * dayMs, max: nowMs + 90 * dayMs }), { nil: undefined }),
      since: fc.option(fc.integer({ min: nowMs - 400 * dayMs, max: nowMs + dayMs }), { nil: undefined }),
      blocks: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(given, fc.integer({ min: 0, max: 60 }), (item, harm) => {
        const parts = rankOf({ harm }, defined(item) as Parameters<typeof rankOf>[1], nowMs, daysUntil);
        expect(Object.values(parts).every((part) => Number.isInteger(part) && part >= 0)).toBe(true);
        expect(totalOf(parts)).toBe(parts.harm + parts.place + parts.targets + parts.due + parts.blocks + parts.age);
        expect(parts.harm).toBe(harm);
      }),
    );
  });

  it('puts nothing above what it waits for, be there circles or not', () => {
    fc.assert(
      fc.property(items, (rows) => {
        const held = heldDown(rows);
        const byId = new Map(held.map((item) => [item.id, item]));
        for (const item of held) {
          const other = item.waitsFor === undefined ? undefined : byId.get(item.waitsFor);
          if (other !== undefined && other.waitsFor === undefined) expect(item.total).toBeLessThanOrEqual(other.total);
          expect(item.total).toBeLessThanOrEqual(rows.find(({ id }) => id === item.id)?.total ?? 0);
        }
      }),
    );
  });
});
