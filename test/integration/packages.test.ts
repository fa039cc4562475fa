import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDeb } from '../../scripts/packages/deb.ts';
import { readLock } from '../../scripts/packages/locked.ts';
import { packageSpecs } from '../../scripts/packages/package-spec.ts';
import { filesIn } from '../../scripts/packages/runtime-tree.ts';
import { type Release, type Staged, stage } from '../../scripts/packages/stage.ts';
import { temporaryFolder } from '../support/commands.ts';
import { repositoryRoot } from '../support/sources.ts';

// What packages hold, and that it runs without the checkout. Packages themselves are installed by `make release-test`.

const folder = temporaryFolder('packages');
afterAll(folder.remove);

const release: Release = {
  root: repositoryRoot,
  version: '9.8.7',
  epoch: 1_700_000_000,
  lock: readLock(repositoryRoot),
  cache: join(folder.path, 'npm'),
};
const staged = new Map<string, Staged>();
beforeAll(() => {
  for (const spec of packageSpecs) staged.set(spec.name, stage(spec, 'x64', join(folder.path, spec.name), release));
}, 180_000);

const stagedOf = (name: string): Staged => {
  const found = staged.get(name);
  if (found === undefined) throw new Error(`${name} is not staged`);
  return found;
};

describe.each(packageSpecs.map((spec) => [spec.name, spec] as const))('the package %s', (name, spec) => {
  it('runs without the checkout', () => {
    const home = join(stagedOf(name).folder, spec.home);
    const run = spawnSync(join(home, 'node_modules/.bin/node'), [join(home, spec.command.file), '--version'], {
      encoding: 'utf8',
      cwd: folder.path,
      env: {},
    });
    expect(run).toMatchObject({ status: 0, stdout: expect.stringMatching(`^${spec.command.name} \\d`) as string });
  });

  it('has nothing that does not run', () => {
    const files = filesIn(stagedOf(name).folder);
    expect(files.filter((file) => /\.(map|ts|mts|cts|tsx)$|\/tests?\//.test(file))).toEqual([]);
    expect(files.filter((file) => file.endsWith('.node') && !file.endsWith('linux-x64.node'))).toEqual([]);
  });

  it('installs what its units start', () => {
    const { folder: at } = stagedOf(name);
    const units = filesIn(at).filter((file) => file.includes('/systemd/system/'));
    expect(units.length).toBeGreaterThan(0);
    for (const unit of units)
      for (const [path = ''] of readFileSync(join(at, unit), 'utf8').matchAll(/(?<=^Exec\w+=.*)\/opt\/[^\s%]+/gm))
        expect(existsSync(join(at, path.replace('/opt/sallyport/current/', '/opt/sallyport/package/'))), path).toBe(
          true,
        );
  });

  it('names the licence of every package whose code it has', () => {
    const text = readFileSync(join(stagedOf(name).folder, `usr/share/doc/${name}/copyright`), 'utf8');
    expect(stagedOf(name).components.length).toBeGreaterThan(5);
    for (const { name: component, version, license } of stagedOf(name).components) {
      expect(text).toContain(`the authors of ${component} ${version}\n`);
      expect(license).not.toBe('');
    }
  });

  it('has scripts that a plain shell reads', () => {
    const scripts = join(repositoryRoot, 'packaging', name);
    for (const file of readdirSync(scripts).filter((entry) => entry !== 'lintian-overrides'))
      expect(spawnSync('sh', ['-n', join(scripts, file)], { encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
  });
});

describe('the program in the package', () => {
  it('makes an appliance that is well', () => {
    const home = join(stagedOf('sallyport').folder, 'opt/sallyport/package');
    const data = join(folder.path, 'data');
    const run = (...args: string[]): string =>
      execFileSync(
        join(home, 'node_modules/.bin/node'),
        [join(home, 'appliance/bin/sallyport.js'), ...args, '--data', data, '--json'],
        {
          encoding: 'utf8',
          cwd: folder.path,
          env: { PATH: '/usr/bin:/bin' },
        },
      );
    run('init', '--site', 'aqtau-1', '--address', 'localhost');
    expect(JSON.parse(run('doctor'))).toMatchObject({ findings: [] });
  });
});

describe('a Debian package', () => {
  it('has the same bytes when it is made again, root as owner, and the time of the commit', () => {
    const { spec, folder: at } = stagedOf('sallyport-host');
    // Without the runtime, whose 120 MB only take time.
    const small: Staged = { ...stagedOf('sallyport-host'), folder: join(folder.path, 'small') };
    cpSync(at, small.folder, { recursive: true, preserveTimestamps: true });
    rmSync(join(small.folder, spec.home, 'node_modules/.bin/node'));
    const made = ['one', 'two'].map((name) => {
      mkdirSync(join(folder.path, name));
      return makeDeb(small, join(folder.path, name), release);
    });
    const [one = '', two = ''] = made;
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
    const list = execFileSync('dpkg-deb', ['-c', one], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });
    for (const line of list.trimEnd().split('\n'))
      expect(line).toMatch(/^[d-]rw[x-]r-[x-]r-[x-] root\/root .* 2023-11-14 22:13 /);
    const field = (name: string): string => execFileSync('dpkg-deb', ['-f', one, name], { encoding: 'utf8' }).trim();
    expect([field('Version'), field('Architecture')]).toEqual(['9.8.7', 'amd64']);
    expect(statSync(one).size).toBeGreaterThan(100_000);
  });

  it('says its version to its own scripts', () => {
    const { folder: at } = stagedOf('sallyport');
    const small: Staged = { ...stagedOf('sallyport'), folder: join(folder.path, 'scripts') };
    mkdirSync(join(small.folder, 'usr/share/doc/sallyport'), { recursive: true });
    cpSync(join(at, 'usr/share/doc/sallyport'), join(small.folder, 'usr/share/doc/sallyport'), { recursive: true });
    const deb = makeDeb(small, folder.path, release);
    expect(execFileSync('dpkg-deb', ['--info', deb, 'postinst'], { encoding: 'utf8' })).toContain('installed 9.8.7\n');
  });
});

describe('every package.json', () => {
  it('has the version of the repository', () => {
    const versionOf = (path: string): string =>
      (JSON.parse(readFileSync(join(repositoryRoot, path), 'utf8')) as { version: string }).version;
    for (const workspace of ['bundle-tools', 'ui', 'appliance', 'agent'])
      expect(versionOf(`${workspace}/package.json`)).toBe(versionOf('package.json'));
  });
});
