import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import tar from 'tar-stream';
import { openPromise, type ZipFile } from 'yauzl';
import { BundleError } from '../../errors.ts';
import type { DocumentLimits } from './documents.ts';

// Files by their names, out of a folder, a zip, a tar, or alone; each also packed with gzip. Form is told by content.
// Nothing is unpacked onto the disk, so that no name leads anywhere.

type NamedFile = { name: string; bytes: Uint8Array | 'TOO_LARGE' };

type Wanted = (name: string) => boolean;

const MAX_DEPTH = 8;
const TAR_BLOCK = 512;
const gzipMagic = [0x1f, 0x8b] as const;

const readStart = async (path: string, length: number): Promise<Uint8Array> => {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

const isTar = (start: Uint8Array): boolean => Buffer.from(start.subarray(257, 262)).toString('latin1') === 'ustar';

/** Collects a stream up to a limit; the rest is read and dropped, so that what follows is still in place. */
const collect = async (stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array | 'TOO_LARGE'> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > maxBytes ? 'TOO_LARGE' : Buffer.concat(chunks);
};

/** Counts what a packed file inflates to, whatever becomes of it. */
async function* bounded(stream: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw new BundleError('LIMIT', `more than ${maxBytes} bytes`);
    yield chunk;
  }
}

async function* tarFiles(stream: AsyncIterable<Uint8Array>, wanted: Wanted, limits: DocumentLimits) {
  const extract = tar.extract();
  // An error of either side ends the other; it reaches the caller through the entries.
  const feeding = pipeline(Readable.from(stream), extract).catch(() => undefined);
  try {
    for await (const entry of extract) {
      const { name, type } = entry.header;
      const isWanted = type === 'file' && wanted(name);
      const bytes = await collect(entry as AsyncIterable<Uint8Array>, isWanted ? limits.maxDocumentBytes : 0);
      if (isWanted) yield { name, bytes };
    }
  } finally {
    extract.destroy();
    await feeding;
  }
}

/** What comes behind the first bytes, with them. */
async function* withStart(start: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* start;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** A file that is no zip: a tar when its unpacked start says so, else one file. */
async function* plainFile(path: string, wanted: Wanted, limits: DocumentLimits): AsyncGenerator<NamedFile> {
  const magic = await readStart(path, 2);
  const packed = magic[0] === gzipMagic[0] && magic[1] === gzipMagic[1];
  const file = createReadStream(path);
  const stream = packed ? file.pipe(createGunzip()) : file;
  file.once('error', (error) => stream.destroy(error));
  try {
    const bytes = bounded(stream as AsyncIterable<Uint8Array>, limits.maxTotalBytes);
    const start: Uint8Array[] = [];
    let size = 0;
    while (size < TAR_BLOCK) {
      const next = await bytes.next();
      if (next.done === true) break;
      start.push(next.value);
      size += next.value.length;
    }
    const whole = withStart(start, bytes);
    if (isTar(Buffer.concat(start))) return yield* tarFiles(whole, wanted, limits);
    const name = basename(path).replace(/\.gz$/, '');
    if (wanted(name)) yield { name, bytes: await collect(whole, limits.maxDocumentBytes) };
  } catch (error) {
    if (error instanceof BundleError) throw error;
    throw new BundleError('SOURCE_INVALID', `${basename(path)} cannot be read`, { cause: error });
  } finally {
    file.destroy();
    stream.destroy();
  }
}

async function* zipFiles(path: string, wanted: Wanted, limits: DocumentLimits): AsyncGenerator<NamedFile> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(path);
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      if (name.endsWith('/') || !wanted(name)) continue;
      // yauzl refuses an entry that inflates to another size than it declares.
      if (entry.uncompressedSize > limits.maxDocumentBytes) yield { name, bytes: 'TOO_LARGE' };
      else yield { name, bytes: await collect(await zip.openReadStreamPromise(entry), limits.maxDocumentBytes) };
    }
  } catch (error) {
    if (error instanceof BundleError) throw error;
    throw new BundleError('SOURCE_INVALID', `${basename(path)} is a damaged zip`, { cause: error });
  } finally {
    zip?.close();
  }
}

async function* oneFile(path: string, wanted: Wanted, limits: DocumentLimits): AsyncGenerator<NamedFile> {
  const magic = await readStart(path, 4);
  if (magic[0] === 0x50 && magic[1] === 0x4b && magic[2] === 3) return yield* zipFiles(path, wanted, limits);
  yield* plainFile(path, wanted, limits);
}

async function* folderFiles(
  root: string,
  folder: string,
  depth: number,
  options: { wanted: Wanted; limits: DocumentLimits },
): AsyncGenerator<NamedFile> {
  if (depth > MAX_DEPTH) throw new BundleError('LIMIT', `folders deeper than ${MAX_DEPTH}: ${relative(root, folder)}`);
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const name = relative(root, path);
    const plain = name.replace(/\.gz$/, '');
    // Links are not followed: they could lead out of the folder.
    if (entry.isDirectory() && !entry.name.startsWith('.')) yield* folderFiles(root, path, depth + 1, options);
    else if (entry.isFile() && options.wanted(plain))
      for await (const { bytes } of plainFile(path, () => true, options.limits)) yield { name: plain, bytes };
  }
}

/** The files whose names are wanted. Refuses with NOT_FOUND, SOURCE_INVALID or LIMIT. */
export async function* readNamedFiles(path: string, wanted: Wanted, limits: DocumentLimits): AsyncGenerator<NamedFile> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new BundleError('NOT_FOUND', `no such file or folder: ${path}`, { cause });
  });
  const files = info.isDirectory() ? folderFiles(path, path, 0, { wanted, limits }) : oneFile(path, wanted, limits);
  let count = 0;
  let total = 0;
  for await (const file of files) {
    count += 1;
    if (file.bytes !== 'TOO_LARGE') total += file.bytes.length;
    if (count > limits.maxDocuments) throw new BundleError('LIMIT', `more than ${limits.maxDocuments} documents`);
    if (total > limits.maxTotalBytes) throw new BundleError('LIMIT', `more than ${limits.maxTotalBytes} bytes`);
    yield file;
  }
}
