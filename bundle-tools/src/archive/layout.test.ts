import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../test/support/refusals.ts';
import type { InventoryLine } from '../documents/inventory.ts';
import { limits } from '../documents/limits.ts';
import { checkVolumes, itemsOf, layOut, volumeItems, volumeSize } from './layout.ts';

const chunk = limits.chunkBytes;
const digest = (n: number): string => n.toString(16).padStart(64, '0');
const line = (n: number, size: number): InventoryLine => ({ path: `p${n}`, sha256: digest(n), size, kind: 'update' });
const linesOf = (...sizes: number[]): InventoryLine[] => sizes.map((size, index) => line(index, size));
const all = (lines: readonly unknown[]): number[] => lines.map((_, index) => index);

describe('items of a bundle', () => {
  it('are the included lines in order, a cut one as its parts', () => {
    const lines = linesOf(5, chunk + 1, 0);
    const parts = [
      { line: 1, part: 1, offset: 0, length: chunk },
      { line: 1, part: 2, offset: chunk, length: 1 },
    ];
    const whole = (n: number, length: number) => ({
      name: `o/${digest(n)}`,
      line: n,
      sha256: digest(n),
      offset: 0,
      length,
      whole: true,
    });
    const part = (n: number, offset: number, length: number) => ({
      name: `o/${digest(1)}.p000${n}`,
      line: 1,
      sha256: digest(1),
      offset,
      length,
      whole: false,
    });
    expect(itemsOf(lines, [0, 1, 2], parts)).toEqual([whole(0, 5), part(1, 0, chunk), part(2, chunk, 1), whole(2, 0)]);
    expect(itemsOf(lines, [2], [])).toEqual([whole(2, 0)]);
    expect(itemsOf(lines, [], [])).toEqual([]);
  });

  it('are refused where they do not fit together', () => {
    const lines = linesOf(5, 2 * chunk + 1, limits.entryBytes, limits.entryBytes + 1);
    const items = (include: number[], ...parts: [number, number, number, number][]) =>
      refusalOf(() =>
        itemsOf(
          lines,
          include,
          parts.map(([of, part, offset, length]) => ({ line: of, part, offset, length })),
        ),
      );
    expect(items([4])).toBe('METADATA: there is no inventory line 4');
    expect(items([0, 0])).toBe(`METADATA: object ${digest(0)} is included twice`);
    expect(items([2])).toBe('good');
    expect(items([3])).toBe(`METADATA: object ${digest(3)} has to be cut`);
    const join = 'METADATA: parts of line 1 do not join';
    expect(items([1], [1, 1, 0, chunk], [1, 2, chunk, chunk + 1])).toBe('good');
    expect(items([1], [1, 2, 0, 2 * chunk + 1])).toBe(join);
    expect(items([1], [1, 1, chunk, chunk + 1])).toBe(join);
    expect(items([1], [1, 1, 0, chunk], [1, 3, chunk, chunk + 1])).toBe(join);
    expect(items([1], [1, 1, 0, chunk], [1, 2, 0, chunk + 1])).toBe(join);
    expect(items([1], [1, 1, 0, chunk + 1], [1, 2, chunk + 1, chunk])).toBe(join);
    expect(items([3], [3, 1, 0, limits.entryBytes + 1])).toBe('METADATA: parts of line 3 do not join');
    expect(items([3], [3, 1, 0, limits.entryBytes], [3, 2, limits.entryBytes, 1])).toBe('good');
    expect(items([1], [1, 1, 0, chunk])).toBe('METADATA: parts of line 1 do not cover it');
    expect(items([1], [1, 1, 0, chunk], [1, 2, chunk, chunk + 2])).toBe('METADATA: parts of line 1 do not cover it');
    expect(items([0], [1, 1, 0, chunk])).toBe('METADATA: there are parts of an object that is not included');
    const twins = [line(0, 5), { ...line(1, 5), sha256: digest(0) }];
    expect(refusalOf(() => itemsOf(twins, [0, 1], []))).toBe(`METADATA: object ${digest(0)} is included twice`);
  });
});

