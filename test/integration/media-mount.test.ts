import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mediaMounts, readMountinfo } from '../../appliance/src/features/media/mounts.ts';
import { mediaService } from '../../appliance/src/features/media/service.ts';
import { temporaryFolder } from '../support/commands.ts';
import { repositoryRoot } from '../support/sources.ts';
import { until } from '../support/until.ts';

// The script of the mount units, with real block devices and a real file system, ext4 of the kernel. The units and the rule are checked by the tools that will read them.

const systemd = (name: string): string => join(repositoryRoot, 'systemd', name);
const ext4 = ['mkfs.ext4', '-q', '-L'];
const imageBytes = 8 * 1024 * 1024;

const run = (program: string, args: readonly string[], env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  return { status, stdout, stderr };
};
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const works = (program: string, args: readonly string[]): boolean => run(program, args).status === 0;
const canLoop = process.getuid?.() === 0 && existsSync('/dev/loop-control') && works('losetup', ['--find']);
describe('the mount script', () => {
  const folder = temporaryFolder('mount');
  const env = { SALLYPORT_RUN: folder.path, SALLYPORT_OWNER: 'root', SALLYPORT_PATIENCE: '2' };
  const media = join(folder.path, 'media');
  const flags = join(folder.path, 'write');
  for (const part of [media, flags]) mkdirSync(part, { recursive: true });
  let device = '';
  let count = 0;
  let watching: ChildProcess | undefined;

  const script = (verb: string, name = basename(device)) => run(systemd('sallyport-media'), [verb, name], env);
  const mounts = () => mediaMounts(readMountinfo(), [media]);
  const optionsOf = (path: string): string =>
    readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .find((line) => line.includes(` ${path} `))
      ?.split(' ')[5] ?? '';
  const plugIn = (make: readonly string[], label: string): void => {
    count += 1;
    const image = join(folder.path, `${count}.img`);
    const fd = openSync(image, 'wx');
    ftruncateSync(fd, imageBytes);
    closeSync(fd);
    const [program = '', ...args] = make;
    expect(run(program, [...args, label, image])).toMatchObject({ status: 0 });
    device = run('losetup', ['--find', '--show', image]).stdout.trim();
    // A loop device keeps the flag of its last one.
    run('blockdev', ['--setrw', device]);
  };
  const takeOut = (): void => {
    if (device !== '') run('losetup', ['--detach', device]);
    device = '';
  };
  /** What sallyport-media-write@.path does: starts the unit when the file is there. */
  const watch = (): void => {
    const name = basename(device);
    const wait = `while [ ! -e "${join(flags, name)}" ]; do sleep 0.1; done; exec "${systemd('sallyport-media')}" write ${name}`;
    watching = spawn('/bin/sh', ['-c', wait], { env: { ...process.env, ...env }, stdio: 'ignore' });
  };
  const service = () =>
    mediaService({
      folders: (name) => (name === 'exchange.media-roots' ? [media] : []),
      exchange: { state: () => ({ site: 'x', openRequests: [] }) as never, importedWith: () => undefined },
      clock: () => 0,
      writeRequests: { mediaDir: media, requestsDir: flags },
    });

  // Other tests take copies of all mounts for themselves while this runs: those of a shared place go when they go here, too.
  const share = (): void => {
    if (!canLoop) return;
    run('mount', ['--bind', folder.path, folder.path]);
    run('mount', ['--make-shared', folder.path]);
  };
  const unshare = (): void => void (canLoop && run('umount', [folder.path]));

  beforeAll(share);
  beforeEach(() => {
    device = '';
  });
  afterEach(() => {
    watching?.kill('SIGKILL');
    if (device !== '') script('unmount');
    takeOut();
  });
  afterAll(() => {
    unshare();
    folder.remove();
  });

  it.runIf(canLoop)('is mounted read-only, without devices, programs and other rights, and goes again', () => {
    plugIn(ext4, 'COURIER');
    const before = sha256(device);
    expect(script('mount')).toMatchObject({ status: 0 });
    const [mount] = mounts();
    expect(mount).toMatchObject({ path: join(media, `COURIER-${basename(device)}`), device, readOnly: true });
    const options = optionsOf(mount?.path ?? '').split(',');
    expect(options).toEqual(expect.arrayContaining(['ro', 'nosuid', 'nodev', 'noexec']));
    expect(() => writeFileSync(join(mount?.path ?? '', 'x'), '')).toThrow(/EROFS/);
    expect(run('blockdev', ['--getro', device]).stdout.trim()).toBe('1');
    // Twice is a fault and changes nothing.
    expect(script('mount').status).toBe(1);
    expect(mounts()).toHaveLength(1);
    expect(script('unmount')).toMatchObject({ status: 0 });
    expect(readdirSync(media)).toEqual([]);
    expect(script('unmount')).toMatchObject({ status: 0 });
    // Not a byte of it is another one.
    expect(sha256(device)).toBe(before);
  });

  it.runIf(canLoop)('is writable for one export and read-only after it', async () => {
    plugIn(ext4, 'COURIER');
    script('mount');
    watch();
    const listed = service();
    const [medium] = await listed.list();
    expect(medium).toMatchObject({ label: 'COURIER', readOnly: true, writable: 'on-request' });
    const path = medium?.path ?? '';
    await listed.withWritable(path, (target) => {
      expect(mounts()[0]?.readOnly).toBe(false);
      expect(optionsOf(target).split(',')).toEqual(expect.arrayContaining(['nosuid', 'nodev', 'noexec']));
      writeFileSync(join(target, 'answer'), 'written');
    });
    expect(mounts()).toMatchObject([{ path, readOnly: true }]);
    expect(readFileSync(join(path, 'answer'), 'utf8')).toBe('written');
    expect(readdirSync(flags)).toEqual([]);
  });

  it.runIf(canLoop).each([
    ['vfat', ['mkfs.vfat', '-n']],
    ['exfat', ['mkfs.exfat', '-L']],
  ] as const)('tells the driver of %s that it is for the appliance alone', (kind, make) => {
    // The kernel here may have no driver: what mount(8) is asked for is written down instead.
    const programs = join(folder.path, `programs-${kind}`);
    mkdirSync(programs);
    writeFileSync(join(programs, 'mount'), `#!/bin/sh\necho "$@" > '${programs}/asked'\n`, { mode: 0o755 });
    plugIn(make, 'COURIER');
    const path = `${programs}:${process.env['PATH'] ?? ''}`;
    expect(run(systemd('sallyport-media'), ['mount', basename(device)], { ...env, PATH: path })).toMatchObject({
      status: 0,
    });
    const [flag, type, , options, source] = readFileSync(join(programs, 'asked'), 'utf8').trim().split(' ');
    expect([flag, type, source]).toEqual(['-t', kind, device]);
    expect(options?.split(',')).toEqual(
      expect.arrayContaining(['ro', 'nodev', 'nosuid', 'noexec', 'uid=0', 'gid=0', 'umask=0077']),
    );
    // What a computer that lost its power leaves is no hindrance.
    expect(run(systemd('sallyport-media'), ['mount', basename(device)], { ...env, PATH: path })).toMatchObject({
      status: 0,
    });
    expect(script('unmount')).toMatchObject({ status: 0 });
  });

  it.runIf(canLoop)('makes a plain name of any label, and never one that leads elsewhere', () => {
    plugIn(ext4, '../..//a b$(x)');
    expect(script('mount')).toMatchObject({ status: 0 });
    const names = readdirSync(media);
    expect(names).toHaveLength(1);
    expect(names[0]).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
    expect(script('unmount')).toMatchObject({ status: 0 });
  });

  it.runIf(canLoop).each([
    ['ext4', ext4, 'Цех-3 Қаз', 'Цех_3_Қаз'],
    // Its maker does not write other letters; Windows does, a byte each.
    ['vfat', ['mkfs.vfat', '-n'], 'SHIFT NAME', 'ЗАВОД_ПЁ2'],
  ] as const)('keeps the Cyrillic letters of a label on %s', (kind, make, label, name) => {
    plugIn(make, label);
    const bytes = readFileSync(device);
    // ЗАВОД ПЁ2 in code page 866.
    const inWindows = Buffer.from('8780828e84208ff03220', 'hex');
    for (let at = bytes.indexOf(label); kind === 'vfat' && at !== -1; at = bytes.indexOf(label))
      bytes.set(inWindows, at);
    writeFileSync(device, bytes);
    const programs = join(folder.path, `labelled-${kind}`);
    mkdirSync(programs);
    // The kernel here may have no driver.
    writeFileSync(join(programs, 'mount'), '#!/bin/sh\n', { mode: 0o755 });
    const path = `${programs}:${process.env['PATH'] ?? ''}`;
    expect(run(systemd('sallyport-media'), ['mount', basename(device)], { ...env, PATH: path })).toMatchObject({
      status: 0,
    });
    expect(readdirSync(media)).toEqual([`${name}-${basename(device)}`]);
    expect(script('unmount')).toMatchObject({ status: 0 });
  });

  it.runIf(canLoop)('is not made writable while somebody reads it', () => {
    plugIn(ext4, 'BUSY');
    script('mount');
    const fd = openSync(mounts()[0]?.path ?? '', 'r');
    try {
      writeFileSync(join(flags, basename(device)), '');
      expect(script('write')).toMatchObject({ status: 1, stderr: expect.stringContaining('in use') as string });
      expect(mounts()[0]?.readOnly).toBe(true);
      // The asking ends with the refusal, so that it is not tried for ever.
      expect(readdirSync(flags)).toEqual([]);
    } finally {
      closeSync(fd);
    }
  });

  it.runIf(canLoop)('waits for who only looks at it', async () => {
    plugIn(ext4, 'LOOK');
    script('mount');
    const { path = '' } = mounts()[0] ?? {};
    const looking = spawn('/bin/sh', ['-c', 'exec sleep 1'], { cwd: path, stdio: 'ignore' });
    watch();
    try {
      expect(await service().withWritable(path, () => mounts()[0]?.readOnly)).toBe(false);
    } finally {
      looking.kill('SIGKILL');
    }
    expect(mounts()[0]?.readOnly).toBe(true);
  });

  it.runIf(canLoop)('goes also when its device is gone and somebody holds a file', async () => {
    plugIn(ext4, 'GONE');
    script('mount');
    const fd = openSync(mounts()[0]?.path ?? '', 'r');
    const gone = device;
    try {
      expect(script('unmount')).toMatchObject({ status: 0 });
      expect(mounts()).toEqual([]);
    } finally {
      closeSync(fd);
    }
    takeOut();
    // The kernel lets go of the device once nobody holds anything of it.
    await until(
      () => !run('losetup', ['--list', '--noheadings', '--output', 'NAME']).stdout.split('\n').includes(gone),
    );
  });

  it('refuses names that are no devices, verbs that are none, and what holds no file system', () => {
    expect(script('mount', '../sdb1')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no name') as string,
    });
    expect(script('mount', 'null')).toMatchObject({ status: 1, stderr: expect.stringContaining('no block') as string });
    expect(script('format', 'sdb1').status).toBe(1);
    expect(run(systemd('sallyport-media'), ['mount'], env).status).toBe(1);
    expect(readdirSync(media)).toEqual([]);
  });
});

