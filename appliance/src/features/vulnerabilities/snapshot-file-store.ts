import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import type { CsafBody } from '@sallyport/bundle-tools/advisories/csaf/normal';
import { syncDir } from '@sallyport/bundle-tools/platform/files';
import BetterSqlite3 from 'better-sqlite3';
import type { Database } from '../../platform/database.ts';
import { SNAPSHOT_SCHEMA, SNAPSHOT_SQL, snapshotPath } from './snapshot-schema-store.ts';
import { snapshotWriter } from './snapshot-store.ts';

/** A snapshot that is being built. */
export const openForBuild = (path: string): Database => {
  const db = new BetterSqlite3(path);
  // The file is nobody's until it is renamed, is synced as a whole before that, and removed where anything fails.
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.pragma('cache_size = -196608');
  return db;
};

export const syncFile = (path: string): void => {
  const fd = openSync(path, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

/** Where SQLite keeps `user_version` in the head of a file. */
const schemaAt = 60;

/** The schema of a snapshot, without opening it as a database. */
const schemaOf = (path: string): number => {
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(4);
    return readSync(fd, head, 0, head.length, schemaAt) === head.length ? head.readInt32BE() : 0;
  } finally {
    closeSync(fd);
  }
};

/** Up to this schema a snapshot had a row for each range and each document. */
const ROWS_UNTIL = 4;

type OldAdvisory = { id: number; source: number; digest: string; doc: Buffer };

/** The advisories of a snapshot of rows, as they came in their parts. */
function* oldAdvisories(old: Database): Generator<{ source: number; digest: string; advisory: Advisory }> {
  const hasTable = (name: string): boolean =>
    old.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;
  const bodyOf = hasTable('csaf')
    ? old.prepare<[number], Buffer>('SELECT body FROM csaf WHERE adv = ?').pluck()
    : undefined;
  const threatOf = hasTable('threat')
    ? old.prepare<[number], Record<string, string | number | null>>('SELECT * FROM threat WHERE adv = ?')
    : undefined;
  for (const row of old
    .prepare<[], OldAdvisory>('SELECT id, source, digest, doc FROM adv ORDER BY source, osv_id')
    .all()) {
    const packed = bodyOf?.get(row.id);
    const threat = threatOf?.get(row.id);
    yield {
      source: row.source,
      digest: row.digest,
      advisory: {
        ...(JSON.parse(row.doc.toString('utf8')) as Advisory),
        ...(packed && { csaf: JSON.parse(inflateRawSync(packed).toString('utf8')) as CsafBody }),
        ...(threat && { threat: oldThreat(threat) }),
      },
    };
  }
}

const oldThreat = (row: Record<string, string | number | null>): NonNullable<Advisory['threat']> =>
  ({
    ...(row['exploited_since'] !== null && {
      exploited: {
        since: row['exploited_since'],
        ...(row['exploited_due'] !== null && { due: row['exploited_due'] }),
        ransomware: row['ransomware'] === 1,
      },
    }),
    ...(row['exploitation'] !== null && {
      ssvc: { exploitation: row['exploitation'], automatable: row['automatable'], impact: row['impact'] },
    }),
  }) as NonNullable<Advisory['threat']>;

/** Writes a snapshot of rows in the present form, under the same number. */
const upgrade = (folder: string, number: number): void => {
  const path = snapshotPath(folder, number);
  const temporary = join(folder, `.${number}.db.${process.pid}.tmp`);
  rmSync(temporary, { force: true });
  const old = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
  const db = openForBuild(temporary);
  try {
    db.exec(SNAPSHOT_SQL);
    const copySource = db.prepare(
      'INSERT INTO source (id, name, licence, captured_at, newest_advisory, digest, cursor) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    db.exec('BEGIN');
    for (const row of old.prepare<[], unknown[]>('SELECT * FROM source').raw().all()) copySource.run(...row);
    const writer = snapshotWriter(db);
    let source = 0;
    for (const item of oldAdvisories(old)) {
      if (item.source !== source) writer.flush();
      source = item.source;
      writer.put(source, item.advisory, item.digest, Buffer.from(JSON.stringify(item.advisory)));
    }
    writer.flush();
    db.exec('COMMIT');
    db.close();
    syncFile(temporary);
    renameSync(temporary, path);
    syncDir(folder);
  } finally {
    old.close();
    if (db.open) db.close();
    rmSync(temporary, { force: true });
  }
};

/**
 * The file of a snapshot in the present form, which one of an earlier program gets here; undefined: there is none, or a
 * newer program made it.
 */
export const presentSnapshot = (folder: string, number: number): string | undefined => {
  const path = snapshotPath(folder, number);
  if (number === 0 || !existsSync(path)) return undefined;
  const schema = schemaOf(path);
  if (schema >= 1 && schema <= ROWS_UNTIL) upgrade(folder, number);
  else if (schema !== SNAPSHOT_SCHEMA) return undefined;
  return path;
};
