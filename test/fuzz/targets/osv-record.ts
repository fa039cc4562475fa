import { parseOsv } from '@sallyport/bundle-tools/advisories/sources/osv-record';
import { objectIn } from '../json.ts';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  name: 'osv-record',
  run: (data) => {
    const value = objectIn(data);
    if (value !== undefined) parseOsv(value, 'osv', 'x.json');
  },
  seeds: () => [
    JSON.stringify({
      id: 'DSA-1',
      modified: '2026-01-01T00:00:00.123Z',
      published: '2026-01-01T00:00:00Z',
      aliases: ['CVE-2026-1'],
      summary: 's',
      severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
      references: [{ type: 'WEB', url: 'https://example.org/' }],
      affected: [
        {
          package: { ecosystem: 'Debian:13', name: 'openssl' },
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.5.1-1' }] }],
          versions: ['3.5.0-1'],
        },
        {
          package: { ecosystem: 'npm', name: '@a/b' },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '1.0.0' }, { last_affected: '1.2.3' }, { limit: '*' }] }],
        },
      ],
    }),
  ],
  words: [
    '"withdrawn"',
    '"GIT"',
    '"PyPI"',
    '"Alpine:v3.20"',
    '"Red Hat"',
    '"introduced"',
    '"fixed"',
    '"last_affected"',
    '"database_specific"',
    'CVSS:3.0/',
    'CVSS:4.0/',
  ],
};
