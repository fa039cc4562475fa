import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot, sourceFile, sourceFiles } from '../support/sources.ts';
import { boundTables, onlyScopeOfMakesScopes, readsWithoutScope } from './rules.ts';
import { needNoScope } from './unscoped.ts';

// Whoever reads rows of devices asks what a person reaches, or is named with the reason.

const tables = boundTables(readFileSync(join(repositoryRoot, 'appliance/src/schema.sql'), 'utf8'));
const production = sourceFiles('appliance').filter(({ path }) => !/\.test\.tsx?$|^appliance\/test\//.test(path));

describe('reads of devices', () => {
  it('ask what is reached, or stand in the list, which has no more than there is', () => {
    const now = Object.fromEntries(
      [...readsWithoutScope(production, tables)].map(([path, reads]) => [path.replace('appliance/src/', ''), reads]),
    );
    const named = Object.entries(needNoScope).map(([path, { reads }]) => [path, reads] as const);
    expect(
      now,
      'a read takes the scope (devicesIn, zonesIn), or its file stands in test/architecture/unscoped.ts with the reason',
    ).toEqual(Object.fromEntries(named));
  });

  it.each([
    ['in capitals', "db.prepare('SELECT id FROM DEVICE');"],
    ['in small letters', "db.prepare('select id from device');"],
    ['of a table beside it', 'db.prepare(`select level from device_status where device = ?`);'],
    ['joined to another', 'db.prepare(`select x.id from other x left join\n  device_row r on r.device = x.id`);'],
    ['of a collection', 'db.prepare(`select name from inv_accounts`);'],
    ['of events', "db.prepare('select params from event');"],
    ['of a controller', "db.prepare('select public_id from controller');"],
    [
      'beside a function that asks',
      "const all = db.prepare('select id from device');\nconst some = (scope) => devicesIn(scope, 'id');",
    ],
  ])('%s are found', (_where, text) => {
    const file = sourceFile('appliance/src/features/one/store.ts', text);
    expect([...readsWithoutScope([file], tables).values()]).toEqual([1]);
  });

  it.each([
    [
      'with what is reached',
      "const read = (scope) => db.prepare('select id from device where ' + devicesIn(scope, 'id').sql);",
    ],
    ['of tables without devices', "db.prepare('select number from request');"],
    ['that derive rows', "db.prepare('insert into device_row select id from device');"],
    ['in prose', '// select id from device'],
  ])('%s are fine', (_what, text) => {
    expect(readsWithoutScope([sourceFile('appliance/src/features/one/store.ts', text)], tables).size).toBe(0);
  });
});

describe('a scope', () => {
  it('is made by scopeOf and wholeSite alone', () => {
    expect(onlyScopeOfMakesScopes(production)).toEqual([]);
  });

  it.each([
    ["import { reaching } from '../../platform/scope.ts';"],
    ["import { type Scope, reaching as everything } from '../../platform/scope.ts';"],
    [
      "import type { Scope } from '../../platform/scope.ts';\nexport const all = { site: true, roots: [] } as unknown as Scope;",
    ],
  ])('is found where it is made: %s', (text) => {
    expect(onlyScopeOfMakesScopes([sourceFile('appliance/src/features/one/service.ts', text)])).toHaveLength(1);
  });
});
