// A backup: database, keys, configuration and the snapshot of advisories in one sealed file; the objects of the store beside it,
// each sealed by itself under its hash, so that a further backup adds only what is new.

import { join } from 'node:path';

/** The recovery key, both halves. */
export type BackupKey = { publicKey: Uint8Array; secretKey: Uint8Array };

/** What the file of a backup says of itself in the clear. */
export type BackupStatement = {
  format: 'sallyport-backup/1';
  site: string;
  /** From when on nothing of the database got in, ms. */
  begun: number;
  release: string;
  schema: number;
  /** The part that only the recovery key opens. */
  sealed: { bytes: number; sha256: string };
  /** What the store held. */
  objects: ReadonlyArray<{ sha256: string; size: number }>;
};

export const backupJob = 'backup';
export const backupCheckJob = 'backup-check';

export type KnownBackup = {
  /** From when on nothing of the database got in, ms; names the backup. */
  id: string;
  file: string;
  /** Where it was written. */
  folder: string;
  madeAt: number;
  bytes: number;
  /** How many objects of the store belong to it. */
  objects: number;
  /** Made by the clock, and thinned out by generations. */
  bySchedule: boolean;
  /** `gone`: it is not in the backups folder any more, where it was written, or was removed by its generation. */
  place: 'here' | 'gone' | 'elsewhere';
  /** When it was last read whole: after it was written, or by a check. */
  checkedAt: number;
  /** What the last check found wrong; English. */
  fault?: string;
  /** A person states that every copy is destroyed; not verified. */
  destroyed?: { at: number; by: string; reason: string };
};

/** The file of a backup where it was written. */
export const fileOf = ({ folder, file }: Pick<KnownBackup, 'folder' | 'file'>): string => join(folder, file);

/** How long ago the last good backup is. */
export type BackupAge = {
  /** `none`: there is no good one, and there could be. */
  state: 'ok' | 'old' | 'none';
  last: KnownBackup | undefined;
};
