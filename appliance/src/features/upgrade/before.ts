import { closeSync, copyFileSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDir, isTemporaryOf, syncDir, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type { DataPaths } from '../../platform/config.ts';
import { copyPages, type Database, openDatabase } from '../../platform/database.ts';
import { type Keyring, openKeyring } from '../../platform/keyring.ts';
import { openPersonKeys, personKeysFile } from '../../platform/person-keys.ts';
import { livingKeyIds } from '../../platform/personal.ts';
import { isOfWitness } from '../rollback/types.ts';
import type { Upgrade } from './types.ts';

// DATA/backups/pre-V: database and keys as they were before release V. The keys of persons, the witness and the master key are
// not in it: what was erased or taken away since stays so when the rest comes back. For the server that holds the lock.

/** Says of a database that was put back why it is behind what was seen. */
export type NameReturn = (db: Database, keyring: Keyring, name: string, isOwn: boolean) => void;

/** Its name, which also names the return in the journal. */
const nameOfBefore = (to: string): string => `pre-${to}`;

const folderOf = (paths: DataPaths, to: string): string => join(paths.backups, nameOfBefore(to));

/** The database of before release `to`; it is there from when on the folder is complete. */
export const databaseOfBefore = (paths: DataPaths, to: string): string => join(folderOf(paths, to), 'state.db');

export const hasBefore = (paths: DataPaths, to: string): boolean => isThere(databaseOfBefore(paths, to));

const sync = (path: string): void => {
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
};

const keptKeys = (folder: string): string[] =>
  readdirSync(folder).filter(
    (name) => !isTemporaryOf(name) && name !== 'master.key' && name !== personKeysFile && !isOfWitness(name),
  );

/** Keeps database and keys as they are, unless that was done before: what is kept was there before the first step. */
export async function keepBefore(paths: DataPaths, to: string): Promise<void> {
  if (hasBefore(paths, to)) return;
  const making = `${folderOf(paths, to)}.making`;
  rmSync(making, { recursive: true, force: true });
  rmSync(folderOf(paths, to), { recursive: true, force: true });
  ensureDir(join(making, 'keys'), 0o700);
  for (const name of keptKeys(paths.keys)) {
    copyFileSync(join(paths.keys, name), join(making, 'keys', name));
    sync(join(making, 'keys', name));
  }
  const copy = join(making, 'state.db');
  const db = openDatabase(paths.database);
  try {
    closeSync(openSync(copy, 'wx', 0o600));
    await copyPages(db, copy);
  } finally {
    db.close();
  }
  sync(copy);
  for (const folder of [join(making, 'keys'), making]) syncDir(folder);
  renameSync(making, folderOf(paths, to));
  syncDir(paths.backups);
}

/** Keys of persons that the database does not name have no use, and the next person must not get one of them. */
const leaveLivingKeys = (paths: DataPaths, living: ReadonlySet<number>): void => {
  const path = join(paths.keys, personKeysFile);
  const copy = join(paths.staging, `backup-${personKeysFile}`);
  rmSync(copy, { force: true });
  const keys = openPersonKeys(path);
  keys.copyTo(copy, living);
  keys.close();
  renameSync(copy, path);
  syncDir(paths.keys);
};

/**
 * Puts back what was kept, as often as it is asked: a process killed in between begins anew. The database is replaced page by
 * page in one transaction, so a command that has it open sees the one or the other. What was taken away since is taken away
 * again when the data directory is opened next; `nameReturn` tells it that this return was wanted, and whether a person asked for it.
 */
export async function putBack(
  paths: DataPaths,
  { to, asked }: Pick<Upgrade, 'to' | 'asked'>,
  nameReturn: NameReturn,
): Promise<void> {
  const kept = folderOf(paths, to);
  const source = openDatabase(databaseOfBefore(paths, to), { readonly: true });
  try {
    await copyPages(source, paths.database);
  } finally {
    source.close();
  }
  for (const name of [paths.database, `${paths.database}-wal`]) if (isThere(name)) sync(name);
  for (const name of readdirSync(join(kept, 'keys')))
    writeFileDurable(
      join(paths.keys, name),
      readFileSync(join(kept, 'keys', name)),
      name.endsWith('.pem') ? 0o644 : 0o600,
    );
  const db = openDatabase(paths.database);
  try {
    leaveLivingKeys(paths, new Set(livingKeyIds(db)));
    nameReturn(db, await openKeyring(paths.keys), nameOfBefore(to), asked !== true);
  } finally {
    db.close();
  }
}

/** Removes what was kept before `to`, which is to be tried anew. */
export function forgetBefore(paths: DataPaths, to: string): void {
  rmSync(folderOf(paths, to), { recursive: true, force: true });
}

/** Removes what was kept for releases other than `to`; all of it without one. */
export function dropBefore(paths: DataPaths, to?: string): void {
  for (const name of readdirSync(paths.backups))
    if (name.startsWith('pre-') && (to === undefined || name !== nameOfBefore(to)))
      rmSync(join(paths.backups, name), { recursive: true, force: true });
}
