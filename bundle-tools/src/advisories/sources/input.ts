import { createReadStream } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { createGunzip } from 'node:zlib';
import { isAbsent } from '../../archive/medium-errors.ts';
import { zipParts } from '../../archive/zip-entries.ts';
import type { Download } from '../../downloads/download.ts';
import { BundleError } from '../../errors.ts';

// What every source of advisories reads: a folder, a zip or a file, packed with gzip or not, at a path or an address. Form
// is told by content. Nothing is unpacked onto the disk, so that no name leads anywhere.

export type DocumentLimits = {
  /** One document. */
  maxDocumentBytes: number;
  /** All documents together, unpacked. */
  maxTotalBytes: number;
  maxDocuments: number;
  /** What is fetched from an address. */
  maxDownloadBytes: number;
};

export const DOCUMENT_LIMITS: DocumentLimits = {
  maxDocumentBytes: 16 << 20,
  maxTotalBytes: 32 * 2 ** 30,
  maxDocuments: 5_000_000,
  maxDownloadBytes: 4 * 2 ** 30,
};

/** The bytes of a document, or that it has more than a document may have. */
export type DocumentBytes = Uint8Array | 'TOO_LARGE';

const MAX_DEPTH = 8;

/** True for an address rather than a path. */
const isAddress = (input: string): boolean => /^https?:\/\//.test(input);

/** Fetches an input that is an address, runs `use` on the local path, and removes the copy. */
export const withLocalInput = async function* <T>(
  input: string,
  { download, limits }: { download: Download | undefined; limits: DocumentLimits },
  use: (path: string) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  if (!isAddress(input)) return yield* use(input);
  if (download === undefined) throw new BundleError('USAGE', 'an address needs something to fetch it with');
  const fetched = await download({ url: input, maxBytes: limits.maxDownloadBytes });
  try {
    yield* use(fetched);
  } finally {
    await rm(fetched, { force: true });
  }
};

/** Passes on as many documents as the limits allow; LIMIT for more. */
export async function* withinLimits<T extends { bytes: DocumentBytes }>(
  documents: AsyncIterable<T>,
  { maxDocuments, maxTotalBytes }: DocumentLimits,
): AsyncGenerator<T> {
  let count = 0;
  let totalBytes = 0;
  for await (const document of documents) {
    count += 1;
    if (document.bytes !== 'TOO_LARGE') totalBytes += document.bytes.length;
    if (count > maxDocuments) throw new BundleError('LIMIT', `more than ${maxDocuments} documents`);
    if (totalBytes > maxTotalBytes) throw new BundleError('LIMIT', `more than ${maxTotalBytes} bytes`);
    yield document;
  }
}

/** Whether the path is a folder; NOT_FOUND where nothing is. */
export const isFolder = async (path: string): Promise<boolean> => {
  const info = await stat(path).catch((cause: unknown) => {
    // A folder that may not be entered is another thing than one that is not there.
    if (!isAbsent(cause)) throw cause;
    throw new BundleError('NOT_FOUND', `no such file or folder: ${path}`, { cause });
  });
  return info.isDirectory();
};

/** The files below a folder in the order of their names. LIMIT for folders nested too deep. */
export async function* filesBelow(
  root: string,
  folder = root,
  depth = 0,
): AsyncGenerator<{ path: string; name: string }> {
  if (depth > MAX_DEPTH) throw new BundleError('LIMIT', `folders deeper than ${MAX_DEPTH}: ${relative(root, folder)}`);
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    // Links are not followed: they could lead out of the folder.
    if (entry.isDirectory() && !entry.name.startsWith('.')) yield* filesBelow(root, path, depth + 1);
    else if (entry.isFile()) yield { path, name: relative(root, path) };
  }
}

const startsWith = async (path: string, ...magic: readonly number[]): Promise<boolean> => {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    return buffer.subarray(0, bytesRead).equals(Buffer.from(magic));
  } finally {
    await file.close();
  }
};

export const isZip = (path: string): Promise<boolean> => startsWith(path, 0x50, 0x4b);

/** The wanted files of a zip. SOURCE_INVALID for a damaged one. */
export async function* zipFiles(
  path: string,
  wanted: (name: string) => boolean,
  { maxDocumentBytes }: DocumentLimits,
): AsyncGenerator<{ name: string; bytes: DocumentBytes }> {
  for await (const part of zipParts(path, { maxEntryBytes: maxDocumentBytes }, wanted)) {
    const { name } = part;
    if ('bytes' in part) yield { name, bytes: part.bytes };
    else if (part.refused === 'too-large') yield { name, bytes: 'TOO_LARGE' };
    else throw new BundleError('SOURCE_INVALID', `${basename(path)} is a damaged zip: ${name} (${part.refused})`);
  }
}

/** Counts what a packed file inflates to, whatever becomes of it. */
async function* bounded(stream: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new BundleError('LIMIT', `more than ${maxBytes} bytes`);
    yield chunk;
  }
}

/** What `use` makes of the bytes of a file, inflated where it is packed. LIMIT, SOURCE_INVALID. */
export async function* fromFile<T>(
  path: string,
  { maxTotalBytes }: DocumentLimits,
  use: (bytes: AsyncGenerator<Uint8Array>) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const packed = await startsWith(path, 0x1f, 0x8b);
  const file = createReadStream(path);
  const stream = packed ? file.pipe(createGunzip()) : file;
  file.once('error', (error) => stream.destroy(error));
  try {
    yield* use(bounded(stream as AsyncIterable<Uint8Array>, maxTotalBytes));
  } catch (error) {
    if (error instanceof BundleError) throw error;
    throw new BundleError('SOURCE_INVALID', `${basename(path)} cannot be read`, { cause: error });
  } finally {
    file.destroy();
    stream.destroy();
  }
}
