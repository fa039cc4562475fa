import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../../test/support/chance.ts';
import { entrySize } from '../src/archive/header.ts';
import { layOut, volumeItems, volumeSize } from '../src/archive/layout.ts';
import type { BuiltBundle } from '../src/builder/build-bundle.ts';
import type { InventoryLine } from '../src/documents/inventory.ts';
import { limits, MiB } from '../src/documents/limits.ts';
import { readPath, runImportChild } from '../src/importer/run-import.ts';
import type { ImportVerdict } from '../src/importer/verdict.ts';
import { parseVolumeBytes } from '../src/media/presets.ts';
import {
  attempt,
  build,
  createWorld,
  digestOf,
  freshDir,
  heldFile,
  hexId,
  siteContext,
  volumeOf,
  type World,
} from './kit.ts';

const pathOf = (built: BuiltBundle, n: number): string => built.files[n - 1]?.path ?? '';

/** Bytes that differ at every place, so that chunks differ. */
const contentOf = (size: number, seed: number): Buffer => {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE((at * 2_654_435_761 + seed) >>> 0, at);
  return bytes;
};

const line = (size: number, index: number): InventoryLine => ({
  path: `object-${String(index).padStart(5, '0')}`,
  sha256: digestOf(`object ${index}`),
  size,
  kind: 'update',
  ...(size > limits.chunkBytes
    ? { chunks: Array.from({ length: Math.ceil(size / limits.chunkBytes) }, digestOf.bind(null, 'chunk')) }
    : {}),
});

describe('a layout over volumes', () => {
  it('holds every byte once, in order, within the volume, and cuts only what no volume can hold', () => {
    const size = fc.oneof(fc.nat(2000), fc.nat(40 * MiB), fc.nat(70 * MiB));
    fc.assert(
      fc.property(fc.array(size, { maxLength: 12 }), fc.nat(60 * MiB), fc.nat(200_000), (sizes, room, prelude) => {
        const lines = sizes.map(line);
        const volumeBytes = volumeSize([prelude], []) + entrySize(limits.chunkBytes) + room;
        const { items, ranges, parts } = layOut(lines, [...lines.keys()], [prelude], volumeBytes);
        expect(ranges.flatMap((range) => volumeItems(range, items))).toEqual(items);
        for (const range of ranges)
          expect(volumeSize([prelude], volumeItems(range, items))).toBeLessThanOrEqual(volumeBytes);
        for (const [index, { size: bytes }] of lines.entries()) {
          const own = items.filter((item) => item.line === index);
          expect(own.reduce((sum, { length }) => sum + length, 0)).toBe(bytes);
          const fits = volumeSize([prelude], []) + entrySize(bytes) <= volumeBytes;
          expect(own.every(({ whole }) => whole)).toBe(fits);
        }
        for (const { offset } of parts) expect(offset % limits.chunkBytes).toBe(0);
      }),
      { numRuns: runs(300) },
    );
  });

  it('refuses a medium too small for a chunk, and more volumes than there may be', () => {
    expect(() => layOut([line(9 * MiB, 1)], [0], [1000], 8 * MiB)).toThrow(/too small/);
    expect(() => layOut([line(100, 1)], [0], [100_000], 50_000)).toThrow(/too small/);
    const lines = Array.from({ length: 1100 }, (_, index) => line(50_000, index));
    expect(() => layOut(lines, [...lines.keys()], [1000], 60_000)).toThrow(/at most 999/);
  });

  it('knows the sizes of media by name and by number', () => {
    expect(parseVolumeBytes('fat32')).toBe(4_294_967_295);
    expect(parseVolumeBytes('DVD')).toBe(4_700_372_992);
    expect(parseVolumeBytes('bd25')).toBe(25_025_314_816);
    expect(parseVolumeBytes('700M')).toBe(700 * MiB);
    expect(parseVolumeBytes('2GiB')).toBe(2048 * MiB);
    for (const text of ['', 'floppy', '12', '-5G', '1e9', '9999999999999T', 'toString']) {
      expect(() => parseVolumeBytes(text), text).toThrow(/no volume size/);
    }
  });
});

