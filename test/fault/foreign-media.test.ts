import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandProcess } from '../support/command-process.ts';
import { type Outcome, temporaryFolder } from '../support/commands.ts';
import { canMount, type ForeignMedium, mountImage } from '../support/foreign-medium.ts';
import { copyData, look } from './fault-site.ts';
import { makeRealPair } from './real-pair.ts';

// A bundle of three volumes on three FAT32 sticks, taken in the wrong order, one of them damaged: the real commands of both
// sides on real file systems.

const MiB = 1024 * 1024;
const can = canMount.fat32();

type Volume = { n: number; file: string; sha256: string; path: string };

describe.skipIf(!can)('three volumes on three FAT32 sticks', () => {
  const commands = commandProcess();
  const { command, tryCommand } = commands;
  const folder = temporaryFolder('foreign-media');
  const sticks: ForeignMedium[] = [];
  let pair: Awaited<ReturnType<typeof makeRealPair>>;
  let bundleId = '';
  let volumes: Volume[] = [];
  let bad = { image: '', at: 0, byte: 0 };

  const stick = (n: number): ForeignMedium => {
    const found = sticks[n - 1];
    if (found === undefined) throw new Error(`there is no stick ${n}`);
    return found;
  };
  const importFrom = (data: readonly string[], ...numbers: number[]): Promise<Outcome> =>
    tryCommand('sallyport', ['bundle', 'import', ...numbers.map((n) => stick(n).path), ...data, '--json']);
  const tarOn = (n: number): string => {
    const [name] = readdirSync(stick(n).path).filter((each) => each.endsWith('.tar'));
    return join(stick(n).path, name ?? '');
  };

  /** Flips a bit of a volume's last object in the image below the file system. */
  const damage = async (n: number): Promise<void> => {
    const path = stick(n).path;
    const bytes = readFileSync(tarOn(n));
    const piece = bytes.subarray(bytes.length - 4096, bytes.length - 3072);
    await stick(n).remove();
    const image = `${path}.img`;
    const at = readFileSync(image).indexOf(piece);
    expect(at).toBeGreaterThan(0);
    bad = { image, at, byte: piece[0] ?? 0 };
    const fd = openSync(image, 'r+');
    writeSync(fd, Buffer.of(bad.byte ^ 1), 0, 1, at);
    closeSync(fd);
    await stick(n).again();
  };

  beforeAll(async () => {
    pair = await makeRealPair(folder.path, commands);
    for (const n of [1, 2, 3])
      sticks.push(
        await mountImage(join(folder.path, `stick-${n}`), { kind: 'fat32', label: `STICK${n}`, sizeBytes: 48 * MiB }),
      );
    for (const source of ['aa', 'bb', 'cc']) await pair.advise(source, { count: 60, bytesEach: 2_800 });
    // The request goes out on the first stick, and the host puts what it has on the same one.
    const { path } = await command<{ path: string }>(
      'sallyport',
      'request',
      'export',
      '--out',
      stick(1).path,
      ...pair.data,
    );
    expect(readdirSync(stick(1).path)).toContain(basename(path));
    await stick(1).again();
    const { bundles } = await command<{ bundles: { bundleId: string; volumes: Volume[] }[] }>(
      'sallyport-bundle',
      'fulfil',
      '--media',
      stick(1).path,
      ...pair.state,
      ...pair.curator,
      '--volume-size',
      '120K',
    );
    ({ bundleId = '', volumes = [] } = bundles[0] ?? {});
    copyData(pair.at('site'), pair.at('twin'));
  });
  afterAll(async () => {
    for (const each of sticks) {
      await each.remove();
      spawnSync('umount', ['-l', each.path], { stdio: 'ignore' });
    }
    folder.remove();
  });

  it('are written by the host, and made again for the other sticks bit by bit', async () => {
    expect(volumes.map(({ n }) => n)).toEqual([1, 2, 3]);
    for (const n of [2, 3]) {
      const args = ['rebuild', bundleId, '--volume', `${n}`, '--media', stick(n).path, ...pair.state];
      await command('sallyport-bundle', ...args);
      const { file } = volumes[n - 1] ?? { file: '' };
      expect(readFileSync(join(stick(n).path, file)).equals(readFileSync(join(stick(1).path, file)))).toBe(true);
      rmSync(join(stick(1).path, file));
    }
    for (const n of [1, 2, 3]) {
      await stick(n).again({ readOnly: n === 3 });
      expect(readdirSync(stick(n).path).filter((name) => name.endsWith('.tar'))).toEqual([volumes[n - 1]?.file]);
    }
    await damage(2);
  });

  it('wait for each other in any order, and the damaged one is named', async () => {
    const before = look(pair.at('site'));
    const third = await importFrom(pair.data, 3);
    expect(third.status).toBe(1);
    expect(JSON.parse(third.stdout)).toMatchObject({ result: 'partial', summary: { missingVolumes: [1, 2] } });
    expect(third.stderr).toContain('VOLUMES_MISSING: 1 of 3, missing 1, 2');
    const second = await importFrom(pair.data, 2);
    expect(second.status).toBe(1);
    expect(JSON.parse(second.stdout)).toMatchObject({
      error: 'HASH',
      message: expect.stringMatching(/^volume 2 of 3: /),
    });
    const first = await importFrom(pair.data, 1);
    expect(JSON.parse(first.stdout)).toMatchObject({ result: 'partial', summary: { missingVolumes: [2] } });
    expect(look(pair.at('site'))).toMatchObject({ seq: before.seq, inventory: before.inventory, open: 1 });
  });

  it('are taken by one command but for the damaged one, which it names', async () => {
    const done = await importFrom(['--data', pair.at('twin')], 3, 2, 1);
    expect(done.status).toBe(1);
    expect(JSON.parse(done.stdout)).toMatchObject({
      error: 'HASH',
      message: expect.stringMatching(/^volume 2 of 3: /),
    });
  });

  it('come into force once the damaged one was made again', async () => {
    rmSync(tarOn(2));
    const rebuilt = await command<{ volumes: Volume[] }>(
      'sallyport-bundle',
      'rebuild',
      bundleId.slice(0, 8),
      '--volume',
      '2',
      '--media',
      stick(2).path,
      ...pair.state,
    );
    expect(rebuilt.volumes).toMatchObject([{ n: 2, sha256: volumes[1]?.sha256 }]);
    await stick(2).again({ readOnly: true });
    for (const data of [pair.data, ['--data', pair.at('twin')]]) {
      const done = await importFrom(data, 2);
      expect(done, done.stderr + done.stdout).toMatchObject({ status: 0 });
      expect(JSON.parse(done.stdout)).toMatchObject({ result: 'imported' });
      const doctor = await tryCommand('sallyport', ['doctor', ...data]);
      expect(doctor, doctor.stdout).toMatchObject({ status: 0 });
    }
    expect(look(pair.at('site'))).toMatchObject({ seq: 1, feeds: 3, open: 0 });
    const again = await importFrom(pair.data, 1);
    expect(JSON.parse(again.stdout)).toMatchObject({ result: 'already' });
  });

  it('that are full take neither a request nor a volume, and nothing half of it', async () => {
    await stick(1).again();
    rmSync(tarOn(1));
    const names = readdirSync(stick(1).path);
    await stick(1).remove();
    const image = `${stick(1).path}.img`;
    const ballast: string[] = [];
    for (const sizeBytes of [8 * MiB, MiB, 64 * 1024, 4096, 512]) {
      const piece = join(folder.path, 'piece');
      writeFileSync(piece, Buffer.alloc(sizeBytes, 1));
      for (;;) {
        const name = `b${ballast.length}.bin`;
        if (spawnSync('mcopy', ['-i', image, piece, `::${name}`]).status !== 0) break;
        ballast.push(name);
      }
    }
    expect(ballast.length).toBeGreaterThan(5);
    await stick(1).again();
    const request = await tryCommand('sallyport', [
      'request',
      'export',
      '--out',
      stick(1).path,
      ...pair.data,
      '--json',
    ]);
    // fusefat calls it EIO when its last cluster is taken.
    expect(JSON.parse(request.stdout)).toMatchObject({ error: expect.stringMatching(/^(?:NO_SPACE|MEDIUM_IO)$/) });
    const volume = await tryCommand('sallyport-bundle', [
      'rebuild',
      bundleId,
      '--volume',
      '1',
      '--media',
      stick(1).path,
      ...pair.state,
      '--json',
    ]);
    expect(volume.stderr + volume.stdout).toMatch(/NO_SPACE|"left":\[1\]/);
    expect(readdirSync(stick(1).path).sort()).toEqual([...names, ...ballast].sort());
    await stick(1).remove();
    spawnSync('mdel', ['-i', image, ...ballast.map((name) => `::${name}`)]);
    await stick(1).again();
    const { path } = await command<{ path: string }>(
      'sallyport',
      'request',
      'export',
      '--out',
      stick(1).path,
      ...pair.data,
    );
    await stick(1).again();
    expect(readFileSync(path).subarray(0, 8).toString()).toBe('SPSEAL01');
  });

  it('that are read-only take no request', async () => {
    await stick(3).again({ readOnly: true });
    const request = await tryCommand('sallyport', [
      'request',
      'export',
      '--out',
      stick(3).path,
      ...pair.data,
      '--json',
    ]);
    expect(request.status).toBe(1);
    expect(JSON.parse(request.stdout)).toMatchObject({ error: 'MEDIUM_IO' });
  });

  it.skipIf(!canMount.exfat())('may as well lie on exFAT', async () => {
    const disk = await mountImage(join(folder.path, 'exfat'), { kind: 'exfat', label: 'DISK', sizeBytes: 48 * MiB });
    try {
      for (const source of ['aa', 'bb']) await pair.advise(source, { count: 70, bytesEach: 2_800 });
      await command('sallyport', 'request', 'export', '--out', disk.path, ...pair.data);
      await disk.again();
      await command(
        'sallyport-bundle',
        'fulfil',
        '--media',
        disk.path,
        ...pair.state,
        ...pair.curator,
        '--volume-size',
        '300K',
      );
      // What a Mac leaves beside each file.
      for (const name of readdirSync(disk.path)) writeFileSync(join(disk.path, `._${name}`), 'left by a Mac');
      await disk.again({ readOnly: true });
      const tars = readdirSync(disk.path).filter((name) => /^[^.].*\.tar$/.test(name));
      expect(tars.length).toBeGreaterThan(0);
      const copies = tars.map((name) => readFileSync(join(disk.path, name)));
      const done = await tryCommand('sallyport', ['bundle', 'import', disk.path, ...pair.data, '--json']);
      expect(done, done.stderr + done.stdout).toMatchObject({ status: 0 });
      expect(look(pair.at('site'))).toMatchObject({ seq: 2, open: 0 });
      for (const [index, name] of tars.entries())
        expect(copies[index]?.equals(readFileSync(join(disk.path, name)))).toBe(true);
    } finally {
      await disk.remove();
    }
  });
});

if (!can)
  it('three volumes on three FAT32 sticks', (context) =>
    context.skip('takes root, /dev/fuse, fusefat, dosfstools, mtools'));
