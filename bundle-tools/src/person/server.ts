import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  opendirSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BundleError } from '../errors.ts';
import { isTemporaryOf } from '../platform/files.ts';
import { type Reached, reach } from './access.ts';
import { type Found, maxNames, type Question } from './frames.ts';
import type { Place } from './kinds.ts';
import { entryOf, openEntry, type Standing, standAt, standBelow } from './walk.ts';

// The part that keeps the person's rights: it opens, lists and makes below what the person named, and hands over bytes. It trusts the
// command no more than the service's user: nothing that was there before is replaced or removed unless the person said so.

const maxOpen = 4_096;
const writing = constants.O_WRONLY | constants.O_RDWR;
const { O_CREAT, O_EXCL, O_TRUNC, O_APPEND } = constants;

const fault = (code: string, path: string, text: string): Error =>
  Object.assign(new Error(`${code}: ${text}, '${path}'`), { code, path });

const foundOf = (stats: Stats): Found => ({
  type: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'other',
  size: stats.size,
  mode: stats.mode,
  mtimeMs: stats.mtimeMs,
});

type Answer = { readonly answer: unknown; readonly bytes?: Uint8Array };

export type PersonServer = {
  /** Throws what the system says, as errors with a code. */
  answer(question: Question, bytes: Uint8Array): Answer;
  /** Ends what is open. */
  close(): void;
};

