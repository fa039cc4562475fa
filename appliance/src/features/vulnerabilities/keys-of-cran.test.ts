import { join } from 'node:path';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import { expect, it } from 'vitest';
import { ownFolder } from '../../../../test/support/test-folder.ts';
import { createSchema, migrate, openDatabase, readSchema } from '../../platform/database.ts';

it('gives components of CRAN, after an upgrade, the keys by which 1.8 is older than 1.8.0', () => {
  const schema = readSchema();
  const before = { ...schema, migrations: schema.migrations.filter(({ version }) => version < 50) };
  const db = openDatabase(join(ownFolder('keys-of-cran'), 'state.db'));
  createSchema(db, before);
  const add = db.prepare(
    "insert into component (eco, name, version, key, source, stream) values (?, 'x', ?, ?, 1, '')",
  );
  const asBefore = Buffer.from(keyFor('CRAN', '1.8') ?? []);
  for (const version of ['1.8', '1.8.0', '1.8.0-0']) add.run('CRAN', version, asBefore);
  add.run('npm', '1.8.0', asBefore);
  migrate(db, schema);
  const rows = db.prepare("select version from component where eco = 'CRAN' order by key").pluck().all();
  expect(rows).toEqual(['1.8', '1.8.0', '1.8.0-0']);
  expect(db.prepare("select count(distinct key) from component where eco = 'CRAN'").pluck().get()).toBe(3);
  expect(db.prepare("select key from component where eco = 'npm'").pluck().get()).toEqual(asBefore);
  db.close();
});
