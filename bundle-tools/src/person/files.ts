import * as fs from 'node:fs';
import * as promises from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { reach } from './access.ts';
import { type Channel, personChannel } from './channel.ts';
import { type Found, maxPieceBytes, type Question } from './frames.ts';

// Files that a person may have named, under the names of node:fs. Where a command runs as the service's user, what a person named is
// opened, listed and made by the part that keeps the person's rights; everything else, and all of it where a person runs a command
// as himself, is the file system as it is.

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC } = fs.constants;
const flagsOf: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  'r+': O_RDWR,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  wx: O_WRONLY | O_CREAT | O_EXCL,
  'wx+': O_RDWR | O_CREAT | O_EXCL,
};
/** Descriptors of the other side, as numbers that no system gives. */
const theirs = 1 << 24;

/** The channel, where the path is of a place that the person named. */
const channelOf = (path: string): Channel | undefined => {
  const channel = personChannel();
  return channel !== undefined && reach(channel.places, resolve(path)) !== undefined ? channel : undefined;
};

/** Whether a path is one that the part with the person's rights opens. */
export const isHanded = (path: string): boolean => channelOf(path) !== undefined;

const channelOfFd = (fd: number): Channel | undefined => (fd >= theirs ? personChannel() : undefined);

const ask = (channel: Channel, question: Question, bytes?: Uint8Array): unknown => channel.ask(question, bytes).answer;

type Entry = {
  readonly size: number;
  readonly mode: number;
  readonly mtimeMs: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
};

const entryOf = ({ type, size, mode, mtimeMs }: Found): Entry => ({
  size,
  mode,
  mtimeMs,
  isFile: () => type === 'file',
  isDirectory: () => type === 'folder',
  isSymbolicLink: () => type === 'link',
});

const absent = (path: string): Error =>
  Object.assign(new Error(`ENOENT: no such file or directory, '${path}'`), { code: 'ENOENT', path });

function look(path: string, follow: boolean, channel: Channel): Entry | undefined {
  const found = ask(channel, { act: 'stat', path: resolve(path), follow }) as Found | null;
  return found === null ? undefined : entryOf(found);
}

type Quiet = { throwIfNoEntry: false };

export function statSync(path: string): Entry;
export function statSync(path: string, options: Quiet): Entry | undefined;
export function statSync(path: string, options?: Quiet): Entry | undefined {
  const channel = channelOf(path);
  if (channel === undefined) return options === undefined ? fs.statSync(path) : fs.statSync(path, options);
  const found = look(path, true, channel);
  if (found === undefined && options === undefined) throw absent(path);
  return found;
}

export function lstatSync(path: string): Entry;
export function lstatSync(path: string, options: Quiet): Entry | undefined;
export function lstatSync(path: string, options?: Quiet): Entry | undefined {
  const channel = channelOf(path);
  if (channel === undefined) return options === undefined ? fs.lstatSync(path) : fs.lstatSync(path, options);
  const found = look(path, false, channel);
  if (found === undefined && options === undefined) throw absent(path);
  return found;
}

export function openSync(path: string, flags: string | number, mode = 0o666): number {
  const channel = channelOf(path);
  if (channel === undefined) return fs.openSync(path, flags, mode);
  const number = typeof flags === 'number' ? flags : (flagsOf[flags] ?? O_RDONLY);
  return theirs + (ask(channel, { act: 'open', path: resolve(path), flags: number, mode: mode & 0o777 }) as number);
}

export function closeSync(fd: number): void {
  const channel = channelOfFd(fd);
  if (channel === undefined) fs.closeSync(fd);
  else ask(channel, { act: 'close', fd: fd - theirs });
}

export function fstatSync(fd: number): Entry {
  const channel = channelOfFd(fd);
  return channel === undefined ? fs.fstatSync(fd) : entryOf(ask(channel, { act: 'fstat', fd: fd - theirs }) as Found);
}

export function readSync(
  fd: number,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number | null,
): number {
  const channel = channelOfFd(fd);
  if (channel === undefined) return fs.readSync(fd, buffer, offset, length, position);
  const { bytes } = channel.ask({ act: 'read', fd: fd - theirs, position, bytes: Math.min(length, maxPieceBytes) });
  buffer.set(bytes, offset);
  return bytes.length;
}

export function writeSync(
  fd: number,
  bytes: Uint8Array | string,
  offset = 0,
  length?: number,
  position: number | null = null,
): number {
  const channel = channelOfFd(fd);
  const whole = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  const most = length ?? whole.length - offset;
  if (channel === undefined) return fs.writeSync(fd, whole, offset, most, position);
  const piece = whole.subarray(offset, offset + Math.min(most, maxPieceBytes));
  return ask(channel, { act: 'write', fd: fd - theirs, position }, piece) as number;
}

export function fsyncSync(fd: number): void {
  const channel = channelOfFd(fd);
  if (channel === undefined) fs.fsyncSync(fd);
  else ask(channel, { act: 'sync', fd: fd - theirs });
}

export function fdatasyncSync(fd: number): void {
  if (channelOfFd(fd) === undefined) fs.fdatasyncSync(fd);
  else fsyncSync(fd);
}

const names = (path: string, channel: Channel): [string, Found['type']][] =>
  ask(channel, { act: 'list', path: resolve(path) }) as [string, Found['type']][];

export function readdirSync(path: string): string[] {
  const channel = channelOf(path);
  return channel === undefined ? fs.readdirSync(path) : names(path, channel).map(([name]) => name);
}

