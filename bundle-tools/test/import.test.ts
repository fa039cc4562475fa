import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeHeader, isZeroBlock, paddingOf } from '../src/archive/header.ts';
import type { BuiltBundle } from '../src/builder/build-bundle.ts';
import { permissionFlags } from '../src/importer/child-permissions.ts';
import { runImportChild } from '../src/importer/run-import.ts';
import { ImportRefusal } from '../src/importer/verdict.ts';
import { attack } from './attack.ts';
import {
  attempt,
  build,
  createWorld,
  digestOf,
  freshDir,
  heldFile,
  hexId,
  readVolumeBytes,
  siteContext,
  volumeOf,
  type World,
} from './kit.ts';

const unpack = (bytes: Buffer, dir: string): void => {
  mkdirSync(join(dir, 'tuf'));
  mkdirSync(join(dir, 'o'));
  for (let at = 0; !isZeroBlock(bytes.subarray(at, at + 512)); ) {
    const { name, size } = decodeHeader(bytes.subarray(at, at + 512));
    writeFileSync(join(dir, name), bytes.subarray(at + 512, at + 512 + size));
    at += 512 + size + paddingOf(size);
  }
};

describe('a bundle that is in order', () => {
  let world: World;
  let built: BuiltBundle;
  beforeAll(async () => {
    world = createWorld();
    built = await build(world);
  });
  afterAll(() => world.remove());

  it('is imported, and every object lies in staging under its digest', async () => {
    const { verdict, staging } = await attempt(world, volumeOf(built));
    expect(verdict?.bundleId).toBe(built.manifest.bundle_id);
    expect(verdict?.missingVolumes).toEqual([]);
    expect(verdict?.warnings).toEqual([]);
    expect(verdict?.counts).toEqual({ new: 2, held: 0, removed: 0, unfulfilled: 0, bytes: 25 });
    expect(verdict?.volumes).toEqual([{ n: 1, bytes: built.files[0]?.bytes, sha256: built.files[0]?.sha256 }]);
    expect(verdict?.manifestSha256).toBe(digestOf(built.manifestBytes));
    expect(readdirSync(join(staging, 'objects')).sort()).toEqual(world.lines.map(({ sha256 }) => sha256).sort());
    for (const { sha256, path } of verdict?.objects ?? []) expect(digestOf(readFileSync(path))).toBe(sha256);
    expect(readFileSync(verdict?.inventory.path ?? '')).toEqual(Buffer.from(world.inventory));
  });

  it('is built to the same bytes from the same input', async () => {
    const again = await build(world);
    expect(again.files[0]?.sha256).toBe(built.files[0]?.sha256);
  });

  it('is imported by the child process too, with the same verdict', async () => {
    const inProcess = await attempt(world, volumeOf(built));
    const stagingDir = freshDir(world, 'staging');
    const states: string[] = [];
    const verdict = await runImportChild({
      path: volumeOf(built),
      context: siteContext(world, { held: heldFile(world, []) }),
      stagingDir,
      onProgress: ({ state }) => states.push(state),
    });
    const plain = (text: string): string => text.replace(/staging-[0-9]+/g, 'staging');
    expect(JSON.parse(plain(JSON.stringify(verdict)))).toEqual(JSON.parse(plain(JSON.stringify(inProcess.verdict))));
    expect(states).toContain('objects');
    expect(readdirSync(join(stagingDir, 'objects'))).toHaveLength(2);
  });

  it('is read by a child process that can do nothing else', () => {
    const stagingDir = freshDir(world, 'staging');
    const probe = join(stagingDir, 'probe.mjs');
    const outside = join(world.dir, 'outside');
    writeFileSync(outside, 'secret');
    writeFileSync(
      probe,
      `import fs from 'node:fs';
       import { spawnSync } from 'node:child_process';
       const tried = {};
       const attempt = (name, step) => { try { step(); tried[name] = 'done'; } catch (error) { tried[name] = error.code; } };
       attempt('readMedium', () => fs.readFileSync(process.argv[2]));
       attempt('writeStaging', () => fs.writeFileSync(process.argv[3] + '/x', ''));
       attempt('readOutside', () => fs.readFileSync(process.argv[4]));
       attempt('listOutside', () => fs.readdirSync('/etc'));
       attempt('writeOutside', () => fs.writeFileSync(process.argv[4], ''));
       attempt('writeMedium', () => fs.writeFileSync(process.argv[2], ''));
       attempt('spawn', () => { const { error } = spawnSync('true'); if (error) throw error; });
       console.log(JSON.stringify({ ...tried, env: Object.keys(process.env).length }));`,
    );
    const flags = permissionFlags({ readable: [volumeOf(built)], stagingDir });
    const run = spawnSync(process.execPath, [...flags, probe, volumeOf(built), stagingDir, outside], {
      env: {},
      encoding: 'utf8',
    });
    const denied = 'ERR_ACCESS_DENIED';
    expect(JSON.parse(run.stdout)).toEqual({
      readMedium: 'done',
      writeStaging: 'done',
      readOutside: denied,
      listOutside: denied,
      writeOutside: denied,
      writeMedium: denied,
      spawn: denied,
      env: 0,
    });
  });

  it('is found by the child process on a medium, behind a linked folder, and unpacked', async () => {
    const medium = freshDir(world, 'medium');
    writeFileSync(join(medium, 'neutral-1of1.tar'), readVolumeBytes(built));
    const linked = join(world.dir, 'linked-medium');
    symlinkSync(medium, linked);
    const folder = freshDir(world, 'unpacked');
    unpack(readVolumeBytes(built), folder);
    for (const path of [medium, linked, folder]) {
      const verdict = await runImportChild({
        path,
        context: siteContext(world),
        stagingDir: freshDir(world, 'staging'),
      });
      expect(verdict.objects).toHaveLength(2);
    }
  });

  it('is refused by the child process with the same code', async () => {
    const stagingDir = freshDir(world, 'staging');
    const run = runImportChild({ path: volumeOf(built), context: siteContext(world, { site: 'other' }), stagingDir });
    await expect(run).rejects.toMatchObject({ code: 'WRONG_SITE' });
    await expect(run).rejects.toBeInstanceOf(ImportRefusal);
  });

  it('is taken from a medium beside files that are no bundles', async () => {
    const medium = freshDir(world, 'medium');
    writeFileSync(join(medium, 'neutral-1of1.tar'), readVolumeBytes(built));
    writeFileSync(join(medium, '._neutral-1of1.tar'), 'resource fork');
    writeFileSync(join(medium, 'holiday.tar'), 'not a bundle');
    expect((await attempt(world, medium)).verdict?.bundleId).toBe(built.manifest.bundle_id);
    // A copy of the same bundle leaves nothing to guess; another bundle does.
    writeFileSync(join(medium, 'again.tar'), readVolumeBytes(built));
    expect((await attempt(world, medium)).verdict?.bundleId).toBe(built.manifest.bundle_id);
    writeFileSync(join(medium, 'other.tar'), readVolumeBytes(await build(world, { bundleId: hexId(101), seq: 2 })));
    expect((await attempt(world, medium)).code).toBe('AMBIGUOUS');
  });

  it('is taken as an unpacked folder, and nothing may lie beside its files', async () => {
    const folder = freshDir(world, 'unpacked');
    unpack(readVolumeBytes(built), folder);
    expect((await attempt(world, folder)).verdict?.objects).toHaveLength(2);
    writeFileSync(join(folder, 'o', 'stranger'), 'x');
    expect((await attempt(world, folder)).code).toBe('HEADER');
  });

  it('is not what a person chose by mistake: that is said, and is no alarm', async () => {
    const folder = freshDir(world, 'by-mistake');
    const path = (name: string) => join(folder, name);
    writeFileSync(path('notes'), 'Line 3: hand over on Monday.\n');
    mkdirSync(path('logs'));
    writeFileSync(path('logs/today'), 'started\n'.repeat(200));
    const tar = (...args: string[]) => spawnSync('tar', ['-C', folder, ...args]).status;
    expect(tar('-cf', path('gnu.tar'), 'notes', 'logs')).toBe(0);
    expect(tar('--format=ustar', '-cf', path('folder.tar'), 'logs')).toBe(0);
    expect(tar('--format=v7', '-cf', path('old.tar'), 'notes')).toBe(0);
    expect(tar('-czf', path('packed.tar'), 'logs')).toBe(0);
    writeFileSync(path('picture.tar'), Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(4_000, 7)]));
    writeFileSync(path('short.tar'), 'notes');
    for (const name of ['gnu', 'folder', 'old', 'packed', 'picture', 'short'])
      expect([name, (await attempt(world, path(`${name}.tar`))).code]).toEqual([name, 'NO_BUNDLE']);
    // What could be a bundle that was changed or cut keeps its alarm.
    const whole = readVolumeBytes(built);
    const spoilt = (at: number) => Buffer.from(whole.map((byte, n) => (n === at ? byte ^ 1 : byte)));
    for (const [name, bytes, code] of [
      ['worn-name', spoilt(0), 'HEADER'],
      ['worn-size', spoilt(130), 'HEADER'],
      ['cut', whole.subarray(0, 300), 'TRUNCATED'],
      ['begun', whole.subarray(0, 9), 'TRUNCATED'],
      ['empty', whole.subarray(0, 0), 'TRUNCATED'],
    ] as const) {
      writeFileSync(path(`${name}.tar`), bytes);
      expect([name, (await attempt(world, path(`${name}.tar`))).code]).toEqual([name, code]);
    }
  });

  attack('replay', 'is a no-op the second time', async () => {
    const first = await attempt(world, volumeOf(built));
    const trust = first.verdict?.trust;
    const imported = [{ bundleId: built.manifest.bundle_id, receipt: 'receipt-1' }];
    const again = await attempt(world, volumeOf(built), {
      ...(trust && { trust }),
      imported,
      openRequests: [],
      seq: 1,
    });
    expect(again.verdict?.alreadyImported).toEqual({ receipt: 'receipt-1' });
    expect(readdirSync(join(again.staging, 'objects'))).toEqual([]);
  });

  it('only looks in a dry run', async () => {
    const { verdict, staging } = await attempt(world, volumeOf(built), { dryRun: true });
    expect(verdict?.counts.new).toBe(2);
    expect(verdict?.objects).toEqual([]);
    expect(readdirSync(join(staging, 'objects'))).toEqual([]);
  });

  it('verifies without keeping anything', async () => {
    const { verdict, staging } = await attempt(world, volumeOf(built), { discard: true });
    expect(verdict?.volumes).toHaveLength(1);
    expect(readdirSync(join(staging, 'objects'))).toEqual([]);
  });

  it('does not write again what the store holds', async () => {
    const [first] = world.lines;
    const { verdict, staging } = await attempt(world, volumeOf(built), {
      held: heldFile(world, [first?.sha256 ?? '']),
    });
    expect(verdict?.counts).toMatchObject({ new: 1, held: 1 });
    expect(verdict?.objects.map(({ sha256 }) => sha256)).toEqual([world.lines[1]?.sha256]);
    expect(readdirSync(join(staging, 'objects'))).toEqual([world.lines[1]?.sha256]);
  });

  it('needs the room that it says', async () => {
    expect((await attempt(world, volumeOf(built), { freeBytes: 24 })).code).toBe('NO_SPACE');
    expect((await attempt(world, volumeOf(built), { freeBytes: 25 })).verdict).toBeDefined();
    expect((await attempt(world, volumeOf(built), { freeBytes: 25, reserveBytes: 1 })).code).toBe('NO_SPACE');
  });
});