/** A file without a name: what came from a pipe, or will go into one. */
const unnamedFile = (): number => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  try {
    return openSync(join(folder, 'bytes'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const copy = (from: number, to: number, position: number | null): void => {
  const buffer = Buffer.alloc(1 << 20);
  for (let at = position; ; ) {
    let count: number;
    try {
      count = readSync(from, buffer, 0, buffer.length, at);
    } catch (error) {
      // The other end of a terminal or a pipe that does not wait.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      continue;
    }
    if (count === 0) return;
    if (at !== null) at += count;
    for (let done = 0; done < count; ) done += writeSync(to, buffer, done, count - done);
  }
};

const streamNumber = (path: string, isWritten: boolean): number => {
  if (path.endsWith('/-')) return isWritten ? 1 : 0;
  const named = { '/dev/stdin': 0, '/dev/stdout': 1, '/dev/stderr': 2 }[path];
  return named ?? Number(/\d+$/.exec(path)?.[0]);
};

/** The same open file once more, from its beginning. */
const again = (fd: number, flags: number): number => openSync(`/proc/self/fd/${fd}`, flags);

/** Memory that a read past the cache takes (read-back.ts). */
const pageAligned = (bytes: number): Uint8Array => new Uint8Array(new ArrayBuffer(bytes, { maxByteLength: bytes }));

const within = <T>(where: Standing, act: (where: Standing) => T): T => {
  try {
    return act(where);
  } finally {
    where.close();
  }
};

/** Answers for these places; `replace` is what the person said of files that are there. */
export function personServer(places: readonly Place[], replace: boolean): PersonServer {
  /** What this command made: it may write it again, rename it and take it away. */
  const made = new Set<string>();
  const opened = new Set<number>();
  /** Bytes on their way into a pipe, by the name under which they are written; nothing of that name is made. */
  const toStream = new Map<string, number>();
  const fromStream = new Map<string, number>();

  const reached = (path: string): Reached => {
    const found = reach(places, path);
    if (found === undefined) throw fault('EACCES', path, 'the command line does not name it');
    return found;
  };
  const at = ({ from, below }: Reached, follow = true): Standing =>
    below.length === 0 ? standAt(from, follow) : standBelow(from, below);

  /** Hidden names are for files on their way; programs of the person read others. */
  const assertPlain = ({ below }: Reached, path: string): void => {
    const hidden = below.find(
      (name) => name.startsWith('.') && !/^\..+\.(?:part|tmp)$/.test(name) && !isTemporaryOf(name),
    );
    if (hidden !== undefined) throw fault('EACCES', path, 'a hidden name');
  };
  const mayWrite = (path: string): Reached => {
    const found = reached(path);
    if (found.place.kind === 'input' || found.isAbove) throw fault('EACCES', path, 'it is not for writing');
    assertPlain(found, path);
    return found;
  };
  const mayReplace = (path: string): Reached => {
    const found = mayWrite(path);
    if (!replace && found.place.kind !== 'medium' && !made.has(path))
      throw fault('EEXIST', path, 'it was there before');
    return found;
  };
  const isFifo = (path: string): boolean => {
    try {
      return within(
        standAt(path, true),
        ({ folder, name }) => lstatSync(entryOf(folder, name), { throwIfNoEntry: false })?.isFIFO() === true,
      );
    } catch {
      // What cannot be reached is told when it is opened.
      return false;
    }
  };
  const fifos = new Set(places.filter(({ path, isStream }) => !isStream && isFifo(path)).map(({ path }) => path));
  const goesToStream = ({ place, isAbove }: Reached): boolean =>
    !isAbove && (place.isStream === true || fifos.has(place.path));

  /** All that a pipe brings, as a file: it is read once, and may be asked for again. */
  const streamed = ({ place }: Reached): number => {
    const known = fromStream.get(place.path);
    if (known !== undefined) return known;
    const held = unnamedFile();
    const from = place.isStream
      ? streamNumber(place.path, false)
      : within(standAt(place.path, true), ({ folder, name }) => openSync(entryOf(folder, name), constants.O_RDONLY));
    copy(from, held, null);
    if (!place.isStream) closeSync(from);
    fromStream.set(place.path, held);
    return held;
  };

  const open = (path: string, flags: number, mode: number): number => {
    if (opened.size >= maxOpen) throw fault('EMFILE', path, 'too many open files');
    const isWritten = (flags & writing) !== 0 || (flags & (O_CREAT | O_TRUNC | O_APPEND)) !== 0;
    const found = isWritten ? mayWrite(path) : reached(path);
    const held = toStream.get(path);
    if (held !== undefined) return again(held, isWritten ? constants.O_RDWR : constants.O_RDONLY);
    if (isWritten && goesToStream(found)) {
      const fd = unnamedFile();
      toStream.set(path, fd);
      made.add(path);
      return again(fd, constants.O_RDWR);
    }
    if (goesToStream(found)) return again(streamed(found), constants.O_RDONLY);
    return within(at(found), (where) => {
      if (!isWritten) {
        const fd = openEntry(where, flags, mode, path);
        if (!fstatSync(fd).isFIFO()) return fd;
        closeSync(fd);
        throw new BundleError('NOT_REGULAR', `${path} is a pipe; give a file`);
      }
      const isThere = lstatSync(entryOf(where.folder, where.name), { throwIfNoEntry: false }) !== undefined;
      if (isThere && (flags & O_EXCL) === 0) {
        mayReplace(path);
        return openEntry(where, flags, mode, path);
      }
      if (!isThere && (flags & O_CREAT) === 0) throw fault('ENOENT', path, 'no such file');
      const fd = openEntry(where, flags | O_CREAT | O_EXCL, mode, path);
      made.add(path);
      return fd;
    });
  };

  const rename = (from: string, to: string, isNew: boolean): void => {
    if (!made.has(from) && mayWrite(from).place.kind !== 'medium')
      throw fault('EACCES', from, 'this command did not make it');
    const [source, target] = [mayWrite(from), mayWrite(to)];
    const bytes = toStream.get(from);
    if (bytes !== undefined) {
      const into = target.place.isStream
        ? streamNumber(to, true)
        : within(at(target), ({ folder, name }) => openSync(entryOf(folder, name), constants.O_WRONLY));
      copy(bytes, into, 0);
      if (!target.place.isStream) closeSync(into);
      toStream.delete(from);
      // It may be read back.
      toStream.set(to, bytes);
      made.add(to);
      return;
    }
    within(at(source, false), (one) =>
      within(at(target, false), (other) => {
        const [before, after] = [entryOf(one.folder, one.name), entryOf(other.folder, other.name)];
        const mayBe = !isNew && (replace || target.place.kind === 'medium' || made.has(to));
        if (mayBe) renameSync(before, after);
        else if (lstatSync(before).isDirectory()) {
          if (lstatSync(after, { throwIfNoEntry: false }) !== undefined)
            throw fault('EEXIST', to, 'it is there already');
          renameSync(before, after);
        } else {
          try {
            linkSync(before, after);
            unlinkSync(before);
          } catch (error) {
            if (
              !['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(
                String((error as NodeJS.ErrnoException).code),
              )
            )
              throw error;
            closeSync(openSync(after, 'wx'));
            renameSync(before, after);
          }
        }
      }),
    );
    made.delete(from);
    made.add(to);
  };

  const known = (fd: number): number => {
    if (!opened.has(fd)) throw fault('EBADF', String(fd), 'not open');
    return fd;
  };

  const list = (path: string): Answer => {
    const found = reached(path);
    if (found.isAbove) throw fault('EACCES', path, 'the command line does not name it');
    return within(at(found), (where) => {
      const held = openEntry(where, constants.O_RDONLY | constants.O_DIRECTORY, 0, path);
      try {
        const folder = opendirSync(`/proc/self/fd/${held}`);
        const names: [string, Found['type']][] = [];
        try {
          for (let item = folder.readSync(); item !== null; item = folder.readSync()) {
            if (names.length === maxNames) throw fault('E2BIG', path, `more than ${maxNames} names`);
            const type = item.isFile()
              ? 'file'
              : item.isDirectory()
                ? 'folder'
                : item.isSymbolicLink()
                  ? 'link'
                  : 'other';
            names.push([item.name, type]);
          }
        } finally {
          folder.closeSync();
        }
        return { answer: names };
      } finally {
        closeSync(held);
      }
    });
  };

  const stat = (path: string, follow: boolean): Answer => {
    const found = reached(path);
    const held = toStream.get(path);
    if (held !== undefined) return { answer: foundOf(fstatSync(held)) };
    // One to write into is a name that nothing has.
    if (goesToStream(found))
      return { answer: found.place.kind === 'output' ? null : foundOf(fstatSync(streamed(found))) };
    try {
      return within(at(found, follow), (where) => {
        const stats = lstatSync(entryOf(where.folder, where.name), { throwIfNoEntry: false });
        return { answer: stats === undefined ? null : foundOf(stats) };
      });
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))) return { answer: null };
      throw error;
    }
  };

  const acts: { [A in Question['act']]: (question: Extract<Question, { act: A }>, bytes: Uint8Array) => Answer } = {
    stat: ({ path, follow }) => stat(path, follow),
    list: ({ path }) => list(path),
    open: ({ path, flags, mode }) => {
      const fd = open(path, flags, mode);
      opened.add(fd);
      return { answer: fd };
    },
    fstat: ({ fd }) => ({ answer: foundOf(fstatSync(known(fd))) }),
    read: ({ fd, position, bytes }) => {
      const buffer = pageAligned(Math.max(1, bytes));
      return { answer: null, bytes: buffer.subarray(0, readSync(known(fd), buffer, 0, bytes, position)) };
    },
    write: ({ fd, position }, bytes) => ({ answer: writeSync(known(fd), bytes, 0, bytes.length, position) }),
    sync: ({ fd }) => {
      fsyncSync(known(fd));
      return { answer: null };
    },
    close: ({ fd }) => {
      closeSync(known(fd));
      opened.delete(fd);
      return { answer: null };
    },
    'make-folder': ({ path, mode }) => {
      const found = reached(path);
      if (found.place.kind === 'input') throw fault('EACCES', path, 'it is not for writing');
      assertPlain(found, path);
      within(at(found), (where) => mkdirSync(entryOf(where.folder, where.name), { mode }));
      made.add(path);
      return { answer: null };
    },
    rename: ({ from, to, isNew }) => {
      rename(from, to, isNew);
      return { answer: null };
    },
    remove: ({ path, isFolder }) => {
      const held = toStream.get(path);
      if (held !== undefined) {
        closeSync(held);
        toStream.delete(path);
        return { answer: null };
      }
      within(at(mayReplace(path), false), (where) =>
        (isFolder ? rmdirSync : unlinkSync)(entryOf(where.folder, where.name)),
      );
      made.delete(path);
      return { answer: null };
    },
    space: ({ path }) =>
      within(at(reached(path)), (where) => {
        const { bavail, bsize, blocks } = statfsSync(entryOf(where.folder, where.name));
        return { answer: { bavail, bsize, blocks } };
      }),
  };
  return {
    answer: (question, bytes) =>
      (acts[question.act] as (question: Question, bytes: Uint8Array) => Answer)(question, bytes),
    close: () => {
      for (const fd of opened) closeSync(fd);
      for (const fd of [...toStream.values(), ...fromStream.values()]) closeSync(fd);
      opened.clear();
    },
  };
}
