import { createReadStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { statSync } from '@sallyport/bundle-tools/person/files';
import { z } from 'zod';
import type { Appliance } from '../../compose.ts';
import { AppError } from '../../platform/errors.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import { checkBackup } from './backup-jobs.ts';
import { backupName, createBackup } from './make-backup.ts';
import { copiesName } from './object-copies.ts';
import { assertReachable } from './reach.ts';
import type { BackupService } from './service.ts';
import { backup, fileOf, type KnownBackup } from './types.ts';

// Backups of the data directory. Over the API the server makes and checks them by jobs, a command does it itself; restoring one is a
// command alone.

const { operation, download } = operationsOver<Appliance>({ area: 'settings', bound: 'site' });

export const backupSchemas = { Backup: backup };

/** The one backup of an id, a file's name or its path. NOT_FOUND without one, USAGE with several. */
const named = (backups: BackupService, wanted: string, isWanted: (one: KnownBackup) => boolean): KnownBackup => {
  const all = backups
    .list()
    .filter(
      (one) =>
        isWanted(one) && [one.id, one.file, fileOf(one)].includes(wanted.includes('/') ? resolve(wanted) : wanted),
    );
  const [found] = all;
  if (found === undefined) throw new AppError('NOT_FOUND', `no backup ${wanted} is known, or none that this is for`);
  if (all.length > 1)
    throw new AppError('USAGE', `several have this name, give an ID: ${all.map(({ id }) => id).join(', ')}`);
  return found;
};

const backupNamed = z
  .string()
  .min(1)
  .max(1_000)
  .describe('Its id, the path of its file, or the name of that where it is the only one');
const wasNotRemoved = ({ place }: KnownBackup): boolean => place !== 'gone';

export const backupOperations = [
  operation({
    name: 'backup.list',
    http: { method: 'get', path: '/backups' },
    right: 'settings:read',
    summary: 'Backups that were made, the newest first',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(backup) }),
    run: ({ backups }) => ({ rows: backups.list() }),
    command: {
      example: 'sallyport backup list --data /var/lib/sallyport',
      print: (out, { rows }) => {
        out.table(
          ['ID', 'FILE', 'MADE', 'BYTES', 'OBJECTS', 'PLACE', 'STATE', 'SAID TO BE DESTROYED'],
          rows.map(({ id, file, madeAt, bytes, objects, place, fault, destroyed }) => [
            id,
            file,
            madeAt,
            bytes,
            objects,
            place,
            fault ?? 'whole',
            destroyed === undefined ? '' : `${destroyed.at} by ${destroyed.by}: ${destroyed.reason}`,
          ]),
        );
        if (rows.length === 0) out.note('No backup is known. Make one: sallyport backup create --help');
      },
    },
  }),
  operation({
    name: 'backup.create',
    http: { method: 'post', path: '/backups' },
    right: 'settings:write',
    summary:
      'Makes a backup sealed to the recovery key, beside a running server; over the API the server does it as a job',
    input: z.strictObject({
      out: z
        .string()
        .min(1)
        .max(1_000)
        .optional()
        .describe('a file, or a folder to write it in (that of the settings, else DATA/backups); only for the command'),
    }),
    output: z.object({
      job: z.int().nullable().describe('Its run, where the server makes it'),
      path: z.string().nullable(),
      sizeBytes: z.int().nullable(),
      sha256: z.string().nullable().describe('Of what is sealed'),
      objects: z.object({ folder: z.string(), copied: z.int(), copiedBytes: z.int() }).nullable(),
    }),
    run: async (context, { out }) => {
      const { backups, actor, request, note, config } = context;
      if (request !== undefined) {
        if (out !== undefined) throw new AppError('USAGE', 'out is for the command; set backups.folder');
        return { job: backups.start(actor), path: null, sizeBytes: null, sha256: null, objects: null };
      }
      const wanted = resolve(out ?? backups.folder());
      const isFolder = statSync(wanted, { throwIfNoEntry: false })?.isDirectory() === true;
      let shown = 0;
      const { path, sizeBytes, sha256, objects } = await createBackup(
        context,
        isFolder ? join(wanted, backupName(config.site)) : wanted,
        {
          onProgress: (files, bytes) => {
            if (bytes - shown < 256 * 1024 * 1024) return;
            shown = bytes;
            note(`${files} files, ${Math.round(bytes / 1e6)} MB`);
          },
        },
      );
      return { job: null, path, sizeBytes, sha256, objects: objects ?? null };
    },
    command: {
      flags: { out: { value: 'FILE', path: { kind: 'output', beside: [copiesName] } } },
      example: 'sallyport backup create --data /var/lib/sallyport --out /media/usb/plant-7.spb',
      print: (out, { path, sizeBytes, sha256, objects }) => {
        out.line(`${path}  ${sizeBytes} bytes  SHA-256 ${sha256}`);
        if (objects !== null)
          out.line(`${objects.folder}  ${objects.copied} objects added, ${objects.copiedBytes} bytes`);
      },
    },
  }),
  operation({
    name: 'backup.check',
    http: { method: 'post', path: '/backups/{backup}/check' },
    right: 'settings:write',
    summary: 'Reads a backup whole and notes whether it is what was written; over the API the server does it as a job',
    input: z.strictObject({ backup: backupNamed }),
    output: z.object({ job: z.int().nullable(), fault: z.string().nullable(), missing: z.int().nullable() }),
    run: async (context, { backup: wanted }) => {
      const { backups, actor, request } = context;
      const { id } = named(backups, wanted, wasNotRemoved);
      if (request !== undefined) return { job: backups.check(actor, id), fault: null, missing: null };
      return { job: null, ...(await checkBackup(context, id)) };
    },
    command: {
      positionals: ['backup'],
      // A backup that is the person's alone is opened with the person's rights.
      flags: { backup: { path: { kind: 'input', beside: [copiesName] } } },
      example: 'sallyport backup check /media/usb/plant-7.spb --data /var/lib/sallyport',
      print: (out, { fault, missing }) =>
        out.line(fault ?? (missing === 0 ? 'whole' : `whole, and ${missing} of its objects are not there`)),
      exit: ({ fault }) => (fault === null ? 0 : 1),
    },
  }),
  download({
    name: 'backup.file',
    http: { method: 'get', path: '/backups/{backup}/file' },
    right: 'settings:write',
    summary: 'The sealed file of a backup that can be reached',
    input: z.strictObject({ backup: backupNamed }),
    file: 'application/octet-stream',
    run: ({ backups }, { backup: wanted }) => {
      const found = named(backups, wanted, wasNotRemoved);
      assertReachable(found);
      const { size } = statSync(fileOf(found));
      const body = Readable.toWeb(createReadStream(fileOf(found))) as ReadableStream<Uint8Array>;
      return { name: found.file, body, headers: { 'Content-Length': String(size) } };
    },
  }),
  operation({
    name: 'backup.forget',
    http: { method: 'post', path: '/backups/{backup}/forget' },
    right: 'settings:write',
    summary: 'Says that every copy of a backup that was taken elsewhere is destroyed; it goes into the journal',
    input: z.strictObject({
      backup: backupNamed,
      reason: z.string().trim().min(1).max(500).describe('How, by whom: the number of a record'),
    }),
    output: backup,
    run: ({ backups, actor }, { backup: wanted, reason }) =>
      backups.forget(actor, named(backups, wanted, ({ destroyed }) => destroyed === undefined).id, reason),
    command: {
      positionals: ['backup'],
      example: 'sallyport backup forget plant-7.spb --reason "medium shredded, record 7" --data /var/lib/sallyport',
      print: (out, { file, destroyed }) => out.line(`noted as stated by ${destroyed?.by ?? ''}: ${file} is destroyed`),
    },
  }),
];
