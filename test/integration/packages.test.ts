import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importerVersion } from '@sallyport/bundle-tools/importer/bind';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDeb } from '../../scripts/packages/deb.ts';
import { readLock } from '../../scripts/packages/locked.ts';
import { packageSpecs } from '../../scripts/packages/package-spec.ts';
import { makeRpm } from '../../scripts/packages/rpm.ts';
import { filesIn } from '../../scripts/packages/runtime-tree.ts';
import { sbomOf } from '../../scripts/packages/sbom.ts';
import { type Release, type Staged, stage } from '../../scripts/packages/stage.ts';
import { releaseKeysIn, writeSums } from '../../scripts/packages/sums.ts';
import { command, temporaryFolder } from '../support/commands.ts';
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
beforeAll(async () => {
  for (const spec of packageSpecs)
    staged.set(spec.name, await stage(spec, 'x64', join(folder.path, spec.name), release));
}, 180_000);

const stagedOf = (name: string): Staged => {
  const found = staged.get(name);
  if (found === undefined) throw new Error(`${name} is not staged`);
  return found;
};

/** The file or the runtime that is started, and what is given to it. */
const startOf = (name: string): [string, ...string[]] => {
  const { folder: at, spec } = stagedOf(name);
  if ('executable' in spec.program) return [join(at, spec.program.executable)];
  const home = join(at, spec.program.home);
  return [join(home, 'node_modules/.bin/node'), join(home, spec.command.file)];
};

