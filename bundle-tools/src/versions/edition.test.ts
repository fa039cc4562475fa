import { describe, expect, it } from 'vitest';
import { ecosystemOf } from './ecosystem.ts';
import { editionOf, followsEdition, isPaidBuild, isVariantBuild, paidEcosystem, plainEcosystem } from './edition.ts';

describe('the edition of a release that is paid for', () => {
  it.each(['14.04', '16.04', '18.04', '20.04', '22.04', '24.04'])('is beside Ubuntu %s', (release) => {
    const plain = ecosystemOf({ vendor: 'ubuntu', release }) ?? '';
    const paid = `Ubuntu:Pro:${release}:LTS`;
    expect(paidEcosystem(plain)).toBe(paid);
    expect(plainEcosystem(paid)).toBe(plain);
    expect(editionOf(plain)).toBe('Ubuntu Pro');
  });

  it.each(['Ubuntu:24.10', 'Debian:12', 'Ubuntu:Pro:18.04:LTS', 'PyPI'])('is not beside %s', (ecosystem) => {
    expect(paidEcosystem(ecosystem)).toBeUndefined();
    expect(editionOf(ecosystem)).toBeUndefined();
  });

  // Names of the feed of canonical/ubuntu-security-notices.
  it.each([
    'Ubuntu:Pro:FIPS:16.04:LTS',
    'Ubuntu:Pro:FIPS-updates:18.04:LTS',
    'Ubuntu:Pro:Realtime:22.04:LTS',
    'Ubuntu:Nvidia-BlueField:22.04:LTS',
    'Ubuntu:22.04:LTS',
  ])('is not %s', (ecosystem) => {
    expect(plainEcosystem(ecosystem)).toBeUndefined();
  });

  it('shows in the versions that it alone brings', () => {
    for (const version of ['1.0.2g-1ubuntu4.20+esm11', '0~20160408.ffea0a2c-2ubuntu0.2+esm3', '2.4-1ubuntu0.1~esm1'])
      expect(isPaidBuild(version)).toBe(true);
    for (const version of ['1.1.1-1ubuntu2.1~18.04.23', '4.15.0-213.224', '1.0-1esmtp'])
      expect(isPaidBuild(version)).toBe(false);
  });

  it('has variants that are other builds', () => {
    expect(isVariantBuild('openssl', '1.0.2g-1ubuntu4.fips.4.20.11')).toBe(true);
    expect(isVariantBuild('openssl', '1.1.1-1ubuntu2.fips.2.1~18.04.23.4')).toBe(true);
    expect(isVariantBuild('linux-fips', '4.15.0-1124.136')).toBe(true);
    expect(isVariantBuild('openssl', '1.1.1-1ubuntu2.1~18.04.23+esm4')).toBe(false);
    expect(isVariantBuild('fipscheck', '1.4.1-1')).toBe(false);
  });

  it('has suites of its own', () => {
    expect(followsEdition(['bionic', 'bionic-updates', 'bionic-infra-security'])).toBe(true);
    expect(followsEdition(['jammy-apps-updates'])).toBe(true);
    expect(followsEdition(['bionic', 'bionic-security', 'bionic-backports', 'infra-security'])).toBe(false);
  });
});
