// What is known of backups of the data directory: the journal says which were made, the backups folder which of them are
// there. Of one that was taken elsewhere a person says that every copy is destroyed; that is kept as his word.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import { fromMoment } from '../../engine/events/types.ts';
import { type Actor, byWhom, requireRight } from '../../engine/objects/types.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { cleanLine } from '../../platform/text.ts';

export type KnownBackup = {
  /** From when on nothing of the database got in, ms; names the backup. */
  id: string;
  file: string;
  madeAt: number;
  bytes: number;
  /** `gone`: it is not in the backups folder any more, where it was written. */
  place: 'here' | 'gone' | 'elsewhere';
  /** A person states that every copy is destroyed; not verified. */
  destroyed?: { at: number; by: string; reason: string };
};

export type BackupRecords = {
  /** The newest first; those that were made since, unless all are wanted. */
  list(since?: number): KnownBackup[];
  /** A person says that every copy of a backup was destroyed. NOT_FOUND, INVALID; CONFLICT for one that is here. */
  forget(actor: Actor, id: string, reason: string): KnownBackup;
};

const maxBackups = 1_000;
const maxReason = 500;

/** Backups as the journal knows them. */
export function backupRecords(parts: { events: Pick<EventService, 'list' | 'record'>; folder: string }): BackupRecords {
  const { events, folder } = parts;

  const words = (since: number): Map<string, KnownBackup['destroyed']> =>
    new Map(
      events
        .list({ type: ['backup-forgotten'], filter: fromMoment(since), limit: maxBackups })
        .rows.map(({ at, actor, params }) => [
          String(params['backup']),
          { at, by: actor ?? '', reason: String(params['reason']) },
        ]),
    );

  const list: BackupRecords['list'] = (since = 0) => {
    const statements = words(since);
    return events
      .list({ type: ['backup-created'], filter: fromMoment(since), limit: maxBackups })
      .rows.map(({ at, params }) => {
        const file = String(params['file']);
        const id = String(params['begun']);
        const isHere = params['here'] === 1;
        const destroyed = statements.get(id);
        return {
          id,
          file,
          madeAt: at,
          bytes: Number(params['bytes']),
          place: !isHere ? 'elsewhere' : existsSync(join(folder, file)) ? 'here' : 'gone',
          ...defined({ destroyed }),
        };
      });
  };

  return {
    list,
    forget: (actor, id, text) => {
      requireRight(actor, 'settings:write');
      const found = list().find((one) => one.id === id);
      if (found === undefined) throw new AppError('NOT_FOUND', 'no such backup is known');
      const reason = cleanLine(text).trim().slice(0, maxReason);
      if (reason === '') throw invalid({ reason: { key: 'validation.required' } });
      if (found.destroyed !== undefined) throw new AppError('CONFLICT', 'this was stated already');
      if (found.place !== 'elsewhere')
        throw new AppError('CONFLICT', 'only of what was taken elsewhere: delete the file');
      events.record('backup-forgotten', {
        ...byWhom(actor),
        params: { backup: id, file: found.file, reason },
      });
      return list().find((one) => one.id === id) ?? found;
    },
  };
}
