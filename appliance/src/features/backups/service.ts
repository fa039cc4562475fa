// What is known of backups of the data directory: the journal says which were made, the backups folder which of them are
// there. Of one that was taken elsewhere a person says that every copy is destroyed; that is kept as his word. And when the next
// one is made.

import { statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type { EventService } from '../../engine/events/service.ts';
import { fromMoment, type StoredEvent } from '../../engine/events/types.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, byWhom, requireRight } from '../../engine/objects/types.ts';
import type { DataPaths } from '../../platform/config.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import type { Jobs } from '../../platform/jobs.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { wholeSite } from '../../platform/scope.ts';
import { civilTimeOf } from '../../platform/time-zone.ts';
import { dueWithinADay, isDue, outOfGenerations } from './generations.ts';
import type { CopyRecipient } from './object-copies.ts';
import { assertReachable } from './reach.ts';
import { copyTagOf, readRecoveryState } from './recovery-key-file.ts';
import { type BackupAge, backupCheckJob, backupJob, type KnownBackup } from './types.ts';

export type BackupService = {
  /** The newest first; those that were made since, unless all are wanted. */
  list(since?: number): KnownBackup[];
  /** NOT_FOUND. */
  byId(id: string): KnownBackup;
  /** A person says that every copy of a backup was destroyed. NOT_FOUND, INVALID; CONFLICT for one that is here. */
  forget(actor: Actor, id: string, reason: string): KnownBackup;
  /** How long ago the last good backup is. */
  age(): BackupAge;
  /** Where backups are made that no other folder is named for. */
  folder(): string;
  /** Has the server make one; the number of the job. CONFLICT while one is made. */
  start(actor: Actor): number;
  /** Has the server read one whole; the number of the job. NOT_FOUND where the file cannot be reached. */
  check(actor: Actor, id: string): number;
  /** The public half of the recovery key, and what copies for it are told by. */
  recipient(): CopyRecipient;
  /** Whether one is being made or checked. */
  isBusy(): boolean;
  /** Has one made when the clock asks for it. */
  enqueueDue(): boolean;
  /** When the schedule makes the next one, if that is within a day. */
  nextWithinADay(): number | undefined;
  /** Those of the clock in the folder that no generation keeps any more. */
  outdated(): KnownBackup[];
};

const maxBackups = 1_000;
const dayMs = 86_400_000;
/** Without a schedule somebody has to remember; this long is too long. */
const byHandDays = 31;

type Parts = {
  events: Pick<EventService, 'list' | 'record'>;
  jobs: Pick<Jobs, 'enqueue' | 'list'>;
  objects: Pick<ObjectService, 'setting'>;
  paths: Pick<DataPaths, 'data' | 'backups' | 'keys'>;
  keyring: Pick<Keyring, 'hasFile' | 'readFile'>;
  timeZone: () => string;
  clock: () => number;
};

/** Backups as the journal knows them, and their schedule. */
export function backupService({ events, jobs, objects, paths, keyring, timeZone, clock }: Parts): BackupService {
  const last = (type: 'backup-forgotten' | 'backup-removed' | 'backup-checked' | 'backup-damaged', since: number) => {
    const found = new Map<string, StoredEvent>();
    for (const row of events.list({
      scope: wholeSite('job'),
      type: [type],
      filter: fromMoment(since),
      limit: maxBackups,
    }).rows)
      if (!found.has(String(row.params['backup']))) found.set(String(row.params['backup']), row);
    return found;
  };

  const time = civilTimeOf(timeZone);
  const schedule = () => ({ everyDays: objects.setting('backups.every-days'), at: objects.setting('backups.at') });
  const lastRun = () => jobs.list({ kind: backupJob, limit: 1 })[0];

  const list: BackupService['list'] = (since = 0) => {
    const [forgotten, removed, checked, damaged] = [
      last('backup-forgotten', since),
      last('backup-removed', since),
      last('backup-checked', since),
      last('backup-damaged', since),
    ];
    return events
      .list({ scope: wholeSite('job'), type: ['backup-created'], filter: fromMoment(since), limit: maxBackups })
      .rows.map(({ at, params }): KnownBackup => {
        const file = String(params['file']);
        const id = String(params['begun']);
        const isHere = params['here'] === 1;
        const isGone = removed.has(id) || (isHere && !isThere(join(paths.backups, file)));
        const statement = forgotten.get(id);
        const [whole, fault] = [checked.get(id), damaged.get(id)];
        const isFaulty = fault !== undefined && fault.at >= (whole?.at ?? 0);
        return {
          id,
          file,
          folder: isHere ? paths.backups : String(params['folder'] ?? ''),
          madeAt: at,
          bytes: Number(params['bytes']),
          objects: Number(params['objects'] ?? 0),
          bySchedule: params['bySchedule'] === 1,
          place: isGone ? 'gone' : isHere ? 'here' : 'elsewhere',
          checkedAt: (isFaulty ? fault.at : whole?.at) ?? at,
          ...(isFaulty ? { fault: String(fault.params['reason']) } : {}),
          ...(statement === undefined
            ? {}
            : {
                destroyed: {
                  at: statement.at,
                  by: statement.actor ?? '',
                  reason: String(statement.params['reason']),
                },
              }),
        };
      });
  };

  const byId = (id: string): KnownBackup => {
    const found = list().find((one) => one.id === id);
    if (found === undefined) throw new AppError('NOT_FOUND', 'no such backup is known');
    return found;
  };

  const isRunning = (kind: string): boolean =>
    jobs.list({ kind, limit: 1 }).some(({ state }) => state === 'queued' || state === 'running');

  const folder = (): string => {
    const wanted = objects.setting('backups.folder').trim();
    return wanted === '' ? paths.backups : isAbsolute(wanted) ? wanted : resolve(paths.data, wanted);
  };

  // A data directory that was just made or restored has had no night yet. The public half was written then, and never since.
  const madeAt = (): number => statSync(join(paths.keys, 'recovery.pub'), { throwIfNoEntry: false })?.mtimeMs ?? 0;

  /** Days without a good one that are too many. */
  const mostDays = (): number => {
    const every = objects.setting('backups.every-days');
    return every === 0 ? byHandDays : Math.max(2, 2 * every);
  };

  return {
    list,
    byId,
    folder,
    forget: (actor, id, text) => {
      requireRight(actor, 'settings:write');
      const found = byId(id);
      const reason = enteredLine(text);
      if (reason === '') throw invalid({ reason: { key: 'validation.required' } });
      if (found.destroyed !== undefined) throw new AppError('CONFLICT', 'this was stated already');
      if (found.place !== 'elsewhere')
        throw new AppError('CONFLICT', 'only of what was taken elsewhere: delete the file');
      events.record('backup-forgotten', {
        ...byWhom(actor),
        params: { backup: id, file: found.file, reason },
      });
      return byId(id);
    },
    age: () => {
      const newest = list().find(
        ({ place, destroyed, fault }) => place !== 'gone' && destroyed === undefined && fault === undefined,
      );
      const isLate = clock() - (newest?.madeAt ?? madeAt()) > mostDays() * dayMs;
      return { state: isLate ? (newest === undefined ? 'none' : 'old') : 'ok', last: newest };
    },
    start: (actor) => {
      requireRight(actor, 'settings:write');
      if (isRunning(backupJob)) throw new AppError('CONFLICT', 'a backup is being made');
      return jobs.enqueue(backupJob, { bySchedule: false });
    },
    check: (actor, id) => {
      requireRight(actor, 'settings:write');
      const found = byId(id);
      assertReachable(found);
      return jobs.enqueue(backupCheckJob, { backup: id });
    },
    recipient: () => ({ key: keyring.readFile('recovery.pub'), tag: copyTagOf(readRecoveryState(keyring)) }),
    isBusy: () => isRunning(backupJob) || isRunning(backupCheckJob),
    nextWithinADay: () => dueWithinADay(clock(), { at: lastRun()?.createdAt ?? madeAt() }, schedule(), time()),
    enqueueDue: () => {
      const run = lastRun();
      if (run?.state === 'queued' || run?.state === 'running') return false;
      const before = { at: run?.createdAt ?? madeAt(), failed: run?.state === 'failed' };
      if (!isDue(clock(), before, schedule(), time())) return false;
      jobs.enqueue(backupJob, { bySchedule: true });
      return true;
    },
    outdated: () => {
      const inFolder = list().filter(
        (one) => one.bySchedule && one.place !== 'gone' && one.destroyed === undefined && one.folder === folder(),
      );
      const good = inFolder.filter(({ fault }) => fault === undefined);
      return outOfGenerations(
        good,
        {
          days: objects.setting('backups.keep-days'),
          weeks: objects.setting('backups.keep-weeks'),
          months: objects.setting('backups.keep-months'),
        },
        time(),
      );
    },
  };
}
