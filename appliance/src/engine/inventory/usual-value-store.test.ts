import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { type Engines, openEngines } from '../../../test/support/engines.ts';
import { immediate } from '../../platform/database.ts';
import { sectionHash } from '../../platform/section-hash.ts';
import type { Item } from './types.ts';

const collectedAt = '2026-11-24T10:00:00Z';
let engines: Engines;
beforeEach(async () => {
  engines = await openEngines();
});
afterEach(() => engines.close());

/** The size of each package by its name; null: the device does not say. */
type Sizes = Record<string, number | null>;

const itemsOf = (sizes: Sizes): Item[] =>
  Object.entries(sizes).map(([name, sizeKb]) => ({
    type: 'deb',
    name,
    version: '1',
    ...(sizeKb === null ? {} : { sizeKb, uninstallCommand: `remove ${name} ${sizeKb % 3}` }),
  }));
const put = (device: number, sizes: Sizes) => {
  const items = itemsOf(sizes);
  return engines.inventory.putSection({
    device,
    collection: 'software',
    source: 'native',
    hash: sectionHash(items),
    collectedAt,
    items,
  });
};
const sizesOf = (device: number): Sizes =>
  Object.fromEntries(
    engines.inventory.section(device, 'software').map((row) => [String(row['name']), row['sizeKb'] as number | null]),
  );
const saidLength = (device: number): number =>
  engines.db
    .prepare<[number], number>(
      `select length(a."sizeKb") from section s join device_software a on a.section = s.id where s.device = ?`,
    )
    .pluck()
    .get(device) ?? 0;

const many = (size: (n: number) => number | null): Sizes =>
  Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`p${n}`, size(n)]));

describe('what most devices say of an item', () => {
  it('is kept with the item, and only what is otherwise with a device', () => {
    const usual = many((n) => (n * 7_919) % 100_003);
    put(1, usual);
    put(2, usual);
    put(3, { ...usual, p5: 1, p6: null });
    expect(saidLength(2)).toBeLessThan(100);
    expect(saidLength(3)).toBeLessThan(150);
    expect(sizesOf(2)).toEqual(usual);
    expect(sizesOf(3)).toEqual({ ...usual, p5: 1, p6: null });
    expect(engines.inventory.held(3, 'software', 'native')).toHaveLength(200);
    expect(sectionHash(engines.inventory.held(3, 'software', 'native'))).toBe(
      sectionHash(itemsOf({ ...usual, p5: 1, p6: null })),
    );
  });

  it('does not change when another device, or the first one later, says otherwise', () => {
    const first = many((n) => n + 1);
    put(1, first);
    put(2, first);
    const others = many((n) => n + 500);
    put(3, others);
    expect(put(1, others)).toMatchObject({ changed: 200 });
    expect([sizesOf(1), sizesOf(2), sizesOf(3)]).toEqual([others, first, others]);
  });

  it('comes with the first device that says anything', () => {
    const sizes = many((n) => n + 1);
    put(
      1,
      many(() => null),
    );
    put(2, sizes);
    put(3, sizes);
    expect(sizesOf(1)).toEqual(many(() => null));
    expect(sizesOf(2)).toEqual(sizes);
    expect(saidLength(3)).toBeLessThan(100);
    expect(engines.inventory.changes({ device: 1, limit: 9 })).toHaveLength(1);
  });

  it('is what the database says, whatever is taken back, removed or set by another process', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    const sizes = fc
      .array(fc.option(fc.integer({ min: 1, max: 3 }), { freq: 8 }), { minLength: 10, maxLength: 10 })
      .map((list) => Object.fromEntries(list.map((size, n) => [names[n] ?? '', size])));
    const steps = fc.array(
      fc.record({
        kind: fc.constantFrom('put' as const, 'undone' as const, 'removed' as const, 'elsewhere' as const),
        device: fc.integer({ min: 1, max: 4 }),
        sizes,
        other: sizes,
      }),
      { minLength: 4, maxLength: 14 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const held = new Map<number, Sizes>();
        for (const step of all) {
          if (step.kind === 'removed') {
            for (const device of held.keys()) {
              if (device === step.device) continue;
              engines.inventory.forget(device);
              held.delete(device);
            }
            engines.db.exec('delete from change_log');
            engines.inventory.trim();
          } else if (step.kind === 'elsewhere') {
            engines.db.exec(`update inv_software set "sizeKb_usual" = 2 where "sizeKb_usual" is null`);
          } else {
            if (step.kind === 'undone')
              try {
                immediate(engines.db, () => {
                  put(step.device, step.other);
                  sizesOf(step.device);
                  throw new Error('taken back');
                });
              } catch {
                // Goes on.
              }
            put(step.device, step.sizes);
            held.set(step.device, step.sizes);
          }
          for (const [device, expected] of held) expect(sizesOf(device)).toEqual(expected);
        }
      }),
      { numRuns: runs(40) },
    );
  });
});
