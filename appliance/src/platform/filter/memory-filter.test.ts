import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { openDatabase } from '../database.ts';
import { filterSql } from './filter-queries.ts';
import { fitsIn, type MemoryFields } from './memory-filter.ts';
import { type Field, type Filter, opsOf, vocabularyOf } from './types.ts';

type Row = { id: number; name: string | null; level: number | null; size: number | null; flag: number | null };

const levels = ['low', 'High', 'worst'];
const words = ['contains', '=', '!=', 'starts', 'ends'] as const;
const fields: readonly Field[] = [
  { name: 'name', type: 'text', ops: [...words, 'unknown'], source: { scalar: 'name' } },
  { name: 'folded', type: 'text', ops: words, stored: 'folded', source: { scalar: 'fold(name)' } },
  {
    name: 'exact',
    type: 'text',
    ops: ['=', '!='],
    source: { test: (value) => ({ sql: 'name = ?', params: [value] }) },
  },
  { name: 'level', type: 'choice', options: levels, stored: 'rank', source: { scalar: 'level' } },
  { name: 'size', type: 'number', source: { scalar: 'size' } },
  { name: 'flag', type: 'yesno', source: { scalar: 'flag' } },
];
const memory: MemoryFields<Row> = {
  name: ({ name }) => name,
  // The column is not null: what has no name has the empty one.
  folded: ({ name }) => name ?? '',
  exact: ({ name }) => name,
  level: ({ level }) => (level === null ? null : (levels[level] ?? null)),
  size: ({ size }) => size,
  flag: ({ flag }) => (flag === null ? null : flag === 1),
};

const names = ['', 'a', 'Ab', 'ЦЕХ', 'цех 2'];
const row = fc.record({
  name: fc.option(fc.constantFrom(...names)),
  level: fc.option(fc.constantFrom(0, 1, 2)),
  size: fc.option(fc.integer({ min: -2, max: 2 })),
  flag: fc.option(fc.constantFrom(0, 1)),
});
const drawnValue = (field: Field): fc.Arbitrary<string | number | boolean> => {
  // One that is asked exactly is drawn as it is written: the case counts there alone.
  if (field.name === 'exact') return fc.constantFrom('a', 'цех 2');
  if (field.type === 'choice') return fc.constantFrom(...levels);
  if (field.type === 'number') return fc.integer({ min: -2, max: 2 });
  return field.type === 'yesno' ? fc.boolean() : fc.constantFrom('A', 'ab', 'Цех', '2');
};
const leaf = fc
  .constantFrom(...fields)
  .chain((field) =>
    fc
      .tuple(fc.constantFrom(...opsOf(field)), drawnValue(field))
      .map(([op, value]): Filter => ({ field: field.name, op, value: op === 'unknown' ? true : value })),
  );
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('filter').map((not): Filter => ({ not })),
    fc.array(tie('filter'), { maxLength: 3 }).map((all): Filter => ({ all })),
    fc.array(tie('filter'), { maxLength: 3 }).map((any): Filter => ({ any })),
  ),
}));

describe('a filter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'filter-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('finds the same rows in memory as in SQL, also where values are missing', () => {
    const db = openDatabase(join(folder, 'rows.db'));
    db.exec('create table t (id integer primary key, name text, level integer, size integer, flag integer)');
    const put = db.prepare('insert into t (id, name, level, size, flag) values (@id, @name, @level, @size, @flag)');
    const options = { vocabulary: vocabularyOf(fields), now: 0 };
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), filter, (drawn, asked) => {
        db.exec('delete from t');
        const rows = drawn.map((one, at): Row => ({ id: at + 1, ...one }));
        for (const one of rows) put.run(one);
        const { sql, params } = filterSql(asked, options);
        const found = db
          .prepare<unknown[], number>(`select id from t where ${sql} order by id`)
          .pluck()
          .all(...params);
        expect(found).toEqual(rows.filter(fitsIn(asked, memory)).map(({ id }) => id));
      }),
      { numRuns: runs(500) },
    );
    db.close();
  });
});