describe('a bundle that relies on what the site holds', () => {
  attack('incomplete', 'is complete with it and INCOMPLETE without', async () => {
    const world = createWorld(['carried', 'held before']);
    const held = world.lines[1]?.sha256 ?? '';
    const built = await build(world, { include: [0], reliesOn: [1] });
    expect((await attempt(world, volumeOf(built), { held: heldFile(world, [held]) })).verdict?.counts.held).toBe(1);
    const without = await attempt(world, volumeOf(built));
    expect(without.code).toBe('INCOMPLETE');
    expect(without.refusal?.missing).toEqual([held]);
    // What verified stays, so that the follow-up is small.
    expect(readdirSync(join(without.staging, 'objects'))).toEqual([world.lines[0]?.sha256]);
    world.remove();
  });
});

describe('other shapes', () => {
  it('has no objects', async () => {
    const world = createWorld([]);
    const built = await build(world);
    expect(built.manifest.volumes).toMatchObject([{ first: 1, last: 0 }]);
    expect((await attempt(world, volumeOf(built))).verdict?.objects).toEqual([]);
    world.remove();
  });

  it('has a packed inventory, an empty object and one above 8 MiB', async () => {
    const large = Buffer.alloc(9 * 1024 * 1024 + 7, 'large');
    const world = createWorld(['', large, 'x']);
    const built = await build(world, { inventory: { catalog: 1, bytes: world.inventory, encoding: 'gzip' } });
    const { verdict } = await attempt(world, volumeOf(built));
    expect(verdict?.objects).toHaveLength(3);
    expect(verdict?.inventory.lines).toBe(3);
    // Of the manifest: the clock says a day later, and is not certain.
    expect(verdict?.newFloor).toBe('2026-05-01T00:00:00Z');
    world.remove();
  });

  it('is large enough for a second thread, in the child process', async () => {
    const world = createWorld([Buffer.alloc(33 * 1024 * 1024, 'two threads')]);
    const built = await build(world);
    const stagingDir = freshDir(world, 'staging');
    const progress: number[] = [];
    const verdict = await runImportChild({
      path: volumeOf(built),
      context: siteContext(world),
      stagingDir,
      onProgress: ({ doneBytes }) => progress.push(doneBytes),
    });
    expect(verdict.volumes[0]?.sha256).toBe(digestOf(readVolumeBytes(built)));
    expect(progress.filter((bytes) => bytes > 0).length).toBeGreaterThan(1);
    world.remove();
  });
});
