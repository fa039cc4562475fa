import { createHash, hash as hashOf } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  createReadStream,
  fstatSync,
  fsync,
  fsyncSync,
  lstatSync,
  openSync,
  read,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir, syncDir } from '@sallyport/bundle-tools/platform/files';
import { AppError } from '../../platform/errors.ts';

// The store keeps bytes by their SHA-256 under objects/sha256/<aa>/<hash>. An object is written to objects/tmp, hashed on
// the way, fsynced, renamed into place, and its folder fsynced: at any moment the final name is absent or complete.
// Nothing is ever overwritten; what does not match its name is refused.

type StoredObject = { sha256: string; sizeBytes: number };
type StoreFinding = { sha256: string; problem: 'mismatch' | 'unreadable' | 'bad-name'; path: string };

export type StoreService = {
  /** Stores bytes or a stream; HASH_MISMATCH when `sha256` is given and differs, TOO_LARGE over `maxBytes`. */
  put(content: Uint8Array | Readable, options: { sha256?: string; maxBytes: number }): Promise<StoredObject>;
  /** Moves a finished file on the same file system into the store; hashes it first. HASH_MISMATCH leaves it where it is. */
  adopt(path: string, sha256: string): Promise<StoredObject>;
  has(sha256: string): boolean;
  /** Where an object lies, whether or not it is there. */
  path(sha256: string): string;
  /** Throws NOT_FOUND. `end` is inclusive. */
  open(sha256: string, range?: { start: number; end?: number }): Readable;
  read(sha256: string, maxBytes: number): Uint8Array;
  size(sha256: string): number;
  remove(sha256: string): void;
  list(): Iterable<StoredObject>;
  /** Removes what a crash left in objects/tmp. Only for a start: writes of a running process would be lost. */
  cleanTemporary(): number;
  /** Hashes one object again; it must be there. */
  isIntact(sha256: string): Promise<boolean>;
  /** Hashes every object again. */
  verify(onProgress?: (done: number) => void): Promise<StoreFinding[]>;
};

const hashPattern = /^[0-9a-f]{64}$/;

const checkHash = (sha256: string): string => {
  if (!hashPattern.test(sha256)) throw new AppError('NOT_FOUND', 'not a SHA-256 in hex');
  return sha256;
};

const statOrNull = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

// In the background, so that several of them share one commit of the file system's journal.
const syncInBackground = promisify(fsync);
const readInBackground = promisify(read);

const wholeBytes = 1 << 20;
const pieceBytes = 4 << 20;

/** The digest of an open file: a small one by one read, a large one piece by piece, the next being read meanwhile. */
const hashOpen = async (fd: number, sizeBytes: number): Promise<string> => {
  if (sizeBytes <= wholeBytes) return hashOf('sha256', readFileSync(fd));
  const hash = createHash('sha256');
  let [current, next] = [Buffer.allocUnsafe(pieceBytes), Buffer.allocUnsafe(pieceBytes)];
  let reading = readInBackground(fd, current, 0, pieceBytes, null);
  for (;;) {
    const { bytesRead } = await reading;
    if (bytesRead === 0) return hash.digest('hex');
    reading = readInBackground(fd, next, 0, pieceBytes, null);
    // Awaited in the next round; this only keeps a failure that comes first from being unhandled.
    reading.catch(() => undefined);
    hash.update(current.subarray(0, bytesRead));
    [current, next] = [next, current];
  }
};

const withFile = async <T>(path: string, work: (fd: number) => Promise<T>): Promise<T> => {
  const fd = openSync(path, 'r');
  try {
    return await work(fd);
  } finally {
    closeSync(fd);
  }
};

const hashFile = (path: string): Promise<string> => withFile(path, (fd) => hashOpen(fd, fstatSync(fd).size));

const writeAll = (fd: number, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
};

/** Writes to an open file while hashing; the caller removes the file when this throws. */
const receive = async (
  fd: number,
  content: Uint8Array | Readable,
  maxBytes: number,
): Promise<{ sha256: string; sizeBytes: number }> => {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const take = (bytes: Uint8Array): void => {
    sizeBytes += bytes.length;
    if (sizeBytes > maxBytes) throw new AppError('TOO_LARGE', `more than ${maxBytes} bytes`);
    hash.update(bytes);
    writeAll(fd, bytes);
  };
  if (content instanceof Readable) {
    for await (const chunk of content) take(typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array));
  } else {
    take(content);
  }
  return { sha256: hash.digest('hex'), sizeBytes };
};

