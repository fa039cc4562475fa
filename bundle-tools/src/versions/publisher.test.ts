import { describe, expect, it } from 'vitest';
import { isSpokenOf, publisherName, publisherVerdict } from './publisher.ts';

describe('who publishes a package', () => {
  it.each([
    ['Debian:13', 'Debian OpenSSL Team', 'own'],
    ['Debian:13', 'Matthias Klose', 'may-be'],
    ['Debian:13', 'Matthias Klose <doko@debian.org>', 'may-be'],
    ['Debian:13', 'Docker', 'other'],
    ['Ubuntu:24.04:LTS', 'Ubuntu Developers', 'own'],
    ['Ubuntu:24.04:LTS', 'Chrome Linux Team', 'other'],
    ['AlmaLinux:9', 'AlmaLinux', 'own'],
    ['AlmaLinux:9', 'Fedora Project', 'other'],
    ['Fedora:42', 'Fedora Project', 'own'],
    ['Oracle Linux:9', 'Oracle America', 'own'],
    ['Oracle Linux:9', 'Oracle and/or its affiliates', 'other'],
    ['SUSE:Linux Enterprise Server 15 SP6', 'SUSE LLC <https://www.suse.com/>', 'own'],
    ['Red Hat:enterprise_linux:9', 'Red Hat, Inc.', 'own'],
    // As `rpm -qi` prints it of published packages.
    ['Rocky Linux:8', 'Rocky', 'own'],
    ['Rocky Linux:9', 'Rocky Enterprise Software Foundation', 'own'],
    ['Rocky Linux:9', 'Fedora Project', 'other'],
    ['Oracle Linux:9', 'Fedora Project', 'other'],
    ['Oracle Linux:8', 'Oracle Corporation', 'other'],
    ['Red Hat:enterprise_linux:9', 'Fedora Project', 'other'],
    ['Amazon Linux:2', 'Amazon Linux', 'own'],
    ['Amazon Linux:1', 'Amazon.com', 'own'],
    ['Amazon Linux:2', 'Fedora Project', 'other'],
    ['openSUSE:Leap 15.6', 'openSUSE', 'own'],
    // Signed otherwise than the rest of its system.
    ['AlmaLinux:9', 'AlmaLinux [Plant Ltd]', 'other'],
    ['AlmaLinux:9', 'AlmaLinux [not signed]', 'other'],
    ['AlmaLinux:9', '[not signed]', 'other'],
    ['AlmaLinux:9', 'Plant Ltd [AlmaLinux OS 9]', 'other'],
    ['SUSE:Linux Enterprise Server 15 SP6', 'SUSE LLC [openSUSE Project Signing Key]', 'own'],
    // Of an archive that is not the distribution's, no matter who maintains it there.
    ['Debian:13', 'Debian PHP Maintainers [deb.sury.org]', 'other'],
    ['Debian:13', 'Matthias Klose [older-defaults]', 'other'],
    ['Ubuntu:24.04:LTS', 'Ubuntu Developers [LP-PPA-canonical-server-server-backports]', 'other'],
    ['Debian:13', '', 'unknown'],
    ['AlmaLinux:9', '(none)', 'unknown'],
    ['Alpine:v3.20', 'anybody', 'unknown'],
  ])('on %s is for "%s" %s', (ecosystem, publisher, verdict) => {
    expect(publisherVerdict(ecosystem, publisher)).toBe(verdict);
  });

  it('is shown without address and site', () => {
    expect(publisherName('SUSE LLC <https://www.suse.com/>')).toBe('SUSE LLC');
    expect(publisherName('Docker <support@docker.com>')).toBe('Docker');
    expect(publisherName('Ondřej Surý [LP-PPA-ondrej-php]')).toBe('LP-PPA-ondrej-php');
  });
});

describe('what records speak of', () => {
  it.each([
    [['Docker'], false, false, false],
    [['Docker'], false, true, true],
    [['Zabbix Packager'], true, true, false],
    [['Debian OpenSSL Team'], false, false, true],
    [['Matthias Klose'], true, false, true],
    [['Matthias Klose'], false, false, false],
    [[], false, false, false],
    [[], true, false, true],
    [[], false, true, true],
    [['Debian OpenSSL Team', 'Docker'], true, true, false],
  ])('of %j with index %s and record %s: %s', (publishers, isIndexed, isNamed, is) => {
    expect(isSpokenOf({ ecosystem: 'Debian:13', publishers, isIndexed, isNamed })).toBe(is);
  });
});
