import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mediaService } from '../../appliance/src/features/media/service.ts';
import { consoleOf, openConsole } from '../../appliance/test/support/console.ts';
import { temporaryFolder } from '../support/commands.ts';
import { repositoryRoot } from '../support/sources.ts';

// What the script of the mount units leaves alone: real disks with partitions, of the kernel's loop devices. Volumes of LVM, dm-crypt and
// md, and a computer that booted from USB, are in test/release/own-disk.ts.

const run = (program: string, args: readonly string[], input = '', env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    input,
    env: { ...process.env, ...env },
  });
  return { status, stdout: (stdout ?? '').trim(), stderr };
};
const canLoop = process.getuid?.() === 0 && existsSync('/dev/loop-control') && run('losetup', ['--find']).status === 0;

describe.runIf(canLoop)('the mount script', () => {
  const folder = temporaryFolder('own-disk');
  const [media, etc, elsewhere] = ['media', 'etc', 'elsewhere'].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ];
  const refused = join(folder.path, 'refused');
  const env = {
    SALLYPORT_RUN: folder.path,
    SALLYPORT_OWNER: 'root',
    SALLYPORT_PATIENCE: '2',
    SALLYPORT_ETC: etc,
  };
  let disk = '';
  let count = 0;

  const script = (verb: string, path: string, more: Record<string, string> = {}) =>
    run(join(repositoryRoot, 'systemd/sallyport-media'), [verb, basename(path)], '', { ...env, ...more });
  const flagOf = (path: string): string => run('blockdev', ['--getro', path]).stdout;
  const tag = (path: string, name: string): string => run('blkid', ['-p', '-o', 'value', '-s', name, path]).stdout;
  const why = (path: string): string[] =>
    readFileSync(join(refused, basename(path)), 'utf8')
      .split('\n')
      .slice(0, 3);
  const mounted = (): string[] =>
    readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '')
      .filter((path) => path.startsWith(`${media}/`));

  /** A disk of 64 MiB; of two partitions where `table` is given. */
  const plugIn = (table?: string): readonly [string, string] => {
    count += 1;
    const image = join(folder.path, `${count}.img`);
    writeFileSync(image, '');
    truncateSync(image, 64 * 1024 * 1024);
    if (table !== undefined) expect(run('sfdisk', ['-q', image], table)).toMatchObject({ status: 0 });
    const loop = run('losetup', ['--find', '--show', image]);
    expect(loop).toEqual({ status: 0, stdout: expect.stringMatching(/^\/dev\/loop\d+$/) as string, stderr: '' });
    disk = loop.stdout;
    // A loop device keeps the flag of its last one.
    run('blockdev', ['--setrw', disk]);
    if (table === undefined) return [disk, disk];
    // And its partitions, where somebody still held one when they were taken off: --add refuses those, --update replaces them.
    const parts = [`${disk}p1`, `${disk}p2`] as const;
    expect(run('partx', ['--update', disk])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(parts.filter((path) => !existsSync(path))).toEqual([]);
    return parts;
  };
  const twoPartitions = 'label: gpt\nsize=20M, name="system part"\nname=spare\n';
  const format = (path: string, label: string): void => {
    expect(run('mkfs.ext4', ['-q', '-F', '-L', label, path])).toMatchObject({ status: 0 });
  };
  const own = (): readonly [string, string] => {
    const parts = plugIn(twoPartitions);
    for (const [at, path] of parts.entries()) format(path, `PART ${at}`);
    return parts;
  };

  beforeEach(() => {
    rmSync(etc, { recursive: true, force: true });
    for (const path of [media, etc, elsewhere]) mkdirSync(path, { recursive: true });
    for (const name of ['fstab', 'crypttab']) writeFileSync(join(etc, name), '');
  });
  afterEach(() => {
    run('umount', [elsewhere]);
    for (const path of [disk, `${disk}p1`, `${disk}p2`]) if (existsSync(path)) script('unmount', path);
    run('partx', ['--delete', disk]);
    run('losetup', ['--detach', disk]);
  });
  afterAll(() => folder.remove());

  /** Neither mounted nor set read-only, nor let go of as if it had been, and it is said why. */
  const expectLeftAlone = (path: string, reason: readonly string[]): void => {
    const paths = [disk, `${disk}p1`, `${disk}p2`].filter((one) => existsSync(one));
    const before = paths.map(flagOf);
    const { status, stderr } = script('mount', path);
    expect(mounted()).toEqual([]);
    expect(paths.map(flagOf)).toEqual(before);
    expect(why(disk)).toEqual(reason);
    expect(status).toBe(0);
    expect(stderr).toContain(`${path} is not mounted`);
    expect(script('unmount', path)).toMatchObject({ status: 0 });
    expect(paths.map(flagOf)).toEqual(before);
    expect(readdirSync(refused)).toEqual([]);
  };

  it('leaves a disk alone of which another partition is mounted', () => {
    const [first, second] = own();
    expect(run('mount', [first, elsewhere])).toMatchObject({ status: 0 });
    expectLeftAlone(second, ['own-mounted', basename(first), elsewhere]);
    writeFileSync(join(elsewhere, 'still'), 'writable');
  });

  it('leaves a disk alone that is mounted itself, writable as it is', () => {
    const [whole] = plugIn();
    format(whole, 'WHOLE');
    expect(run('mount', [whole, elsewhere])).toMatchObject({ status: 0 });
    expectLeftAlone(whole, ['own-mounted', basename(whole), elsewhere]);
    writeFileSync(join(elsewhere, 'still'), 'writable');
  });

  it.each([
    ['UUID', (path: string) => `UUID=${tag(path, 'UUID')}`],
    ['quoted UUID', (path: string) => `UUID="${tag(path, 'UUID').toUpperCase()}"`],
    ['label', () => 'LABEL=PART\\0400'],
    ['UUID of a partition', (path: string) => `PARTUUID=${tag(path, 'PART_ENTRY_UUID')}`],
    ['label of a partition', () => 'PARTLABEL=system\\040part'],
    ['device', (path: string) => path],
  ])('leaves a disk alone that fstab names by its %s', (_what, source) => {
    const [first, second] = own();
    writeFileSync(join(etc, 'fstab'), `# <source>\n${source(first)}\t/srv/data ext4 noauto 0 2\n`);
    expectLeftAlone(second, ['own-listed', basename(first), `${etc}/fstab`]);
    // The named partition no less.
    expectLeftAlone(first, ['own-listed', basename(first), `${etc}/fstab`]);
  });

  it('leaves a disk alone that crypttab names', () => {
    const [first, second] = own();
    writeFileSync(join(etc, 'crypttab'), `vault PARTUUID=${tag(first, 'PART_ENTRY_UUID')} none luks,noauto\n`);
    expectLeftAlone(second, ['own-listed', basename(first), `${etc}/crypttab`]);
  });

  it('leaves a disk alone that a unit of systemd mounts', () => {
    const [first, second] = own();
    mkdirSync(join(etc, 'systemd/system'), { recursive: true });
    const unit = join(etc, 'systemd/system/srv.mount');
    writeFileSync(unit, `[Mount]\nWhat=/dev/disk/by-nothing\nWhere=/srv\n`);
    expect(script('mount', second)).toMatchObject({ status: 0 });
    expect(mounted()).toHaveLength(1);
    script('unmount', second);
    writeFileSync(unit, `[Mount]\nWhat=${first}\nWhere=/srv\n`);
    expectLeftAlone(second, ['own-listed', basename(first), unit]);
  });

  it('leaves a disk alone that has a part of a volume, which nothing stands on yet', () => {
    const [first, second] = own();
    expect(run('pvcreate', ['-q', '-y', '-ff', first])).toMatchObject({ status: 0 });
    expectLeftAlone(second, ['own-volume', basename(first), 'LVM2_member']);
  });

  it('mounts both partitions of a stick, and writes to one of them', () => {
    const [first, second] = own();
    writeFileSync(
      join(etc, 'fstab'),
      'UUID=00000000-0000-0000-0000-000000000000 / ext4 defaults 0 1\n/dev/absent /x ext4\n',
    );
    for (const path of [first, second]) expect(script('mount', path)).toMatchObject({ status: 0, stderr: '' });
    expect(mounted()).toHaveLength(2);
    expect([first, second].map(flagOf)).toEqual(['1', '1']);
    for (const path of [first, second]) script('unmount', path);
    expect([first, second].map(flagOf)).toEqual(['0', '0']);
    expect(readdirSync(media)).toEqual([]);
  });

  it('leaves the flag as it was found where the file system cannot be mounted', () => {
    const [whole] = plugIn();
    // A file system that is longer than its device.
    run('mkfs.ext4', ['-q', '-F', whole]);
    run('losetup', ['--detach', whole]);
    truncateSync(join(folder.path, `${count}.img`), 8 * 1024 * 1024);
    disk = run('losetup', ['--find', '--show', join(folder.path, `${count}.img`)]).stdout;
    expect(script('mount', disk).status).toBe(1);
    expect(flagOf(disk)).toBe('0');
    expect(readdirSync(media)).toEqual([]);
    expect(why(disk)).toEqual(['unmountable', basename(disk), 'ext4']);
    // The end of a failed unit keeps the reason, for as long as the device is there.
    expect(script('unmount', disk, { SERVICE_RESULT: 'exit-code' })).toMatchObject({ status: 0 });
    expect(why(disk)[0]).toBe('unmountable');
    expect(flagOf(disk)).toBe('0');
    // One whose time was over before anything was said has a reason all the same.
    expect(script('unmount', disk)).toMatchObject({ status: 0 });
    expect(script('unmount', disk, { SERVICE_RESULT: 'timeout' })).toMatchObject({ status: 0 });
    expect(why(disk)).toEqual(['unmountable', basename(disk), 'timeout']);
  });

  it('leaves a device read-only that was read-only when it was found, and does not write to it', () => {
    const [whole] = plugIn();
    format(whole, 'KEPT');
    run('blockdev', ['--setro', whole]);
    expect(script('mount', whole)).toMatchObject({ status: 0 });
    mkdirSync(join(folder.path, 'write'), { recursive: true });
    const flag = join(folder.path, 'write', basename(whole));
    writeFileSync(flag, '');
    expect(script('write', whole)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('was read-only') as string,
    });
    expect(existsSync(flag)).toBe(false);
    expect(mounted()).toHaveLength(1);
    expect(script('unmount', whole)).toMatchObject({ status: 0 });
    expect(flagOf(whole)).toBe('1');
    run('blockdev', ['--setrw', whole]);
  });

  it('takes back the question for a medium that is not mounted', () => {
    const [whole] = plugIn();
    mkdirSync(join(folder.path, 'write'), { recursive: true });
    const flag = join(folder.path, 'write', basename(whole));
    writeFileSync(flag, '');
    expect(script('write', whole)).toMatchObject({ status: 1 });
    // Else the path unit asks for ever.
    expect(existsSync(flag)).toBe(false);
  });

  it.each([
    ['NTFS', 'file-system', 'ntfs', ['mkntfs', '-q', '-F', '-f']],
    ['an encrypted medium', 'encrypted', 'crypto_LUKS', ['cryptsetup', '-q', 'luksFormat', '--pbkdf', 'pbkdf2']],
  ] as const)('names %s as not read, and does not touch it', (_name, code, type, [program, ...args]) => {
    const [whole] = plugIn();
    expect(run(program, [...args, whole], 'secret of the test')).toMatchObject({ status: 0 });
    expectLeftAlone(whole, [code, basename(whole), type]);
  });

  it('says on the page of media, by call and by command why a disk was left alone', async () => {
    const site = await openConsole();
    try {
      const { appliance } = site;
      const media = mediaService({
        folders: () => [],
        exchange: appliance.exchange,
        clock: () => 0,
        refused: { refusedDir: refused, blockDir: '/sys/class/block' },
      });
      const viewer = await consoleOf({ ...appliance, media }, site.dataDir, site.linkPath).as('viewer');
      const page = async (lang: string): Promise<string> =>
        (await viewer.get(paths.exchangeReceive(), { 'accept-language': lang })).text();
      expect(await page('en')).toContain('No medium is plugged in');

      const [first, second] = own();
      run('mount', [first, elsewhere]);
      script('mount', second);
      const part = basename(first);
      expect(await page('en')).toMatch(
        new RegExp(
          String.raw`No medium[\s\S]*disk of the computer itself[\s\S]*${part} of this disk is mounted on ${elsewhere}`,
        ),
      );
      expect(await page('ru')).toContain(`Раздел ${part} этого диска смонтирован в ${elsewhere}. Он не подключён`);
      expect(await page('kk')).toContain(`Осы дискінің ${part} бөлімі ${elsewhere} ішіне монтаждалған. Ол қосылған да`);
      // It is no place for a request.
      expect(await (await viewer.get(paths.exchangeSend())).text()).not.toContain(disk);
      const found = { part, detail: elsewhere };
      expect(await media.list()).toMatchObject([{ path: disk, fault: 'own-mounted', found, writable: 'no' }]);
      await expect(media.withWritable(disk, () => 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });

      script('unmount', second);
      expect(await media.list()).toEqual([]);
      // A reason of a device that is gone is none; one that is no reason is shown as that.
      writeFileSync(join(refused, 'absent1'), 'own-mounted\nabsent1\n/\n');
      writeFileSync(join(refused, basename(disk)), '<b>\n');
      expect(await media.list()).toMatchObject([{ path: disk, fault: 'unknown' }]);
    } finally {
      await site.close();
    }
  });
});
