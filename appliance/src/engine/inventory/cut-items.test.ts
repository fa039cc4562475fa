import { canonicalJson } from '@sallyport/bundle-tools/documents/canonical-json';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { type Engines, openEngines } from '../../../test/support/engines.ts';
import { toFailure } from '../../platform/errors.ts';
import { sectionHash } from '../../platform/section-hash.ts';
import { byteIds } from './byte-ids.ts';
import { collection } from './collections/software.ts';
import { cutItem, itemCutter } from './cut-items.ts';
import { shapeOf, toStored } from './item.ts';
import type { Collection, Item } from './types.ts';

const shape = shapeOf(collection);
const cut = itemCutter(shape);

const text = fc.oneof(
  fc.constantFrom('bash', 'dash', 'libc6', '1.0', '', '"', '\\', ',"installedAt":', '}],', 'ж', '\u2028', '😀', '\n'),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);
const time = fc.oneof(
  fc.constantFrom('2026-02-29T00:00:00Z', '2026-02-28T24:00:00Z', '0099-01-01T00:00:00Z', '2026-13-01T00:00:00Z', ''),
  fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => `${date.toISOString().slice(0, 19)}Z`),
);
const item: fc.Arbitrary<Item> = fc.record(
  {
    name: text,
    version: text,
    type: fc.constantFrom('deb', 'rpm'),
    publisher: fc.oneof(text, fc.constant(null)),
    kernel: fc.constantFrom('running', 'old', 'other', null),
    installedAt: fc.oneof(time, fc.constant(null)),
    uninstallCommand: text,
    sizeKb: fc.oneof(fc.integer(), fc.constantFrom(0, -1, Number.MAX_SAFE_INTEGER, null)),
    surplus: text,
  },
  { requiredKeys: ['name'] },
) as fc.Arbitrary<Item>;
const plainItem = item.map((one) =>
  Object.fromEntries(
    Object.entries(one)
      .filter(([name]) => name !== 'surplus')
      .map(([name, value]) => [name, name === 'kernel' && value === 'other' ? null : value]),
  ),
) as fc.Arbitrary<Item>;
const bytesOf = (items: readonly unknown[]): Buffer => Buffer.from(canonicalJson(items));

/** A byte is left out, doubled, or another one. */
const damaged = fc
  .tuple(fc.array(item, { maxLength: 4 }), fc.nat(), fc.constantFrom('out', 'twice', 'other'), fc.nat({ max: 255 }))
  .map(([items, place, how, byte]) => {
    const bytes = bytesOf(items);
    const at = place % bytes.length;
    const kept = { out: [], twice: [bytes[at] as number, bytes[at] as number], other: [byte] }[how];
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(kept), bytes.subarray(at + 1)]);
  });

const parsed = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
};

describe('a section that is cut', () => {
  it('is cut where parsing cuts it, with what the device says of each item', () => {
    let count = 0;
    fc.assert(
      fc.property(fc.array(item, { maxLength: 6 }), (items) => {
        const found = cut?.(bytesOf(items));
        if (found === undefined) return;
        count += found.count;
        expect(Array.from({ length: found.count }, (_, n) => cutItem(found, n))).toEqual(items);
        for (const { name, field } of shape.perDevice)
          expect(found.columns[name]).toEqual(items.map((one) => toStored(field, one[name])));
      }),
      { numRuns: runs(500) },
    );
    expect(count).toBeGreaterThan(runs(100));
  });

  it('has one key for items with the same fields of their own, and only for those', () => {
    const { fields }: Collection = collection;
    const ownText = (one: Item): string =>
      bytesOf([Object.fromEntries(Object.entries(one).filter(([name]) => !fields[name]?.perDevice))]).toString();
    fc.assert(
      fc.property(plainItem, plainItem, fc.boolean(), (a, other, same) => {
        const b = same ? { ...a, sizeKb: 5, installedAt: '2026-01-02T03:04:05Z' } : other;
        const found = cut?.(bytesOf([a, b]));
        if (found === undefined) return;
        const middle = found.keyEnds[0] as number;
        const [first, second] = [found.keys.slice(0, middle), found.keys.slice(middle, found.keyEnds[1])];
        expect(first.join() === second.join()).toBe(ownText(a) === ownText(b));
      }),
      { numRuns: runs(500) },
    );
  });

  it('is not cut where it is no canonical JSON of flat objects', () => {
    const valid = '[{"name":"a","sizeKb":1}]';
    expect(cut?.(Buffer.from(valid))?.count).toBe(1);
    expect(cut?.(Buffer.from('[]'))?.count).toBe(0);
    for (const wrong of [
      '',
      '[',
      '{}',
      '[{"name":"a"}',
      '[{"name":"a"}]]',
      '[{"name":"a"},]',
      '[{"name":"a",}]',
      '[{"name":}]',
      '[ {"name":"a"}]',
      '[{"name":{}}]',
      '[{"name":["a"]}]',
      '[1]',
      '[{"name":"a","sizeKb":01}]',
      '[{"name":"a","sizeKb":1,"sizeKb":2}]',
      '[{"name":"a","size\\u004bb":1}]',
      '[{"name":"a\n"}]',
      '[{"name":"a","kernel":"no"}]',
      '[{"name":"a"}{"name":"b"}]',
    ])
      expect(cut?.(Buffer.from(wrong)), wrong).toBeUndefined();
  });

  it('says nothing of damaged bytes that parsing would not say', () => {
    fc.assert(
      fc.property(damaged, (bytes) => {
        const found = cut?.(bytes);
        if (found === undefined) return;
        const items = Array.from({ length: found.count }, (_, n) => cutItem(found, n));
        // An item that is no JSON is found when it is parsed: then all of them are.
        expect(parsed(bytes)).toEqual(items.includes(undefined) ? undefined : items);
      }),
      { numRuns: runs(2_000) },
    );
  });
});

