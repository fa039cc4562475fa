import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir, syncDir } from '@sallyport/bundle-tools/platform/files';
import { cryptoReady } from '@sallyport/bundle-tools/trust/keys';
import sodium from 'libsodium-wrappers';
import type { Appliance } from '../../compose.ts';
import { type DataPaths, dataPaths, readConfig } from '../../platform/config.ts';
import {
  assertKnownSchema,
  copyDatabase,
  type Database,
  databaseFaults,
  migrate,
  openDatabase,
  schemaVersion,
} from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { openKeyring } from '../../platform/keyring.ts';
import { personKeysFile } from '../../platform/person-keys.ts';
import { livingKeyIds } from '../../platform/personal.ts';
import { emptyWitness, readWitness, writeWitness } from '../rollback/file.ts';
import { witnessName } from '../rollback/types.ts';
import { type BackupEntry, type BackupSink, readBackup, writeBackup } from './container.ts';

// A backup is one file that only the recovery key opens: database, configuration, keys (the master key too), advisories
// and the store. A restore needs nothing else.

type Key = { publicKey: Uint8Array; secretKey: Uint8Array };
type BackupReport = { files: number; schema: number; site: string };

/** The recovery key as `init` printed it; throws KEY. */
export const parseRecoveryKey = async (text: string): Promise<Key> => {
  await cryptoReady();
  const hex = text.trim().replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new AppError('KEY', 'not a recovery key (16 groups of 4 hex digits)');
  const secretKey = new Uint8Array(Buffer.from(hex, 'hex'));
  return { secretKey, publicKey: sodium.crypto_scalarmult_base(secretKey) };
};

type Copies = { database: string; personKeys: string };

