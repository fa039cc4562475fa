import { gzipSync } from 'node:zlib';
import { inHashOrder, sectionHash } from '@sallyport/bundle-tools/protocol/section';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSection } from './work.ts';

const collectedAt = '2026-11-24T10:00:00Z';
const read = async (body: string) => {
  const work = await readSection({ device: 1, collection: 'software', door: 'native', wire: gzipSync(body) });
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
