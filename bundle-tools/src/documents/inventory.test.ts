import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeInventory, type InventoryLine, isInventoryPath, parseInventory, unknownObjects } from './inventory.ts';

const digest = (n: number): string => n.toString(16).padStart(64, '0');
const line = (path: string, n = 1, size = 5): InventoryLine => ({ path, sha256: digest(n), size, kind: 'update' });
const raw = (...lines: object[]): Buffer => Buffer.from(lines.map((one) => `${JSON.stringify(one)}\n`).join(''));
const metadata = { code: 'METADATA' };

describe('an inventory', () => {
  it('comes back as it was written, sorted by the bytes of its paths', () => {
    const path = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter(isInventoryPath);
    fc.assert(
      fc.property(
        fc.uniqueArray(path, { selector: (p) => p.normalize('NFKC').toLowerCase().normalize('NFC'), maxLength: 20 }),
        (paths) => {
          const lines = paths.map((p, index) => line(p, index));
          const read = parseInventory(encodeInventory(lines));
          const order = [...lines].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
          expect(read).toEqual(order);
        },
      ),
    );
  });

  it.each([
    ['', 'empty'],
    ['/etc/passwd', 'absolute'],
    ['a/../b', 'traversal'],
    ['..', 'parent'],
    ['a/./b', 'dot'],
    ['a//b', 'empty segment'],
    ['a/', 'slash at the end'],
    ['a\\b', 'backslash'],
    ['C:x', 'drive'],
    ['a\0b', 'NUL'],
    ['a\nb', 'line feed'],
    ['a\u007fb', 'delete'],
    ['a\u2028b', 'line separator'],
    ['e\u0301', 'not NFC'],
    ['\ud800', 'lone surrogate'],
    ['x'.repeat(513), 'overlong'],
  ])('has no path %j (%s)', (path) => {
    expect(isInventoryPath(path)).toBe(false);
    expect(() => parseInventory(raw(line(path)))).toThrow(expect.objectContaining(metadata));
  });

  it.each([
    [['a', 'A'], 'case'],
    [['straße', 'STRASSE'.replace('SS', 'ß')], 'case beyond ASCII'],
    [['\u212b', '\u00c5'], 'composition'],
    [['ﬁ', 'fi'], 'ligature'],
    [['a', 'a'], 'the same'],
  ])('has no Unicode twins: %j (%s)', (paths) => {
    const sorted = [...paths].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(() => parseInventory(raw(...sorted.map((path, index) => line(path, index))))).toThrow(
      expect.objectContaining(metadata),
    );
  });

  it('refuses disorder, an unknown field, a digest with two sizes, a cut line', () => {
    expect(parseInventory(raw(line('a'), line('b')))).toHaveLength(2);
    expect(() => parseInventory(raw(line('b'), line('a')))).toThrow('out of order');
    expect(() => parseInventory(raw({ ...line('a'), extra: 1 }))).toThrow(expect.objectContaining(metadata));
    expect(() => parseInventory(raw(line('a', 1, 5), line('b', 1, 6)))).toThrow('two sizes');
    expect(() => parseInventory(raw(line('a')).subarray(0, -1))).toThrow('line feed');
    expect(() => parseInventory(Buffer.concat([raw(line('a')), Buffer.from('\n')]))).toThrow(
      expect.objectContaining(metadata),
    );
  });

  it('asks for a digest per 8 MiB of a large object', () => {
    const size = 8 * 1024 * 1024 + 1;
    expect(() => parseInventory(raw(line('a', 1, size)))).toThrow(expect.objectContaining(metadata));
    expect(() => parseInventory(raw({ ...line('a', 1, size), chunks: [digest(1)] }))).toThrow('chunks');
    expect(parseInventory(raw({ ...line('a', 1, size), chunks: [digest(1), digest(2)] }))).toHaveLength(1);
  });

  it('has at most 100 000 lines', () => {
    const many = Buffer.from(
      Array.from(
        { length: 100_001 },
        (_, n) => `{"path":"${String(n).padStart(6, '0')}","sha256":"${digest(1)}","size":5,"kind":"update"}\n`,
      ).join(''),
    );
    expect(() => parseInventory(many)).toThrow(expect.objectContaining({ code: 'LIMIT' }));
  });

  it('has lines of kinds of a later release, and their objects apart', () => {
    const later = (path: string, n: number): InventoryLine => ({ ...line(path, n), kind: 'of-a-later-release' });
    const lines = parseInventory(encodeInventory([line('a', 1), later('b', 1), later('c', 2), line('d', 3)]));
    expect(lines.map(({ kind }) => kind)).toEqual(['update', 'of-a-later-release', 'of-a-later-release', 'update']);
    expect([...unknownObjects(lines).keys()]).toEqual([digest(2)]);
    expect(unknownObjects([later('a', 1), line('b', 1)]).size).toBe(0);
  });
});