describe.each(packageSpecs.map((spec) => [spec.name, spec] as const))('the package %s', (name, spec) => {
  it('runs without the checkout', () => {
    const [program, ...args] = startOf(name);
    const run = spawnSync(program, [...args, '--version'], { encoding: 'utf8', cwd: folder.path, env: {} });
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
      for (const [path = ''] of readFileSync(join(at, unit), 'utf8').matchAll(
        /(?<=^Exec\w+=.*)\/(?:opt|usr\/bin\/sallyport)[^\s%]+/gm,
      ))
        expect(
          existsSync(join(at, path.replace(/^\/opt\/sallyport\/(current|previous)\//, '/opt/sallyport/package/'))),
          path,
        ).toBe(true);
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
    const { folder: at } = stagedOf('sallyport-host');
    // Without the runtime and what others wrote, whose 130 MB only take time.
    const small: Staged = { ...stagedOf('sallyport-host'), folder: join(folder.path, 'small') };
    cpSync(at, small.folder, { recursive: true, preserveTimestamps: true });
    rmSync(join(small.folder, 'opt/sallyport-host/node_modules'), { recursive: true });
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

describe('an RPM package', () => {
  it('has the same bytes when it is made again, and the files and scripts of the other kind', () => {
    const { folder: at } = stagedOf('sallyport');
    const small: Staged = { ...stagedOf('sallyport'), folder: join(folder.path, 'small-rpm') };
    cpSync(at, small.folder, { recursive: true, preserveTimestamps: true });
    rmSync(join(small.folder, 'opt/sallyport/package/node_modules'), { recursive: true });
    const [one = '', two = ''] = ['rpm-one', 'rpm-two'].map((name) => {
      mkdirSync(join(folder.path, name));
      return makeRpm(small, join(folder.path, name), release);
    });
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
    const query = (...args: string[]): string => execFileSync('rpm', ['-qp', ...args, one], { encoding: 'utf8' });
    const listed = query('-l').split('\n');
    for (const path of filesIn(small.folder).filter((file) => !file.includes('lintian')))
      expect(listed).toContain(`/${path}`);
    expect(query('--scripts')).toContain('package-steps installed 9.8.7\n');
    expect(query('--qf', '%{NAME} %{VERSION} %{ARCH} %{LICENSE}')).toBe('sallyport 9.8.7 x86_64 Apache-2.0');
  });
});

describe('the sums of a release', () => {
  const openssl = (at: string) =>
    spawnSync(
      'openssl',
      [
        'pkeyutl',
        '-verify',
        '-pubin',
        '-inkey',
        'release.pem',
        '-rawin',
        '-in',
        'SHA256SUMS',
        '-sigfile',
        'SHA256SUMS.sig',
      ],
      { cwd: at, encoding: 'utf8' },
    );

  /** A folder with one package, signed by a key of the project's own tool; install.sh beside it with a dpkg that only notes. */
  const made = async (name: string) => {
    const at = join(folder.path, name);
    for (const part of ['out', 'key', 'bin']) mkdirSync(join(at, part), { recursive: true });
    await command('sallyport-bundle', 'trust', 'key', 'create', '--for', 'release', '--out', join(at, 'key'));
    const key = readdirSync(join(at, 'key')).find((file) => file.endsWith('.key')) ?? '';
    for (const part of ['sallyport', 'sallyport-agent'])
      writeFileSync(join(at, `out/${part}_9.8.7_amd64.deb`), 'a package');
    cpSync(join(repositoryRoot, 'packaging/install.sh'), join(at, 'out/install.sh'));
    const { release: fingerprint = '' } =
      (await writeSums(join(at, 'out'), await releaseKeysIn(join(at, 'key', key)))) ?? {};
    writeFileSync(
      join(at, 'bin/dpkg'),
      `#!/bin/sh\n[ "$1" = --print-architecture ] && exec echo amd64\necho "$@" >${join(at, 'installed')}\n`,
      { mode: 0o755 },
    );
    writeFileSync(
      join(at, 'bin/sallyport'),
      `#!/bin/sh\necho "$@" >>${join(at, 'ran')}\necho "of $1"\n[ ! -e ${join(at, 'refuses')} ] || [ "$1" = setup ]\n`,
      { mode: 0o755 },
    );
    const run = (...args: string[]) =>
      spawnSync('sh', [join(at, 'out/install.sh'), ...args], {
        encoding: 'utf8',
        input: '',
        env: { PATH: `${join(at, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin` },
      });
    const install = (...args: string[]) => run('agent', ...args);
    return {
      run,
      at,
      out: join(at, 'out'),
      fingerprint,
      install,
      isInstalled: () => existsSync(join(at, 'installed')),
    };
  };

  it('are verified by openssl alone, and one changed letter is noticed', async () => {
    const { out } = await made('sums');
    expect(openssl(out)).toMatchObject({ status: 0, stdout: expect.stringContaining('Verified') as string });
    const sums = join(out, 'SHA256SUMS');
    writeFileSync(
      sums,
      readFileSync(sums, 'utf8').replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    );
    expect(openssl(out).status).not.toBe(0);
  });

  it('are what install.sh goes by: another key, another package, another list install nothing', async () => {
    const { out, fingerprint, install, isInstalled } = await made('install');
    expect(install('--fingerprint', '00'.repeat(32)).status).toBe(1);
    expect(install().stderr).toContain('nothing was installed');
    const deb = join(out, 'sallyport-agent_9.8.7_amd64.deb');
    writeFileSync(deb, 'another package');
    expect(install('--fingerprint', fingerprint).stderr).toContain('is not the one that was signed');
    writeFileSync(deb, 'a package');
    const sums = join(out, 'SHA256SUMS');
    const good = readFileSync(sums);
    writeFileSync(sums, `${good.toString()}${good.toString()}`);
    expect(install('--fingerprint', fingerprint).stderr).toContain('is not signed by the release key');
    expect(isInstalled()).toBe(false);
    writeFileSync(sums, good);
    expect(install('--fingerprint', fingerprint.toUpperCase())).toMatchObject({ status: 0 });
    expect(isInstalled()).toBe(true);
  });

  it('are followed by setup, and by the packages of the agent out of the file of the release', async () => {
    const { at, out, fingerprint, run } = await made('appliance');
    const ran = (): string => readFileSync(join(at, 'ran'), 'utf8');
    const install = () => run('appliance', '--fingerprint', fingerprint, '--', '--site', 'plant-7', '--json');
    // Not signed, a release has no file.
    expect(install()).toMatchObject({ status: 0, stdout: 'of setup\n' });
    expect(ran()).toBe('setup --site plant-7 --json\n');
    writeFileSync(join(out, 'sallyport-9.8.7.release.tar'), '');
    expect(install()).toMatchObject({
      status: 0,
      stdout: 'of setup\n',
      stderr: expect.stringMatching(/of agent\n$/) as string,
    });
    expect(ran()).toContain(`\nagent packages take ${out}/sallyport-9.8.7.release.tar\n`);
    writeFileSync(join(at, 'refuses'), '');
    expect(install()).toMatchObject({ status: 1, stderr: expect.stringContaining('is installed, without') as string });
  });
});

describe('the SBOM', () => {
  type Sbom = {
    serialNumber: string;
    components: { 'bom-ref': string; licenses: object[]; hashes?: { content: string }[] }[];
    dependencies: { ref: string; dependsOn?: string[] }[];
  };

  it('lists each component once with licence and digest, says which package holds it, and is the same again', () => {
    const parts = [...staged.values()];
    const text = sbomOf(release, parts);
    expect(sbomOf(release, parts)).toBe(text);
    const { components, dependencies } = JSON.parse(text) as Sbom;
    const refs = components.map((one) => one['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    expect(refs).toContain('pkg:npm/better-sqlite3@13.2.0');
    for (const one of components.filter((component) => component['bom-ref'].startsWith('pkg:npm/'))) {
      expect(one.licenses.length).toBe(1);
      expect(one.hashes?.[0]?.content).toMatch(/^[0-9a-f]{128}$/);
    }
    const held = (name: string) => dependencies.find(({ ref }) => ref === `pkg:generic/${name}@9.8.7`)?.dependsOn ?? [];
    expect(held('sallyport')).toContain('pkg:npm/better-sqlite3@13.2.0');
    expect(held('sallyport-agent')).not.toContain('pkg:npm/better-sqlite3@13.2.0');
  });

  it.runIf(spawnSync('/usr/bin/python3', ['-c', 'import cyclonedx.validation.json']).status === 0)(
    "is valid to the standard's own library",
    () => {
      const path = join(folder.path, 'release.cdx.json');
      writeFileSync(path, sbomOf(release, [...staged.values()]));
      const check = [
        'import sys',
        'from cyclonedx.schema import SchemaVersion',
        'from cyclonedx.validation.json import JsonStrictValidator',
        'error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())',
        'sys.exit(str(error)[:500] if error else 0)',
      ].join('\n');
      expect(spawnSync('/usr/bin/python3', ['-c', check, path], { encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
    },
  );
});

describe('every package.json', () => {
  it('has the version of the repository', () => {
    const versionOf = (path: string): string =>
      (JSON.parse(readFileSync(join(repositoryRoot, path), 'utf8')) as { version: string }).version;
    for (const workspace of ['bundle-tools', 'ui', 'appliance', 'agent'])
      expect(versionOf(`${workspace}/package.json`)).toBe(versionOf('package.json'));
    expect(importerVersion).toBe(versionOf('package.json'));
    const [newest] = readFileSync(join(repositoryRoot, 'CHANGELOG.md'), 'utf8').match(/(?<=^## ).+$/m) ?? [];
    expect(newest).toBe(versionOf('package.json'));
  });
});
