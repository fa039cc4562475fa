import { copyFileSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDir, isTemporaryOf } from '@sallyport/bundle-tools/platform/files';
import { type DataPaths, dataPaths, readConfig } from '../../platform/config.ts';
import {
  assertKnownSchema,
  copyDatabase,
  databaseFaults,
  migrate,
  openDatabase,
  schemaVersion,
} from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { takeTrialLock } from '../../platform/process-lock.ts';
import { isOfWitness } from '../rollback/types.ts';

// The rehearsal of an upgrade: this release brings a copy of the data directory to its schema and looks at it, while the
// release of before serves.

const spareBytes = 64 * 1024 * 1024;

type Trial = { schema: { from: number; to: number } };

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** The copy of the trial and what it writes, and later the one that is kept. */
const assertRoom = (paths: DataPaths): number => {
  const databaseBytes = sizeOf(paths.database) + sizeOf(`${paths.database}-wal`);
  const { bavail, bsize } = statfsSync(paths.data);
  const needed = 2 * databaseBytes + spareBytes;
  const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);
  if (bavail * bsize < needed)
    throw new AppError(
      'DISK_FULL',
      `the upgrade needs ${megabytes(needed)} MB on the data disk, ${megabytes(bavail * bsize)} MB are free`,
    );
  return databaseBytes;
};

/** A data directory whose database and keys are copies; unchanged files are linked. The master key is not copied. */
const copyData = async (paths: DataPaths, folder: string): Promise<DataPaths> => {
  const trial = dataPaths(folder);
  for (const sub of [trial.keys, trial.staging, trial.backups, trial.diagnostics]) ensureDir(sub, 0o700);
  copyFileSync(paths.config, trial.config);
  symlinkSync(paths.objects, trial.objects);
  symlinkSync(paths.advisories, trial.advisories);
  const names = readdirSync(paths.keys).filter((name) => !isTemporaryOf(name));
  const copyKey = (name: string): void => {
    if (name === 'master.key') symlinkSync(join(paths.keys, name), join(trial.keys, name));
    else copyFileSync(join(paths.keys, name), join(trial.keys, name));
  };
  // What the witness says was committed before, and the key of each row of the copy is there after it.
  names.filter(isOfWitness).forEach(copyKey);
  const db = openDatabase(paths.database, { readonly: true });
  try {
    assertKnownSchema(db);
    const faults = databaseFaults(db, 5);
    if (faults.length > 0)
      throw new AppError('DATABASE', `the database is damaged: ${faults.join('; ')}. Run: sallyport doctor`);
  } finally {
    db.close();
  }
  await copyDatabase(paths.database, trial.database);
  names.filter((name) => !isOfWitness(name)).forEach(copyKey);
  return trial;
};

/**
 * Migrates a copy and looks at it with `examine`, which returns what is wrong. Throws DISK_FULL, DATABASE, IN_USE, FINDINGS and the codes
 * of schemas. The data directory itself is not changed.
 */
export async function tryUpgrade(
  dataDir: string,
  progress: (line: string) => void,
  examine: (dataDir: string) => Promise<string[]>,
): Promise<Trial> {
  const paths = dataPaths(dataDir);
  readConfig(paths);
  const databaseBytes = assertRoom(paths);
  const lock = takeTrialLock(paths.data);
  const folder = mkdtempSync(join(paths.staging, 'backup-trial-'));
  try {
    progress(`copies and checks the database (${Math.ceil(databaseBytes / 1e6)} MB)`);
    const trial = await copyData(paths, folder);
    progress('migrates the copy');
    const db = openDatabase(trial.database);
    let from: number;
    let to: number;
    try {
      from = schemaVersion(db);
      migrate(db);
      to = schemaVersion(db);
    } finally {
      db.close();
    }
    progress('looks at the copy');
    const findings = await examine(folder);
    if (findings.length > 0)
      throw new AppError(
        'FINDINGS',
        `the copy of the database is not well after the upgrade, so nothing was changed: ${findings.slice(0, 10).join('; ')}. Run: sallyport doctor`,
      );
    return { schema: { from, to } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    lock.release();
  }
}