function* entriesOf({ paths, keyring, store }: Appliance, copies: Copies): Generator<BackupEntry> {
  const file = (path: string, from: string): BackupEntry => ({ path, sizeBytes: statSync(from).size, content: from });
  const text = (path: string, content: Uint8Array): BackupEntry => ({ path, sizeBytes: content.length, content });
  yield file('config.json', paths.config);
  yield file('state.db', copies.database);
  yield file(`keys/${personKeysFile}`, copies.personKeys);
  for (const name of keyring.fileNames())
    if (name !== 'master.key' && name !== personKeysFile && name !== witnessName)
      yield file(`keys/${name}`, join(paths.keys, name));
  yield text('keys/master.key', Buffer.from(`${keyring.masterForBackup()}\n`));
  for (const name of readdirSync(paths.advisories)) {
    if (/^[0-9]{1,12}\.db$/.test(name)) yield file(`advisories/${name}`, join(paths.advisories, name));
  }
  for (const { sha256 } of store.list())
    yield file(`objects/sha256/${sha256.slice(0, 2)}/${sha256}`, store.path(sha256));
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

/**
 * Writes a backup beside a running server and notes it in the journal. DATABASE for a damaged database, EXISTS where the file is
 * there already, NOT_FOUND where its folder is not.
 */
export const createBackup = async (
  appliance: Appliance,
  path: string,
  onProgress: (files: number, bytes: number) => void = () => undefined,
): Promise<{ path: string; sizeBytes: number; sha256: string }> => {
  const { paths, keyring, db, events, personal } = appliance;
  if (existsSync(path)) throw new AppError('EXISTS', `${path} exists`);
  // Before the copy is made, which can take minutes.
  if (!existsSync(dirname(path)))
    throw new AppError('NOT_FOUND', `there is no folder ${dirname(path)}: is the medium plugged in?`);
  const work = mkdtempSync(join(paths.staging, 'backup-'));
  try {
    const begun = nowMs();
    const copies = { database: join(work, 'state.db'), personKeys: join(work, personKeysFile) };
    assertWhole(db);
    copyDatabase(db, copies.database);
    // After the database: the key of each of its rows is there by then. A key that no row of it names stays out.
    personal.keys.copyTo(copies.personKeys, livingIn(copies.database));
    const sizeBytes = await writeBackup(
      path,
      keyring.readFile('recovery.pub'),
      entriesOf(appliance, copies),
      onProgress,
    );
    events.record('backup-created', {
      actor: 'system:appliance',
      params: { file: basename(path), bytes: sizeBytes, begun, here: dirname(path) === paths.backups ? 1 : 0 },
    });
    return { path, sizeBytes, sha256: await hashFile(path) };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

const hashFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/** Writes the files of a backup under a folder, checking that each object is what its name says. */
const folderSink = (folder: string): BackupSink => {
  let fd = -1;
  let current = '';
  let hash: Hash | undefined;
  return {
    begin: (path) => {
      current = path;
      hash = path.startsWith('objects/') ? createHash('sha256') : undefined;
      ensureDir(dirname(join(folder, path)), 0o700);
      fd = openSync(join(folder, path), 'wx', path.startsWith('objects/') ? 0o400 : 0o600);
    },
    write: (bytes) => {
      hash?.update(bytes);
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    },
    end: () => {
      fsyncSync(fd);
      closeSync(fd);
      if (hash !== undefined && hash.digest('hex') !== basename(current)) {
        throw new AppError('HASH_MISMATCH', `${current} is not what its name says`);
      }
      syncDir(dirname(join(folder, current)));
    },
  };
};

const inspect = (paths: DataPaths, files: number): BackupReport => {
  const { site } = readConfig(paths);
  const db = openDatabase(paths.database, { readonly: true });
  try {
    const [fault] = databaseFaults(db, 1);
    if (fault !== undefined) throw new AppError('DATABASE', `the database in the backup is damaged: ${fault}`);
    assertKnownSchema(db);
    return { files, schema: schemaVersion(db), site };
  } finally {
    db.close();
  }
};

/** A restored database of an older release becomes one of this: no other program works on the folder yet. */
const bringUp = (path: string): void => {
  const db = openDatabase(path);
  try {
    migrate(db);
  } finally {
    db.close();
  }
};

/** Unpacks into a new folder beside `target` and checks it; the caller renames or removes it. */
const unpack = (path: string, key: Key, beside: string): { folder: string; report: BackupReport } => {
  const folder = mkdtempSync(`${beside}.restoring-`);
  try {
    const files = readBackup(path, key, folderSink(folder));
    return { folder, report: inspect(dataPaths(folder), files) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
};

/** Opens a backup as a restore would, in a folder that is removed again. */
export const verifyBackup = (path: string, key: Key, workFolder: string): BackupReport => {
  const { folder, report } = unpack(path, key, join(workFolder, 'verify'));
  rmSync(folder, { recursive: true, force: true });
  return report;
};

const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];

/**
 * The witness of the data directory that the backup was made of: what it has seen since goes on counting. Without it a new one
 * begins. Both say that this return was wanted.
 */
const layWitness = async (paths: DataPaths, file: string, witness: string | undefined): Promise<boolean> => {
  if (witness !== undefined) copyFileSync(witness, join(paths.keys, witnessName));
  const keyring = await openKeyring(paths.keys);
  const held = readWitness(keyring);
  writeWitness(keyring, { ...(held ?? emptyWitness()), restored: { at: nowMs(), file } });
  return held !== undefined;
};

/**
 * Makes a data directory from a backup; EXISTS when there is one already, that is, anything but a witness. `witness`: the
 * file keys/witness of the data directory of before, else the one that lies in the target. KEY when it is another site's.
 */
export const restoreBackup = async (
  path: string,
  key: Key,
  dataDir: string,
  witness?: string,
): Promise<BackupReport & { withWitness: boolean }> => {
  const target = dataPaths(dataDir).data;
  const inTarget = join(dataPaths(dataDir).keys, witnessName);
  if (filesIn(target).some((file) => file !== inTarget)) throw new AppError('EXISTS', `${target} is not empty`);
  const { folder, report } = unpack(path, key, target);
  const paths = dataPaths(folder);
  let withWitness = false;
  try {
    bringUp(paths.database);
    withWitness = await layWitness(paths, basename(path), witness ?? (existsSync(inTarget) ? inTarget : undefined));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  for (const sub of [paths.advisories, paths.objectsTmp, paths.staging, paths.backups, paths.diagnostics])
    ensureDir(sub, 0o700);
  rmSync(target, { recursive: true, force: true });
  renameSync(folder, target);
  syncDir(dirname(target));
  return { ...report, withWitness };
};
