import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../../platform/errors.ts';

// The documents of advisories, many to a block: they are read one at a time, for a person, and are most of a snapshot's
// bytes. A document is one line of JSON, so a line feed parts them.

/** A block is closed once it holds this much. */
export const blockBytes = 128 * 1024;
/** The longest document that a part may bring, and what a block may hold beside it. */
const mostBytes = (32 << 20) + blockBytes;

/** Packs documents, each of which ends with a line feed and has no other. */
export const packDocuments = (documents: Uint8Array): Buffer =>
  // The fastest level: the text repeats itself so much that a higher one gains little.
  zstdCompressSync(documents, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });

/** The documents of a block, in order. */
export const unpackDocuments = (block: Uint8Array): Buffer[] => {
  const text = zstdDecompressSync(block, { maxOutputLength: mostBytes });
  const documents: Buffer[] = [];
  let start = 0;
  for (let end = text.indexOf(0x0a); end >= 0; end = text.indexOf(0x0a, start)) {
    documents.push(text.subarray(start, end));
    start = end + 1;
  }
  return documents;
};

/** One document of a block. */
export const documentAt = (block: Uint8Array, place: number): Buffer => {
  const document = unpackDocuments(block)[place];
  if (document === undefined) throw new AppError('INTERNAL', `a block of documents has no place ${place}`);
  return document;
};