export function mkdirSync(path: string, { mode = 0o777 }: { mode?: number } = {}): void {
  const channel = channelOf(path);
  if (channel === undefined) fs.mkdirSync(path, { mode });
  else ask(channel, { act: 'make-folder', path: resolve(path), mode: mode & 0o777 });
}

export function renameSync(from: string, to: string): void {
  const channel = channelOf(to);
  if (channel === undefined) fs.renameSync(from, to);
  else ask(channel, { act: 'rename', from: resolve(from), to: resolve(to), isNew: false });
}

/** link(2) and unlink(2) of the old name, in one step where the other side does it. */
export function moveNew(from: string, to: string): void {
  const channel = channelOf(to);
  if (channel === undefined) {
    fs.linkSync(from, to);
    fs.rmSync(from);
  } else ask(channel, { act: 'rename', from: resolve(from), to: resolve(to), isNew: true });
}

const removeBelow = (path: string, channel: Channel): void => {
  const found = look(path, false, channel);
  if (found?.isDirectory()) for (const [name] of names(path, channel)) removeBelow(join(path, name), channel);
  if (found !== undefined) ask(channel, { act: 'remove', path: resolve(path), isFolder: found.isDirectory() });
};

export function rmSync(path: string, options: { force?: boolean; recursive?: boolean } = {}): void {
  const channel = channelOf(path);
  if (channel === undefined) {
    fs.rmSync(path, options);
    return;
  }
  const found = look(path, false, channel);
  if (found === undefined && options.force) return;
  if (found === undefined) throw absent(path);
  if (options.recursive) removeBelow(path, channel);
  else ask(channel, { act: 'remove', path: resolve(path), isFolder: false });
}

export function statfsSync(path: string): { bavail: number; bsize: number; blocks: number } {
  const channel = channelOf(path);
  if (channel === undefined) return fs.statfsSync(path);
  return ask(channel, { act: 'space', path: resolve(path) }) as { bavail: number; bsize: number; blocks: number };
}

const wholeOfFd = (fd: number): Buffer => {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const piece = new Uint8Array(maxPieceBytes);
    const count = readSync(fd, piece, 0, piece.length, null);
    if (count === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, count));
  }
};

const wholeOf = (path: string): Buffer => {
  const fd = openSync(path, 'r');
  try {
    return wholeOfFd(fd);
  } finally {
    closeSync(fd);
  }
};

export function readFileSync(path: string | number): Buffer;
export function readFileSync(path: string | number, encoding: 'utf8'): string;
export function readFileSync(path: string | number, encoding?: 'utf8'): Buffer | string {
  if (typeof path === 'number' || channelOf(path) === undefined)
    return encoding === undefined ? fs.readFileSync(path) : fs.readFileSync(path, encoding);
  const bytes = wholeOf(path);
  return encoding === undefined ? bytes : bytes.toString(encoding);
}

/** What is used of a FileHandle. */
export type Handle = {
  read<B extends Uint8Array>(
    buffer: B,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ bytesRead: number; buffer: B }>;
  write(
    buffer: Uint8Array,
    offset?: number,
    length?: number,
    position?: number | null,
  ): Promise<{ bytesWritten: number }>;
  readFile(): Promise<Uint8Array>;
  stat(): Promise<Entry>;
  sync(): Promise<void>;
  close(): Promise<void>;
};

/** As `open` of node:fs/promises. */
export async function open(path: string, flags: string | number = 'r', mode?: number): Promise<Handle> {
  if (channelOf(path) === undefined) return promises.open(path, flags, mode);
  const fd = openSync(path, flags, mode);
  return {
    read: async (buffer, offset, length, position) => ({
      bytesRead: readSync(fd, buffer, offset, length, position),
      buffer,
    }),
    write: async (buffer, offset = 0, length = buffer.length - offset, position = null) => {
      for (let done = 0; done < length; )
        done += writeSync(fd, buffer, offset + done, length - done, position === null ? null : position + done);
      return { bytesWritten: length };
    },
    readFile: async () => wholeOfFd(fd),
    stat: async () => fstatSync(fd),
    sync: async () => fsyncSync(fd),
    close: async () => closeSync(fd),
  };
}

export const stat = async (path: string): Promise<Entry> =>
  channelOf(path) === undefined ? promises.stat(path) : statSync(path);
export const lstat = async (path: string): Promise<Entry> =>
  channelOf(path) === undefined ? promises.lstat(path) : lstatSync(path);

/** The entries of a folder. */
export async function opendir(path: string): Promise<AsyncIterable<{ name: string; isDirectory(): boolean }>> {
  const channel = channelOf(path);
  if (channel === undefined) return promises.opendir(path);
  const found = names(path, channel);
  return (async function* entries() {
    for (const [name, type] of found) yield { name, isDirectory: () => type === 'folder' };
  })();
}

/** As `createReadStream` of node:fs; `end` is the last byte. */
export function createReadStream(
  path: string,
  options: { highWaterMark?: number; end?: number; signal?: AbortSignal } = {},
): Readable {
  if (channelOf(path) === undefined) return fs.createReadStream(path, options);
  const bytes = function* pieces(): Generator<Buffer> {
    const fd = openSync(path, 'r');
    try {
      let left = options.end === undefined ? Number.POSITIVE_INFINITY : options.end + 1;
      while (left > 0) {
        options.signal?.throwIfAborted();
        const piece = Buffer.alloc(Math.min(options.highWaterMark ?? 1 << 16, left, maxPieceBytes));
        const count = readSync(fd, piece, 0, piece.length, null);
        if (count === 0) return;
        left -= count;
        yield piece.subarray(0, count);
      }
    } finally {
      closeSync(fd);
    }
  };
  return Readable.from(bytes(), { objectMode: false });
}
