import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { setOf } from '../device-set.ts';
import { oneOf } from './condition.ts';
import { type Chosen, listBuilder } from './list-queries.ts';
import { compareKeys, memoryPage } from './memory-list.ts';

type Row = { id: number; name: string; size: number | null };

const row = fc.record({
  name: fc.constantFrom('a', 'b', 'Ц', ''),
  size: fc.option(fc.integer({ min: -2, max: 2 }), { nil: null }),
});
const asked = fc.record({
  rows: fc.array(row, { maxLength: 12 }),
  sort: fc.constantFrom('name', 'size', 'id'),
  descending: fc.boolean(),
  limit: fc.integer({ min: 1, max: 5 }),
  most: fc.constantFrom(0, 3, 100),
  names: fc.option(fc.subarray(['a', 'b', ''])),
  ids: fc.option(fc.record({ some: fc.uniqueArray(fc.integer({ min: 1, max: 14 })), isIn: fc.boolean() })),
});

const keysOf = { name: ['name', 'id'], size: ['size', 'id'], id: ['id'] } as const;

/** All rows of the pages of a list, each page with the same total; the last page has no next one. */
const through = (page: (after: string | undefined) => { rows: Row[]; total: number; next?: string }): Row[] => {
  const found: Row[] = [];
  let after: string | undefined;
  do {
    const { rows, total, next } = page(after);
    expect(rows.length > 0 || after === undefined).toBe(true);
    found.push(...rows);
    if (next === undefined) expect(found).toHaveLength(total);
    after = next;
  } while (after !== undefined);
  return found;
};

describe('the pages of a list', () => {
  it('are all that is asked for in its order, once each, with their number, in the database and in memory', () => {
    const db = new Database(':memory:');
    db.exec(
      'create table t (id integer primary key, name text not null, size integer); create index t_name on t (name, id)',
    );
    fc.assert(
      fc.property(asked, ({ rows: given, sort, descending, limit, most, names, ids }) => {
        db.exec('delete from t');
        const rows = given.map((one, at): Row => ({ id: at + 1, ...one }));
        for (const one of rows) db.prepare('insert into t (id, name, size) values (@id, @name, @size)').run(one);
        const list = listBuilder<Row, keyof typeof keysOf>(db, {
          from: 't',
          id: 't.id',
          select: 't.id, t.name, t.size',
          orders: {
            name: { keys: ['t.name', 't.id'], index: 't_name' },
            size: { keys: ['t.size', 't.id'], nullable: true },
            id: { keys: ['t.id'] },
          },
          few: { most },
        });
        const there = ids?.some.filter((id) => id <= rows.length) ?? [];
        const chosen: Chosen | undefined =
          ids === null ? undefined : ids.isIn ? { in: setOf(there) } : { notIn: setOf(there) };
        const query = { sort, descending, where: oneOf('t.name', names ?? undefined), ...(chosen && { chosen }) };
        const fits = ({ id, name }: Row): boolean =>
          (ids === null || ids.some.includes(id) === ids.isIn) &&
          (names === null || names.length === 0 || names.includes(name));
        const wanted = rows.filter(fits);
        const plain = ({ id, name, size }: Row): Row => ({ id, name, size });
        const paged = through((after) => list.page({ ...query, limit, after })).map(plain);
        expect(paged).toEqual(list.all(query).map(plain));
        const keys = keysOf[sort];
        // Null comes before everything.
        const keyOf = (one: Row) => keys.map((key) => one[key] ?? Number.NEGATIVE_INFINITY);
        const inOrder = wanted.toSorted((a, b) => compareKeys(keyOf(a), keyOf(b)));
        expect(paged).toEqual(descending ? inOrder.reverse() : inOrder);
        expect(list.count(query)).toBe(wanted.length);
        if (sort === 'size') return;
        const inMemory = { keyOf, keys: keys.length, descending, limit };
        expect(through((after) => memoryPage(wanted, { ...inMemory, after }))).toEqual(paged);
      }),
      { numRuns: runs(200) },
    );
    db.close();
  });

  it('begin after no cursor but one of their own', () => {
    const db = new Database(':memory:');
    db.exec('create table t (id integer primary key)');
    const list = listBuilder<Row, 'id'>(db, {
      from: 't',
      id: 'id',
      orders: { id: { keys: ['id'] } },
    });
    const asked = { sort: 'id', descending: false, limit: 1 } as const;
    for (const after of [
      '',
      'x',
      Buffer.from('[1,2]').toString('base64url'),
      Buffer.from('[null]').toString('base64url'),
    ])
      expect(() => list.page({ ...asked, after })).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
    db.close();
  });
});
