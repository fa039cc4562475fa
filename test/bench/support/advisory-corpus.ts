import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FeedPart } from '@sallyport/appliance/features/vulnerabilities/types';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import { contentDigest, type FeedRecord } from '@sallyport/bundle-tools/advisories/digest';
import { collectFeed } from '@sallyport/bundle-tools/advisories/feed';
import { partHeader, writePart } from '@sallyport/bundle-tools/advisories/part';
import { readOsv } from '@sallyport/bundle-tools/advisories/sources/osv';
import { toHex } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import { random } from './random.ts';

// Advisories of any number: the real records of AlmaLinux and PyPI, the same under names of other ecosystems, and made
// ones for Debian, a package more popular than the next. What is no record of a publisher says so in its feed's name.

export const capturedAt = '2026-08-21T00:00:00Z';
const made = 'made-debian';
const debianReleases = [11, 12, 13, 14] as const;
/** Distinct source packages of the made distribution. */
export const debianNames = 24_000;
const severities = ['critical', 'high', 'medium', 'low', 'unknown'] as const;

export type Corpus = {
  parts: FeedPart[];
  advisories: number;
  ranges: number;
  /** A sample of the parts' lines with the number of ranges in them, to parse alone. */
  sample: { lines: string[]; ranges: number };
  /** The real and the made share, for the method. */
  real: number;
  /** A delta on the made feed that changes so many advisories. */
  delta(changed: number): Promise<FeedPart>;
};

/** The version number `n` of a made package, in rising order. */
export const debianVersion = (name: number, release: number, n: number): string =>
  `${1 + (name % 9)}.${name % 31}.${n >> 2}-${1 + (n & 3)}+deb${release}u${n}`;

/** How many versions a made package has had in a release. */
export const debianVersions = (name: number): number => 1 + (((name * 2_654_435_761) >>> 0) % 9);

const debianAdvisory = (seed: number, index: number, later: number): Advisory => {
  const rng = random(seed * 7_919 + index);
  const name = Math.floor(rng.next() ** 2.5 * debianNames);
  const versions = debianVersions(name);
  const at = 1 + rng.below(versions);
  const severity = severities[rng.below(severities.length)] ?? 'unknown';
  const affected = debianReleases.map((release) => {
    const isFixed = at + later < versions;
    const fixed = debianVersion(name, release, at + later);
    const hi = isFixed ? toHex(keyFor(`Debian:${release}`, fixed) ?? new Uint8Array()) : 'ffffffff';
    return {
      ecosystem: `Debian:${release}`,
      package: `source-${name}`,
      ranges: [{ lo: '', hi, introduced: '0', ...(isFixed && { fixed }), comparable: true }],
      versions: [],
    };
  });
  return {
    id: `MADE-${String(index).padStart(7, '0')}`,
    feed: made,
    aliases: [`CVE-2099-${100_000 + index}`],
    upstream: [],
    related: [],
    modified: later === 0 ? '2026-01-01T00:00:00Z' : '2026-02-01T00:00:00Z',
    severity,
    summary: `source-${name}: made problem ${index} of a made package, as long as such a line is in the real ones`,
    references: [`https://security.example.org/tracker/CVE-2099-${100_000 + index}`],
    affected,
  };
};

/** The import checks every line against the schema: doing it here as well would cost as much as the import. */
const recordOf = (id: string, line: string): FeedRecord => ({
  id,
  line,
  digest: createHash('sha256').update(line).digest('hex'),
});
const toRecord = (advisory: Advisory): FeedRecord => recordOf(advisory.id, JSON.stringify(advisory));

const copyUnder = (record: FeedRecord, from: string, feed: string, at: number): FeedRecord =>
  recordOf(
    record.id,
    record.line
      .replace(`"feed":"${from}"`, `"feed":"${feed}"`)
      .replaceAll(/"ecosystem":"([^":]+)/g, `"ecosystem":"$1 ${at}`),
  );

const rangesOf = (records: readonly FeedRecord[]): number =>
  // Counted in the text: parsing all of them once more would take longer than the import.
  records.reduce((sum, { line }) => sum + line.split('"comparable":').length - 1, 0);

/** The parts of `count` advisories, written to a folder; throws when the records of AlmaLinux are not there. */
export const makeCorpus = async (options: { data: string; folder: string; count: number }): Promise<Corpus> => {
  const { data, folder, count } = options;
  const parts: FeedPart[] = [];
  const sample: Corpus['sample'] = { lines: [], ranges: 0 };
  let advisories = 0;
  let ranges = 0;

  const write = async (feed: string, records: readonly FeedRecord[], from = '', digest = contentDigest(records)) => {
    const header = partHeader({ feed, from, digest, newest: capturedAt });
    const path = join(folder, `${feed}-${from || '0'}.jsonl.gz`);
    await writePart(path, header, records);
    return { feed, from: header.from, to: header.to, open: () => createReadStream(path) };
  };
  const add = async (feed: string, records: readonly FeedRecord[]): Promise<void> => {
    parts.push(await write(feed, records));
    const found = rangesOf(records);
    if (sample.lines.length < 20_000) {
      sample.lines.push(...records.map(({ line }) => line));
      sample.ranges += found;
    }
    advisories += records.length;
    ranges += found;
  };

  const real: { feed: string; records: FeedRecord[] }[] = [];
  for (const feed of ['osv-almalinux', 'osv-pypi']) {
    const input = join(data, `${feed}.ndjson.gz`);
    if (!existsSync(input)) continue;
    const { records } = await collectFeed({ results: readOsv({ input, feed }), capturedAt });
    real.push({ feed, records });
    await add(feed, records);
  }
  const realCount = advisories;
  // Half of the rest are copies, so that two of three ranges are such as publishers write.
  const copies = Math.max(0, Math.floor((count - realCount) * 0.56));
  let left = copies;
  for (let at = 1; left > 0 && real.length > 0; at += 1)
    for (const { feed, records } of real) {
      const some = records.slice(0, left);
      left -= some.length;
      if (some.length > 0)
        await add(
          `copy-${at}-${feed}`,
          some.map((record) => copyUnder(record, feed, `copy-${at}-${feed}`, at)),
        );
    }
  const seed = 11;
  const debian = Array.from({ length: Math.max(1_000, count - advisories) }, (_, n) =>
    toRecord(debianAdvisory(seed, n, 0)),
  );
  await add(made, debian);
  const digests = debian.map(({ id, digest }) => ({ id, digest, line: '' }));
  const from = parts.at(-1)?.to ?? '';

  return {
    parts,
    advisories,
    ranges,
    sample,
    real: realCount,
    delta: async (changed) => {
      const step = Math.max(1, Math.floor(digests.length / changed));
      const records = Array.from({ length: changed }, (_, n) => toRecord(debianAdvisory(seed, n * step, 1)));
      const after = [...digests];
      for (const [n, record] of records.entries()) after[n * step] = { ...record, line: '' };
      return write(made, records, from, contentDigest(after));
    },
  };
};
