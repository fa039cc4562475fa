import {
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { readFileSync } from '@sallyport/bundle-tools/person/files';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir, syncDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { cryptoReady } from '@sallyport/bundle-tools/trust/keys';
import sodium from 'libsodium-wrappers';
import { type DataPaths, dataPaths, readConfig } from '../../platform/config.ts';
import { assertKnownSchema, databaseFaults, migrate, openDatabase, schemaVersion } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { openKeyring } from '../../platform/keyring.ts';
import { emptyWitness, readWitness, writeWitness } from '../rollback/file.ts';
import { besideWitness, witnessName } from '../rollback/types.ts';
import { assertSealedWhole, type BackupSink, readSealedFiles, readStatement } from './container.ts';
import { bringObjects, checkObjects, copiesFolder, type ObjectReport } from './object-copies.ts';
import { readRecoveryState, writeRecoveryState } from './recovery-key-file.ts';
import type { BackupKey, BackupStatement } from './types.ts';

// Checks and restores. What needs no decryption needs no secret: whose a backup is, whether it is whole, which objects are there.

/** The recovery key as it was printed, or the file that `setup` wrote it to; throws KEY. */
export const parseRecoveryKey = async (text: string): Promise<BackupKey> => {
  await cryptoReady();
  const line = /^[0-9a-f]{4}(?:-[0-9a-f]{4}){15}$/m.exec(text)?.[0] ?? text.trim();
  const hex = line.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new AppError('KEY', 'not a recovery key (16 groups of 4 hex digits)');
  const secretKey = new Uint8Array(Buffer.from(hex, 'hex'));
  return { secretKey, publicKey: sodium.crypto_scalarmult_base(secretKey) };
};

/** Where the objects of a backup may lie: what was said, beside it, or in the data directory whose backups folder it is in. */
const objectFolders = (path: string, given: readonly string[]): string[] => {
  const folder = dirname(resolve(path));
  return [...given.flatMap((one) => [one, copiesFolder(one)]), copiesFolder(folder), join(folder, '..', 'objects')];
};

/** Writes the files that `wanted` takes under a folder; the others are read and left. */
const folderSink = (folder: string, wanted: (path: string) => boolean): BackupSink => {
  let fd = -1;
  let current = '';
  return {
    begin: (path) => {
      current = path;
      if (!wanted(path)) return;
      ensureDir(dirname(join(folder, path)), 0o700);
      fd = openSync(join(folder, path), 'wx', 0o600);
    },
    write: (bytes) => {
      if (fd >= 0) for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    },
    end: () => {
      if (fd < 0) return;
      fsyncSync(fd);
      closeSync(fd);
      fd = -1;
      syncDir(dirname(join(folder, current)));
    },
  };
};

type Unpacked = { files: number; schema: number; site: string };

const inspect = (paths: DataPaths, files: number): Unpacked => {
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

/** Unpacks into a new folder whose name begins with `beginning`, and checks it; the caller renames or removes it. */
const unpack = (
  path: string,
  {
    key,
    statement,
    wanted = () => true,
  }: { key: BackupKey; statement: BackupStatement; wanted?: (path: string) => boolean },
  beginning: string,
): { folder: string; report: Unpacked } => {
  const folder = mkdtempSync(beginning);
  try {
    const files = readSealedFiles(path, key, folderSink(folder, wanted), statement.sealed.bytes);
    return { folder, report: inspect(dataPaths(folder), files) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
};

type VerifyReport = {
  site: string;
  schema: number;
  release: string;
  begun: number;
  /** Fingerprint of the key of the site that signed it. */
  signedBy: string;
  objects: ObjectReport;
  /** How many files were decrypted, and the database in them was found whole; null without the recovery key. */
  files: number | null;
};

/**
 * Checks the signature of a backup, its sealed bytes and the copies of objects, and with the recovery key opens it as a restore would, in
 * a folder that is removed again; keys are not written there. MALFORMED, KEY, HASH_MISMATCH, DATABASE.
 */
export const verifyBackup = async (
  path: string,
  { key, objects = [], workFolder }: { key?: BackupKey | undefined; objects?: readonly string[]; workFolder: string },
): Promise<VerifyReport> => {
  await cryptoReady();
  const { statement, signedBy } = readStatement(path);
  await assertSealedWhole(path, statement);
  const { site, schema, release, begun } = statement;
  const report = {
    site,
    schema,
    release,
    begun,
    signedBy,
    objects: await checkObjects(statement.objects, objectFolders(path, objects)),
  };
  if (key === undefined) return { ...report, files: null };
  const wanted = (name: string): boolean => name === 'state.db' || name === 'config.json';
  const { folder, report: opened } = unpack(path, { key, statement, wanted }, join(workFolder, 'verify.restoring-'));
  rmSync(folder, { recursive: true, force: true });
  if (opened.site !== site || opened.schema !== schema)
    throw new AppError('MALFORMED', 'what is sealed is of another site or release than the backup says');
  return { ...report, files: opened.files };
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

const filesIn = (folder: string): string[] =>
  isThere(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];

/**
 * The witness of the data directory that the backup was made of: what it has seen since goes on counting. Without it a new one
 * begins. Both say that this return was wanted.
 */
const layWitness = async (paths: DataPaths, file: string, witness: string | undefined): Promise<boolean> => {
  if (witness !== undefined)
    for (const [from, name] of [
      [witness, witnessName],
      ...besideWitness.map((name) => [join(dirname(witness), name), name] as const),
    ] as const)
      if (name === witnessName || isThere(from))
        writeFileSync(join(paths.keys, name), readFileSync(from), { mode: 0o600 });
  const keyring = await openKeyring(paths.keys);
  const held = readWitness(keyring);
  // A person asked for this return, whatever put a database back before.
  writeWitness(keyring, { ...(held ?? emptyWitness()), restored: { at: nowMs(), file }, isOwnWayBack: false });
  return held !== undefined;
};

/** Who restores has the key that the site is sealed to from now on. */
const noteShown = async ({ keys }: DataPaths, key: BackupKey): Promise<void> => {
  const keyring = await openKeyring(keys);
  const held = readRecoveryState(keyring);
  if (held.publicKey === Buffer.from(key.publicKey).toString('hex'))
    writeRecoveryState(keyring, { ...held, confirmedAt: nowMs() });
};

/** A restore on its way lies in the target: its user makes nothing beside it. */
const onTheWay = '.restoring-';

/** What a restore that was cut off left; there are keys in it. */
const dropCutOff = (target: string): void => {
  for (const name of isThere(target) ? readdirSync(target) : [])
    if (name.startsWith(onTheWay)) rmSync(join(target, name), { recursive: true, force: true });
};

/** Moves what was restored to its place. A folder is a data directory by its config.json, so that comes last; what fails is taken back. */
const layInPlace = (folder: string, target: string): void => {
  const moved: (readonly [string, string])[] = [];
  const move = (from: string, to: string): void => {
    renameSync(from, to);
    moved.unshift([from, to]);
  };
  try {
    for (const name of readdirSync(folder).sort((a, b) => Number(a === 'config.json') - Number(b === 'config.json'))) {
      // Of the folder before, the witness lies there; it is in the new one already.
      if (isThere(join(target, name))) move(join(target, name), join(folder, `${name}.before`));
      if (name === 'config.json') syncDir(target);
      move(join(folder, name), join(target, name));
    }
  } catch (error) {
    for (const [from, to] of moved) renameSync(to, from);
    throw error;
  }
  syncDir(target);
};

export type RestoreReport = Unpacked & { withWitness: boolean; objects: ObjectReport & { brought: number } };

/**
 * Makes a data directory from a backup; EXISTS when there is one already, that is, anything but a witness and objects. `witness`: the
 * file keys/witness of the data directory of before, with what lies beside it, else those that lie in the target. KEY when it is another
 * site's. Objects are taken where they are found; those that are not are named.
 */
export const restoreBackup = async (
  path: string,
  key: BackupKey,
  dataDir: string,
  { witness, objects = [] }: { witness?: string | undefined; objects?: readonly string[] } = {},
): Promise<RestoreReport> => {
  await cryptoReady();
  const { data: target, keys, objects: held } = dataPaths(dataDir);
  const inTarget = join(keys, witnessName);
  const ofWitness = new Set([inTarget, ...besideWitness.map((name) => join(keys, name))]);
  dropCutOff(target);
  if (filesIn(target).some((file) => !ofWitness.has(file) && !file.startsWith(`${held}/`)))
    throw new AppError('EXISTS', `${target} is not empty`);
  const { statement } = readStatement(path);
  await assertSealedWhole(path, statement);
  const wasThere = isThere(target);
  ensureDir(target, 0o700);
  let withWitness = false;
  let report: Unpacked;
  try {
    const unpacked = unpack(path, { key, statement }, join(target, onTheWay));
    report = unpacked.report;
    const paths = dataPaths(unpacked.folder);
    bringUp(paths.database);
    await noteShown(paths, key);
    withWitness = await layWitness(paths, basename(path), witness ?? (isThere(inTarget) ? inTarget : undefined));
    for (const sub of [paths.advisories, paths.staging, paths.backups, paths.diagnostics]) ensureDir(sub, 0o700);
    ensureDir(dataPaths(target).objectsTmp, 0o700);
    layInPlace(unpacked.folder, target);
  } catch (error) {
    if (wasThere) dropCutOff(target);
    else rmSync(target, { recursive: true, force: true });
    throw error;
  }
  dropCutOff(target);
  syncDir(dirname(target));
  return { ...report, withWitness, objects: bringObjects(statement.objects, objectFolders(path, objects), held, key) };
};

/** Brings the objects of a backup into a data directory, before or after its database; those that are nowhere are named. */
export const restoreObjects = async (
  path: string,
  key: BackupKey,
  dataDir: string,
  objects: readonly string[],
): Promise<ObjectReport & { brought: number }> => {
  await cryptoReady();
  const { statement } = readStatement(path);
  return bringObjects(statement.objects, objectFolders(path, objects), dataPaths(dataDir).objects, key);
};
