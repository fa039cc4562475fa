import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import { readOsv } from '@sallyport/bundle-tools/advisories/sources/osv';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { compareKeys } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { part } from '../../../test/support/advisory-parts.ts';
import { openMatching } from '../../../test/support/matching-site.ts';
import { wholeSite } from '../../platform/scope.ts';

// AlmaLinux 8 with module streams against all of its public advisories, and what the titles of those say, read by itself.

const DATA = env('SALLYPORT_DATA') ?? join(import.meta.dirname, '../../../../../shared/data');
const file = join(DATA, 'osv-almalinux.ndjson.gz');
const eco = 'AlmaLinux:8';

type Record = {
  id: string;
  summary: string;
  affected: { package: { ecosystem: string; name: string }; ranges: { events: { fixed?: string }[] }[] }[];
};
type Fix = { id: string; streams: string[]; name: string; fixed: string };

/** Titles that name a module alone, and the stream that the build of its main package is of. */
const ALONE: Readonly<{ [id: string]: string[] }> = { 'ALSA-2024:4499': ['ruby:2.5'] };

/** Every fix of a module build, with the words `name:stream` of its title. */
const fixesIn = (text: string): Fix[] =>
  text
    .split('\n')
    .filter((line) => line.includes('.module'))
    .flatMap((line) => {
      const record = JSON.parse(line) as Record;
      const streams =
        ALONE[record.id] ?? record.summary.split(/[\s,]+/).filter((word) => /^[a-z][\w.+-]*:[\w.]+$/i.test(word));
      return record.affected.flatMap(({ package: { ecosystem, name }, ranges }) =>
        ranges.flatMap(({ events }) =>
          events.flatMap(({ fixed }) =>
            fixed?.includes('.module') && ecosystem === eco ? [{ id: record.id, streams, name, fixed }] : [],
          ),
        ),
      );
    });

const isBelow = (a: string, b: string): boolean =>
  compareKeys(keyFor(eco, a) ?? new Uint8Array(), keyFor(eco, b) ?? new Uint8Array()) < 0;

const rpm = (name: string, version: string, stream: string) => ({
  type: 'rpm',
  name,
  version,
  arch: 'x86_64',
  purl: `pkg:rpm/almalinux/${name}@${version}?arch=x86_64${stream === '' ? '' : `&rpmmod=${stream}:8090020240101:abcdef`}`,
});

describe.skipIf(!existsSync(file))('module streams of AlmaLinux 8 (skipped without SALLYPORT_DATA)', () => {
  let open: Awaited<ReturnType<typeof openMatching>>;
  let fixes: Fix[];
  let folder: string;
  let device = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'streams-'));
    fixes = fixesIn(gunzipSync(readFileSync(file)).toString('utf8'));
    const records: Advisory[] = [];
    for await (const result of readOsv({ input: file, feed: 'osv-debian' }))
      if ('advisory' in result && result.advisory.affected.some(({ qualifiers }) => qualifiers?.module !== undefined))
        records.push(result.advisory);
    open = await openMatching();
    await open.publish(await part('', records));
  });
  afterAll(() => {
    open.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const findings = (items: ReturnType<typeof rpm>[]) => {
    device += 1;
    open.site.report(device, 'platform', [{ vendor: 'almalinux', release: '8.10', arch: 'x86_64' }]);
    open.site.report(device, 'software', items);
    return open.vulnerabilities.forDevice(device, wholeSite('job'));
  };
  const ofStream = (stream: string): Fix[] => fixes.filter(({ streams }) => streams.includes(stream));
  /** Each package of a stream in the version that `choose` takes among those that its advisories name, lowest first. */
  const host = (streams: readonly string[], choose: (versions: string[]) => string, isLabelled = true) =>
    streams.flatMap((stream) => {
      const byName = Map.groupBy(ofStream(stream), ({ name }) => name);
      return [...byName].map(([name, named]) => {
        const versions = named.map(({ fixed }) => fixed).sort((a, b) => (isBelow(a, b) ? -1 : 1));
        return rpm(name, choose(versions), isLabelled ? stream : '');
      });
    });

  const five = ['nodejs:18', 'postgresql:13', 'ruby:2.5', 'php:7.4', 'mariadb:10.3'];

  it('the newest of five streams has no finding', () => {
    const found = findings(host(five, (versions) => versions.at(-1) ?? ''));
    expect(found.map(({ advisory, package: name }) => `${advisory} ${name}`)).toEqual([]);
  });

  it('without labels a person has to look, and nothing certainly applies', () => {
    const found = findings(host(five, (versions) => versions.at(-1) ?? '', false));
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(({ verdict }) => verdict !== 'review')).toEqual([]);
  });

  it.each([
    'nodejs:18',
    'nodejs:20',
    'nodejs:16',
    'postgresql:13',
    'postgresql:15',
    'php:7.4',
    'php:8.0',
    'mariadb:10.3',
    'perl:5.32',
    'container-tools:rhel8',
  ])('a host with an older %s has what its own advisories say, no more and no less', (stream) => {
    const items = host([stream], (versions) => versions[Math.floor(versions.length / 2)] ?? '');
    const expected = items.flatMap(({ name, version }) =>
      ofStream(stream).flatMap((fix) =>
        fix.name === name && isBelow(version, fix.fixed) ? [`${fix.id} ${name} affected`] : [],
      ),
    );
    const found = findings(items);
    const certain = found.filter(({ verdict }) => verdict === 'affected');
    // A title without a stream may be of this one by the version that it fixes.
    const titled = certain.filter(({ advisory }) => fixes.find(({ id }) => id === advisory)?.streams.length !== 0);
    expect(titled.map(({ advisory, package: name }) => `${advisory} ${name} affected`).sort()).toEqual(
      [...new Set(expected)].sort(),
    );
    // What is to be looked at names no stream at all.
    for (const { advisory } of found.filter(({ verdict }) => verdict === 'review'))
      expect(fixes.find(({ id }) => id === advisory)?.streams).toEqual([]);
  });

  it('is found by a part of the name of its package', () => {
    findings(host(['nodejs:18'], (versions) => versions[0] ?? ''));
    const { rows } = open.vulnerabilities.list({ scope: wholeSite('job'), limit: 100_000 });
    const named = rows.filter(({ package: name }) => name.includes('nodejs'));
    expect(named.length).toBeGreaterThan(0);
    const filter = open.vulnerabilities.language.read([['package.contains', 'NodeJS']]);
    expect(open.vulnerabilities.list({ scope: wholeSite('job'), filter, limit: 1 }).total).toBe(named.length);
  });

  it('what it asks for is the stream that is installed', () => {
    findings(host(['nodejs:20'], (versions) => versions[0] ?? ''));
    const asked = open.vulnerabilities
      .sourceFixes(wholeSite('job'))
      .find(({ source }) => source === 'nodejs:20/nodejs');
    expect(asked?.fixed).toBe(
      ofStream('nodejs:20')
        .filter(({ name }) => name === 'nodejs')
        .map(({ fixed }) => fixed)
        .sort((a, b) => (isBelow(a, b) ? 1 : -1))[0],
    );
  });
});