describe('volumes', () => {
  const lines = linesOf(0, 1, 512, 513);
  const items = itemsOf(lines, all(lines), []);
  const prelude = [100, 0];
  const volume = (n: number, first: number, last: number, more = 0) => ({
    n,
    first,
    last,
    bytes: volumeSize(prelude, volumeItems({ first, last }, items)) + more,
  });
  const check = (...volumes: ReturnType<typeof volume>[]) => refusalOf(() => checkVolumes(volumes, items, prelude));

  it('have the size of their entries and of their end', () => {
    expect(volumeSize([], [])).toBe(1024);
    expect(volumeSize([0, 1], [])).toBe(1024 + 512 + 1024);
    expect(volumeSize([], items)).toBe(1024 + 512 + 1024 + 1024 + 1536);
    expect(volumeItems({ first: 1, last: 2 }, items)).toEqual(items.slice(1, 3));
  });

  it('hold every item once, in order', () => {
    expect(check(volume(1, 0, 3))).toBe('good');
    expect(check(volume(1, 0, 1), volume(2, 2, 3))).toBe('good');
    expect(check(volume(1, 0, 0), volume(2, 1, 1), volume(3, 2, 3))).toBe('good');
    expect(check(volume(1, 0, 2))).toBe('METADATA: the volumes leave objects out');
    const apart = (n: number) => `METADATA: volume ${n} does not continue the one before`;
    expect(check(volume(1, 1, 3))).toBe(apart(1));
    expect(check(volume(1, 0, 1), volume(2, 1, 3))).toBe(apart(2));
    expect(check(volume(1, 0, 1), volume(2, 3, 3))).toBe(apart(2));
    expect(check(volume(1, 0, 1), volume(2, 2, 1))).toBe(apart(2));
    expect(check(volume(1, 0, 1), volume(2, 2, 4))).toBe(apart(2));
    for (const more of [-512, 512, 1]) {
      expect(check(volume(1, 0, 1), volume(2, 2, 3, more))).toBe(
        'METADATA: volume 2 has another size than its entries',
      );
    }
  });

  it('of a bundle without objects are one without objects', () => {
    const empty = { n: 1, first: 1, last: 0, bytes: volumeSize(prelude, []) };
    const none = (...volumes: (typeof empty)[]) => refusalOf(() => checkVolumes(volumes, [], prelude));
    expect(none(empty)).toBe('good');
    const one = 'METADATA: a bundle without objects has one volume without objects';
    for (const volumes of [[], [empty, empty], [{ ...empty, first: 0 }], [{ ...empty, last: 1 }]]) {
      expect(none(...volumes)).toBe(one);
    }
    expect(none({ ...empty, bytes: empty.bytes + 512 })).toBe('METADATA: volume 1 has another size');
  });
});

