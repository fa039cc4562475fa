import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noMemory } from '../collectors/collector.ts';
import {
  collector,
  isSecurityUpdate,
  parseAptSimulation,
  parseDnfErrata,
  parseZypperPatches,
} from '../collectors/os-update.ts';
import { dpkgTroubled } from '../dpkg/status.ts';
import { rootFiles } from '../platform/root-files.ts';

const simulation = `NOTE: This is only a simulation!
Inst linux-image-6.12.48+deb13-amd64 (6.12.48-1 Debian:13.1/stable [amd64])
Inst base-files [13.8+deb13u7] (13.8+deb13u8 Debian:13.8/stable [amd64])
Inst libc6:i386 [2.41-12] (2.41-13 Debian-Security:13/stable-security [i386]) [libc6:amd64 ]
Inst local-tool [1.0] (1.1 [all])
Inst curl [8.14.1-2+deb13u4] (8.14.1-2+deb13u7 Debian:13.8/stable, Debian-Security:13/stable-security [amd64]) []
Conf curl (8.14.1-2+deb13u7 Debian:13.8/stable [amd64])
Remv old [1.0]
`;

describe('the simulation of apt', () => {
  it('names what would become newer, with where it comes from', () => {
    const found = parseAptSimulation(simulation);
    expect(found.map(({ name, installed, offered, arch }) => [name, installed, offered, arch])).toEqual([
      ['base-files', '13.8+deb13u7', '13.8+deb13u8', 'amd64'],
      ['libc6:i386', '2.41-12', '2.41-13', 'i386'],
      ['local-tool', '1.0', '1.1', 'all'],
      ['curl', '8.14.1-2+deb13u4', '8.14.1-2+deb13u7', 'amd64'],
    ]);
    expect(found.map(isSecurityUpdate)).toEqual([false, true, false, true]);
  });

  it('never makes the parser throw', () => {
    fc.assert(
      fc.property(
        fc.string(),
        (text) => void [parseAptSimulation(text), parseDnfErrata(text), parseZypperPatches(text)],
      ),
    );
  });

  it.skipIf(!existsSync('/usr/bin/apt') || !existsSync('/var/lib/dpkg/status'))(
    'of this computer names what apt lists as upgradable',
    async () => {
      const listed = execFileSync('apt', ['list', '--upgradable'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
        .split('\n')
        .map((line) => /^([^/]+)\/\S* (\S+) \S+ \[upgradable from: /.exec(line))
        .filter((match) => match !== null)
        .map((match) => `${match[1] ?? ''}=${match[2] ?? ''}`);
      const items = await collector.collect({ files: rootFiles('/'), memory: noMemory, clock: () => 0 });
      const missing = (items ?? []).filter((one) => one['state'] === 'missing').map((one) => String(one['update']));
      // A held-back package is listed and would not be installed.
      expect(missing.filter((one) => !listed.includes(one.replace(/^([^:=]+):[a-z0-9]+=/, '$1=')))).toEqual([]);
      expect(missing.length > 0).toBe(listed.length > 0);
    },
  );
});

describe('errata of rpm systems', () => {
  it('of dnf 4 and dnf 5 are one item each, with all their packages', () => {
    const four = `RHSA-2024:4312 Important/Sec. openssh-8.7p1-38.el9_4.1.x86_64
RHSA-2024:4312 Important/Sec. openssh-server-8.7p1-38.el9_4.1.x86_64
RHBA-2024:1111 bugfix         tzdata-2024a-1.el9.noarch
RHEA-2024:2222 enhancement    libx-1-1.el9.x86_64
Last metadata expiration check: 0:00:01 ago
`;
    expect(
      parseDnfErrata(four).map(({ id, kind, severity, packages }) => [id, kind, severity, packages.length]),
    ).toEqual([
      ['RHSA-2024:4312', 'security', 'important', 2],
      ['RHBA-2024:1111', 'other', undefined, 1],
      ['RHEA-2024:2222', 'feature', undefined, 1],
    ]);
    const five = `Name                   Type     Severity                           Package              Issued
FEDORA-2024-0a0d8a9f2b security Moderate  curl-8.6.0-10.fc40.x86_64 2024-08-01 03:10:11
FEDORA-2024-1111111111 bugfix   None      nano-7.2-7.fc40.x86_64 2024-08-02 01:00:00
`;
    expect(parseDnfErrata(five)).toMatchObject([
      { id: 'FEDORA-2024-0a0d8a9f2b', kind: 'security', severity: 'moderate', releasedAt: '2024-08-01T00:00:00Z' },
      { id: 'FEDORA-2024-1111111111', kind: 'other', severity: undefined },
    ]);
  });

  it('of zypper are the patches that are needed', () => {
    const text = `Repository | Name                  | Category    | Severity  | Interactive | Status | Summary
-----------+-----------------------+-------------+-----------+-------------+--------+--------
Updates    | SUSE-SLE-2024-1234    | security    | important | ---         | needed | Security update for curl
Updates    | SUSE-SLE-2024-1235    | recommended | moderate  | reboot      | needed | Recommended update for x
Updates    | SUSE-SLE-2024-1236    | security    | low       | ---         | applied | done
`;
    expect(parseZypperPatches(text)).toMatchObject([
      { id: 'SUSE-SLE-2024-1234', kind: 'security', severity: 'important', title: 'Security update for curl' },
      { id: 'SUSE-SLE-2024-1235', kind: 'feature', severity: 'moderate' },
    ]);
  });
});

describe('packages that dpkg could not finish', () => {
  it('are named with their state', () => {
    const stanza = (name: string, status: string) => `Package: ${name}\nStatus: ${status}\nVersion: 2\n`;
    const text = [
      stanza('a', 'install ok half-configured'),
      stanza('b', 'install ok installed'),
      stanza('c', 'install reinstreq half-installed'),
      stanza('d', 'deinstall ok config-files'),
    ].join('\n');
    expect(dpkgTroubled(text)).toEqual([
      { name: 'a', version: '2', state: 'half-configured' },
      { name: 'c', version: '2', state: 'half-installed' },
    ]);
  });
});
