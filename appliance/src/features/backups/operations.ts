import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { time, timeOf } from '../../server/api/schemas.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { BackupRecords, KnownBackup } from './service.ts';

// Backups of the data directory; making and restoring one are commands alone.

const { operation } = operationsOver<{ backups: BackupRecords }>();

const backup = z.object({
  id: z.string(),
  file: z.string(),
  madeAt: time,
  bytes: z.int(),
  place: z.enum(['here', 'gone', 'elsewhere']).describe('here: in the backups folder; gone: it was there'),
  destroyed: z
    .object({ at: time, by: z.string(), reason: z.string() })
    .optional()
    .describe('A person stated that every copy is destroyed; not verified'),
});

export const backupSchemas = { Backup: backup };

const toBackup = ({ madeAt, destroyed, ...one }: KnownBackup) => ({
  ...one,
  madeAt: timeOf(madeAt),
  ...(destroyed === undefined ? {} : { destroyed: { ...destroyed, at: timeOf(destroyed.at) } }),
});

/** The one backup of an id or a file's name that waits to be destroyed. NOT_FOUND without one, USAGE with several. */
const waiting = (backups: BackupRecords, wanted: string): string => {
  const named = backups
    .list()
    .filter(({ id, file, destroyed }) => destroyed === undefined && (id === wanted || file === wanted));
  const [found] = named;
  if (found === undefined) throw new AppError('NOT_FOUND', `no backup ${wanted} waits to be destroyed`);
  if (named.length > 1)
    throw new AppError('USAGE', `several have this name, give an ID: ${named.map(({ id }) => id).join(', ')}`);
  return found.id;
};

export const backupOperations = [
  operation({
    name: 'backup.list',
    bound: 'site',
    http: { method: 'get', path: '/backups' },
    area: 'settings',
    right: 'settings:read',
    summary: 'Backups that were made, the newest first',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(backup) }),
    run: ({ backups }) => ({ rows: backups.list().map(toBackup) }),
    command: {
      example: 'sallyport backup list --data /var/lib/sallyport',
      print: (out, { rows }) => {
        out.table(
          ['ID', 'FILE', 'MADE', 'BYTES', 'PLACE', 'SAID TO BE DESTROYED'],
          rows.map(({ id, file, madeAt, bytes, place, destroyed }) => [
            id,
            file,
            madeAt,
            bytes,
            place,
            destroyed === undefined ? '' : `${destroyed.at} by ${destroyed.by}: ${destroyed.reason}`,
          ]),
        );
        if (rows.length === 0) out.note('No backup is known. Make one: sallyport backup create --help');
      },
    },
  }),
  operation({
    name: 'backup.forget',
    bound: 'site',
    http: { method: 'post', path: '/backups/{backup}/forget' },
    area: 'settings',
    right: 'settings:write',
    summary: 'Says that every copy of a backup that was taken elsewhere is destroyed; it goes into the journal',
    input: z.strictObject({
      backup: z.string().min(1).max(255).describe('Its id, or the name of its file where that is the only one'),
      reason: z.string().trim().min(1).max(500).describe('How, by whom: the number of a record'),
    }),
    output: backup,
    run: ({ backups, actor }, { backup: wanted, reason }) =>
      toBackup(backups.forget(actor, waiting(backups, wanted), reason)),
    command: {
      positionals: ['backup'],
      example: 'sallyport backup forget plant-7.spb --reason "medium shredded, record 7" --data /var/lib/sallyport',
      print: (out, { file, destroyed }) => out.line(`noted as stated by ${destroyed?.by ?? ''}: ${file} is destroyed`),
    },
  }),
];
