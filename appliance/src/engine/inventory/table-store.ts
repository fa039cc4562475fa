import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { Collection, Field } from './types.ts';

// The tables of collections are generated: CREATE where absent, ADD COLUMN where the declaration grew.

const namePattern = /^[a-z][a-z0-9-]{0,40}$/;
const fieldPattern = /^[a-z][A-Za-z0-9]{0,40}$/;
const reserved = new Set(['id', 'ikey', 'device', 'section_source', 'digest']);

/** Name of a collection's table. */
export const tableOf = (collection: Collection): string => `inv_${collection.name.replaceAll('-', '_')}`;

/** Table with the number of devices per shared item, narrow so that counting touches few pages. */
export const countTableOf = (collection: Collection): string => `${tableOf(collection)}_count`;

/** What each device has of a shared collection, an array for each section; see array-store.ts. */
export const arrayTableOf = (collection: Collection): string => `device_${collection.name.replaceAll('-', '_')}`;

/** Which devices have a shared item, as rows; see item-device-store.ts. */
export const itemDeviceTableOf = (collection: Collection): string => `${tableOf(collection)}_device`;

/** How many shared items went away. */
const goneTableOf = (collection: Collection): string => `${tableOf(collection)}_gone`;

/** Reads how many shared items went away so far; see item-ids.ts. */
export const goneCount = (db: Database, collection: Collection): (() => number | undefined) => {
  const gone = db.prepare<[], number>(`select n from ${goneTableOf(collection)}`).pluck();
  return () => gone.get();
};

/** A field's column, quoted. */
export const column = (name: string): string => `"${name}"`;

/** The column of what most devices say of an item, quoted; see usual-value-store.ts. */
export const usualColumn = (name: string): string => `"${name}_usual"`;

/** The column of a personal field's blind index, quoted. */
export const blindColumn = (name: string): string => `"${name}_bx"`;

const columnType = (field: Field): string => {
  if (field.personal) return 'blob';
  return { text: 'text', integer: 'integer', real: 'real', boolean: 'integer', time: 'integer', list: 'text' }[
    field.type
  ];
};

/** Throws DECLARATION for a declaration that contradicts itself. */
const checkCollection = (collection: Collection): void => {
  const fault = (reason: string): never => {
    throw new AppError('DECLARATION', `collection ${collection.name}: ${reason}`);
  };
  if (!namePattern.test(collection.name)) fault('its name is not lower case with hyphens');
  for (const [name, field] of Object.entries(collection.fields)) {
    if (!fieldPattern.test(name) || reserved.has(name)) fault(`field ${name} cannot be a column`);
    if (field.perDevice && collection.mode !== 'shared') fault(`field ${name}: perDevice is for shared collections`);
    if (field.usual && !field.perDevice) fault(`field ${name}: only what is of the device can be usual`);
    if (field.perDevice && (field.identity || field.indexed))
      fault(`field ${name}: perDevice cannot identify or be indexed`);
    if ((field.choices !== undefined || field.known !== undefined || field.hidesHome) && field.type !== 'text')
      fault(`field ${name}: only a text has choices, known values or a home folder`);
    if (field.personal && collection.mode === 'shared') fault(`field ${name}: personal data is the device's own`);
  }
  for (const name of [collection.title, collection.sort, ...(collection.leaves?.fields ?? [])]) {
    if (collection.fields[name] === undefined) fault(`field ${name} is not declared`);
  }
  if (collection.leaves?.fields.some((name) => collection.fields[name]?.personal))
    fault('a personal field would leave');
  if (collection.fields[collection.sort]?.personal) fault('it is sorted by a personal field');
  if (
    collection.mode === 'own' &&
    !collection.single &&
    !Object.values(collection.fields).some((field) => field.identity)
  ) {
    fault('no field identifies an item');
  }
  if (collection.sources.length === 0) fault('no source');
};

/** Every table of a collection. */
export function tablesOf(collection: Collection): string[] {
  if (collection.mode !== 'shared') return [tableOf(collection)];
  return [tableOf, countTableOf, arrayTableOf, itemDeviceTableOf, goneTableOf].map((name) => name(collection));
}

const columnsOf = (collection: Collection): Array<{ name: string; sql: string; type: string }> =>
  Object.entries(collection.fields)
    .filter(([, field]) => (!field.perDevice || field.usual) && !field.entered)
    .flatMap(([name, field]) => [
      ...(field.usual ? [{ name: `${name}_usual`, sql: usualColumn(name), type: columnType(field) }] : []),
      ...(field.perDevice ? [] : [{ name, sql: column(name), type: columnType(field) }]),
      ...(field.personal && field.indexed ? [{ name: `${name}_bx`, sql: blindColumn(name), type: 'blob' }] : []),
    ]);

/** Whether a field is sorted as text, in either case of letters. */
export const isText = (field: Field | undefined): boolean => field?.type === 'text' || field?.type === 'list';

