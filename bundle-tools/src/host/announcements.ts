import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type Announcement,
  announcementPath,
  encodeAnnouncement,
  parseAnnouncement,
} from '../documents/announcement.ts';
import type { InventoryLine } from '../documents/inventory.ts';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';
import { randomBytes, toTime } from '../platform/ambient.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { sha256Hex } from '../trust/hash.ts';
import type { lineMaker } from './catalog-lines.ts';
import type { ObjectStore } from './objects.ts';
import { readBounded } from './read-bounded.ts';
import type { HostState } from './state.ts';

// What the connected side has to say to sites: one file each under announcements/. `catalog build` lists those that have not ended,
// a curator signs them like every object, and each bundle brings them.

const pathOf = (state: HostState, id: string): string => join(state.announcements, `${id}.json`);

/** Every announcement that is here, ended ones too, the newest first. */
export function listAnnouncements(state: HostState): Announcement[] {
  if (!isThere(state.announcements)) return [];
  return readdirSync(state.announcements)
    .filter((name) => name.endsWith('.json'))
    .map((name) => parseAnnouncement(readBounded(join(state.announcements, name), limits.announcementBytes)))
    .sort((a, b) => (a.published_at < b.published_at || (a.published_at === b.published_at && a.id < b.id) ? 1 : -1));
}

/** Those that have not ended. */
export function liveAnnouncements(state: HostState, nowMs: number): Announcement[] {
  return listAnnouncements(state).filter(({ ends_at: end }) => end > toTime(nowMs));
}

/** Keeps a new announcement. USAGE where it has ended already, LIMIT where there are too many. */
export function addAnnouncement(
  state: HostState,
  given: Omit<Announcement, 'format' | 'id' | 'published_at'>,
  nowMs: number,
): Announcement {
  const now = toTime(nowMs);
  if (given.ends_at <= now) throw new BundleError('USAGE', `${given.ends_at} is over`);
  if (liveAnnouncements(state, nowMs).length >= limits.announcements)
    throw new BundleError('LIMIT', `${limits.announcements} announcements are out; remove one first`);
  const announcement: Announcement = {
    format: 'sallyport-announcement/1',
    id: Buffer.from(randomBytes(16)).toString('hex'),
    published_at: now,
    ...given,
  };
  const bytes = encodeAnnouncement(announcement);
  ensureDir(state.announcements);
  writeFileDurable(pathOf(state, announcement.id), bytes);
  return announcement;
}

/** Takes one back, by its id or the start of it: the next catalogue and bundle do not have it. */
export function removeAnnouncement(state: HostState, id: string): Announcement {
  const found = listAnnouncements(state).filter((one) => one.id.startsWith(id));
  const [first] = found;
  if (first === undefined) throw new BundleError('NOT_FOUND', `there is no announcement ${id}`);
  if (found.length > 1) throw new BundleError('AMBIGUOUS', `${found.length} announcements begin with ${id}`);
  rmSync(pathOf(state, first.id));
  return first;
}

/**
 * The announcements among these lines, from a catalogue's folder on whatever computer. HASH where one is not there as the lines
 * have it: what is signed is read before.
 */
export function announcementsIn(folder: string, lines: readonly InventoryLine[]): Announcement[] {
  return lines.flatMap(({ kind, path, sha256 }) => {
    if (kind !== 'announcement') return [];
    const file = join(folder, 'announcements', basename(path));
    if (!isThere(file)) throw new BundleError('NOT_FOUND', `${folder} has no ${path}, which is to be signed`);
    const bytes = readBounded(file, limits.announcementBytes);
    if (sha256Hex(bytes) !== sha256) throw new BundleError('HASH', `${file} is not the one that is to be signed`);
    return [parseAnnouncement(bytes)];
  });
}

/** Lines of a catalogue for these announcements, whose bytes are objects from then on. */
export function announcementLines(
  announcements: readonly Announcement[],
  objects: ObjectStore,
  line: ReturnType<typeof lineMaker>,
): InventoryLine[] {
  return announcements.map((one) => {
    const { sha256, size } = objects.putBytes(encodeAnnouncement(one));
    return line(announcementPath(one), 'announcement', sha256, size);
  });
}
