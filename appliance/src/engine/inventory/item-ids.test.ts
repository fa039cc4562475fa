import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { type Engines, openEngines } from '../../../test/support/engines.ts';
import { immediate } from '../../platform/database.ts';
import { sectionHash } from '../../platform/section-hash.ts';
import { shapeOf } from './item.ts';
import { fieldsText } from './item-ids.ts';
import type { Item } from './types.ts';

const collectedAt = '2026-11-24T10:00:00Z';
let engines: Engines;
beforeEach(async () => {
  engines = await openEngines();
});
afterEach(() => engines.close());

const pack = (name: string): Item => ({ type: 'npm', name, version: '1', arch: 'amd64' });
const put = (device: number, names: readonly string[]): void => {
  const items = names.map(pack);
  engines.inventory.putSection({
    device,
    collection: 'software',
    source: 'native',
    hash: sectionHash(items),
    collectedAt,
    items,
  });
};
const names = (device: number): string[] =>
  engines.inventory
    .section(device, 'software')
    .map((row) => String(row['name']))
    .sort();

const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string()));

describe('the text of an item', () => {
  it('is the same only for the same fields', () => {
    const fields = ['name', 'version', 'arch'].map((name) => ({ name, field: { type: 'text' } as const }));
    const item = fc.record({ name: value, version: value, arch: value });
    fc.assert(
      fc.property(item, item, (a, b) => {
        const isSame = JSON.stringify([a.name, a.version, a.arch]) === JSON.stringify([b.name, b.version, b.arch]);
        expect(fieldsText(fields, a) === fieldsText(fields, b)).toBe(isSame);
      }),
    );
    expect(fieldsText(fields, { name: 'a', version: '1:b' })).not.toBe(
      fieldsText(fields, { name: 'a1:', version: 'b' }),
    );
  });

  it('has every field of an item that is its own', () => {
    const shape = shapeOf(engines.inventory.collection('software'));
    const item = { ...pack('bash'), purl: 'p', publisher: 'x', source: 's', sourceVersion: '2' };
    const text = fieldsText(shape.own, item);
    for (const { name } of shape.own) expect(fieldsText(shape.own, { ...item, [name]: 'other' })).not.toBe(text);
  });
});

describe('items that are kept in memory', () => {
  it('are those of the database, whatever is taken back, removed or stored by others', async () => {
    const one = fc.subarray(['a', 'b', 'c', 'd', 'e', 'f'], { minLength: 0 });
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('put' as const), device: fc.integer({ min: 1, max: 3 }), names: one }),
        fc.record({
          kind: fc.constant('undone' as const),
          device: fc.integer({ min: 1, max: 3 }),
          names: one,
          after: one,
        }),
        fc.record({ kind: fc.constant('removed' as const) }),
      ),
      { minLength: 3, maxLength: 12 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const held = new Map<number, string[]>();
        for (const step of all) {
          if (step.kind === 'put') {
            put(step.device, step.names);
            held.set(step.device, step.names);
          } else if (step.kind === 'undone') {
            // A savepoint that is taken back inside a transaction that stays, as one report of a group.
            immediate(engines.db, () => {
              try {
                immediate(engines.db, () => {
                  put(step.device, step.names);
                  throw new Error('taken back');
                });
              } catch {
                // Goes on.
              }
              put(step.device, step.after);
            });
            held.set(step.device, step.after);
            try {
              immediate(engines.db, () => {
                put(step.device, step.names);
                throw new Error('taken back');
              });
            } catch {
              // Goes on.
            }
          } else {
            engines.db.exec('delete from change_log');
            engines.inventory.trim();
          }
          for (const [device, expected] of held) expect(names(device)).toEqual([...expected].sort());
          expect(engines.inventory.verify()).toEqual([]);
        }
      }),
      { numRuns: runs(25) },
    );
  });
});
