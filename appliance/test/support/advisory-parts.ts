import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import { contentDigest, toRecord } from '@sallyport/bundle-tools/advisories/digest';
import { encodePart, partHeader } from '@sallyport/bundle-tools/advisories/part';
import { toHex } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import { advisorySample } from '../../../bundle-tools/test/samples.ts';
import type { FeedPart } from '../../src/features/vulnerabilities/types.ts';

// Advisories on packages of one distribution, and the parts of a bundle that bring them.

export const key = (version: string): string => toHex(keyFor('Debian:13', version) ?? new Uint8Array());
export const range = (fixed: string) => ({ lo: '', hi: key(fixed), fixed, comparable: true });

export const advisory = (
  id: string,
  affected: Partial<Advisory['affected'][number]>,
  extra: Partial<Advisory> = {},
): Advisory =>
  advisorySample(id, 'osv-debian', {
    aliases: [`CVE-${id}`],
    severity: 'high',
    summary: `Problem ${id}`,
    affected: [{ ecosystem: 'Debian:13', package: 'openssl', ranges: [], versions: [], ...affected }],
    ...extra,
  });

/** A part of a feed that leads from `from` to `all`. */
export const part = async (
  from: string,
  records: readonly Advisory[],
  all: readonly Advisory[] = records,
  feed = 'osv-debian',
): Promise<FeedPart> => {
  const digest = contentDigest(all.map(toRecord));
  const header = partHeader({ feed, from, digest, newest: '2026-01-01T00:00:00Z' });
  const bytes = await encodePart(
    header,
    records.map(toRecord).sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  return {
    feed,
    from,
    to: header.to,
    open: async function* () {
      yield bytes;
    },
  };
};
