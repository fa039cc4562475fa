// Records of canonical/ubuntu-security-notices (osv/cve/2023, osv/usn), as published but for lists of versions and of binaries.

const affected = (ecosystem: string, name: string, distro: string, events: readonly Record<string, string>[]) => {
  const fixed = events.flatMap(({ fixed: version }) => (version === undefined ? [] : [version]))[0];
  return {
    package: {
      ecosystem,
      name,
      purl: `pkg:deb/ubuntu/${name}${fixed === undefined ? '' : `@${fixed}`}?arch=source&distro=${distro}`,
    },
    ranges: [{ type: 'ECOSYSTEM', events }],
    versions: [],
    ecosystem_specific: distro.includes('/') ? {} : { availability: 'No subscription required' },
  };
};
const from = { introduced: '0' };

/** Of openssl and what has parts of it: no entry for everybody of 16.04 and 18.04, whose support ended. */
export const opensslRecord = {
  schema_version: '1.7.0',
  id: 'UBUNTU-CVE-2023-5678',
  details:
    'Generating excessively long X9.42 DH keys or checking excessively long X9.42 DH keys or parameters may be very slow.',
  aliases: [],
  upstream: ['CVE-2023-5678'],
  related: ['USN-6622-1', 'USN-6632-1', 'USN-6709-1', 'USN-7894-1'],
  severity: [
    { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L' },
    { type: 'Ubuntu', score: 'low' },
  ],
  published: '2023-11-06T16:15:00Z',
  modified: '2025-11-27T05:04:56Z',
  affected: [
    affected('Ubuntu:Pro:16.04:LTS', 'openssl', 'esm-infra/xenial', [from, { fixed: '1.0.2g-1ubuntu4.20+esm11' }]),
    affected('Ubuntu:Pro:16.04:LTS', 'edk2', 'esm-apps/xenial', [from]),
    affected('Ubuntu:Pro:FIPS:16.04:LTS', 'openssl', 'fips-updates/xenial', [
      from,
      { fixed: '1.0.2g-1ubuntu4.fips.4.20.11' },
    ]),
    affected('Ubuntu:Pro:18.04:LTS', 'openssl', 'esm-infra/bionic', [
      from,
      { fixed: '1.1.1-1ubuntu2.1~18.04.23+esm4' },
    ]),
    affected('Ubuntu:Pro:18.04:LTS', 'openssl1.0', 'esm-infra/bionic', [from, { fixed: '1.0.2n-1ubuntu5.13+esm1' }]),
    affected('Ubuntu:Pro:18.04:LTS', 'edk2', 'esm-apps/bionic', [from]),
    affected('Ubuntu:Pro:FIPS-updates:18.04:LTS', 'openssl', 'fips-updates/bionic', [
      from,
      { fixed: '1.1.1-1ubuntu2.fips.2.1~18.04.23.4' },
    ]),
  ],
};

/** Of a release that is past its end and of two that were not. */
export const imagemagickRecord = {
  schema_version: '1.7.0',
  id: 'UBUNTU-CVE-2023-34151',
  details: 'A vulnerability was found in ImageMagick.',
  aliases: [],
  upstream: ['CVE-2023-34151'],
  related: ['USN-6200-1', 'USN-6200-2', 'USN-7440-1'],
  severity: [
    { type: 'CVSS_V3', score: 'CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H' },
    { type: 'Ubuntu', score: 'medium' },
  ],
  published: '2023-05-30T22:15:00Z',
  modified: '2026-02-12T05:08:04Z',
  affected: [
    affected('Ubuntu:Pro:18.04:LTS', 'imagemagick', 'esm-infra/bionic', [
      from,
      { fixed: '8:6.9.7.4+dfsg-16ubuntu6.15+esm1' },
    ]),
    affected('Ubuntu:20.04:LTS', 'imagemagick', 'focal', [from, { fixed: '8:6.9.10.23+dfsg-2.1ubuntu11.10' }]),
    affected('Ubuntu:22.04:LTS', 'imagemagick', 'jammy', [from, { fixed: '8:6.9.11.60+dfsg-1.3ubuntu0.22.04.5' }]),
  ],
};

/** A notice about what only subscribers get. */
export const noticeRecord = {
  schema_version: '1.7.0',
  id: 'USN-6709-1',
  summary: 'openssl1.0 vulnerabilities',
  aliases: [],
  upstream: ['UBUNTU-CVE-2023-3446', 'UBUNTU-CVE-2023-3817', 'UBUNTU-CVE-2023-5678', 'UBUNTU-CVE-2024-0727'],
  related: [],
  published: '2024-03-21T16:53:43Z',
  modified: '2026-04-27T14:11:32Z',
  affected: [
    affected('Ubuntu:Pro:18.04:LTS', 'openssl1.0', 'esm-infra/bionic', [from, { fixed: '1.0.2n-1ubuntu5.13+esm1' }]),
  ],
};