/** Whether rows are found by a field through the index that sorts them: in any case of letters first, then exactly. */
export const isFoundSorted = (collection: Collection, name: string): boolean =>
  collection.sort === name && collection.fields[name]?.type === 'text';

type Index = { name: string; on: string; where?: string };

const indexesOf = (collection: Collection): Index[] => {
  const table = tableOf(collection);
  // Of a device's own rows many fields are empty: indexed, those would be entries without use.
  const own = collection.mode === 'own';
  const indexes = Object.entries(collection.fields)
    .filter(([name, field]) => field.indexed && field.type !== 'list' && !isFoundSorted(collection, name))
    .map(([name, field]): Index => {
      const indexed = field.personal ? blindColumn(name) : column(name);
      return own
        ? { name: `${table}_${name}_held`, on: indexed, where: `${indexed} is not null` }
        : { name: `${table}_${name}`, on: indexed };
    });
  // A report compares all rows of its section: finding them is enough.
  if (own) indexes.push({ name: `${table}_owner`, on: 'device, section_source' });
  // As lists sort: an index in another collation is none.
  return isText(collection.fields[collection.sort])
    ? [...indexes, { name: `${table}_sorted`, on: `${column(collection.sort)} collate nocase, id` }]
    : [...indexes, { name: `${table}_ordered`, on: `${column(collection.sort)}, id` }];
};

const createSql = (collection: Collection): string[] => {
  const table = tableOf(collection);
  const columns = columnsOf(collection).map(({ sql, type }) => `${sql} ${type}`);
  if (collection.mode === 'shared') {
    return [
      `create table ${table} (id integer primary key autoincrement, ikey blob not null unique, ${columns.join(', ')}) strict`,
      `create table ${countTableOf(collection)} (id integer primary key, devices integer not null) strict`,
    ];
  }
  return [
    `create table ${table} (id integer primary key, device integer not null, section_source text not null, ikey blob not null,
       digest blob not null, ${columns.join(', ')}) strict`,
  ];
};

/** A column for each perDevice field; see array-store.ts for what stands in it. */
const arrayColumns = (collection: Collection): Array<{ name: string; sql: string; type: string }> =>
  Object.entries(collection.fields)
    .filter(([, field]) => field.perDevice && !field.entered)
    .map(([name]) => ({ name, sql: column(name), type: 'any' }));

const createArrays = (collection: Collection): string[] => [
  `create table ${arrayTableOf(collection)} (section integer primary key references section (id) on delete cascade,
     items blob not null${arrayColumns(collection)
       .map(({ sql, type }) => `, ${sql} ${type}`)
       .join('')}) strict`,
  `create table ${itemDeviceTableOf(collection)} (item integer not null, device integer not null, primary key (item, device))
     strict, without rowid`,
];

/** The number of items that went away: by a trigger, since every delete must clear the memory of ids. */
const createGone = (collection: Collection): string[] => {
  const gone = goneTableOf(collection);
  return [
    `create table ${gone} (one integer primary key check (one = 1), n integer not null) strict`,
    `insert into ${gone} (one, n) values (1, 0)`,
    `create trigger ${gone} after delete on ${tableOf(collection)} begin update ${gone} set n = n + 1; end`,
  ];
};

/** The statements that bring the tables of a collection to its declaration; none when they are there. */
const pendingSql = (db: Database, collection: Collection): string[] => {
  const table = tableOf(collection);
  const statements: string[] = [];
  const bring = (name: string, create: (of: Collection) => string[], columns: ReturnType<typeof columnsOf>): void => {
    const held = new Set((db.pragma(`table_info(${name})`) as Array<{ name: string }>).map((one) => one.name));
    if (held.size === 0) statements.push(...create(collection));
    else
      for (const { name: of, sql, type } of columns)
        if (!held.has(of)) statements.push(`alter table ${name} add column ${sql} ${type}`);
  };
  bring(table, createSql, columnsOf(collection));
  if (collection.mode === 'shared') bring(arrayTableOf(collection), createArrays, arrayColumns(collection));
  if (collection.mode === 'shared' && (db.pragma(`table_info(${goneTableOf(collection)})`) as unknown[]).length === 0)
    statements.push(...createGone(collection));
  const indexes = db.prepare<[string], { name: string }>(
    "select name from sqlite_schema where type = 'index' and tbl_name = ?",
  );
  const indexNames = new Set(indexes.all(table).map(({ name }) => name));
  for (const { name, on, where } of indexesOf(collection)) {
    const rows = where === undefined ? '' : ` where ${where}`;
    if (!indexNames.has(name)) statements.push(`create index ${name} on ${table} (${on})${rows}`);
  }
  return statements;
};

/** Makes the tables of collections fit their declarations; takes the write lock only when something is missing. */
export const ensureTables = (db: Database, collections: readonly Collection[]): void => {
  for (const collection of collections) checkCollection(collection);
  if (collections.every((collection) => pendingSql(db, collection).length === 0)) return;
  immediate(db, () => {
    for (const collection of collections) {
      for (const statement of pendingSql(db, collection)) db.exec(statement);
    }
  });
};
