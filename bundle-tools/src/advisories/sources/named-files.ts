import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import {
  type DocumentBytes,
  type DocumentLimits,
  filesBelow,
  fromFile,
  isFolder,
  isZip,
  withinLimits,
  zipFiles,
} from './input.ts';

// Files by their names, out of a folder, a zip, a tar, or alone; each also packed with gzip.

type NamedFile = { name: string; bytes: DocumentBytes };

type Wanted = (name: string) => boolean;

const TAR_BLOCK = 512;

const isTar = (start: Uint8Array): boolean => Buffer.from(start.subarray(257, 262)).toString('latin1') === 'ustar';

/** Collects a stream up to a limit; the rest is read and dropped, so that what follows is still in place. */
const collect = async (stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<DocumentBytes> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > maxBytes ? 'TOO_LARGE' : Buffer.concat(chunks);
};

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
const plainFile = (path: string, wanted: Wanted, limits: DocumentLimits): AsyncGenerator<NamedFile> =>
  fromFile(path, limits, async function* (bytes) {
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
  });

async function* folderFiles(folder: string, wanted: Wanted, limits: DocumentLimits): AsyncGenerator<NamedFile> {
  for await (const { path, name } of filesBelow(folder)) {
    const plain = name.replace(/\.gz$/, '');
    if (!wanted(plain)) continue;
    for await (const { bytes } of plainFile(path, () => true, limits)) yield { name: plain, bytes };
  }
}

/** The files whose names are wanted. Refuses with NOT_FOUND, SOURCE_INVALID or LIMIT. */
export async function* readNamedFiles(path: string, wanted: Wanted, limits: DocumentLimits): AsyncGenerator<NamedFile> {
  const read = (await isFolder(path)) ? folderFiles : (await isZip(path)) ? zipFiles : plainFile;
  yield* withinLimits(read(path, wanted, limits), limits);
}
