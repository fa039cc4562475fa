import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { advisorySample } from '../../test/samples.ts';
import type { Advisory } from './advisory.ts';
import { cvss3BaseScore } from './cvss.ts';
import { contentDigest, type FeedRecord, toRecord } from './digest.ts';
import { feedDelta } from './feed.ts';
import { splitLines } from './lines.ts';
import {
  encodePart,
  PART_LIMITS,
  type PartHeader,
  type PartItem,
  partHeader,
  partPath,
  readPart,
  writePart,
} from './part.ts';

const advisory = (id: string, summary = ''): Advisory =>
  advisorySample(id, 'test', {
    modified: '2026-01-02T03:04:05Z',
    summary,
    affected: [
      { ecosystem: 'Debian:13', package: 'a', ranges: [{ lo: '', hi: '00', comparable: true }], versions: [] },
    ],
  });

const records: FeedRecord[] = ['A-1', 'A-2', 'A-3'].map((id) => toRecord(advisory(id)));
const header: PartHeader = partHeader({ feed: 'test', from: '', digest: contentDigest(records), newest: '' });

async function* chunks(bytes: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const readAll = async (bytes: Uint8Array, limits = PART_LIMITS): Promise<PartItem[]> => {
  const items: PartItem[] = [];
  for await (const item of readPart(chunks(bytes), limits)) items.push(item);
  return items;
};

let folder: string;
beforeEach(() => {
  folder = ownFolder('part');
});

test('a part gives back its header and its advisories, with digests that add up to the header', async () => {
  const bytes = await encodePart(header, records);
  const [first, ...rest] = await readAll(bytes);
  expect(first).toEqual({ header });
  expect(rest).toEqual(
    ['A-1', 'A-2', 'A-3'].map((id, index) => ({
      advisory: advisory(id),
      digest: records[index]?.digest,
      line: expect.any(Uint8Array),
    })),
  );
  for (const [index, item] of rest.entries())
    expect('line' in item && Buffer.from(item.line).toString()).toBe(records[index]?.line);
  const read = rest.flatMap((item) => ('advisory' in item ? [{ id: item.advisory.id, digest: item.digest }] : []));
  expect(contentDigest(read.reverse())).toBe(header.digest);
  expect(partPath(header)).toBe(`advisories/test/0-${header.digest.slice(0, 16)}.jsonl.gz`);
});

test('the same content gives the same bytes, in memory and in a file', async () => {
  const bytes = await encodePart(header, records);
  const written = await writePart(join(folder, 'part'), header, records);
  expect(new Uint8Array(readFileSync(join(folder, 'part')))).toEqual(bytes);
  expect(written).toMatchObject({ count: 3, sizeBytes: bytes.length });
});

test('refuses what is cut, altered, out of order or past a limit', async () => {
  const bytes = await encodePart(header, records);
  const lines = gunzipSync(bytes).toString().trimEnd().split('\n');
  const packed = (changed: string[]) => gzipSync(`${changed.join('\n')}\n`);
  const refusal = (input: Uint8Array, limits = PART_LIMITS) =>
    readAll(input, limits).then(
      () => 'accepted',
      (error: { code: string }) => error.code,
    );
  expect(await refusal(bytes.subarray(0, bytes.length - 9))).toBe('TRUNCATED');
  expect(await refusal(new Uint8Array(0))).toBe('TRUNCATED');
  expect(await refusal(Buffer.from('plain text'))).toBe('METADATA');
  expect(await refusal(packed([lines[0]!, lines[2]!, lines[1]!]))).toBe('METADATA');
  expect(await refusal(packed([lines[0]!, lines[1]!, lines[1]!]))).toBe('METADATA');
  expect(await refusal(packed([lines[1]!]))).toBe('METADATA');
  expect(await refusal(packed([lines[0]!, lines[1]!.replace('"severity"', '"evil":1,"severity"')]))).toBe('METADATA');
  expect(await refusal(bytes, { ...PART_LIMITS, maxAdvisories: 2 })).toBe('LIMIT');
  expect(await refusal(bytes, { ...PART_LIMITS, maxLineBytes: 100 })).toBe('LIMIT');
  expect(await refusal(gzipSync(Buffer.alloc(1 << 20)), { ...PART_LIMITS, maxBytes: 1_000 })).toBe('LIMIT');
});

test('a chain of deltas gives the digest of the full import; no change gives an empty delta', () => {
  const content = fc.dictionary(fc.constantFrom('A-1', 'A-2', 'A-3', 'A-4'), fc.constantFrom('x', 'y'));
  const recordsOf = (state: Record<string, string>) =>
    Object.entries(state)
      .map(([id, summary]) => toRecord(advisory(id, summary)))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  fc.assert(
    fc.property(fc.array(content, { minLength: 1, maxLength: 5 }), (states) => {
      const site = new Map<string, FeedRecord>();
      for (const state of states) {
        const { delta, after, digest } = feedDelta(site, recordsOf(state), '2026-02-01T00:00:00Z');
        for (const record of delta) site.set(record.id, record);
        expect(contentDigest(site.values())).toBe(digest);
        expect(contentDigest(after)).toBe(digest);
        expect(feedDelta(site, after, '2026-03-01T00:00:00Z').delta).toEqual([]);
      }
    }),
  );
});

test('a record that left its source comes as withdrawn', () => {
  const { delta } = feedDelta(
    new Map(records.map((record) => [record.id, record])),
    records.slice(1),
    '2026-02-01T00:00:00Z',
  );
  expect(delta.map((record) => JSON.parse(record.line))).toEqual([
    { ...advisory('A-1'), withdrawn: '2026-02-01T00:00:00Z', modified: '2026-02-01T00:00:00Z' },
  ]);
});

test('lines survive any cutting into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.integer({ min: 1, max: 9 }), async (content, size) => {
      const lines: string[] = [];
      for await (const line of splitLines(chunks(Buffer.from(content), size), 1_000))
        lines.push(Buffer.from(line as Uint8Array).toString());
      const expected = Buffer.from(content).toString().split('\n');
      if (expected.at(-1) === '') expected.pop();
      expect(lines).toEqual(expected);
    }),
  );
});

// Examples of the FIRST specification documents.
test.each([
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1],
  ['CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4],
  ['CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N', 3.1],
  ['CVSS:3.0/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L', 4.2],
  ['CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0],
  ['CVSS:3.1/AV:N/AC:L', null],
  ['CVSS:3.1/AV:toString/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', null],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', null],
])('%s scores %s', (vector, score) => {
  expect(cvss3BaseScore(vector)).toBe(score);
});

test('what the reader has to the byte is not read again, and has its place in the order all the same', async () => {
  const held = new Map(records.slice(0, 2).map(({ id, digest }) => [digest, id]));
  const items: PartItem[] = [];
  for await (const item of readPart(chunks(await encodePart(header, records)), PART_LIMITS, (digest) =>
    held.get(digest),
  ))
    items.push(item);
  expect(items.slice(1, 3)).toEqual(records.slice(0, 2).map(({ digest }) => ({ known: digest })));
  expect(items[3]).toMatchObject({ advisory: advisory('A-3') });

  const wrong = Buffer.from(
    `${JSON.stringify(header)}\n${[records[1], records[0]].map((one) => one?.line).join('\n')}\n`,
  );
  const read = async () => {
    for await (const _ of readPart(chunks(gzipSync(wrong)), PART_LIMITS, (digest) => held.get(digest)));
  };
  await expect(read()).rejects.toMatchObject({ code: 'METADATA' });
});
