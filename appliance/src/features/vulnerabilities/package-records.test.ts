import { describe, expect, it } from 'vitest';
import { coverPackage, fixedOf } from './cover.ts';
import { hitArena, unpackHits } from './hit-bytes.ts';
import { changeRecords, EXACT, RANGE, REVIEW, readRecord, recordsOf } from './package-records.ts';
import { recordWriter } from './record-writer.ts';

const written = (write: (records: ReturnType<typeof recordWriter>) => void): Buffer => {
  const records = recordWriter();
  write(records);
  return Buffer.from(records.bytes(0, records.at()));
};
const readAll = (data: Buffer) => {
  const cursor = recordsOf(data);
  const found: unknown[] = [];
  const text = (n: 0 | 1 | 2) => data.toString('utf8', cursor.starts[n], cursor.ends[n]);
  const hex = (n: 0 | 1) => data.toString('hex', cursor.starts[n], cursor.ends[n]);
  while (readRecord(cursor))
    found.push([
      cursor.kind,
      cursor.adv,
      cursor.qual,
      ...(cursor.kind === RANGE ? [hex(0), hex(1)] : [text(0), text(1)]),
      text(2),
    ]);
  return found;
};
const highest = 'ffffffff';
/** The largest key of an advisory. */
const largest = 2 ** 52 - 1;

describe('records of a package', () => {
  it('come back as they were written, whatever the texts and lengths', () => {
    const long = 'ab'.repeat(2_048);
    const data = written((records) => {
      records.range(1, 0, { lo: '', hi: highest, comparable: true });
      records.range(largest, 300, { lo: long, hi: '00ff', fixed: `1.0-ü${'9'.repeat(900)}`, comparable: true });
      records.exact(2 ** 40 + 5, 0, 'ключ');
      records.review(7, 1, { lo: '', hi: '', introduced: '0', last_affected: 'ключ', comparable: false });
    });
    expect(readAll(data)).toEqual([
      [RANGE, 1, 0, '', highest, ''],
      [RANGE, largest, 300, long, '00ff', `1.0-ü${'9'.repeat(900)}`],
      [EXACT, 2 ** 40 + 5, 0, 'ключ', '', ''],
      [REVIEW, 7, 1, '0', '', 'ключ'],
    ]);
  });

  it('stay in order of their advisories when some go and others come', () => {
    const one = (adv: number) => ({
      adv,
      bytes: written((records) => records.range(adv, 0, { lo: '', hi: highest, comparable: true })),
    });
    const advsOf = (data: Buffer) => readAll(data).map((row) => (row as number[])[1]);
    const first = changeRecords(undefined, undefined, [one(30), one(10), one(20)]);
    expect(advsOf(first)).toEqual([10, 20, 30]);
    expect(advsOf(changeRecords(first, new Set([20, 10]), [one(25), one(10)]))).toEqual([10, 25, 30]);
  });

  it('are refused where they are cut off', () => {
    const data = written((records) => records.exact(5, 0, '1.2.3'));
    expect(() => readAll(data.subarray(0, -1))).toThrow(/cut off/);
  });
});

describe('several records of one advisory', () => {
  const key = Uint8Array.of(5);
  const cover = (data: Buffer) => {
    const [covered] = coverPackage(
      data,
      { ids: [1], keys: [key], streams: [''], version: () => '5' },
      { streams: new Map([[9, new Set(['m:1'])]]), lifeCycles: new Map() },
    );
    return (covered?.advs ?? []).map((adv, n) => [adv, covered?.states[n], covered && fixedOf(data, covered, n)]);
  };
  const pieces: readonly ((records: ReturnType<typeof recordWriter>) => void)[] = [
    (records) => records.review(3, 0, { lo: '', hi: '', fixed: 'ключ', comparable: false }),
    (records) => records.range(3, 9, { lo: '', hi: '09', fixed: '9', comparable: true }),
    (records) => records.range(3, 0, { lo: '04', hi: '06', fixed: '6', comparable: true }),
    (records) => records.range(3, 0, { lo: '', hi: '07', fixed: '7', comparable: true }),
    (records) => records.range(3, 0, { lo: '03', hi: '07', comparable: true }),
    (records) => records.exact(3, 0, '5'),
  ];
  const orders = (left: readonly number[]): number[][] =>
    left.length === 0
      ? [[]]
      : left.flatMap((one) => orders(left.filter((n) => n !== one)).map((rest) => [one, ...rest]));

  it('come to the same in every order: what is certain first, then the highest range, then one with a fix', () => {
    for (const order of orders([0, 1, 2, 3, 4, 5])) {
      const data = written((records) => {
        for (const n of order) pieces[n]?.(records);
      });
      expect(cover(data)).toEqual([[3, 0, '7']]);
    }
    const ofModule = written((records) => {
      pieces[0]?.(records);
      pieces[1]?.(records);
    });
    expect(cover(ofModule)).toEqual([[3, 2, '9']]);
  });
});

describe('hits as bytes', () => {
  it('come back as they were', () => {
    const hits = [
      { adv: 1, state: 0, fixed: '1.0-1' },
      { adv: 2 ** 40 + 1, state: 3, fixed: null },
      { adv: largest, state: 2, fixed: 'ключ'.repeat(60) },
    ];
    const arena = hitArena(8);
    for (const { adv, state, fixed } of hits) {
      const text = Buffer.from(fixed ?? '');
      arena.push(adv, state, text, 0, text.length);
    }
    expect(unpackHits(arena.bytes(0, arena.at()))).toEqual(hits);
    expect(unpackHits(arena.bytes(0, 0))).toEqual([]);
  });
});
