import { splitLines } from '../lines.ts';
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

// JSON documents, one a file or one a line, out of a folder, a zip or alone; each also packed with gzip.

/** One raw document with the place it came from, or the place alone when it is too large to be read. */
export type RawDocument = { where: string; bytes: DocumentBytes };

/** All documents of a folder, a zip, an ndjson or json file. Refuses with NOT_FOUND, SOURCE_INVALID or LIMIT. */
export const readDocuments = (path: string, limits: DocumentLimits): AsyncGenerator<RawDocument> =>
  withinLimits(rawDocuments(path, limits), limits);

async function* rawDocuments(path: string, limits: DocumentLimits): AsyncGenerator<RawDocument> {
  if (!(await isFolder(path))) return yield* fileDocuments(path, '', limits);
  for await (const { path: file, name } of filesBelow(path))
    if (/\.(?:json|ndjson|jsonl|zip)(?:\.gz)?$/.test(name)) yield* fileDocuments(file, name, limits);
}

async function* fileDocuments(path: string, where: string, limits: DocumentLimits): AsyncGenerator<RawDocument> {
  if (!(await isZip(path))) return yield* fromFile(path, limits, (bytes) => textDocuments(bytes, where, limits));
  for await (const { name, bytes } of zipFiles(path, (entry) => entry.endsWith('.json'), limits))
    yield { where: where === '' ? name : `${where}!${name}`, bytes };
}

const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);

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
  for await (const line of splitLines(stream, limits.maxDocumentBytes)) {
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