describe('a bundle of several volumes', () => {
  let world: World;
  let built: BuiltBundle;
  const volumeBytes = 13.5 * MiB;
  beforeAll(async () => {
    world = createWorld([
      contentOf(5 * MiB, 1),
      contentOf(21 * MiB + 5, 2),
      contentOf(3 * MiB, 3),
      contentOf(6 * MiB, 4),
      'small',
    ]);
    built = await build(world, { volumeBytes });
  });
  afterAll(() => world.remove());

  /** Imports volumes one after the other, as a site does: what is whole goes to the store. */
  const importer = () => {
    const partials = freshDir(world, 'partials');
    const held = new Set<string>();
    return async (path: string, changes: { held?: string; partials?: string } = {}) => {
      const done = await attempt(world, path, { partials, held: heldFile(world, [...held]), ...changes });
      for (const { sha256, path: place } of done.verdict?.objects ?? []) {
        expect(digestOf(readFileSync(place))).toBe(sha256);
        held.add(sha256);
      }
      return done;
    };
  };
  const missing = (done: { verdict?: ImportVerdict }): number[] | undefined => done.verdict?.missingVolumes;

  it('has volumes of at most the size that was asked for, the same each time', async () => {
    expect(built.files.length).toBeGreaterThanOrEqual(3);
    for (const { path, bytes } of built.files) {
      expect(statSync(path).size).toBe(bytes);
      expect(bytes).toBeLessThanOrEqual(volumeBytes);
    }
    expect(built.manifest.parts.length).toBeGreaterThanOrEqual(2);
    expect((await build(world, { volumeBytes })).files.map(({ sha256 }) => sha256)).toEqual(
      built.files.map(({ sha256 }) => sha256),
    );
  });

  it('is whole after all of them, in any order', async () => {
    const numbers = built.files.map(({ n }) => n);
    for (const order of [numbers, [...numbers].reverse(), [2, ...numbers.filter((n) => n !== 2)]]) {
      const take = importer();
      const left = new Set(numbers);
      for (const n of order) {
        const done = await take(pathOf(built, n));
        left.delete(n);
        expect(missing(done)).toEqual([...left].sort((a, b) => a - b));
        expect(done.verdict?.here).toEqual([n]);
      }
    }
  });

  it('takes the same volume twice without harm', async () => {
    const take = importer();
    const once = missing(await take(pathOf(built, 2)));
    expect(missing(await take(pathOf(built, 2)))).toEqual(once);
  });

  it('names the volume that is damaged, keeps what was good and goes on after it is made again', async () => {
    const take = importer();
    const bytes = readFileSync(pathOf(built, 2));
    const at = bytes.length >> 1;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const bad = join(freshDir(world, 'medium'), 'bad.tar');
    writeFileSync(bad, bytes);
    const refused = await take(bad);
    expect(refused.code).toBe('HASH');
    expect(refused.message).toMatch(/^volume 2 of \d: /);
    for (const n of [3, 1]) await take(pathOf(built, n));
    const rest = built.files.map(({ n }) => n).filter((n) => n > 3);
    for (const n of rest) await take(pathOf(built, n));
    expect(missing(await take(pathOf(built, 2)))).toEqual([]);
  });

  it('goes on with the chunks that verified, and never believes marks that do not fit', async () => {
    const partials = freshDir(world, 'partials');
    const cut = built.manifest.parts[0]?.line ?? -1;
    const { sha256 = '', size = 0 } = world.lines[cut] ?? {};
    const first = built.manifest.volumes.find(({ n }) => n === 1);
    expect(first?.last).toBeGreaterThanOrEqual(1);
    const before = await attempt(world, pathOf(built, 1), { partials });
    expect(missing(before)).not.toContain(1);
    expect(readdirSync(partials).sort()).toEqual([`${sha256}.data`, `${sha256}.marks`]);
    const marks = readFileSync(join(partials, `${sha256}.marks`));
    expect(marks[0]).toBe(1);
    expect(marks.at(-1)).toBe(0);
    // A file of another size, or marks without their file, count for nothing.
    writeFileSync(join(partials, `${sha256}.data`), 'short');
    const held = heldFile(
      world,
      (before.verdict?.objects ?? []).map((object) => object.sha256),
    );
    expect(missing(await attempt(world, pathOf(built, 2), { partials, held }))).toContain(1);
    expect(statSync(join(partials, `${sha256}.data`)).size).toBe(size);
    rmSync(join(partials, `${sha256}.data`));
    expect(missing(await attempt(world, pathOf(built, 2), { partials, held }))).toContain(1);
  });

  it('counts only what is still to be written when it looks for room', async () => {
    const partials = freshDir(world, 'partials');
    const total = world.lines.reduce((sum, { size }) => sum + size, 0);
    expect((await attempt(world, pathOf(built, 1), { partials, freeBytes: total - 1 })).code).toBe('NO_SPACE');
    const done = await attempt(world, pathOf(built, 1), { partials, freeBytes: total });
    const held = heldFile(
      world,
      (done.verdict?.objects ?? []).map(({ sha256 }) => sha256),
    );
    const rest = total - (done.verdict?.objects ?? []).reduce((sum, { size }) => sum + size, 0);
    expect(
      (await attempt(world, pathOf(built, 2), { partials, held, freeBytes: rest - 8 * MiB })).verdict,
    ).toBeDefined();
  });

  it('is found on a medium with all its volumes, and beside another bundle it is not guessed', async () => {
    const medium = freshDir(world, 'medium');
    for (const { path, n } of built.files) writeFileSync(join(medium, `x-${n}of9.tar`), readFileSync(path));
    writeFileSync(join(medium, '._x-1of9.tar'), 'resource fork');
    writeFileSync(join(medium, 'zero.tar'), '');
    const stagingDir = freshDir(world, 'staging');
    const read = () => readPath({ path: medium, context: siteContext(world), stagingDir });
    expect(await read()).toEqual({ paths: built.files.map(({ n }) => join(medium, `x-${n}of9.tar`)) });
    const other = await build(world, { bundleId: hexId(7), seq: 9, include: [4] });
    writeFileSync(join(medium, 'other.tar'), readFileSync(volumeOf(other)));
    await expect(read()).rejects.toMatchObject({ code: 'AMBIGUOUS' });
  });

  it('refuses a volume whose objects are of another bundle', async () => {
    const other = await build(world, { bundleId: hexId(8), seq: 3, include: [0, 4], volumeBytes });
    const [a, b] = [readFileSync(pathOf(built, 3)), readFileSync(volumeOf(other))];
    const preludeEnd = (bytes: Buffer): number => {
      for (let at = 0; ; ) {
        const name = bytes
          .subarray(at, at + 100)
          .toString('latin1')
          .replace(/\0.*$/s, '');
        if (name.startsWith('o/')) return at;
        at += entrySize(Number.parseInt(bytes.subarray(at + 124, at + 135).toString('latin1'), 8));
      }
    };
    const mixed = join(freshDir(world, 'medium'), 'mixed.tar');
    writeFileSync(mixed, Buffer.concat([b.subarray(0, preludeEnd(b)), a.subarray(preludeEnd(a))]));
    expect((await attempt(world, mixed)).code).toBe('MIX');
  });

  it('hands each object over while the child reads on, and stops when it cannot be taken', async () => {
    const partials = freshDir(world, 'partials');
    const taken: string[] = [];
    const run = (n: number, onObject: (object: { sha256: string; path: string }) => Promise<void>) =>
      runImportChild({
        path: pathOf(built, n),
        context: siteContext(world, { partials, held: heldFile(world, taken) }),
        stagingDir: freshDir(world, 'staging'),
        onObject,
      });
    for (const { n } of built.files) {
      const verdict = await run(n, async ({ sha256, path }) => {
        expect(digestOf(readFileSync(path))).toBe(sha256);
        rmSync(path);
        taken.push(sha256);
      });
      expect(verdict.missingVolumes).toEqual(built.files.map((file) => file.n).filter((other) => other > n));
    }
    expect([...taken].sort()).toEqual(world.lines.map(({ sha256 }) => sha256).sort());
    taken.length = 0;
    const failure = new Error('no room');
    await expect(run(1, () => Promise.reject(failure))).rejects.toBe(failure);
  });
});
