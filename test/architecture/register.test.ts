import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requestSchema } from '@sallyport/bundle-tools/documents/request';
import { hostEntries } from '@sallyport/bundle-tools/host/register';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { langs } from '@sallyport/ui/i18n/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { requestFields, undeclaredFields } from '../../appliance/src/features/data-register/request-fields.ts';
import { provisionService } from '../../appliance/src/features/data-register/service.ts';
import { actorWith, admin, type Engines, openEngines } from '../../appliance/test/support/engines.ts';
import { repositoryRoot } from '../support/sources.ts';

let engines: Engines;
const service = () => provisionService({ ...engines, store: { list: () => [] }, clock: () => 7 });

beforeEach(async () => {
  engines = await openEngines();
});
afterEach(() => engines.close());

type Schema = { type?: string; properties?: Record<string, Schema>; items?: Schema };

/** Every field of the request format by path; lists of records and records that carry inventory are opened. */
const pathsOf = (schema: Schema, opened: ReadonlySet<string>, path = ''): string[] => {
  const record = schema.properties ?? schema.items?.properties;
  if (record === undefined || (path !== '' && !opened.has(path))) return [path];
  return Object.entries(record).flatMap(([name, field]) =>
    pathsOf(field, opened, path === '' ? name : `${path}.${name}`),
  );
};

describe('data provision register', () => {
  it('knows where every field of a request comes from', () => {
    const schema = z.toJSONSchema(requestSchema, { io: 'input', unrepresentable: 'any' }) as Schema;
    expect(pathsOf(schema, new Set(['platforms', 'platforms.packages'])).sort()).toEqual(
      Object.keys(requestFields).sort(),
    );
  });

  it('finds every field that leaves named in its declaration', () => {
    expect(
      undeclaredFields(
        [...engines.inventory.collections(), ...engines.controllers.collections],
        engines.objects.kinds(),
      ),
      'a request carries them: name them in `leaves` of their declaration',
    ).toEqual([]);
  });

  it('shows a field that leaves without being declared', () => {
    const silent = engines.inventory.collections().map((collection) => ({ ...collection, leaves: null }));
    expect(undeclaredFields(silent, engines.objects.kinds())).toContain('software.purl');
  });

  it('has a row for every collection and kind, with live counts and what is personal', () => {
    engines.objects.create(admin, 'account', { name: 'Айгүл', roles: ['viewer'] });
    const { entries, at } = service().register(admin);
    expect(at).toBe(7);
    const byName = new Map(entries.map((entry) => [`${entry.pillar}/${entry.name}`, entry]));
    for (const { name } of [...engines.inventory.collections(), ...engines.controllers.collections])
      expect(byName.has(`inventory/${name}`)).toBe(true);
    for (const { name } of engines.objects.kinds()) expect(byName.has(`object/${name}`)).toBe(true);
    const account = byName.get('object/account');
    expect(account).toMatchObject({ row: 'O4', rows: 1, personal: 'yes', leaves: null });
    expect(account?.fields.find(({ name }) => name === 'passwordHash')).toMatchObject({ encrypted: true });
    expect(byName.get('inventory/accounts')).toMatchObject({ personal: 'yes', protection: ['encrypted'] });
    expect(byName.get('inventory/software')?.leaves?.file).toBe('request');
  });

  it('names for each entry an id that the data map has', () => {
    const map = readFileSync(join(repositoryRoot, 'docs/data-map.md'), 'utf8');
    const ids = new Set([...map.matchAll(/^\| ([A-Z]\d+) \|/gm)].map(([, id]) => id));
    expect(ids.size).toBeGreaterThan(60);
    const { entries } = service().register(admin);
    const named = [...entries, ...hostEntries];
    expect(named.filter(({ row }) => !ids.has(row)).map(({ name, row }) => `${name}: ${row}`)).toEqual([]);
  });

  it('says what a person can carry away', () => {
    const carried = service()
      .register(admin)
      .entries.flatMap(({ name, leaves }) => (leaves?.file === 'person' ? [name] : []));
    expect(carried.sort()).toEqual(['backups', 'diagnostics', 'list-files', 'patch-evidence', 'samples']);
  });

  it('lets nothing leave that is personal', () => {
    for (const entry of service().register(admin).entries)
      for (const field of entry.fields) expect(field.personal && field.leaves).toBe(false);
  });

  it('has exactly one entry for each table of the database', () => {
    const tables = engines.db
      .prepare<[], string>("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
      .pluck()
      .all();
    const held = service()
      .register(admin)
      .entries.flatMap((entry) => entry.tables);
    const where = 'name a table with its entry: appliance/src/features/data-register/entries.ts';
    expect(
      {
        without: tables.filter((table) => !held.includes(table)),
        twice: held.filter((table, at) => held.indexOf(table) !== at),
        gone: held.filter((table) => !tables.includes(table)),
      },
      where,
    ).toEqual({ without: [], twice: [], gone: [] });
  });

  it('says in words what each entry is, in every language', () => {
    const keys = service()
      .register(admin)
      .entries.flatMap(({ title, source, purpose, leaves }) => [title, source, purpose, ...(leaves?.fields ?? [])]);
    for (const lang of langs) expect(keys.filter((key) => !catalogue(lang).has(key))).toEqual([]);
  });

  it('is for those who may read it', () => {
    expect(() => service().register(actorWith('devices:read'))).toThrow('provision:read');
  });
});
