// Whether this appliance can do its work, for people, for monitoring and for the entry points. Looked at every few seconds by the
// server; a command looks anew. Strangers get the names and codes, not what stands behind them.

import { z } from 'zod';
import { type Shape, time } from '../../platform/shapes.ts';
import { CERTIFICATE_CODES } from '../server-certificate/types.ts';

/** What is looked at, in the order in which it is shown. */
const HEALTH_CHECKS = [
  'database',
  'schema',
  'disk',
  'keys',
  'jobs',
  'backups',
  'recovery',
  'certificate',
  'authority',
  'clock',
  'upgrade',
] as const;
export type HealthCheckName = (typeof HEALTH_CHECKS)[number];

/**
 * `DATABASE`: damaged. `STORE_IO`: the disk fails or is read-only. `DISK_LOW`, `DISK_FULL`: below 5 and 1 percent.
 * `SCHEMA`: another program changed it. `KEY`: a file in keys/ cannot be read. `JOB_STUCK`: a job does not go on.
 * `AUTHORITY_ENDED`: the certificate of the site's own authority has ended, and every agent refuses the appliance; `AUTHORITY_ENDS`: it
 * does within 30 days (a warning). `CLOCK_BEHIND`, `CLOCK_SUSPECT`: the computer's clock is before what is certain, or too far past it: nothing
 * is imported and no run begins, all else goes on (a warning). `UPGRADE_FAILED`: the last upgrade did, and no person put it aside (a warning). `RECOVERY_UNCONFIRMED`: no person has typed groups of the recovery key (a warning). `BACKUP_NONE`, `BACKUP_OLD`: the last good backup is not there, or is too long ago (a warning). Those of the certificate of the
 * plant are warnings, too: without it the site's own is presented.
 */
const HEALTH_CODES = [
  'OK',
  'DATABASE',
  'STORE_IO',
  'DISK_LOW',
  'DISK_FULL',
  'SCHEMA',
  'KEY',
  'JOB_STUCK',
  'BACKUP_NONE',
  'BACKUP_OLD',
  'RECOVERY_UNCONFIRMED',
  'AUTHORITY_ENDS',
  'AUTHORITY_ENDED',
  'CLOCK_BEHIND',
  'CLOCK_SUSPECT',
  'UPGRADE_FAILED',
  ...CERTIFICATE_CODES,
] as const;
export type HealthCode = (typeof HEALTH_CODES)[number];

export const healthSchema = z.object({
  checkedAt: time,
  pagesCheckedAt: time
    .nullable()
    .describe('When every page of the database was last read and checked; null where never'),
  isReady: z.boolean().describe('No check failed'),
  checks: z.array(
    z.object({
      name: z.enum(HEALTH_CHECKS),
      state: z.enum(['ok', 'warning', 'failed']), // with a warning the appliance still does its work for devices and people
      code: z.enum(HEALTH_CODES),
      detail: z.string().describe('English: cause and next step; empty where all is well'),
    }),
  ),
  disk: z.object({ freeBytes: z.number(), sizeBytes: z.number() }),
});
export type Health = Shape<typeof healthSchema>;
export type HealthCheck = Health['checks'][number];

/** So long before the end of the site's own authority the administrator is told. */
export const AUTHORITY_NOTICE_MS = 30 * 86_400_000;

/** Below this share of the disk the administrator is told. */
export const LOW_SHARE = 0.05;
/** Below this share reports are refused, and the reserve is released for those who log in to mend it. */
export const FULL_SHARE = 0.01;
