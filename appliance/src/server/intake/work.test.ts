import { gzipSync } from 'node:zlib';
import { inHashOrder, sectionHash } from '@sallyport/bundle-tools/protocol/section';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { collection } from '../../engine/inventory/collections/software.ts';
import { itemCutter } from '../../engine/inventory/cut-items.ts';
import { shapeOf } from '../../engine/inventory/item.ts';
import { freeWork, type ReadPart, readSection, readSections } from './work.ts';

const collectedAt = '2026-11-24T10:00:00Z';
const read = async (body: string) => {
  const work = await readSection({ device: 1, collection: 'software', source: 'native', wire: gzipSync(body) });
  return 'section' in work && 'items' in work.section ? work.section : undefined;
};
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('"', '\\', '\n', '\u2028', '],"items":['));
const items = fc.array(
  fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z]{0,6}$/), fc.oneof(text, fc.integer(), fc.boolean())),
  {
    maxLength: 5,
  },
);

describe('a section that was hashed while it was read', () => {
  it('has the hash of its items', async () => {
    let hashed = 0;
    await fc.assert(
      fc.asyncProperty(items, fc.boolean(), async (all, ordered) => {
        const hash = sectionHash(all);
        const section = await read(JSON.stringify({ hash, collectedAt, items: ordered ? inHashOrder(all) : all }));
        expect(sectionHash(section?.items ?? [])).toBe(hash);
        if (section?.isHashed) hashed += 1;
      }),
    );
    expect(hashed).toBeGreaterThan(10);
  });

  it('is not taken for one where the bytes of the items have another hash', async () => {
    const all = [{ name: 'bash' }];
    const hash = sectionHash(all);
    const body = JSON.stringify({ hash, collectedAt, items: all });
    expect((await read(body))?.isHashed).toBe(true);
    for (const other of [
      body.replace('bash', 'dash'),
      JSON.stringify({ collectedAt, hash, items: all }),
      `${body.slice(0, -1)},"hash":"${sectionHash([])}"}`,
      `${body.slice(0, -1)},"items":[{"name":"dash"}]}`,
    ])
      expect((await read(other))?.isHashed).toBe(false);
  });
});

const named = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z][a-z-]{0,6}$/), items), {
  selector: ([collection]) => collection,
  minLength: 1,
  maxLength: 5,
});
const nothingKnown: Parameters<typeof readSections>[1] = { cutItems: () => undefined, isKnown: () => false };
const readAll = async (
  body: string,
  isAlone = false,
  inventory = nothingKnown,
): Promise<readonly ReadPart[] | string> => {
  try {
    return (await readSections({ device: 1, source: 'native', wire: gzipSync(body) }, inventory, isAlone)).parts;
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const itemsOf = (part: ReadPart) =>
  'section' in part && 'items' in part.section
    ? {
        collection: part.collection,
        hash: part.section.hash,
        items: part.section.items,
        isHashed: part.section.isHashed,
      }
    : part;

describe('several sections in one call', () => {
  it('are what they say, and are only taken for hashed where they have their hash', async () => {
    let hashed = 0;
    await fc.assert(
      fc.asyncProperty(named, fc.boolean(), fc.boolean(), async (all, ordered, damaged) => {
        const sections = all.map(([collection, list]) => ({
          collection,
          hash: sectionHash(damaged ? [...list, {}] : list),
          collectedAt,
          items: ordered ? inHashOrder(list) : list,
        }));
        const parts = await readAll(JSON.stringify({ sections }));
        if (typeof parts === 'string') throw new Error(parts);
        expect(parts.map((part) => ({ ...itemsOf(part), isHashed: undefined }))).toEqual(
          sections.map(({ collection, hash, items: list }) => ({ collection, hash, items: list, isHashed: undefined })),
        );
        for (const part of parts) {
          if (!('section' in part) || !('items' in part.section) || part.section.isHashed !== true) continue;
          hashed += 1;
          expect(sectionHash(part.section.items)).toBe(part.section.hash);
        }
      }),
    );
    expect(hashed).toBeGreaterThan(runs(20));
  });

  it('are refused as a whole where they are no such list', async () => {
    const section = { collection: 'software', hash: sectionHash([]), collectedAt, items: [] };
    for (const body of [
      { sections: [] },
      { sections: [section, section] },
      { sections: [{ ...section, collection: '../x' }] },
      { sections: Array.from({ length: 65 }, (_, n) => ({ ...section, collection: `part-${n}` })) },
      { sections: [section, { ...section, collection: 'hardware', collectedAt: 'today' }] },
    ])
      expect(await readAll(JSON.stringify(body))).toBe('MALFORMED');
    expect(await readAll(`{"sections":[${JSON.stringify(section)},]}`)).toBe('MALFORMED');
    const deep = `${'['.repeat(40)}${']'.repeat(40)}`;
    expect(await readAll(`{"sections":[${JSON.stringify(section).replace('[]', deep)}]}`)).toBe('MALFORMED');
  });

  it('are not read where their hash is stored, unless something else of the device is on its way', async () => {
    const body = JSON.stringify({
      sections: [
        { collection: 'software', hash: 'a'.repeat(64), collectedAt, items: [1] },
        { collection: 'accounts', hash: sectionHash([]), collectedAt, items: [] },
      ],
    });
    const inventory: typeof nothingKnown = { ...nothingKnown, isKnown: (_, __, ___, hash) => /^a+$/.test(hash) };
    const known = { known: true, added: 0, removed: 0, changed: 0 };
    expect(await readAll(body, true, inventory)).toMatchObject([{ outcome: known }, { section: { isHashed: true } }]);
    expect(await readAll(body, false, inventory)).toMatchObject([
      { section: { items: [1] } },
      { section: { items: [] } },
    ]);
  });
});

describe('the bytes of a report', () => {
  it('are given back when it is stored, what was parsed of it stays', async () => {
    const cut = itemCutter(shapeOf(collection));
    const packages = Array.from({ length: 3_000 }, (_, n) => ({ name: `package-${n}`, version: `1.${n}`, sizeKb: n }));
    const body = JSON.stringify({ hash: sectionHash(packages), collectedAt, items: inHashOrder(packages) });
    const wire = gzipSync(body);
    const place = { device: 1, collection: 'software', source: 'native', wire } as const;
    const work = await readSection(place, { cutItems: (_name, bytes) => cut?.(bytes) });
    const section = 'cut' in work.section ? work.section : undefined;
    expect(section?.cut.count).toBe(packages.length);
    freeWork(work);
    expect([section?.cut.bytes.byteLength, section?.cut.keys.byteLength]).toEqual([0, 0]);
    expect(section?.cut.columns['sizeKb']).toHaveLength(packages.length);
    expect(wire.byteLength).toBeGreaterThan(0);
  });
});
