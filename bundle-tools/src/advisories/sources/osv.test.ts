import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { seed } from '../../../../test/support/chance.ts';
import { isLong } from '../../../../test/support/long.ts';
import { ownFolder } from '../../../../test/support/test-folder.ts';
import { type Download, downloader } from '../../downloads/download.ts';
import { env } from '../../platform/ambient.ts';
import { fromHex, inBounds } from '../../versions/key.ts';
import { keyFor } from '../../versions/scheme.ts';
import type { Advisory, SourceResult } from '../advisory.ts';
import { collectFeed } from '../feed.ts';
import { readDocuments } from './documents.ts';
import { DOCUMENT_LIMITS } from './input.ts';
import { readOsv } from './osv.ts';
import { parseOsv } from './osv-record.ts';

const DATA = env('SALLYPORT_DATA') ?? join(import.meta.dirname, '../../../../../shared/data');
/** Of every how many documents each listed version is matched. */
const step = isLong ? 1 : 40;
let folder: string;

beforeEach(() => {
  folder = ownFolder('osv');
});

const record = (id: string, extra: object = {}) => ({
  id,
  modified: '2026-01-02T03:04:05.678Z',
  affected: [
    {
      package: { ecosystem: 'Debian:13', name: 'openssl' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.5.1-1' }] }],
    },
  ],
  ...extra,
});

const collect = (input: string, limits = {}, download?: Download) =>
  collectFeed({
    results: readOsv({ input, feed: 'test', limits, download }),
    capturedAt: '2026-02-01T00:00:00Z',
  });

const parse = (value: unknown): Advisory => {
  const { result } = parseOsv(value, 'test', 'here');
  if ('rejected' in result) throw new Error(result.rejected.detail);
  return result.advisory;
};

const withEvents = (events: object[], more: object = {}) =>
  parse(
    record('T-1', {
      affected: [{ package: { ecosystem: 'PyPI', name: 'a' }, ranges: [{ type: 'ECOSYSTEM', events }], ...more }],
    }),
  ).affected[0]!;

const matches = (affected: Advisory['affected'][number], version: string): boolean => {
  const key = keyFor(affected.ecosystem, version);
  return (
    affected.versions.includes(version) ||
    (key !== null && affected.ranges.some((r) => r.comparable && inBounds(key, fromHex(r.lo), fromHex(r.hi))))
  );
};

describe('the traps of OSV', () => {
  test('unsorted events mean the same as sorted ones', () => {
    const unsorted = withEvents([{ fixed: '2.1' }, { introduced: '2.0' }, { fixed: '1.5' }, { introduced: '0' }]);
    const sorted = withEvents([{ introduced: '0' }, { fixed: '1.5' }, { introduced: '2.0' }, { fixed: '2.1' }]);
    expect(unsorted).toEqual(sorted);
    expect(['1.4', '1.5', '2.0', '2.1'].map((v) => matches(sorted, v))).toEqual([true, false, true, false]);
  });

  test('a second fixed without a new introduced changes nothing', () => {
    const affected = withEvents([{ introduced: '1' }, { fixed: '2' }, { fixed: '3' }]);
    expect(affected.ranges).toHaveLength(1);
    expect(matches(affected, '2.5')).toBe(false);
  });

  test('last_affected is included', () => {
    const affected = withEvents([{ introduced: '1' }, { last_affected: '2' }]);
    expect(['2', '2.0', '2.0.1'].map((v) => matches(affected, v))).toEqual([true, true, false]);
  });

  test('a listed version outside the ranges still matches', () => {
    const affected = withEvents([{ introduced: '1' }, { fixed: '2' }], { versions: ['1.5', '0.9', 'weird one'] });
    expect(affected.versions).toEqual(['0.9', 'weird one']);
    expect(matches(affected, '0.9')).toBe(true);
  });

  test('a bound without a key is kept, not comparable', () => {
    const affected = withEvents([{ introduced: '0' }, { fixed: '2004d' }]);
    expect(affected.ranges).toEqual([{ lo: '', hi: 'ffffffff', introduced: '0', fixed: '2004d', comparable: false }]);
  });

  test('an affected package that nothing can match is kept, not comparable', () => {
    const affected = parse(
      record('T-1', {
        affected: [
          { package: { ecosystem: 'PyPI', name: 'a' }, ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] },
        ],
      }),
    );
    expect(affected.affected[0]?.ranges).toEqual([{ lo: '', hi: 'ffffffff', comparable: false }]);
  });

  test('names, times, unknown fields and severities', () => {
    const advisory = parse(
      record('T-1', {
        related: ['CVE-2026-1', 'CVE-2026-1'],
        aliases: null,
        summary: 'Important: openssl security update',
        new_field: { x: 1.5 },
        affected: [{ package: { ecosystem: 'PyPI', name: 'Foo_.Bar' }, versions: ['1'] }],
      }),
    );
    expect(advisory).toMatchObject({
      modified: '2026-01-02T03:04:05Z',
      related: ['CVE-2026-1'],
      aliases: [],
      severity: 'high',
    });
    expect(advisory.affected[0]?.package).toBe('foo-bar');
    expect(
      parse(record('T-2', { severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }] }))
        .severity,
    ).toBe('critical');
    expect(parse(record('T-3', { database_specific: { severity: 'MODERATE' } })).severity).toBe('medium');
    expect(parse(record('T-4')).severity).toBe('unknown');
  });

  test.each([
    ['no id', { modified: '2026-01-01T00:00:00Z' }, 'NO_ID'],
    ['no time', record('T-1', { modified: 'yesterday' }), 'FIELD'],
    ['withdrawn at no time', record('T-1', { withdrawn: 'soon' }), 'FIELD'],
    [
      'an event without a version',
      record('T-1', {
        affected: [{ package: { ecosystem: 'PyPI', name: 'a' }, ranges: [{ type: 'ECOSYSTEM', events: [{}] }] }],
      }),
      'FIELD',
    ],
    ['an id with a line break', record('T\n1'), 'LIMIT'],
    ['a text instead of a record', 'hello', 'NO_ID'],
  ])('rejected with its reason: %s', (_name, value, reason) => {
    expect(parseOsv(value, 'test', 'here').result).toMatchObject({ rejected: { reason } });
  });
});

