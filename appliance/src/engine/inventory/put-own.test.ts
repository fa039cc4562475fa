import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { type Engines, openEngines } from '../../../test/support/engines.ts';
import { wholeSite } from '../../platform/scope.ts';
import { sectionHash } from '../../platform/section-hash.ts';
import { ownDigest, ownKey, shapeOf, storedItem } from './item.ts';
import type { Item } from './types.ts';

const collectedAt = '2026-11-24T10:00:00Z';
let engines: Engines;
beforeEach(async () => {
  engines = await openEngines();
});
afterEach(() => engines.close());

const put = (items: readonly Item[], device = 1) =>
  engines.inventory.putSection({
    device,
    collection: 'hardware',
    source: 'native',
    hash: sectionHash(items),
    collectedAt,
    items,
  });
const texts = (items: readonly Item[]): string[] =>
  items.map((item) => JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();
const held = (device = 1): string[] => texts(engines.inventory.held(device, 'hardware', 'native'));

const part = (type: string, serial: string, maker?: string): Item => ({
  type,
  serial,
  ...(maker === undefined ? {} : { maker }),
});
/** Parts of which several are the same by what identifies them. */
const parts = fc.array(
  fc.record({
    type: fc.constantFrom('disk', 'memory'),
    serial: fc.constantFrom('1', '2'),
    maker: fc.option(fc.constantFrom('A', 'B'), { nil: undefined }),
  }),
  { maxLength: 6 },
);

describe('rows of a device without personal values', () => {
  it('are what was reported last, and their changes come to it', () => {
    fc.assert(
      fc.property(fc.array(parts, { minLength: 1, maxLength: 6 }), (all) => {
        engines.inventory.forget(1);
        let before: Item[] = [];
        for (const items of all) {
          const plain = items.map(({ type, serial, maker }) => part(type, serial, maker));
          const { known, added, removed, changed } = put(plain);
          expect(held()).toEqual(texts(plain));
          if (!known) {
            expect(added - removed).toBe(plain.length - before.length);
            const kept = texts(before).length - removed - changed;
            const common = texts(plain).filter((text) => texts(before).includes(text)).length;
            expect(kept).toBeLessThanOrEqual(common);
          }
          before = plain;
        }
      }),
      { numRuns: runs(60) },
    );
  });

  it('stay when they are reported again, in another order, and with another one', () => {
    put([part('disk', '1', 'A'), part('memory', '2'), part('disk', '1', 'B')]);
    expect(put([part('memory', '2'), part('disk', '1', 'A'), part('disk', '1', 'B'), part('usb', '3')])).toEqual({
      known: false,
      added: 1,
      removed: 0,
      changed: 0,
    });
    expect(put([part('memory', '2', 'C'), part('disk', '1', 'A'), part('disk', '1', 'B')])).toEqual({
      known: false,
      added: 0,
      removed: 1,
      changed: 1,
    });
  });

  it('keep nothing beside their values, and are the same in a baseline as before', () => {
    const { db, personal, inventory } = engines;
    const items = [part('disk', '1', 'A'), part('disk', '1', 'B'), part('memory', '2')];
    put(items);
    expect(db.prepare('select sum(length(ikey) + length(digest)) as n from inv_hardware').get()).toEqual({ n: 0 });
    const shape = shapeOf(inventory.collection('hardware'));
    const expected = items.map((item, n) => {
      const stored = storedItem(shape.own, item);
      return {
        key: ownKey(personal, shape, stored, n === 1 ? 1 : 0).toString('hex'),
        digest: ownDigest(personal, shape, stored).toString('hex'),
        row: JSON.stringify(stored, (_, value: unknown) => value ?? undefined),
      };
    });
    expect(inventory.snapshot(1, 'hardware')).toEqual({ mode: 'own', rows: expected });
    expect(inventory.snapshot(1, 'hardware')).toEqual({ mode: 'own', rows: expected });
  });

  it('are found by the field that sorts them exactly as it is written, without an index of its own', () => {
    put([part('disk', '1'), part('DISK', '2'), part('memory', '3')]);
    const found = (type: string | string[]): unknown[] =>
      engines.inventory
        .list({ scope: wholeSite('job'), collection: 'hardware', where: { type }, limit: 9 })
        .rows.map((row) => row['serial']);
    expect(found('disk')).toEqual(['1']);
    expect(found(['DISK', 'memory'])).toEqual(['2', '3']);
    expect(found('Disk')).toEqual([]);
  });
});
