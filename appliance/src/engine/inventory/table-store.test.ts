import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engines, openEngines } from '../../../test/support/engines.ts';
import { allTrue } from '../../platform/list/condition.ts';
import { wholeSite } from '../../platform/scope.ts';
import { listOf } from './list-queries.ts';
import { ensureTables } from './table-store.ts';

let engines: Engines;
beforeEach(async () => {
  engines = await openEngines();
});
afterEach(() => engines.close());

const indexes = (): string[] =>
  engines.db
    .prepare<[], string>(
      "select name from sqlite_schema where type = 'index' and tbl_name = 'inv_hardware' order by name",
    )
    .pluck()
    .all();

describe('the tables of a collection', () => {
  it('get an index that is missing, and are not written where nothing is', () => {
    const { db, inventory } = engines;
    const now = indexes();
    expect(now).toContain('inv_hardware_owner');
    db.exec('drop index inv_hardware_owner');
    ensureTables(db, inventory.collections());
    expect(indexes()).toEqual(now);
    const version = (): unknown => db.pragma('schema_version', { simple: true });
    const before = version();
    ensureTables(db, inventory.collections());
    expect(version()).toBe(before);
  });

  it('find rows by a field that may be empty through its index', () => {
    const plan = engines.db
      .prepare<[], { detail: string }>(
        "explain query plan select id from inv_hardware where mac = 'a' and serial in ('b', 'c')",
      )
      .all()
      .map(({ detail }) => detail)
      .join();
    expect(plan).toMatch(/USING INDEX inv_hardware_(?:mac|serial)_held/);
  });

  it('find rows by the field that sorts them through that index', () => {
    const collection = engines.inventory.collection('hardware');
    const asked = { scope: wholeSite('job'), collection: 'hardware', where: { type: ['disk', 'memory'] } };
    const { source, where } = listOf(engines.personal, collection, asked, undefined);
    const { sql, params } = allTrue(where);
    const plan = engines.db
      .prepare<unknown[], { detail: string }>(`explain query plan select count(*) from ${source.from} where ${sql}`)
      .all(...params)
      .map(({ detail }) => detail)
      .join();
    expect(plan).toContain('SEARCH r USING INDEX inv_hardware_sorted');
  });
});
