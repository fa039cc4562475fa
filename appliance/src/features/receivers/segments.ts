import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import { isAbsolute, join, normalize, relative } from 'node:path';
import {
  type EventSegment,
  SIGNATURE_ENDING,
  segmentName,
  signEventSegment,
} from '@sallyport/bundle-tools/documents/event-segment';
import { randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { syncDir } from '@sallyport/bundle-tools/platform/files';
import type { SigningKey } from '@sallyport/bundle-tools/trust/keys';
import { AppError } from '../../platform/errors.ts';
import type { EventLines } from './event-lines.ts';

// One segment of events as a file in the folder of its receiver. It has its name once it is whole and on the disk, its signature
// before it: a reader that takes what ends in `.log` takes no half of one.

/** Events of a segment. */
export const segmentEvents = 10_000;
/** A segment ends behind the line that makes it as large; well below what readers take. */
const segmentBytes = 32 * 1024 * 1024;
/** Events of which the lines are made without a pause. */
const pieceEvents = 200;

/** What is wrong with the folder of a receiver; undefined where nothing is. The appliance's own data are no place for it. */
export function folderFault(folder: string, dataFolder: string): 'form' | 'own' | undefined {
  if (!isAbsolute(folder) || normalize(folder) !== folder || folder.endsWith('/') || /[\u0000-\u001f]/.test(folder))
    return 'form';
  const below = relative(dataFolder, folder);
  const above = relative(folder, dataFolder);
  const isOwn = !below.startsWith('..') || !above.startsWith('..');
  return isOwn || /^\/(?:proc|sys|dev(?!\/shm\/)|boot|etc|usr|run\/sallyport)(?:\/|$)/.test(folder) ? 'own' : undefined;
}

export type SegmentOf = {
  readonly folder: string;
  readonly receiver: string;
  readonly site: string;
  readonly format: string;
  readonly lines: EventLines;
  readonly key: SigningKey;
  /** Events that are kept behind a number, up to another. */
  readonly kept: (after: number, upTo: number) => number;
  readonly clock: () => number;
  /** Before the lines of the next piece are made, so that others are answered meanwhile. */
  readonly pause: () => Promise<void>;
};

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

const made = async (path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> => {
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o640);
  try {
    await fill(file);
    await file.sync();
  } finally {
    await file.close();
  }
};

/**
 * Writes the next segment behind a number, not past another; undefined where there is no event. Throws UNREACHABLE where the folder
 * is not there or cannot be written.
 */
export async function writeSegment(of: SegmentOf, after: number, until: number): Promise<EventSegment | undefined> {
  const { folder, receiver, site, format, lines, key, kept, clock, pause } = of;
  const first = lines.batch(after, pieceEvents, until);
  if (first === undefined) return undefined;
  const way = join(folder, `.${Buffer.from(randomBytes(8)).toString('hex')}.part`);
  const written: string[] = [];
  try {
    if (!(await lstat(folder)).isDirectory()) throw new AppError('UNREACHABLE', `${folder} is not a folder`);
    const hash = createHash('sha256');
    let [size, count, events, upTo] = [0, 0, 0, after];
    written.push(way);
    await made(way, async (file) => {
      for (
        let piece: typeof first | undefined = first;
        piece !== undefined && events < segmentEvents && size < segmentBytes;
        piece = lines.batch(upTo, pieceEvents, until)
      ) {
        const bytes = Buffer.from(piece.lines.map((line) => `${line}\n`).join(''));
        hash.update(bytes);
        await file.writeFile(bytes);
        events += kept(upTo, piece.upTo);
        size += bytes.length;
        count += piece.lines.length;
        upTo = piece.upTo;
        await pause();
      }
    });
    const segment: EventSegment = {
      format: 'sallyport-event-segment/1',
      site,
      receiver,
      after,
      up_to: upTo,
      lines: count,
      removed: upTo - after - events,
      line_format: format,
      sha256: hash.digest('hex'),
      size,
      made_at: toTime(clock()),
    };
    const path = join(folder, segmentName(segment));
    written.push(`${way}.sig`);
    await made(`${way}.sig`, async (file) => file.writeFile(signEventSegment(segment, key)));
    await rename(`${way}.sig`, `${path}${SIGNATURE_ENDING}`);
    await rename(way, path);
    syncDir(folder);
    return segment;
  } catch (error) {
    await Promise.all(written.map((path) => rm(path, { force: true }).catch(() => undefined)));
    if (error instanceof AppError) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === '') throw error;
    const next =
      code === 'EROFS' || code === 'EACCES'
        ? '; the user sallyport writes there, and ReadWritePaths= of the unit has it'
        : '';
    throw new AppError('UNREACHABLE', `${folder}: ${code}${next}`, {}, { cause: error });
  }
}
