import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuiltBundle } from '../src/builder/build-bundle.ts';
import { MiB } from '../src/documents/limits.ts';
import { splitBundle } from '../src/host/split.ts';
import { unpackBundle } from '../src/host/unpack.ts';
import { verifyWithRoot } from '../src/host/verify.ts';
import { attempt, build, createWorld, digestOf, freshDir, heldFile, kitTime, volumeOf, type World } from './kit.ts';

const io = { progress: () => undefined, note: () => undefined } as unknown as Parameters<
  typeof verifyWithRoot
>[0]['io'];
const quiet = () => undefined;
const contentOf = (size: number, seed: number): Buffer => {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE((at * 2_654_435_761 + seed) >>> 0, at);
  return bytes;
};
const sizeOfFolder = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0),
    0,
  );

describe('a bundle that is laid out anew', () => {
  let world: World;
  let single: BuiltBundle;
  let several: BuiltBundle;
  beforeAll(async () => {
    world = createWorld([contentOf(5 * MiB, 1), contentOf(19 * MiB + 5, 2), 'small', '', contentOf(3 * MiB, 3)]);
    single = await build(world);
    several = await build(world, { volumeBytes: 14 * MiB });
  });
  afterAll(() => world.remove());

  const verify = (paths: readonly string[]) =>
    verifyWithRoot({ paths, root: world.root, nowMs: Date.parse(kitTime) + 86_400_000, io });
  const volumes = (built: BuiltBundle): string[] => built.files.map(({ path }) => path);

  it.each(['one volume', 'several'])(
    'from %s goes into folders of the size, which verify together and not apart',
    async (from) => {
      const paths = from === 'one volume' ? volumes(single) : volumes(several);
      const sizeBytes = 13 * MiB;
      const out = freshDir(world, 'portions');
      const done = await splitBundle(paths, { out, sizeBytes, onProgress: quiet });
      expect(done.objects).toBe(world.lines.length);
      expect(done.folders.length).toBeGreaterThanOrEqual(3);
      for (const folder of done.folders) expect(sizeOfFolder(folder)).toBeLessThanOrEqual(sizeBytes);
      // The folders by name in any order, or the medium that has them.
      const together = from === 'one volume' ? [...done.folders].reverse() : [out];
      expect((await verify(together)).verdict.bundleId).toBe(single.manifest.bundle_id);
      await expect(verify(done.folders.slice(1))).rejects.toMatchObject({ code: 'VOLUMES_MISSING' });
    },
  );

  it('is taken by a site portion by portion, in any order', async () => {
    const out = freshDir(world, 'portions');
    const { folders } = await splitBundle(volumes(several), { out, sizeBytes: 12 * MiB, onProgress: quiet });
    const partials = freshDir(world, 'partials');
    const held = new Set<string>();
    let missing: number[] | undefined;
    for (const folder of [...folders].reverse()) {
      const { verdict, message } = await attempt(world, folder, { partials, held: heldFile(world, [...held]) });
      expect(message).toBeUndefined();
      for (const { sha256, path } of verdict?.objects ?? []) {
        expect(digestOf(readFileSync(path))).toBe(sha256);
        held.add(sha256);
      }
      missing = verdict?.missingVolumes;
    }
    expect(missing).toEqual([]);
    expect([...held].sort()).toEqual(world.lines.map(({ sha256 }) => sha256).sort());
  });

  it('can be split again, and unpacked into one folder that is whole', async () => {
    const first = await splitBundle(volumes(single), {
      out: freshDir(world, 'a'),
      sizeBytes: 20 * MiB,
      onProgress: quiet,
    });
    const again = await splitBundle(first.folders, {
      out: freshDir(world, 'b'),
      sizeBytes: 11 * MiB,
      onProgress: quiet,
    });
    expect(again.bytes).toBe(first.bytes);
    expect((await verify(again.folders)).verdict.bundleId).toBe(single.manifest.bundle_id);
    const joined = join(freshDir(world, 'd'), 'joined');
    await unpackBundle(again.folders, joined, quiet);
    // What other systems leave beside copied files is passed over.
    writeFileSync(join(joined, 'o', '._x'), 'resource fork');
    writeFileSync(join(joined, '.DS_Store'), '');
    expect((await verify([joined])).verdict.missingVolumes).toEqual([]);
    const folder = join(freshDir(world, 'c'), 'whole');
    await unpackBundle(volumes(several), folder, quiet);
    expect((await verify([folder])).verdict.missingVolumes).toEqual([]);
  });

  it('puts no more files into a folder than FAT32 takes', async () => {
    const { folders } = await splitBundle(volumes(single), {
      out: freshDir(world, 'portions'),
      sizeBytes: 100 * MiB,
      maxFiles: 2,
      onProgress: quiet,
    });
    expect(folders.map((folder) => readdirSync(join(folder, 'o')).length)).toEqual([2, 2, 1]);
    expect((await verify(folders)).verdict.bundleId).toBe(single.manifest.bundle_id);
  });

  it('is unpacked and split all the same when a volume lies there twice', async () => {
    const paths = volumes(several);
    const copy = join(freshDir(world, 'twice'), 'copy.tar');
    cpSync(paths[0] ?? '', copy);
    const folder = join(freshDir(world, 'd'), 'whole');
    await unpackBundle([...paths, copy], folder, quiet);
    expect((await verify([folder])).verdict.missingVolumes).toEqual([]);
    const options = { sizeBytes: 20 * MiB, onProgress: quiet };
    const plain = await splitBundle(paths, { ...options, out: freshDir(world, 'e') });
    const twice = await splitBundle([paths[0] ?? '', copy, ...paths.slice(1)], {
      ...options,
      out: freshDir(world, 'f'),
    });
    expect(twice.bytes).toBe(plain.bytes);
    expect(twice.folders.length).toBe(plain.folders.length);
  });

  it('refuses a piece that lies, and a portion that holds what is not declared', async () => {
    const out = freshDir(world, 'portions');
    const { folders } = await splitBundle(volumes(single), { out, sizeBytes: 12 * MiB, onProgress: quiet });
    const spoil = (change: (folder: string, piece: string) => void): string => {
      const folder = freshDir(world, 'spoiled');
      const source = folders.find((one) => readdirSync(join(one, 'o')).some((name) => /\.c\d{6}$/.test(name))) ?? '';
      cpSync(source, folder, { recursive: true });
      const piece = readdirSync(join(folder, 'o')).find((name) => /\.c\d{6}$/.test(name)) ?? '';
      change(folder, join(folder, 'o', piece));
      return folder;
    };
    const codeOf = async (folder: string): Promise<string | undefined> => (await attempt(world, folder)).code;
    expect(
      await codeOf(
        spoil((_, piece) => {
          const bytes = readFileSync(piece);
          bytes[100] = (bytes[100] ?? 0) ^ 1;
          writeFileSync(piece, bytes);
        }),
      ),
    ).toBe('HASH');
    expect(await codeOf(spoil((_, piece) => writeFileSync(piece, 'short')))).toBe('HEADER');
    expect(
      await codeOf(spoil((_, piece) => writeFileSync(piece.replace(/c\d+$/, 'c009999'), readFileSync(piece)))),
    ).toBe('HEADER');
    expect(await codeOf(spoil((folder) => writeFileSync(join(folder, 'o', 'stranger'), '')))).toBe('HEADER');
    // Without its mark the folder says that it is whole, and it is not.
    expect(await codeOf(spoil((folder) => rmSync(join(folder, 'portion.json'))))).toBe('MISSING');
  });

  it('says when the size is too small', async () => {
    const split = (sizeBytes: number) =>
      splitBundle([volumeOf(single)], { out: freshDir(world, 'portions'), sizeBytes, onProgress: quiet });
    await expect(split(100_000)).rejects.toMatchObject({ code: 'LIMIT' });
    await expect(split(8 * MiB)).rejects.toMatchObject({ code: 'LIMIT' });
  });
});
