import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileFolder } from '../../../test/support/test-folder.ts';
import { BundleError } from '../errors.ts';
import { encodeHeader, paddingOf } from './header.ts';
import { type WriterEntry, writeVolume } from './writer.ts';

const folder = fileFolder('writer');

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
let count = 0;
const place = (): string => {
  count += 1;
  const path = join(folder, String(count));
  mkdirSync(path);
  return join(path, 'v.tar');
};
const object = Buffer.alloc(9 * 1024 * 1024 + 3, 'an object ');
const objectPath = join(folder, 'object');
writeFileSync(objectPath, object);

const expected = (...entries: [name: string, body: Uint8Array][]): Buffer =>
  Buffer.concat([
    ...entries.flatMap(([name, body]) => [encodeHeader(name, body.length), body, Buffer.alloc(paddingOf(body.length))]),
    Buffer.alloc(1024),
  ]);

const refused = (path: string, entries: WriterEntry[]): Promise<string> =>
  writeVolume(path, entries).then(
    () => 'good',
    (error: unknown) => {
      if (!(error instanceof BundleError)) throw error;
      return `${error.code}: ${error.message}`;
    },
  );

describe('a volume', () => {
  it('has the entries in order, each with our header, and is told by size and digest', async () => {
    const path = place();
    const head = Buffer.from('head');
    const file = (name: string, offset: number, size: number): WriterEntry => ({
      name,
      path: objectPath,
      offset,
      size,
      sha256: sha256(object.subarray(offset, offset + size)),
    });
    const told: number[] = [];
    const entries = [
      { name: 'a', bytes: head },
      file('o/whole', 0, object.length),
      file('o/part', 512, 1000),
      file('o/none', 0, 0),
      { name: 'b', bytes: Buffer.alloc(0) },
    ];
    const result = await writeVolume(path, entries, (bytes) => told.push(bytes));
    const bytes = expected(
      ['a', head],
      ['o/whole', object],
      ['o/part', object.subarray(512, 1512)],
      ['o/none', Buffer.alloc(0)],
      ['b', Buffer.alloc(0)],
    );
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
    expect(result).toEqual({ bytes: bytes.length, sha256: sha256(bytes) });
    expect(told.at(-1)).toBe(bytes.length);
    expect([...told].sort((a, b) => a - b)).toEqual(told);
    expect(statSync(path).mode & 0o777).toBe(0o644);
    expect(readdirSync(join(path, '..'))).toEqual(['v.tar']);
  });

  it('that is large is hashed all the same', async () => {
    const path = place();
    const entries = Array.from(
      { length: 4 },
      (_, index): WriterEntry => ({
        name: `o/${index}`,
        path: objectPath,
        offset: 0,
        size: object.length,
      }),
    );
    const { bytes, sha256: whole } = await writeVolume(path, entries);
    const written = readFileSync(path);
    expect(bytes).toBe(written.length);
    expect(whole).toBe(sha256(written));
    expect(bytes).toBeGreaterThan(32 * 1024 * 1024);
  });

  it('replaces what was begun before, and is there only when it is whole', async () => {
    const path = place();
    writeFileSync(join(path, '..', '.v.tar.part'), 'an old beginning');
    await writeVolume(path, [{ name: 'a', bytes: Buffer.from('x') }]);
    expect(readdirSync(join(path, '..'))).toEqual(['v.tar']);
    expect(Buffer.compare(readFileSync(path), expected(['a', Buffer.from('x')]))).toBe(0);
  });
});

describe('no volume is written', () => {
  const entry = (changes: Partial<Extract<WriterEntry, { path: string }>>): WriterEntry => ({
    name: 'o/x',
    path: objectPath,
    offset: 0,
    size: 100,
    ...changes,
  });

  it('with an object that is not what the inventory says', async () => {
    for (const [wrong, why] of [
      [entry({ sha256: sha256(Buffer.from('another')) }), 'HASH: o/x: the file does not have its digest'],
      [entry({ size: object.length + 1 }), 'HASH: o/x: the file is shorter than the inventory says'],
      [entry({ offset: object.length }), 'HASH: o/x: the file is shorter than the inventory says'],
      [entry({ path: join(folder, 'absent') }), 'STORE_IO: cannot read the object absent'],
      [entry({ name: '../x' }), 'HEADER: "../x" is no entry name'],
      [{ name: 'a b', bytes: Buffer.alloc(1) }, 'HEADER: "a b" is no entry name'],
    ] as const) {
      const path = place();
      expect(await refused(path, [{ name: 'a', bytes: Buffer.alloc(3) }, wrong])).toBe(why);
      expect(readdirSync(join(path, '..'))).toEqual([]);
    }
    expect(await refused(place(), [entry({})])).toBe('good');
  });

  it('where there is no folder for it', async () => {
    const path = join(folder, 'no such folder', 'v.tar');
    expect(await refused(path, [])).toBe(`STORE_IO: cannot write ${path}: ENOENT`);
  });
});