describe('ids by bytes', () => {
  it('are those that were kept, whatever the hash says', () => {
    const keep = fc.tuple(fc.int32Array({ maxLength: 3, min: 0, max: 3 }), fc.nat({ max: 3 }));
    fc.assert(
      fc.property(fc.array(keep, { maxLength: 80 }), (all) => {
        const ids = byteIds();
        const held = new Map<string, number>();
        for (const [words, hash] of all) {
          const key = `${hash} ${words.join(' ')}`;
          const id = ids.get(words, 0, words.length, hash);
          if (id !== 0) expect(id).toBe(held.get(key));
          else {
            held.set(key, held.size + 1);
            ids.keep(words, 0, words.length, hash, held.size);
          }
        }
        ids.clear();
        for (const [words, hash] of all) expect(ids.get(words, 0, words.length, hash)).toBe(0);
      }),
    );
  });

  it('forget everything rather than grow', () => {
    const ids = byteIds();
    const words = new Int32Array(1_000);
    for (let n = 1; n <= 8_000; n += 1) {
      words[0] = n;
      ids.keep(words, 0, words.length, n, n);
    }
    expect(ids.get(words, 0, words.length, 8_000)).toBe(8_000);
    words[0] = 1;
    expect(ids.get(words, 0, words.length, 1)).toBe(0);
  });
});

describe('a cut report', () => {
  let whole: Engines;
  let cutting: Engines;
  beforeEach(async () => {
    [whole, cutting] = await Promise.all([openEngines(), openEngines()]);
  });
  afterEach(() => {
    whole.close();
    cutting.close();
  });

  it('is stored, or refused, as one that is parsed', () => {
    const base = { collection: 'software', source: 'native' as const, collectedAt: '2026-11-24T10:00:00Z' };
    const outcome = (work: () => unknown): unknown => {
      try {
        return work();
      } catch (error) {
        const { code, details } = toFailure(error);
        return { code, details };
      }
    };
    const state = ({ inventory, db }: Engines, device: number): unknown => [
      inventory.section(device, 'software'),
      inventory.hashes(device),
      db.prepare('select device, operation, before_item, after_item, count from change_log order by id').all(),
      db.prepare('select * from inv_software_count order by id').all(),
    ];
    let cuts = 0;
    let stored = 0;
    const device = fc.integer({ min: 1, max: 3 });
    const report = fc.oneof(
      { weight: 4, arbitrary: fc.array(plainItem, { maxLength: 5 }) },
      fc.array(item, { maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.tuple(device, report), ([of, items]) => {
        const hash = sectionHash(items);
        const found = cutting.inventory.cutItems('software', bytesOf(items));
        if (found !== undefined) cuts += 1;
        const put = { ...base, device: of, hash };
        const expected = outcome(() => whole.inventory.putSection({ ...put, items }));
        const got = outcome(() =>
          cutting.inventory.putSection(found === undefined ? { ...put, items } : { ...put, cut: found }),
        );
        expect(got).toEqual(expected);
        if (!('code' in (expected as object))) stored += 1;
        expect(state(cutting, of)).toEqual(state(whole, of));
      }),
      { numRuns: runs(200) },
    );
    expect(cuts).toBeGreaterThan(runs(50));
    expect(stored).toBeGreaterThan(runs(50));
    expect(cutting.inventory.verify()).toEqual([]);
  });

  it('that is no JSON at all is refused', () => {
    const found = cutting.inventory.cutItems('software', Buffer.from('[{"name":"a","version":tru}]'));
    expect(found?.count).toBe(1);
    const put = { device: 1, collection: 'software', source: 'native' as const, hash: 'a'.repeat(64) };
    expect(() =>
      cutting.inventory.putSection({
        ...put,
        collectedAt: '2026-11-24T10:00:00Z',
        cut: found as NonNullable<typeof found>,
      }),
    ).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
    expect(cutting.inventory.hashes(1)).toEqual({});
  });
});
