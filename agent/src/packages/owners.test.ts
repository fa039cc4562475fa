import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fileFolder, ownFolder } from '../../../test/support/test-folder.ts';
import { collectors, collectSections } from '../collectors/all.ts';
import { noMemory } from '../collectors/collector.ts';
import { rootFiles } from '../platform/root-files.ts';

// Packages of Python on a system of rpm: those that a package of the system brought are its own, in a database that rpm wrote.

const hasRpm = ['rpmbuild', 'rpm'].every((one) => existsSync(join('/usr/bin', one)));

const site = 'usr/lib/python3.9/site-packages';
const metadata = (name: string) => `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n\n`;

const namesIn = async (root: string): Promise<string[] | undefined> => {
  const chosen = collectors.filter(({ collection }) => collection === 'software');
  const [section] = await collectSections({ files: rootFiles(root), memory: noMemory, clock: () => 0 }, { chosen });
  return section?.items.map((one) => `${String(one['type'])} ${String(one['name'])}`).sort();
};

describe('packages of Python on a system of apk', () => {
  it('are those of no folder and no file that a package has', async () => {
    const root = ownFolder('owners-apk');
    const lay = (path: string, text: string): void => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    const here = 'usr/lib/python3.12/site-packages';
    lay('etc/os-release', 'ID=alpine\nVERSION_ID=3.20.1\n');
    lay(`${here}/requests-1.0.dist-info/METADATA`, metadata('requests'));
    lay(`${here}/six-1.0-py3.12.egg-info`, metadata('six'));
    lay(`${here}/urllib3-1.0.dist-info/METADATA`, metadata('urllib3'));
    lay(`${here}/flask-1.0-py3.12.egg-info`, metadata('flask'));
    const owned = [`F:${here}/requests-1.0.dist-info`, 'R:METADATA', `F:${here}`, 'R:six-1.0-py3.12.egg-info'];
    lay('lib/apk/db/installed', `P:py3-requests\nV:1.0-r0\n${owned.join('\n')}\n\n`);
    expect((await namesIn(root))?.filter((one) => one.startsWith('python'))).toEqual([
      'python flask',
      'python urllib3',
    ]);
  });
});

describe.skipIf(!hasRpm)('packages of Python on a system of rpm', () => {
  const folder = fileFolder('owners');
  const root = join(folder, 'root');
  const database = join(root, 'usr/lib/sysimage/rpm');
  const run = (command: string, ...args: string[]): string =>
    execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' });
  const lay = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };

  /** A package of the system that brings some files, each a path and its text. */
  const install = (name: string, files: Readonly<Record<string, string>>, listed: readonly string[]): void => {
    const top = join(folder, 'build', name);
    mkdirSync(top, { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      const source = join(top, 'files', path);
      mkdirSync(dirname(source), { recursive: true });
      writeFileSync(source, text);
      lay(path, text);
    }
    const spec = [
      `Name: ${name}\nVersion: 1.0\nRelease: 1\nSummary: x\nLicense: MIT\nBuildArch: noarch\nVendor: AlmaLinux`,
      '%description\nx',
      `%install\nmkdir -p %{buildroot}\ncp -a ${join(top, 'files')}/. %{buildroot}/`,
      `%files\n${listed.map((path) => `/${path}`).join('\n')}\n`,
    ];
    writeFileSync(join(top, 'x.spec'), spec.join('\n'));
    const how = [
      '--define',
      `_topdir ${top}`,
      '--define',
      '__os_install_post %{nil}',
      '--define',
      '__brp_compress %{nil}',
    ];
    run('rpmbuild', ...how, '-bb', join(top, 'x.spec'));
    const [file = ''] = readdirSync(join(top, 'RPMS/noarch'));
    run('rpm', '--dbpath', database, '--justdb', '--nodeps', '--nosignature', '-i', join(top, 'RPMS/noarch', file));
  };

  beforeAll(() => {
    mkdirSync(database, { recursive: true });
    lay('etc/os-release', 'ID="almalinux"\nVERSION_ID="9.4"\n');
    run('rpm', '--dbpath', database, '--initdb');
    const wheel = `${site}/requests-1.0.dist-info`;
    install('python3-requests', { [`${wheel}/METADATA`]: metadata('requests') }, [wheel]);
    const egg = `${site}/six-1.0-py3.9.egg-info`;
    install('python3-six', { [egg]: metadata('six') }, [egg]);
    // The package lists what lies in the folder, and not the folder.
    const bare = `${site}/idna-1.0.dist-info/METADATA`;
    install('python3-idna', { [bare]: metadata('idna') }, [bare]);
    // By pip: beside those of the system, and where only people put any.
    lay(`${site}/urllib3-1.0.dist-info/METADATA`, metadata('urllib3'));
    lay('usr/local/lib/python3.9/site-packages/flask-1.0.dist-info/METADATA', metadata('flask'));
  }, 120_000);

  it('are those that no package of the system has brought', async () => {
    expect(await namesIn(root)).toEqual([
      'python flask',
      'python urllib3',
      'rpm python3-idna',
      'rpm python3-requests',
      'rpm python3-six',
    ]);
  });
});
