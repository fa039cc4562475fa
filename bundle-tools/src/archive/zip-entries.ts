import { Readable } from 'node:stream';
import {
  type Entry,
  fromRandomAccessReaderPromise,
  getFileNameLowLevel,
  openPromise,
  RandomAccessReader,
  type ZipFile,
} from 'yauzl';
import { BundleError } from '../errors.ts';
import { closeSync, isHanded, openSync, readSync, statSync } from '../person/files.ts';
import { maxPieceBytes } from '../person/frames.ts';

// Entries of a zip that strangers packed. Names are never used as paths: nothing is written. What an entry says of its
// size is not believed: bytes are counted as they come, and the sum of all is bounded, too.

export type ZipLimits = {
  maxEntryBytes: number;
  /** Without it the caller bounds the number. */
  maxEntries?: number;
  /** Without it the caller bounds the sum. */
  maxTotalBytes?: number;
  /** Inflated over packed; small entries may be anything. */
  maxRatio?: number;
};

/** `bytes`, or why they were not read. */
type ZipPart = {
  name: string;
  /** ms */
  modifiedAt: number;
} & ({ bytes: Uint8Array } | { refused: 'encrypted' | 'too-large' | 'ratio' | 'damaged' | 'name' });

const smallBytes = 64 * 1024;
const maxNameLength = 512;

/** Whether a name says a place inside a folder: no root, no way up, no drive, no control character. */
const isPlainName = (name: string): boolean =>
  name.length <= maxNameLength && !/^[/\\]|^[A-Za-z]:|\\|\p{Cc}/u.test(name) && !name.split('/').includes('..');

const saysUtf8 = 0x800;
const unicodePath = 0x7075;

/** The name as it was packed. Windows in Russian and Kazakh packs names in its own page where nothing says Unicode. */
const nameOf = ({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string =>
  (generalPurposeBitFlag & saysUtf8) !== 0 || extraFields.some(({ id }) => id === unicodePath)
    ? getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false)
    : new TextDecoder('ibm866').decode(fileNameRaw).replaceAll('\\', '/');

const invalid = (message: string, cause?: unknown): BundleError =>
  new BundleError('SOURCE_INVALID', message, cause === undefined ? {} : { cause });

const readEntry = async (zip: ZipFile, entry: Entry, mostBytes: number): Promise<Uint8Array | undefined> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const stream = await zip.openReadStreamPromise(entry);
  for await (const chunk of stream) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > mostBytes) {
      stream.destroy();
      return undefined;
    }
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
};

const partOf = async (
  zip: ZipFile,
  entry: Entry,
  name: string,
  limits: Required<ZipLimits>,
  leftBytes: number,
): Promise<ZipPart> => {
  const head = { name: name.slice(0, maxNameLength), modifiedAt: entry.getLastModDate().getTime() };
  if (!isPlainName(name)) return { ...head, refused: 'name' };
  if (entry.isEncrypted()) return { ...head, refused: 'encrypted' };
  if (entry.uncompressedSize > limits.maxEntryBytes) return { ...head, refused: 'too-large' };
  if (entry.uncompressedSize > Math.max(smallBytes, entry.compressedSize * limits.maxRatio))
    return { ...head, refused: 'ratio' };
  const mostBytes = Math.min(limits.maxEntryBytes, leftBytes);
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readEntry(zip, entry, mostBytes);
  } catch {
    return { ...head, refused: 'damaged' };
  }
  return bytes === undefined ? { ...head, refused: 'too-large' } : { ...head, bytes };
};

/** Bytes of a file that a person named and the command may not open. */
class HandedBytes extends RandomAccessReader {
  readonly fd: number;

  constructor(path: string) {
    super();
    this.fd = openSync(path, 'r');
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const { fd } = this;
    const pieces = function* bytes(): Generator<Buffer> {
      for (let at = start; at < end; ) {
        const piece = Buffer.alloc(Math.min(end - at, maxPieceBytes));
        const count = readSync(fd, piece, 0, piece.length, at);
        if (count === 0) return;
        at += count;
        yield piece.subarray(0, count);
      }
    };
    return Readable.from(pieces(), { objectMode: false });
  }

  override close(done: (error: Error | null) => void): void {
    closeSync(this.fd);
    setImmediate(() => done(null));
  }
}

const openZip = async (path: string, options: Parameters<typeof openPromise>[1]): Promise<ZipFile> => {
  if (!isHanded(path)) return openPromise(path, options);
  const { size } = statSync(path);
  return fromRandomAccessReaderPromise(new HandedBytes(path), size, options);
};

/**
 * The files of a zip in its order, of those with a plain name the wanted ones; SOURCE_INVALID for what is none, holds too
 * many, or too much in all.
 */
export async function* zipParts(
  path: string,
  given: ZipLimits,
  wanted: (name: string) => boolean = () => true,
): AsyncGenerator<ZipPart> {
  const limits = { maxEntries: Infinity, maxTotalBytes: Infinity, maxRatio: Infinity, ...given };
  let zip: ZipFile;
  try {
    // Names are read here: the library would give up the whole zip for one of them.
    zip = await openZip(path, { validateEntrySizes: true, decodeStrings: false });
  } catch (cause) {
    throw invalid('it is not a readable zip', cause);
  }
  try {
    if (zip.entryCount > limits.maxEntries) throw invalid(`it holds more than ${limits.maxEntries} files`);
    let count = 0;
    let totalBytes = 0;
    for await (const entry of zip.eachEntry()) {
      count += 1;
      if (count > limits.maxEntries) throw invalid(`it holds more than ${limits.maxEntries} files`);
      const name = nameOf(entry);
      if (name.endsWith('/') || (isPlainName(name) && !wanted(name))) continue;
      const part = await partOf(zip, entry, name, limits, limits.maxTotalBytes - totalBytes);
      if ('bytes' in part) totalBytes += part.bytes.length;
      yield part;
      if (totalBytes >= limits.maxTotalBytes) throw invalid(`it holds more than ${limits.maxTotalBytes} bytes`);
    }
  } catch (error) {
    if (error instanceof BundleError) throw error;
    throw invalid('it is a damaged zip', error);
  } finally {
    zip.close();
  }
}
