import { closeSync, openSync, readSync } from 'node:fs';
import { type Announcement, parseAnnouncement } from '@sallyport/bundle-tools/documents/announcement';
import { limits } from '@sallyport/bundle-tools/documents/limits';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Actor } from '../../engine/objects/types.ts';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { TakenCatalogue } from '../exchange/types.ts';
import { announcementStore } from './store.ts';
import type { ShownAnnouncement } from './types.ts';

export type AnnouncementService = {
  /** What a catalogue that comes into force has; in its transaction. */
  take(catalogue: TakenCatalogue): void;
  /** Those that have not ended, the newest first. */
  list(reader: Actor): ShownAnnouncement[];
  /** Throws NOT_FOUND; CONFLICT for an actor without an account. */
  markRead(reader: Actor, id: string): void;
  /** Removes what has ended. */
  trim(): number;
};

/** The bytes of a file up to the bound of announcements and one more. */
const readStart = (path: string): Uint8Array => {
  const fd = openSync(path, 'r');
  try {
    const buffer = new Uint8Array(limits.announcementBytes + 1);
    return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(fd);
  }
};

/** Announcements over an open data directory. */
export function announcementService(parts: {
  db: Database;
  events: Pick<EventService, 'record'>;
  objects: Pick<ObjectService, 'find'>;
  clock: () => number;
}): AnnouncementService {
  const { db, events, objects, clock } = parts;
  const store = announcementStore(db);
  const now = (): string => toTime(clock());

  /** A token acts for its account. */
  const accountOf = ({ type, id }: Actor): string => {
    if (type === 'account') return id;
    const account = type === 'token' ? objects.find('token', id)?.body['account'] : undefined;
    return typeof account === 'string' ? account : '';
  };

  const parsed = (path: string): Announcement | undefined => {
    try {
      return parseAnnouncement(readStart(path));
    } catch (error) {
      // Of a later format: the curator signed it, and this release cannot show it.
      if (error instanceof BundleError && (error.code === 'METADATA' || error.code === 'LIMIT')) return undefined;
      throw error;
    }
  };

  const record = ({ id, severity, texts }: Announcement): void => {
    const title = texts.find(({ language }) => language === 'en')?.title ?? texts[0]?.title ?? '';
    events.record('announcement-received', { params: { announcement: id, severity, title } });
  };

  return {
    take: ({ lines, place, isWhole }) => {
      const before = store.ids();
      const listed = new Set<string>();
      let unread = 0;
      for (const { kind, sha256 } of lines) {
        if (kind !== 'announcement' || listed.size >= limits.announcements) continue;
        const path = place(sha256);
        if (path === undefined) continue;
        const found = parsed(path);
        if (found === undefined) unread += 1;
        if (found === undefined || found.ends_at <= now()) continue;
        listed.add(found.id);
        store.put(found);
        if (!before.has(found.id)) record(found);
      }
      if (unread > 0) events.record('announcement-unreadable', { params: { count: unread } });
      if (isWhole) for (const id of before) if (!listed.has(id)) store.drop(id);
    },
    list: (reader) => store.live(accountOf(reader), now()),
    markRead: (reader, id) => {
      const account = accountOf(reader);
      if (account === '')
        throw new AppError('CONFLICT', 'only an account reads announcements; log in first: sallyport login');
      if (!store.live(account, now()).some((one) => one.id === id))
        throw new AppError('NOT_FOUND', `there is no announcement ${id}, or it has ended`);
      store.read(id, account, now());
    },
    trim: () => store.dropEnded(now()),
  };
}