/** The store of one data directory; `objects/tmp` must lie on the same file system. */
export const storeService = ({ objects, objectsTmp }: { objects: string; objectsTmp: string }): StoreService => {
  const root = join(objects, 'sha256');
  ensureDir(root, 0o700);
  ensureDir(objectsTmp, 0o700);

  const pathOf = (sha256: string): string => join(root, checkHash(sha256).slice(0, 2), sha256);

  // A folder that is there need not be durable: a process may have ended between making it and syncing its name.
  const syncedFolders = new Set<string>();

  /** Gives a synced file its name; the caller syncs the folder that is returned. */
  const moveIntoPlace = (temporary: string, sha256: string): string => {
    const final = pathOf(sha256);
    const folder = dirname(final);
    if (!syncedFolders.has(folder)) {
      ensureDir(folder, 0o700);
      syncDir(root);
      syncedFolders.add(folder);
    }
    chmodSync(temporary, 0o400);
    renameSync(temporary, final);
    return folder;
  };

  const statOf = (sha256: string): Stats => {
    const stat = statOrNull(pathOf(sha256));
    if (stat === undefined) throw new AppError('NOT_FOUND', `object ${sha256} is not in the store`);
    return stat;
  };

  const put: StoreService['put'] = async (content, { sha256, maxBytes }) => {
    if (sha256 !== undefined) checkHash(sha256);
    const temporary = join(objectsTmp, Buffer.from(randomBytes(12)).toString('hex'));
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      let got: StoredObject;
      try {
        got = await receive(fd, content, maxBytes);
        if (sha256 !== undefined && got.sha256 !== sha256) {
          throw new AppError('HASH_MISMATCH', `content has SHA-256 ${got.sha256}, not ${sha256}`);
        }
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      syncDir(moveIntoPlace(temporary, got.sha256));
      return got;
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  };

  const names = function* (): Generator<string> {
    for (const folder of readdirSync(root).sort()) {
      for (const file of readdirSync(join(root, folder)).sort()) yield join(root, folder, file);
    }
  };

  const checkObject = async (path: string): Promise<StoreFinding | undefined> => {
    const sha256 = basename(path);
    if (!hashPattern.test(sha256) || path !== pathOf(sha256)) return { sha256, problem: 'bad-name', path };
    try {
      return (await hashFile(path)) === sha256 ? undefined : { sha256, problem: 'mismatch', path };
    } catch {
      // The finding is the report: an unreadable object must not hide the ones after it.
      return { sha256, problem: 'unreadable', path };
    }
  };

  return {
    put,
    adopt: async (path, sha256) => {
      checkHash(sha256);
      // A link would be moved in as a link: what it leads to may go, or belong to another user.
      if (!lstatSync(path).isFile()) throw new AppError('HASH_MISMATCH', `${basename(path)} is no plain file`);
      const sizeBytes = await withFile(path, async (fd) => {
        const { size } = fstatSync(fd);
        const got = await hashOpen(fd, size);
        if (got !== sha256) throw new AppError('HASH_MISMATCH', `${basename(path)} has SHA-256 ${got}, not ${sha256}`);
        await syncInBackground(fd);
        return size;
      });
      await withFile(moveIntoPlace(path, sha256), syncInBackground);
      return { sha256, sizeBytes };
    },
    has: (sha256) => statOrNull(pathOf(sha256)) !== undefined,
    path: pathOf,
    open: (sha256, range) => {
      statOf(sha256);
      return createReadStream(pathOf(sha256), { ...range, highWaterMark: 1 << 18 });
    },
    read: (sha256, maxBytes) => {
      if (statOf(sha256).size > maxBytes) throw new AppError('TOO_LARGE', `object ${sha256} is over ${maxBytes} bytes`);
      return readFileSync(pathOf(sha256));
    },
    size: (sha256) => statOf(sha256).size,
    remove: (sha256) => {
      rmSync(pathOf(sha256), { force: true });
    },
    list: function* () {
      for (const path of names()) {
        if (hashPattern.test(basename(path))) yield { sha256: basename(path), sizeBytes: statSync(path).size };
      }
    },
    isIntact: async (sha256) => (await hashFile(pathOf(sha256))) === sha256,
    cleanTemporary: () => {
      const left = readdirSync(objectsTmp);
      for (const file of left) rmSync(join(objectsTmp, file), { force: true, recursive: true });
      return left.length;
    },
    verify: async (onProgress) => {
      const findings: StoreFinding[] = [];
      let done = 0;
      for (const path of names()) {
        const finding = await checkObject(path);
        if (finding !== undefined) findings.push(finding);
        done += 1;
        onProgress?.(done);
      }
      return findings;
    },
  };
};
