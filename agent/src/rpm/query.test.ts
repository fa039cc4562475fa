import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PackageURL } from 'packageurl-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectors, collectSections } from '../collectors/all.ts';
import { noMemory } from '../collectors/collector.ts';
import { rootFiles } from '../platform/root-files.ts';
import { parseRpmKeys, parseRpmQuery, rpmDatabase, rpmPackages, rpmPurl } from './query.ts';

const hasRpm = existsSync('/usr/bin/rpmbuild') && existsSync('/usr/bin/rpm');

const spec = (name: string, more: string): string =>
  `Name: ${name}\nVersion: 1.2.3~rc1\nRelease: 4.el9_2\nSummary: x\nLicense: MIT\n${more}\n%description\nx\n%files\n`;

describe('what the query prints', () => {
  it('is read column by column; keys and cut lines are left out', () => {
    const rows = [
      'bash\t0\t5.1.8\t9.el9\tx86_64\tRed Hat, Inc.\tbash-5.1.8-9.el9.src.rpm\t1700000000\t7738634\t\tRSA/SHA256, Wed Nov 15 2023 08:00:00 AM UTC, Key ID 199E2F91FD431D51\tRed Hat, Inc. <http://bugzilla.redhat.com/bugzilla>',
      'perl-libs\t4\t5.32.1\t481.el9\tx86_64\t\tperl-5.32.1-481.el9.src.rpm\t1700000001\t1\t\t\t',
      'nodejs\t1\t20.1\t2.module\tx86_64\tX\tnodejs-20.1-2.module.src.rpm\t\t\tnodejs:20:1:c:x86_64\t(none)\t',
      'gpg-pubkey\t0\t8483c65d\t5ccc5b19\t(none)\t\t(none)\t1\t0\t\t\tPlant <packages@plant.example>',
      'cut\t0\t1',
      '',
    ];
    const found = parseRpmQuery(rows.join('\n'));
    expect(found.map(({ name, evr, source, sourceVersion }) => [name, evr, source, sourceVersion])).toEqual([
      ['bash', '5.1.8-9.el9', 'bash', '5.1.8-9.el9'],
      ['perl-libs', '4:5.32.1-481.el9', 'perl', '5.32.1-481.el9'],
      ['nodejs', '1:20.1-2.module', 'nodejs', '20.1-2.module'],
    ]);
    expect(found[0]).toMatchObject({ vendor: 'Red Hat, Inc.', installedSeconds: 1_700_000_000, sizeBytes: 7_738_634 });
    expect(found.map(({ keyId }) => keyId)).toEqual(['199e2f91fd431d51', '', '']);
    expect(parseRpmKeys(rows.join('\n'))).toEqual([{ id: '8483c65d', owner: 'Plant <packages@plant.example>' }]);
    expect(found[2]).toMatchObject({ installedSeconds: undefined, module: 'nodejs:20:1:c:x86_64' });
  });

  it('becomes the package URL that the reference library writes', () => {
    for (const [evr, version, qualifiers] of [
      ['4:5.32.1-481.el9', '5.32.1-481.el9', { arch: 'x86_64', epoch: '4' }],
      ['5.1.8-9.el9', '5.1.8-9.el9', { arch: 'x86_64' }],
      ['1.0~rc1-2^git+1', '1.0~rc1-2^git+1', { arch: 'x86_64' }],
      ['20.1-2', '20.1-2', { arch: 'x86_64', rpmmod: 'nodejs:20:1:c' }],
    ] as const) {
      const module = 'rpmmod' in qualifiers ? qualifiers.rpmmod : '';
      const made = rpmPurl('Fedora', { name: 'libstdc++', evr, arch: 'x86_64', module });
      expect(PackageURL.fromString(made).toString()).toBe(
        new PackageURL('rpm', 'fedora', 'libstdc++', version, qualifiers, undefined).toString(),
      );
    }
  });
});

describe.skipIf(!hasRpm)('the database of rpm', () => {
  let root = '';
  const rpm = (...args: string[]): string =>
    execFileSync('rpm', ['--dbpath', join(root, 'usr/lib/sysimage/rpm'), ...args], { encoding: 'utf8' });

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'sallyport-rpm-'));
    mkdirSync(join(root, 'usr/lib/sysimage/rpm'), { recursive: true });
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc/os-release'), 'ID="rocky"\nVERSION_ID="9.4"\n');
    const build = join(root, 'build');
    mkdirSync(build);
    for (const [name, more] of [
      ['line-tool', 'Epoch: 2\nVendor: Plant Ltd\nBuildArch: noarch'],
      ['line-lib', ''],
    ] as const) {
      writeFileSync(join(build, `${name}.spec`), spec(name, more));
      execFileSync('rpmbuild', ['--define', `_topdir ${build}`, '-bb', join(build, `${name}.spec`)], { stdio: 'pipe' });
    }
    rpm('--initdb');
    const rpms = readdirSync(join(build, 'RPMS'), { recursive: true, encoding: 'utf8' });
    for (const file of rpms.filter((name) => name.endsWith('.rpm')))
      rpm('--justdb', '--nodeps', '--nosignature', '-i', join(build, 'RPMS', file));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('is found and read without being written to', async () => {
    const files = rootFiles(root);
    expect(rpmDatabase(files)).toEqual({ folder: 'usr/lib/sysimage/rpm', file: 'usr/lib/sysimage/rpm/rpmdb.sqlite' });
    const before = files.modifiedMs('usr/lib/sysimage/rpm/rpmdb.sqlite');
    const { packages: found } = await rpmPackages(files);
    // rpm's own way to name a package is the oracle.
    const listed = rpm('-qa').trim().split('\n').sort();
    expect(found.map(({ name, evr, arch }) => `${name}-${evr.replace(/^\d+:/, '')}.${arch}`).sort()).toEqual(listed);
    expect(listed).toHaveLength(2);
    expect(files.modifiedMs('usr/lib/sysimage/rpm/rpmdb.sqlite')).toBe(before);
  });

  it('gives software beside that of dpkg', async () => {
    mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
    writeFileSync(
      join(root, 'var/lib/dpkg/status'),
      'Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n',
    );
    const chosen = collectors.filter(({ collection }) => collection === 'software');
    const [section] = await collectSections({ files: rootFiles(root), memory: noMemory, clock: () => 0 }, { chosen });
    expect(section?.items.map((one) => one['purl'])).toEqual([
      'pkg:deb/rocky/a@1?arch=amd64',
      expect.stringMatching(/^pkg:rpm\/rocky\/line-lib@1\.2\.3~rc1-4\.el9_2\?arch=/),
      'pkg:rpm/rocky/line-tool@1.2.3~rc1-4.el9_2?arch=noarch&epoch=2',
    ]);
    expect(section?.items[2]).toMatchObject({
      type: 'rpm',
      version: '2:1.2.3~rc1-4.el9_2',
      publisher: 'Plant Ltd',
      source: 'line-tool',
    });
  });

  it('that rpm cannot read is an error and not an empty list', async () => {
    const broken = mkdtempSync(join(tmpdir(), 'sallyport-rpm-broken-'));
    try {
      mkdirSync(join(broken, 'var/lib/rpm'), { recursive: true });
      writeFileSync(join(broken, 'var/lib/rpm/rpmdb.sqlite'), 'not a database');
      await expect(rpmPackages(rootFiles(broken))).rejects.toThrow(/rpm ended|database/);
    } finally {
      rmSync(broken, { recursive: true, force: true });
    }
  });
});
