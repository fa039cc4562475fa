import { describe, expect, it } from 'vitest';
import { ecosystemOf } from './ecosystem.ts';
import { BY_RELEASE, defaultSuites } from './followed-suites.ts';

/** What a device of a vendor and release follows, its own list of sources left aside. */
const followed = (vendor: string, release: string, arch = 'amd64', codename?: string): readonly string[] =>
  defaultSuites({ ecosystem: ecosystemOf({ vendor, release }) ?? '', arch, codename });

describe('what a system follows by its distribution and release', () => {
  it.each<[vendor: string, release: string, arch: string, suites: string]>([
    ['debian', '13', 'amd64', 'trixie trixie-updates trixie-security'],
    ['debian', '12.5', 'arm64', 'bookworm bookworm-updates bookworm-security'],
    ['debian', '10', 'amd64', 'buster buster-updates buster/updates'],
    ['ubuntu', '24.04', 'amd64', 'noble noble-updates noble-security'],
    ['ubuntu', '25.10', 'amd64', 'questing questing-updates questing-security'],
    ['almalinux', '9.4', 'x86_64', 'baseos appstream extras'],
    ['rocky', '8.10', 'x86_64', 'baseos appstream extras'],
    ['rhel', '9.4', 'x86_64', 'rhel-9-for-x86_64-baseos-rpms rhel-9-for-x86_64-appstream-rpms'],
    ['rhel', '7.9', 'x86_64', 'rhel-7-server-rpms'],
    ['ol', '9.3', 'x86_64', 'ol9_baseos_latest ol9_appstream'],
    ['fedora', '42', 'x86_64', 'fedora updates'],
    ['amzn', '2023', 'x86_64', 'amazonlinux'],
    ['sles', '12.5', 'x86_64', 'SLES12-SP5-Pool-x86_64 SLES12-SP5-Updates-x86_64'],
    ['opensuse-leap', '15.6', 'x86_64', 'repo-oss repo-update repo-backports-update repo-sle-update'],
    ['alpine', '3.20.1', 'x86_64', 'main community'],
  ])('%s %s %s: %s', (vendor, release, arch, suites) => {
    expect(followed(vendor, release, arch).join(' ')).toBe(suites);
  });

  it('takes the name of a release that is newer than the table from the device', () => {
    expect(followed('debian', '16', 'amd64', 'future')).toEqual(['future', 'future-updates', 'future-security']);
    // A name decides nothing that is known, and no text but a name is taken.
    expect(followed('debian', '13', 'amd64', 'sid')[0]).toBe('trixie');
    expect(followed('debian', '16', 'amd64', 'a b')).toEqual([BY_RELEASE]);
  });

  it('names no repository with a hole where the architecture is not known', () => {
    expect(followed('rhel', '9.4', '')).toEqual([BY_RELEASE]);
    expect(followed('sles', '15.6', '')).toEqual([BY_RELEASE]);
    expect(followed('rhel', '7.9', '')).toEqual(['rhel-7-server-rpms']);
  });

  it('leaves a distribution that no rule knows to what the host has for its release', () => {
    expect(followed('astra', '1.7')).toEqual([BY_RELEASE]);
    expect(followed('debian', '16')).toEqual([BY_RELEASE]);
  });
});
