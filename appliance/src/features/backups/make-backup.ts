import { mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { statSync } from '@sallyport/bundle-tools/person/files';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type { Appliance } from '../../compose.ts';
import type { DataPaths } from '../../platform/config.ts';
import { copyDatabase, type Database, databaseFaults, nowIn, openDatabase } from '../../platform/database.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { personKeysFile } from '../../platform/person-keys.ts';
import { livingKeyIds } from '../../platform/personal.ts';
import { isOfWitness } from '../rollback/types.ts';
import { assertSealedWhole, type BackupEntry, writeBackup } from './container.ts';
import { copiesFolder, copyObjects } from './object-copies.ts';

// Makes a backup beside a running server. It counts, and stands in the journal, once the database was found whole, everything
// is durable, and the file was read back.

type Copies = { database: string; personKeys: string };

function* entriesOf({ paths, keyring }: Appliance, copies: Copies): Generator<BackupEntry> {
  const file = (path: string, from: string): BackupEntry => ({ path, sizeBytes: statSync(from).size, content: from });
  const text = (path: string, content: Uint8Array): BackupEntry => ({ path, sizeBytes: content.length, content });
  yield file('config.json', paths.config);
  yield file('state.db', copies.database);
  yield file(`keys/${personKeysFile}`, copies.personKeys);
  for (const name of keyring.fileNames())
    if (name !== 'master.key' && name !== personKeysFile && !isOfWitness(name))
      yield file(`keys/${name}`, join(paths.keys, name));
  yield text('keys/master.key', Buffer.from(`${keyring.masterForBackup()}\n`));
  for (const name of readdirSync(paths.advisories)) {
    if (/^[0-9]{1,12}\.db$/.test(name)) yield file(`advisories/${name}`, join(paths.advisories, name));
  }
}

/** Numbers of the keys that a copy of the database uses. */
const livingIn = (database: string): Set<number> => {
  const db = openDatabase(database, { readonly: true });
  try {
    return new Set(livingKeyIds(db));
  } finally {
    db.close();
  }
};

/** Refuses a damaged database: its backup would push good ones out, unnoticed. DATABASE. */
const assertWhole = (db: Database): void => {
  const [fault] = databaseFaults(db, 1);
  if (fault !== undefined)
    throw new AppError(
      'DATABASE',
      `the database is damaged, so no backup was made: ${fault}. Keep the backups that there are, stop the server, and restore the newest: sallyport backup restore --help`,
    );
};

/** DISK_FULL where the copy of the database does not fit beside it. */
const assertRoom = ({ database, staging }: DataPaths): void => {
  const { bavail, bsize } = statfsSync(staging);
  const needed = statSync(database).size;
  if (bavail * bsize < needed)
    throw new AppError(
      'DISK_FULL',
      `a backup needs ${needed} bytes for a copy of the database, and ${bavail * bsize} are free on the disk of ${staging}`,
    );
};

const isWithin = (folder: string, outer: string): boolean => {
  const way = relative(outer, folder);
  return way === '' || !(way.startsWith('..') || way.startsWith('/'));
};

/** The name of the next backup of a site. */
export const backupName = (site: string): string =>
  `${site}-${new Date(nowMs()).toISOString().replace(/[-:.]/g, '')}.spb`;

export type MadeBackup = {
  id: string;
  path: string;
  sizeBytes: number;
  /** Of what is sealed, hex. */
  sha256: string;
  /** Where the objects of the store are copied to; undefined: the backup lies beside the store itself. */
  objects: { folder: string; copied: number; copiedBytes: number } | undefined;
};

/**
 * Writes a backup and notes it in the journal; objects of the store go beside it, unless it lies in the data directory itself. DATABASE
 * for a damaged database, EXISTS where the file is there already, NOT_FOUND where its folder is not, DISK_FULL.
 */
export const createBackup = async (
  appliance: Appliance,
  path: string,
  {
    bySchedule = false,
    onProgress = () => undefined,
  }: { bySchedule?: boolean; onProgress?: (files: number, bytes: number) => void } = {},
): Promise<MadeBackup> => {
  const { paths, db, events, personal, store, exchange, config, backups } = appliance;
  const folder = dirname(path);
  if (isThere(path)) throw new AppError('EXISTS', `${path} exists`);
  // Before the copy is made, which can take minutes.
  if (!isThere(folder)) throw new AppError('NOT_FOUND', `there is no folder ${folder}: is the medium plugged in?`);
  assertRoom(paths);
  const work = mkdtempSync(join(paths.staging, 'backup-'));
  try {
    const begun = nowIn(db);
    const copies = { database: join(work, 'state.db'), personKeys: join(work, personKeysFile) };
    assertWhole(db);
    await copyDatabase(paths.database, copies.database);
    // After the database: the key of each of its rows is there by then. A key that no row of it names stays out.
    personal.keys.copyTo(copies.personKeys, livingIn(copies.database));
    const recipient = backups.recipient();
    const objects = isWithin(folder, paths.data)
      ? undefined
      : { folder: copiesFolder(folder), ...copyObjects(store, copiesFolder(folder), recipient, onProgress) };
    const statement = writeBackup(
      path,
      {
        recipient: recipient.key,
        entries: entriesOf(appliance, copies),
        statement: {
          site: config.site,
          begun,
          release: appliance.version,
          schema: appliance.schema,
          objects: [...store.list()].map(({ sha256, sizeBytes }) => ({ sha256, size: sizeBytes })),
        },
        sign: exchange.signAsSite,
      },
      onProgress,
    );
    await assertSealedWhole(path, statement);
    const sizeBytes = statSync(path).size;
    events.record('backup-created', {
      actor: 'system:appliance',
      params: {
        file: basename(path),
        folder,
        bytes: sizeBytes,
        begun,
        here: folder === paths.backups ? 1 : 0,
        objects: statement.objects.length,
        bySchedule: bySchedule ? 1 : 0,
      },
    });
    return { id: String(begun), path, sizeBytes, sha256: statement.sealed.sha256, objects };
  } catch (error) {
    const { code } = toFailure(error);
    if (code === 'DISK_FULL' && !(error instanceof AppError))
      throw new AppError('DISK_FULL', `no space left in ${folder} or ${paths.staging}`, {}, { cause: error });
    throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};