describe('the units and the rule', () => {
  const units = [
    'sallyport.service',
    'sallyport-media@.service',
    'sallyport-media-write@.service',
    'sallyport-media-write@.path',
  ];

  it.runIf(works('systemd-analyze', ['--version']))('are what systemd reads', () => {
    const folder = temporaryFolder('units');
    try {
      const check = (text: (name: string) => string) => {
        for (const name of units) {
          // The programs lie elsewhere once they are installed.
          const body = text(name)
            .replaceAll('/opt/sallyport/current/systemd/', `${systemd('')}/`)
            .replace(/\/opt\/\S+\/node /, '/bin/true ');
          writeFileSync(join(folder.path, name.replace('@', '@sdb1')), body);
        }
        return run('systemd-analyze', [
          'verify',
          '--man=no',
          ...units.map((name) => join(folder.path, name.replace('@', '@sdb1'))),
        ]);
      };
      const good = check((name) => readFileSync(systemd(name), 'utf8'));
      expect(good).toMatchObject({ status: 0, stderr: '' });
      const bad = check((name) => readFileSync(systemd(name), 'utf8').replace('NoNewPrivileges=', 'NoNewPrivilege='));
      expect(bad.stderr).toContain('NoNewPrivilege');
    } finally {
      folder.remove();
    }
  });

  it.runIf(works('udevadm', ['--version']))('are what udev reads', () => {
    expect(run('udevadm', ['verify', systemd('70-sallyport-media.rules')])).toMatchObject({ status: 0 });
  });
});
