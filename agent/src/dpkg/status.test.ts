import * as fc from 'fast-check';
import { PackageURL } from 'packageurl-js';
import { describe, expect, it } from 'vitest';
import { debPurl, parseDpkgStatus } from './status.ts';

const status = `Package: bash
Essential: yes
Status: install ok installed
Priority: required
Section: shells
Installed-Size: 7163
Maintainer: Matthias Klose <doko@debian.org>
Architecture: amd64
Version: 5.2.37-2+b5
Source: bash (5.2.37-2)
Description: GNU Bourne Again SHell
 Bash is an sh-compatible command language interpreter.
 .
 Package: not-a-field
Conffiles:
 /etc/bash.bashrc 89269e1298235f1b12b4c16e4065ad0d

Package: held
Status: hold ok installed
Architecture: all
Version: 2:1.0~rc1-1

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0

Package: half
Status: install reinstreq half-installed
Architecture: amd64
Version: 1.0

Package: broken
Status: install ok installed
Architecture: amd64

Package: libc6
Status: install ok installed
Architecture: i386
Multi-Arch: same
Source: glibc
Version: 2.41-12
Installed-Size: many
`;

describe('dpkg status', () => {
  it('keeps what is installed, held packages too, and nothing half', () => {
    expect(parseDpkgStatus(status)).toEqual([
      {
        name: 'bash',
        version: '5.2.37-2+b5',
        arch: 'amd64',
        source: 'bash',
        sourceVersion: '5.2.37-2',
        maintainer: 'Matthias Klose',
        sizeKb: 7163,
      },
      {
        name: 'held',
        version: '2:1.0~rc1-1',
        arch: 'all',
        source: 'held',
        sourceVersion: '2:1.0~rc1-1',
        maintainer: '',
        sizeKb: undefined,
      },
      {
        name: 'libc6',
        version: '2.41-12',
        arch: 'i386',
        source: 'glibc',
        sourceVersion: '2.41-12',
        maintainer: '',
        sizeKb: undefined,
      },
    ]);
  });

  it('does not mind an end without a line feed, several blank lines, or nothing', () => {
    expect(parseDpkgStatus(status.trimEnd())).toEqual(parseDpkgStatus(status));
    expect(parseDpkgStatus(status.replaceAll('\n\n', '\n\n \t\n\n'))).toEqual(parseDpkgStatus(status));
    expect(parseDpkgStatus('')).toEqual([]);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseDpkgStatus(text)));
  });
});

describe('package URLs of .deb', () => {
  it('are what the reference library writes and reads', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,20}$/);
    const version = fc.stringMatching(/^([0-9]:)?[0-9][A-Za-z0-9.+~-]{0,20}$/);
    fc.assert(
      fc.property(name, version, fc.constantFrom('amd64', 'all', 'kfreebsd-amd64'), (package_, release, arch) => {
        const made = debPurl('debian', { name: package_, version: release, arch });
        expect(made).toBe(new PackageURL('deb', 'debian', package_, release, { arch }, undefined).toString());
        const read = PackageURL.fromString(made);
        expect([read.namespace, read.name, read.version, read.qualifiers?.['arch']]).toEqual([
          'debian',
          package_,
          release,
          arch,
        ]);
      }),
    );
  });
});
