import { createHash } from 'node:crypto';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import type { Update } from '@sallyport/bundle-tools/updates/update';
import { toHex } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import { advisorySample, updateSample } from '../../../bundle-tools/test/samples.ts';

/** What stands for a package file. */
export const packageBytes = Buffer.from('a package of a test');
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** An update of Debian 13 whose file is `packageBytes` unless said. */
export const update = (name: string, version: string, extra: Partial<Update> = {}): Update =>
  updateSample(name, version, {
    purl: `pkg:deb/debian/${name}@${version}?arch=amd64`,
    suites: ['trixie-security'],
    security: true,
    files: [sha256(packageBytes)],
    ...extra,
  });

/** An advisory of Debian 13: every version below `fixed` is affected. */
export const advisory = (id: string, name: string, fixed: string): Advisory =>
  advisorySample(id, 'osv-debian', {
    aliases: ['CVE-2026-0001'],
    severity: 'critical',
    summary: 'A problem',
    affected: [
      {
        ecosystem: 'Debian:13',
        package: name,
        ranges: [{ lo: '', hi: toHex(keyFor('Debian:13', fixed) ?? new Uint8Array()), fixed, comparable: true }],
        versions: [],
      },
    ],
  });
