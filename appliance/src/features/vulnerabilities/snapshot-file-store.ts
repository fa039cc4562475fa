import { closeSync, fsyncSync, openSync, readSync } from 'node:fs';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import BetterSqlite3 from 'better-sqlite3';
import type { Database } from '../../platform/database.ts';
import { SNAPSHOT_SCHEMA, snapshotPath } from './snapshot-schema-store.ts';

/** A snapshot that is being built. */
export const openForBuild = (path: string): Database => {
  const db = new BetterSqlite3(path);
  // The file is not in use until it is renamed, is synced as a whole before that, and removed where anything fails.
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

/** The file of a snapshot; undefined: there is none, or it has another schema. */
export const presentSnapshot = (folder: string, number: number): string | undefined => {
  const path = snapshotPath(folder, number);
  return number > 0 && isThere(path) && schemaOf(path) === SNAPSHOT_SCHEMA ? path : undefined;
};
