// A backup: database, keys, configuration and the snapshot of advisories in one sealed file; the objects of the store beside it,
// each sealed by itself under its hash, so that a further backup adds only what is new.

import { join } from 'node:path';
import { z } from 'zod';
import { siteName } from '../../platform/config.ts';
import { type Shape, time } from '../../platform/shapes.ts';

/** The recovery key, both halves. */
export type BackupKey = { publicKey: Uint8Array; secretKey: Uint8Array };

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** What the file of a backup says of itself in the clear. */
export const backupStatement = z.strictObject({
  format: z.literal('sallyport-backup/1'),
  site: siteName,
  /** From when on nothing of the database got in, ms. */
  begun: z.int().min(0),
  release: z.string().max(64),
  schema: z.int().min(0),
  /** The part that only the recovery key opens. */
  sealed: z.strictObject({ bytes: z.int().min(1), sha256: digest }),
  /** What the store held. */
  objects: z.array(z.strictObject({ sha256: digest, size: z.int().min(0) })),
});
export type BackupStatement = Shape<typeof backupStatement>;

export const backupJob = 'backup';
export const backupCheckJob = 'backup-check';

export const backup = z.object({
  /** From when on nothing of the database got in, ms; names the backup. */
  id: z.string(),
  file: z.string(),
  /** Where it was written. */
  folder: z.string(),
  madeAt: time,
  bytes: z.int(),
  objects: z.int().describe('Objects of the store that belong to it'),
  bySchedule: z.boolean().describe('Made by the clock, and removed once no generation keeps it'),
  place: z.enum(['here', 'gone', 'elsewhere']).describe('here: in the backups folder; gone: it was there, or removed'),
  checkedAt: time.describe('When it was last read whole'),
  fault: z.string().optional().describe('What was wrong then'),
  destroyed: z
    .object({ at: time, by: z.string(), reason: z.string() })
    .optional()
    .describe('A person stated that every copy is destroyed; not verified'),
});
export type KnownBackup = Shape<typeof backup>;

/** The file of a backup where it was written. */
export const fileOf = ({ folder, file }: Pick<KnownBackup, 'folder' | 'file'>): string => join(folder, file);

/** How long ago the last good backup is. */
export type BackupAge = {
  /** `none`: there is no good one, and there could be. */
  state: 'ok' | 'old' | 'none';
  last: KnownBackup | undefined;
};

export const recoveryKeySchema = z.object({
  state: z
    .enum(['confirmed', 'not-confirmed', 'unknown'])
    .describe('Whether its groups were typed back; unknown: it is older than release 0.3.0'),
  madeAt: time.nullable().describe('Older backups need the key before'),
  confirmedAt: time.nullable(),
  positions: z.array(z.int()).describe('Which of its 16 groups are asked for; none: all of the key is'),
  publicKey: z.string().describe('The half that backups are sealed to, hex'),
  asked: z
    .object({ at: time, by: z.string(), reason: z.string() })
    .nullable()
    .describe('A new key waits for a second person'),
});
export type RecoveryKey = Shape<typeof recoveryKeySchema>;