describe('inputs', () => {
  test('a folder: several documents of one id become one record, the latest wins, affected is united', async () => {
    mkdirSync(join(folder, 'in/deeper'), { recursive: true });
    writeFileSync(
      join(folder, 'in/a.json'),
      JSON.stringify(record('T-1', { summary: 'new', modified: '2026-01-02T03:04:05.9Z' }), null, 2),
    );
    writeFileSync(
      join(folder, 'in/deeper/b.json'),
      JSON.stringify(
        record('T-1', {
          summary: 'old',
          affected: [{ package: { ecosystem: 'Debian:12', name: 'openssl' }, versions: ['1'] }],
        }),
      ),
    );
    writeFileSync(join(folder, 'in/c.json'), '{"id":');
    writeFileSync(join(folder, 'in/readme.txt'), 'not read');
    symlinkSync('/etc/hostname', join(folder, 'in/link.json'));
    const feed = await collect(join(folder, 'in'));
    expect(feed.records.map((one) => one.id)).toEqual(['T-1']);
    const merged = JSON.parse(feed.records[0]!.line) as Advisory;
    expect(merged.summary).toBe('new');
    expect(merged.affected.map((one) => one.ecosystem)).toEqual(['Debian:12', 'Debian:13']);
    expect(feed.rejected).toEqual([{ id: 'c.json:1', reason: 'JSON', detail: expect.any(String) }]);
  });

  test('ndjson, packed, an array, a zip and an address give the same content', async () => {
    const lines = ['T-2', 'T-1'].map((id) => JSON.stringify(record(id)));
    const files = {
      'a.ndjson': `${lines.join('\n')}\n`,
      'b.ndjson.gz': gzipSync(lines.join('\n')),
      'c.json': `[${lines.reverse().join(',\n')}]`,
      'd.zip': storedZip(lines.map((line, index) => [`T-${index}.json`, line] as const)),
    };
    const digests = new Set<string>();
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, name), content);
      const feed = await collect(join(folder, name));
      expect(feed.counts, name).toMatchObject({ advisories: 2, rejected: 0 });
      digests.add(feed.digest);
    }
    const server = createServer((_request, response) => response.end(files['b.ndjson.gz']));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/all.zip`;
    digests.add((await collect(address, {}, downloader({ folder: join(folder, 'downloads') }))).digest);
    server.close();
    expect(digests.size).toBe(1);
  });

  test('limits: a document too large is rejected alone, too many or too much refuse the source', async () => {
    const path = join(folder, 'a.ndjson');
    writeFileSync(
      path,
      `${JSON.stringify(record('T-1'))}\n${JSON.stringify(record('T-2', { details: 'x'.repeat(5_000) }))}\n`,
    );
    expect((await collect(path, { maxDocumentBytes: 1_000 })).counts).toMatchObject({ advisories: 1, rejected: 1 });
    await expect(collect(path, { maxDocuments: 1 })).rejects.toMatchObject({ code: 'LIMIT' });
    await expect(collect(path, { maxTotalBytes: 1_000 })).rejects.toMatchObject({ code: 'LIMIT' });
    await expect(collect(join(folder, 'absent'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    writeFileSync(path, gzipSync('x'.repeat(10_000)).subarray(0, 20));
    await expect(collect(path)).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
    writeFileSync(path, 'PK\u0003\u0004 not a zip');
    await expect(collect(path)).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
  });
});

describe('real feeds', () => {
  const real = (name: string, skip: (note: string) => never) => {
    const path = join(DATA, name);
    return existsSync(path) ? path : skip(`skipped: ${name} is not in SALLYPORT_DATA`);
  };

  test('AlmaLinux: 5,680 documents become 5,637 advisories, and none is refused', async ({ skip }) => {
    const path = real('osv-almalinux.ndjson.gz', skip);
    const feed = await collect(path);
    expect(feed.counts).toMatchObject({ advisories: 5_637, notComparable: 0, rejected: 0 });
    const one = JSON.parse(feed.records.find(({ id }) => id === 'ALSA-2025:10073')!.line) as Advisory;
    expect(one).toMatchObject({ severity: 'high', aliases: [] });
    expect(one.related).toContain('CVE-2025-6430');
  });

  test('PyPI: the listed versions are matched, dates in the future are no freshness', async ({ skip }) => {
    const path = real('osv-pypi.ndjson.gz', skip);
    const byId = new Map<string, Advisory>();
    const results: SourceResult[] = [];
    for await (const result of readOsv({ input: path, feed: 'pypi' })) {
      results.push(result);
      if ('advisory' in result) byId.set(result.advisory.id, result.advisory);
    }
    const feed = await collectFeed({
      results: (async function* () {
        yield* results;
      })(),
      capturedAt: '2026-07-23T23:59:59Z',
    });
    expect(feed.counts).toMatchObject({ advisories: 7_080, withdrawn: 269, gitRanges: 1_554, rejected: 0 });
    expect(feed.newest).toBe('2026-07-23T14:34:38Z');
    let [documents, versions, unmatched] = [0, 0, 0];
    for await (const { bytes } of readDocuments(path, DOCUMENT_LIMITS)) {
      documents += 1;
      if (documents % step !== seed % step) continue;
      const osv = JSON.parse(Buffer.from(bytes as Uint8Array).toString()) as {
        id: string;
        affected: { package: { name: string }; versions?: string[] }[];
      };
      const ours = byId.get(osv.id);
      for (const affected of osv.affected) {
        const entry = ours?.affected.find(
          (one) => one.package === affected.package.name.toLowerCase().replace(/[-_.]+/g, '-'),
        );
        for (const version of affected.versions ?? []) {
          versions += 1;
          if (entry === undefined || !matches(entry, version)) unmatched += 1;
        }
      }
    }
    expect(unmatched).toBe(0);
    if (isLong) expect(versions).toBe(588_814);
    expect(versions).toBeGreaterThan(588_814 / (2 * step));
  });
});

/** A zip of stored entries, written by hand: no dependency writes zips here. */
const storedZip = (entries: readonly (readonly [string, string])[]): Buffer => {
  const crc32 = (bytes: Buffer): number => {
    let crc = 0xffffffff;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    return (crc ^ 0xffffffff) >>> 0;
  };
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of entries) {
    const body = Buffer.from(content);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt32LE(crc32(body), 10);
    shared.writeUInt32LE(body.length, 14);
    shared.writeUInt32LE(body.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), shared, tail, Buffer.from(name));
    const entry = Buffer.concat([Buffer.from('PK\u0003\u0004'), shared, Buffer.from(name), body]);
    local.push(entry);
    offset += entry.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
};
