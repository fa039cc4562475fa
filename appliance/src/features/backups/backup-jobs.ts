import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type { Appliance } from '../../compose.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { assertSealedWhole, readStatement } from './container.ts';
import { backupName, createBackup, type MadeBackup } from './make-backup.ts';
import { checkObjects, copiesFolder, dropCopies } from './object-copies.ts';
import { assertReachable } from './reach.ts';
import { fileOf } from './types.ts';

// What the server's jobs do with backups; a command does the same in its own process.

/** Removes backups that no generation keeps, then the copies of objects that no backup in the folder names any more. */
function thinOut({ backups, events, time }: Pick<Appliance, 'backups' | 'events' | 'time'>, folder: string): number {
  // How old one is is not known while the clock is in doubt.
  if (time.doubt() !== undefined) return 0;
  const outdated = backups.outdated();
  for (const one of outdated) {
    rmSync(fileOf(one), { force: true });
    events.record('backup-removed', { actor: 'system:appliance', params: { backup: one.id, file: one.file } });
  }
  const copies = copiesFolder(folder);
  if (outdated.length === 0 || !isThere(copies)) return outdated.length;
  const named = new Set<string>();
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.spb'))) {
    try {
      for (const { sha256 } of readStatement(join(folder, name)).statement.objects) named.add(sha256);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // What it needs is not known: nothing is removed.
      return outdated.length;
    }
  }
  dropCopies(copies, named);
  return outdated.length;
}

const cutAgeMs = 3_600_000;
/** Behind the name of the site: a file of `backupName` before it is whole. */
const cutName = /^-\d{8}T\d{9}Z\.spb\.part$/;

/** Removes what killed backups of the site left half-written. One that is being written was flushed a moment ago. */
function removeCut(folder: string, site: string): void {
  if (!isThere(folder)) return;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(site) || !cutName.test(name.slice(site.length))) continue;
    const modified = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs;
    if (modified !== undefined && nowMs() - modified > cutAgeMs) rmSync(join(folder, name), { force: true });
  }
}

/** Makes a backup in the folder of the settings; one of the clock is followed by thinning out. */
export async function runBackupJob(
  appliance: Appliance,
  { bySchedule }: { bySchedule: boolean },
  progress: (value: unknown) => void,
): Promise<MadeBackup & { removed: number }> {
  const { backups, config, paths } = appliance;
  const folder = backups.folder();
  if (folder === paths.backups) ensureDir(folder, 0o700);
  removeCut(folder, config.site);
  const onProgress = (files: number, bytes: number): void => progress({ files, bytes });
  const made = await createBackup(appliance, join(folder, backupName(config.site)), { bySchedule, onProgress });
  return { ...made, removed: bySchedule ? thinOut(appliance, folder) : 0 };
}

/** Reads a backup whole, as far as no secret is needed, and notes in the journal what it found. */
export async function checkBackup(
  appliance: Pick<Appliance, 'backups' | 'events' | 'paths' | 'exchange'>,
  id: string,
): Promise<{ fault: string | null; missing: number }> {
  const { backups, events, paths, exchange } = appliance;
  const found = backups.byId(id);
  const path = fileOf(found);
  assertReachable(found);
  const params = { backup: id, file: found.file };
  const faultOf = async (): Promise<{ fault: string | null; missing: number }> => {
    try {
      const { statement, signedBy } = readStatement(path);
      if (signedBy !== exchange.signedBy()) throw new AppError('KEY', 'it is signed by another site');
      await assertSealedWhole(path, statement);
      const report = await checkObjects(statement.objects, [copiesFolder(found.folder), paths.objects]);
      const damaged = report.damaged.length;
      return {
        fault: damaged === 0 ? null : `${damaged} copies of objects are damaged, first ${report.damaged[0]}`,
        missing: report.missing.length,
      };
    } catch (error) {
      const { code, message } = toFailure(error);
      if (!['MALFORMED', 'KEY', 'HASH_MISMATCH'].includes(code)) throw error;
      return { fault: `${code}: ${message}`, missing: 0 };
    }
  };
  const { fault, missing } = await faultOf();
  if (fault === null) events.record('backup-checked', { actor: 'system:appliance', params: { ...params, missing } });
  else events.record('backup-damaged', { actor: 'system:appliance', params: { ...params, reason: fault } });
  return { fault, missing };
}
