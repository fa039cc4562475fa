import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publisherVerdict } from '@sallyport/bundle-tools/versions/publisher';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softwareItems } from '../collectors/software.ts';
import { rootFiles } from '../platform/root-files.ts';

// Which archive a package is from: dpkg-deb makes packages, apt fetches the lists of archives, dpkg installs.

const tools = ['/usr/bin/apt-get', '/usr/bin/dpkg-scanpackages', '/usr/bin/dpkg-deb'];

describe.skipIf(!tools.every((tool) => existsSync(tool)))(
  'packages of several archives (skipped without dpkg-dev)',
  () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'archives-'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const maker = 'Ondřej Surý <ondrej@debian.org>';
    /** A package as dpkg-deb makes it; its path. */
    const deb = (name: string, version: string, maintainer: string, into: string): string => {
      const made = join(folder, 'made', `${name}-${version}`);
      mkdirSync(join(made, 'DEBIAN'), { recursive: true });
      mkdirSync(into, { recursive: true });
      writeFileSync(
        join(made, 'DEBIAN/control'),
        `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: ${maintainer}\nDescription: x\n`,
      );
      const path = join(into, `${name}_${version}_all.deb`);
      execFileSync('dpkg-deb', ['--build', '--root-owner-group', made, path], { stdio: 'pipe' });
      return path;
    };
    /** A flat archive of what lies in a folder. */
    const publish = (at: string, origin: string): void => {
      const packages = execFileSync('dpkg-scanpackages', ['--multiversion', '.'], { cwd: at, stdio: 'pipe' });
      writeFileSync(join(at, 'Packages'), packages);
      const sum = execFileSync('sha256sum', ['Packages'], { cwd: at, encoding: 'utf8' }).slice(0, 64);
      const date = new Date().toUTCString();
      const head = origin === '' ? '' : `Origin: ${origin}\nLabel: ${origin}\n`;
      writeFileSync(join(at, 'Release'), `${head}Date: ${date}\nSHA256:\n ${sum} ${packages.length} Packages\n`);
    };
    /** A root with what dpkg installed of some packages, and the lists that apt fetched of some archives. */
    const root = (
      name: string,
      archives: readonly string[],
      debs: readonly string[],
      options: readonly string[] = [],
    ) => {
      const at = join(folder, name);
      for (const path of [
        'etc/apt',
        'var/lib/dpkg/info',
        'var/lib/dpkg/updates',
        'var/lib/apt/lists/partial',
        'var/cache/apt/archives/partial',
      ])
        mkdirSync(join(at, path), { recursive: true });
      writeFileSync(join(at, 'var/lib/dpkg/status'), '');
      writeFileSync(join(at, 'etc/os-release'), 'ID=debian\nVERSION_ID="13"\n');
      writeFileSync(
        join(at, 'etc/apt/sources.list'),
        archives.map((archive) => `deb [trusted=yes] copy:${archive} ./\n`).join(''),
      );
      const inRoot = [
        '-o',
        `Dir=${at}`,
        '-o',
        `Dir::State::status=${at}/var/lib/dpkg/status`,
        '-o',
        'APT::Sandbox::User=root',
      ];
      execFileSync('apt-get', [...inRoot, ...options.flatMap((one) => ['-o', one]), 'update'], { stdio: 'pipe' });
      execFileSync('dpkg', [`--root=${at}`, '--force-all', '--no-triggers', '-i', ...debs], { stdio: 'pipe' });
      return at;
    };
    const publishers = async (at: string): Promise<Record<string, string>> =>
      Object.fromEntries(
        (await softwareItems(rootFiles(at))).map((one) => [
          `${one['name']} ${one['version']}`,
          String(one['publisher']),
        ]),
      );

    it.each([
      ['as they are', ['Acquire::GzipIndexes=false']],
      ['packed by apt', ['Acquire::GzipIndexes=true']],
    ])('name the archive that is not the distribution’s, its lists %s', async (_, options) => {
      const at = join(folder, `archives-${options.join()}`);
      const own = [
        deb('php8.4', '8.4.11-1', maker, join(at, 'debian')),
        deb('bash', '5.2.37-2', maker, join(at, 'debian')),
      ];
      const other = [
        deb('php8.4', '8.4.12-1+ubuntu', maker, join(at, 'ppa')),
        deb('php8.4-xml', '8.4.12-1', maker, join(at, 'ppa')),
      ];
      publish(join(at, 'debian'), 'Debian');
      publish(join(at, 'ppa'), 'LP-PPA-ondrej-php');
      const installed = [...other, own[1] as string];
      const device = root(`device-${options.join()}`, [join(at, 'debian'), join(at, 'ppa')], installed, options);
      const lists = readdirSync(join(device, 'var/lib/apt/lists')).filter((name) => name.includes('_Packages'));
      expect(lists.every((name) => /_Packages\.[a-z0-9]+$/.test(name))).toBe(
        options[0] === 'Acquire::GzipIndexes=true',
      );
      const found = await publishers(device);
      expect(found).toEqual({
        'bash 5.2.37-2': 'Ondřej Surý',
        'php8.4 8.4.12-1+ubuntu': 'Ondřej Surý [LP-PPA-ondrej-php]',
        'php8.4-xml 8.4.12-1': 'Ondřej Surý [LP-PPA-ondrej-php]',
      });
      expect(Object.values(found).map((one) => publisherVerdict('Debian:13', one))).toEqual([
        'may-be',
        'other',
        'other',
      ]);
    });

    it('are not told apart where a mirror under another name is all that there is', async () => {
      const mirror = join(folder, 'mirror');
      const debs = [deb('bash', '5.2.37-3', maker, mirror)];
      publish(mirror, '. trixie');
      expect(await publishers(root('of-a-mirror', [mirror], debs))).toEqual({ 'bash 5.2.37-3': 'Ondřej Surý' });
    });

    it('are told by the version: what the archive does not have is not from it', async () => {
      const [debian, ppa] = [join(folder, 'd3'), join(folder, 'p3')];
      const old = deb('curl', '8.14.1-2', maker, debian);
      deb('curl', '8.15.0-1', maker, ppa);
      publish(debian, 'Debian');
      publish(ppa, 'deb.sury.org');
      expect(await publishers(root('older', [debian, ppa], [old]))).toEqual({ 'curl 8.14.1-2': 'Ondřej Surý' });
    });

    it('of an archive without a name are taken by their maintainer', async () => {
      const [debian, flat] = [join(folder, 'd4'), join(folder, 'f4')];
      deb('base-files', '13.8', maker, debian);
      const own = deb('plant-tool', '1.0', 'Plant <it@plant.example>', flat);
      publish(debian, 'Debian');
      publish(flat, '');
      expect(await publishers(root('nameless', [debian, flat], [own]))).toEqual({ 'plant-tool 1.0': 'Plant' });
    });
  },
);