describe('laying out', () => {
  const prelude = [1000];
  const overhead = volumeSize(prelude, []);

  it('keeps to the order, to the room, and to what the importer checks', () => {
    const sizes = fc.array(fc.oneof(fc.nat(5000), fc.integer({ min: chunk - 2, max: 4 * chunk })), { maxLength: 12 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: chunk + 6000, max: 5 * chunk }), (some, volumeBytes) => {
        const lines = linesOf(...some);
        const { items, parts, ranges } = layOut(lines, all(lines), prelude, volumeBytes);
        expect(items).toEqual(itemsOf(lines, all(lines), parts));
        const volumes = ranges.map(({ first, last }, index) => ({
          n: index + 1,
          first,
          last,
          bytes: volumeSize(prelude, volumeItems({ first, last }, items)),
        }));
        checkVolumes(volumes, items, prelude);
        for (const { bytes } of volumes) expect(bytes).toBeLessThanOrEqual(volumeBytes);
        // Nothing is cut that some volume could hold whole.
        for (const { line: number } of parts) {
          expect(volumeSize(prelude, []) + 512 + (lines[number]?.size ?? 0)).toBeGreaterThan(volumeBytes - 511);
        }
      }),
    );
  });

  it('fills a volume to its last byte, and not beyond', () => {
    const lines = linesOf(512, 512, 512);
    const layout = (volumeBytes: number) => layOut(lines, all(lines), prelude, volumeBytes).ranges;
    expect(layout(overhead + 3072)).toEqual([{ first: 0, last: 2 }]);
    expect(layout(overhead + 3071)).toEqual([
      { first: 0, last: 1 },
      { first: 2, last: 2 },
    ]);
    expect(layout(overhead + 1024)).toHaveLength(3);
    expect(layOut(lines, [2, 0], prelude, overhead + 1024)).toMatchObject({
      items: [{ line: 2 }, { line: 0 }],
      parts: [],
      ranges: [
        { first: 0, last: 0 },
        { first: 1, last: 1 },
      ],
    });
    expect(layOut([], [], prelude, overhead)).toEqual({ parts: [], items: [], ranges: [{ first: 1, last: 0 }] });
  });

  it('cuts what no volume holds, in whole chunks, from where there is room', () => {
    const lines = linesOf(512, 2 * chunk + 5);
    const { parts, ranges } = layOut(lines, all(lines), prelude, overhead + 1024 + 512 + chunk);
    expect(parts).toEqual([
      { line: 1, part: 1, offset: 0, length: chunk },
      // What is left goes along whole: it fits, though it is no multiple of 8 MiB.
      { line: 1, part: 2, offset: chunk, length: chunk + 5 },
    ]);
    expect(ranges).toEqual([
      { first: 0, last: 1 },
      { first: 2, last: 2 },
    ]);
    const two = linesOf(2 * chunk, 2 * chunk);
    const cut = layOut(two, [0, 1], prelude, overhead + 512 + chunk);
    expect(cut.parts.map(({ line: of, part }) => `${of}.${part}`)).toEqual(['0.1', '0.2', '1.1', '1.2']);
    const huge = linesOf(limits.entryBytes + 1);
    expect(layOut(huge, [0], prelude, 64 * limits.entryBytes).parts).toEqual([
      { line: 0, part: 1, offset: 0, length: limits.entryBytes },
      { line: 0, part: 2, offset: limits.entryBytes, length: 1 },
    ]);
  });

  it('says when a medium is too small, or too many are needed', () => {
    const say = (volumeBytes: number, ...sizes: number[]) => {
      const lines = linesOf(...sizes);
      return refusalOf(() => layOut(lines, all(lines), prelude, volumeBytes));
    };
    const small = (volumeBytes: number, size: number) =>
      `LIMIT: a volume of ${volumeBytes} bytes is too small for an object of ${size} bytes; take a larger medium`;
    expect(say(overhead)).toBe('good');
    expect(say(overhead - 1)).toBe(small(overhead - 1, 0));
    expect(say(overhead + 1023, 1)).toBe(small(overhead + 1023, 1));
    expect(say(overhead + 512 + chunk - 1, chunk)).toBe(small(overhead + 512 + chunk - 1, chunk));
    expect(say(overhead + 512 + chunk - 1, chunk + 1)).toBe(small(overhead + 512 + chunk - 1, chunk + 1));
    expect(say(overhead + 512 + chunk, chunk)).toBe('good');
    expect(say(overhead + 512 + chunk, chunk + 1)).toBe('good');
    const many = Array.from({ length: 999 }, () => 512);
    expect(say(overhead + 1024, ...many)).toBe('good');
    expect(say(overhead + 1024, ...many, 512)).toBe('LIMIT: 1000 volumes, at most 999; take a larger medium');
  });
});
