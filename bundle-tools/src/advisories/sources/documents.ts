import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createGunzip } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { BundleError } from '../../errors.ts';
import { randomBytes } from '../../platform/ambient.ts';
import { httpGet } from '../../platform/connect.ts';
import { splitLines } from '../lines.ts';

/** One raw document with the place it came from, or the place alone when it is too large to be read. */
export type RawDocument = { where: string; bytes: Uint8Array | 'TOO_LARGE' };

export type DocumentLimits = {
  /** One document. */
  maxDocumentBytes: number;
  /** All documents together, unpacked. */
  maxTotalBytes: number;
  maxDocuments: number;
  /** What is fetched from an address. */
  maxDownloadBytes: number;
  downloadTimeoutMs: number;
};

export const DOCUMENT_LIMITS: DocumentLimits = {
  maxDocumentBytes: 16 << 20,
  maxTotalBytes: 32 * 2 ** 30,
  maxDocuments: 5_000_000,
  maxDownloadBytes: 4 * 2 ** 30,
  downloadTimeoutMs: 3_600_000,
};

const MAX_DEPTH = 8;

/** True for an address rather than a path. */
export const isAddress = (input: string): boolean => /^https?:\/\//.test(input);

/** Fetches an input that is an address into `workDir`, runs `use` on the local path, and removes the copy. */
export const withLocalInput = async function* <T>(
  input: string,
  options: { workDir: string; proxy?: string | undefined; limits: DocumentLimits },
  use: (path: string) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  if (!isAddress(input)) return yield* use(input);
  await mkdir(options.workDir, { recursive: true });
  const to = join(options.workDir, `fetched-${Buffer.from(randomBytes(8)).toString('hex')}`);
  try {
    const { maxDownloadBytes: maxBytes, downloadTimeoutMs: timeoutMs } = options.limits;
    await httpGet(input, { to, maxBytes, timeoutMs, proxy: options.proxy });
    yield* use(to);
  } finally {
    await rm(to, { force: true });
  }
};

/** All documents of a folder, a zip, an ndjson or json file, packed with gzip or not. Form is told by content. */
export async function* readDocuments(path: string, limits: DocumentLimits): AsyncGenerator<RawDocument> {
  let documents = 0;
  let totalBytes = 0;
  for await (const document of rawDocuments(path, limits)) {
    documents += 1;
    if (document.bytes !== 'TOO_LARGE') totalBytes += document.bytes.length;
    if (documents > limits.maxDocuments) throw new BundleError('LIMIT', `more than ${limits.maxDocuments} documents`);
    if (totalBytes > limits.maxTotalBytes) throw new BundleError('LIMIT', `more than ${limits.maxTotalBytes} bytes`);
    yield document;
  }
}

async function* rawDocuments(path: string, limits: DocumentLimits): AsyncGenerator<RawDocument> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new BundleError('NOT_FOUND', `no such file or folder: ${path}`, { cause });
  });
  if (info.isDirectory()) return yield* folderDocuments(path, path, 0, limits);
  return yield* fileDocuments(path, '', limits);
}

async function* folderDocuments(
  root: string,
  folder: string,
  depth: number,
  limits: DocumentLimits,
): AsyncGenerator<RawDocument> {
  if (depth > MAX_DEPTH) throw new BundleError('LIMIT', `folders deeper than ${MAX_DEPTH}: ${relative(root, folder)}`);
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    // Links are not followed: they could lead out of the folder.
    if (entry.isDirectory() && !entry.name.startsWith('.')) yield* folderDocuments(root, path, depth + 1, limits);
    else if (entry.isFile() && /\.(?:json|ndjson|jsonl|zip)(?:\.gz)?$/.test(entry.name)) {
      yield* fileDocuments(path, relative(root, path), limits);
    }
  }
}

const startOf = async (path: string): Promise<Uint8Array> => {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

async function* fileDocuments(path: string, where: string, limits: DocumentLimits): AsyncGenerator<RawDocument> {
  const start = await startOf(path);
  if (start[0] === 0x50 && start[1] === 0x4b) return yield* zipDocuments(path, where, limits);
  const packed = start[0] === 0x1f && start[1] === 0x8b;
  const file = createReadStream(path);
  const stream = packed ? file.pipe(createGunzip()) : file;
  file.once('error', (error) => stream.destroy(error));
  try {
    yield* textDocuments(stream, where, limits);
  } catch (error) {
    if (error instanceof BundleError) throw error;
    throw new BundleError('SOURCE_INVALID', `${where || 'the source'} cannot be read`, { cause: error });
  } finally {
    file.destroy();
    stream.destroy();
  }
}

const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);

/** Counts what a packed file inflates to, lines too long to keep included. */
async function* boundedBytes(stream: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new BundleError('LIMIT', `more than ${maxBytes} bytes`);
    yield chunk;
  }
}

/** One document over many lines starts with a lone bracket, or is an array; any other first line is a document. */
const startsWhole = (line: Uint8Array): boolean => {
  const text = Buffer.from(line.subarray(0, 4)).toString('latin1').trim();
  return text === '{' || text.startsWith('[');
};

/** Lines that each hold a document, or one document over many lines. */
async function* textDocuments(
  stream: AsyncIterable<Uint8Array>,
  where: string,
  limits: DocumentLimits,
): AsyncGenerator<RawDocument> {
  let number = 0;
  let whole: Uint8Array[] | undefined;
  let wholeBytes = 0;
  for await (const line of splitLines(boundedBytes(stream, limits.maxTotalBytes), limits.maxDocumentBytes)) {
    number += 1;
    if (whole !== undefined) {
      wholeBytes += line === 'TOO_LONG' ? limits.maxDocumentBytes + 1 : line.length + 1;
      if (wholeBytes <= limits.maxDocumentBytes && line !== 'TOO_LONG') whole.push(line, Buffer.from('\n'));
      continue;
    }
    if (line !== 'TOO_LONG' && isBlank(line)) continue;
    if (number === 1 && line !== 'TOO_LONG' && startsWhole(line)) {
      whole = [line, Buffer.from('\n')];
      wholeBytes = line.length + 1;
      continue;
    }
    yield { where: `${where}:${number}`, bytes: line === 'TOO_LONG' ? 'TOO_LARGE' : line };
  }
  if (whole === undefined) return;
  yield { where, bytes: wholeBytes > limits.maxDocumentBytes ? 'TOO_LARGE' : Buffer.concat(whole) };
}

async function* zipDocuments(path: string, where: string, limits: DocumentLimits): AsyncGenerator<RawDocument> {
  let zip: ZipFile;
  try {
    zip = await openPromise(path);
  } catch (cause) {
    throw new BundleError('SOURCE_INVALID', `${where || 'the source'} is not a readable zip`, { cause });
  }
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.endsWith('.json')) continue;
      yield { where: `${where}${where === '' ? '' : '!'}${entry.fileName}`, bytes: await zipEntry(zip, entry, limits) };
    }
  } catch (error) {
    if (error instanceof BundleError) throw error;
    throw new BundleError('SOURCE_INVALID', `${where || 'the source'} is a damaged zip`, { cause: error });
  } finally {
    zip.close();
  }
}

const zipEntry = async (zip: ZipFile, entry: Entry, limits: DocumentLimits): Promise<Uint8Array | 'TOO_LARGE'> => {
  // yauzl refuses an entry that inflates to another size than it declares.
  if (entry.uncompressedSize > limits.maxDocumentBytes) return 'TOO_LARGE';
  const chunks: Uint8Array[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
};
