import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { openDatabase } from '@sallyport/appliance/platform/database';

// Looks for texts in everything that an appliance keeps: the bytes of every file (database, WAL, logs), and every value of
// the database once more, unpacked, since packed columns hide a text from whoever looks at bytes only.

const unpackers = [inflateRawSync, inflateSync, gunzipSync, brotliDecompressSync];

const unpacked = (bytes: Buffer): Buffer[] =>
  unpackers.flatMap((unpack) => {
    try {
      return [unpack(bytes, { maxOutputLength: 64 << 20 })];
    } catch {
      return [];
    }
  });

const encodings = ['utf8', 'utf16le', 'base64', 'hex'] as const;

/** How a text may stand in bytes. A base64 text has three forms, by where it starts; the middle of each is looked for. */
const formsOf = (text: string): Buffer[] =>
  encodings.flatMap((encoding) =>
    encoding === 'base64'
      ? ['', 'x', 'xx'].map((before) =>
          Buffer.from(
            Buffer.from(before + text)
              .toString('base64')
              .slice(4, -4),
          ),
        )
      : encoding === 'hex'
        ? [Buffer.from(Buffer.from(text).toString('hex'))]
        : [Buffer.from(text, encoding)],
  );

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());

/**
 * Closing a file drops every lock that this process has on it (POSIX), those of SQLite too; the next process that opens the
 * database would then take its WAL away.
 */
const readElsewhere = (path: string): Buffer => execFileSync('cat', [path], { maxBuffer: 1 << 30 });

type Place = { readonly bytes: Buffer; readonly where: string };

const valuesOf = (rows: readonly Record<string, unknown>[], table: string): Place[] =>
  rows.flatMap((row) =>
    Object.entries(row).flatMap(([column, value]) => {
      const where = `${table}.${column}`;
      if (!Buffer.isBuffer(value)) return [{ bytes: Buffer.from(String(value)), where }];
      return [{ bytes: value, where }, ...unpacked(value).map((bytes) => ({ bytes, where: `${where}, unpacked` }))];
    }),
  );

/** Where each of the texts is found; nothing for those that are nowhere. */
export const findInFolder = (folder: string, database: string, texts: readonly string[]): string[] => {
  const forms = texts.flatMap((text) => formsOf(text).map((bytes) => ({ text, bytes })));
  const found = new Set<string>();
  for (const path of filesBelow(folder)) {
    const bytes = path.startsWith(database) ? readElsewhere(path) : readFileSync(path);
    const where = path.slice(folder.length + 1);
    for (const form of forms) if (bytes.includes(form.bytes)) found.add(`${form.text} in ${where}`);
  }
  const db = openDatabase(database, { readonly: true });
  try {
    const tables = db
      .prepare<[], { name: string }>("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
      .all();
    for (const { name } of tables) {
      const values = valuesOf(db.prepare<[], Record<string, unknown>>(`select * from "${name}"`).all(), name);
      // One look at all of a table: what is in none of it is in no value.
      const all = Buffer.concat(values.map(({ bytes }) => bytes));
      for (const form of forms.filter(({ bytes }) => all.includes(bytes)))
        for (const { bytes, where } of values) if (bytes.includes(form.bytes)) found.add(`${form.text} in ${where}`);
    }
  } finally {
    db.close();
  }
  return [...found].sort();
};
