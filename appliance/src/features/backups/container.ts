import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { parseStrictJson } from '@sallyport/bundle-tools/documents/strict-json';
import {
  closeSync,
  createReadStream,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from '@sallyport/bundle-tools/person/files';
import { syncDir } from '@sallyport/bundle-tools/platform/files';
import { fingerprintOf, verifyBytes } from '@sallyport/bundle-tools/trust/keys';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { opener, sealedFrameBytes, sealedHeadBytes, sealer } from '../../platform/sealed-stream.ts';
import { type BackupKey, type BackupStatement, backupStatement } from './types.ts';

// The file of a backup: what is sealed to the recovery key, then a statement in the clear, signed by the site, of what it is.
// Whether it is whole, whose it is and which objects belong to it needs no secret.
//
// Sealed are blocks, each a length and at most 1 MiB packed by zstd. In them are files, each a length, a header in JSON, then
// the bytes; last a header that counts the files. The statement is followed by its signature, the public key, its length and a magic.

export type BackupEntry = { path: string; sizeBytes: number; content: string | Uint8Array };

const fileHeader = z.strictObject({ path: z.string().min(1).max(300), size: z.int().min(0) });
const endHeader = z.strictObject({ end: z.literal(true), files: z.int().min(1) });
const maxHeaderBytes = 1_024;
const blockBytes = 1 << 20;
/** What zstd adds to a block that it cannot pack is far less. */
const maxPackedBytes = blockBytes + 16_384;

const maxStatementBytes = 128 * 1024 * 1024;
const footMagic = Buffer.from('SPBKFOOT');
const signatureBytes = 64;
const publicKeyBytes = 32;
const footBytes = signatureBytes + publicKeyBytes + 4 + footMagic.length;

const parseHeader = (bytes: Uint8Array): unknown => {
  try {
    return parseStrictJson(bytes, { maxBytes: maxHeaderBytes });
  } catch (cause) {
    throw new AppError('MALFORMED', 'a header is not JSON', {}, { cause });
  }
};

/** Where a file of a backup may lie; anything else is refused. */
const pathPattern = /^(?:config\.json|state\.db|keys\/[a-z0-9][a-z0-9.-]{0,63}|advisories\/[0-9]{1,12}\.db)$/;

const withLength = (bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const headerOf = (value: unknown): Buffer => withLength(Buffer.from(JSON.stringify(value)));

/** Bytes as the packed blocks that are sealed. */
export function* packed(bytes: Iterable<Uint8Array>): Generator<Buffer> {
  let held: Uint8Array[] = [];
  let size = 0;
  const block = (): Buffer => withLength(zstdCompressSync(Buffer.concat(held)));
  for (const piece of bytes) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + blockBytes - size);
      held.push(part);
      size += part.length;
      at += part.length;
      if (size < blockBytes) continue;
      yield block();
      [held, size] = [[], 0];
    }
  }
  if (size > 0) yield block();
}

const readBytes = 1 << 20;
const readFully = (fd: number, bytes: Buffer, at: number | null = null): number => {
  let got = 0;
  for (let n = -1; n !== 0 && got < bytes.length; got += n)
    n = readSync(fd, bytes, got, bytes.length - got, at === null ? null : at + got);
  return got;
};

/** A commit of the database waits for all that its file system holds back for the disk (ext4, data=ordered): never much. */
const flushBytes = 1 << 20;

/** Writes a file, and gives it the name that `write` returns only when it is complete and durable. */
export function writeWhole(temporary: string, write: (add: (bytes: Uint8Array) => void) => string): void {
  rmSync(temporary, { force: true });
  const fd = openSync(temporary, 'wx', 0o600);
  try {
    let unflushed = 0;
    const path = write((bytes) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      unflushed += bytes.length;
      if (unflushed < flushBytes) return;
      fdatasyncSync(fd);
      unflushed = 0;
    });
    fsyncSync(fd);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  syncDir(dirname(temporary));
}

/** The bytes of a file, piece by piece. */
export function* fileBytes(path: string): Generator<Uint8Array> {
  const fd = openSync(path, 'r');
  try {
    for (;;) {
      const bytes = Buffer.alloc(readBytes);
      const got = readFully(fd, bytes);
      if (got === 0) return;
      yield bytes.subarray(0, got);
    }
  } finally {
    closeSync(fd);
  }
}

function* entryBytes(entries: Iterable<BackupEntry>, onFile: (files: number) => void): Generator<Uint8Array> {
  let files = 0;
  for (const { path, sizeBytes, content } of entries) {
    yield headerOf({ path, size: sizeBytes });
    let got = 0;
    if (typeof content === 'string') {
      for (const bytes of fileBytes(content)) {
        got += bytes.length;
        yield bytes;
      }
    } else {
      got = content.length;
      yield content;
    }
    if (got !== sizeBytes) throw new AppError('CONFLICT', `${path} changed while it was read`);
    files += 1;
    onFile(files);
  }
  yield headerOf({ end: true, files });
}

type Signed = { signature: Uint8Array; publicKey: Uint8Array };

/** Writes a backup; after a crash the name is absent or the file complete. Returns its statement. */
export function writeBackup(
  path: string,
  what: {
    recipient: Uint8Array;
    entries: Iterable<BackupEntry>;
    statement: Omit<BackupStatement, 'format' | 'sealed'>;
    sign: (bytes: Uint8Array) => Signed;
  },
  onProgress: (files: number, bytes: number) => void,
): BackupStatement {
  let statement: BackupStatement | undefined;
  writeWhole(`${path}.part`, (add) => {
    const hash = createHash('sha256');
    let written = 0;
    const addSealed = (bytes: Uint8Array): void => {
      hash.update(bytes);
      written += bytes.length;
      add(bytes);
    };
    const seal = sealer(what.recipient);
    addSealed(seal.head);
    for (const block of packed(entryBytes(what.entries, (files) => onProgress(files, written))))
      for (const frame of seal.push(block)) addSealed(frame);
    addSealed(seal.end());
    statement = {
      format: 'sallyport-backup/1',
      ...what.statement,
      sealed: { bytes: written, sha256: hash.digest('hex') },
    };
    const bytes = Buffer.from(JSON.stringify(statement));
    const { signature, publicKey } = what.sign(bytes);
    add(bytes);
    add(signature);
    add(publicKey);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    add(length);
    add(footMagic);
    return path;
  });
  if (statement === undefined) throw new AppError('INTERNAL', 'a backup without a statement');
  return statement;
}

/** What the file of a backup says of itself, and the fingerprint of the key that signed it. MALFORMED, KEY; what is sealed is not read. */
export function readStatement(path: string): { statement: BackupStatement; signedBy: string } {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const foot = Buffer.alloc(footBytes);
    if (size < footBytes || readFully(fd, foot, size - footBytes) !== footBytes || !foot.subarray(-8).equals(footMagic))
      throw new AppError('MALFORMED', 'not a backup, or one that was cut');
    const length = foot.readUInt32BE(signatureBytes + publicKeyBytes);
    const bytes = Buffer.alloc(Math.min(length, maxStatementBytes, size - footBytes));
    if (bytes.length !== length) throw new AppError('MALFORMED', 'the statement of the backup is too long');
    readFully(fd, bytes, size - footBytes - length);
    const publicKey = foot.subarray(signatureBytes, signatureBytes + publicKeyBytes);
    if (!verifyBytes(bytes, foot.subarray(0, signatureBytes), publicKey))
      throw new AppError('KEY', 'the statement of the backup was altered');
    let parsed: ReturnType<typeof backupStatement.safeParse>;
    try {
      parsed = backupStatement.safeParse(parseStrictJson(bytes, { maxBytes: maxStatementBytes }));
    } catch (cause) {
      throw new AppError('MALFORMED', 'the statement of the backup is not JSON', {}, { cause });
    }
    if (!parsed.success || parsed.data.sealed.bytes !== size - footBytes - length)
      throw new AppError('MALFORMED', 'the statement of the backup does not fit it');
    return { statement: parsed.data, signedBy: fingerprintOf(publicKey) };
  } finally {
    closeSync(fd);
  }
}

/** SHA-256 of a file or of its first bytes, hex. */
export async function hashOfStart(path: string, bytes = Number.POSITIVE_INFINITY): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { end: bytes - 1, highWaterMark: readBytes }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** HASH_MISMATCH where what is sealed is not what the statement says. */
export async function assertSealedWhole(path: string, { sealed }: BackupStatement): Promise<void> {
  if ((await hashOfStart(path, sealed.bytes)) !== sealed.sha256)
    throw new AppError('HASH_MISMATCH', `${path} is not what was written: the medium or the copy is damaged`);
}

/** The plaintext of what is sealed in the first bytes of a file, frame by frame; ends only after the final tag. KEY, MALFORMED. */
export function* openSealed(path: string, key: BackupKey, bytes?: number): Generator<Uint8Array> {
  const fd = openSync(path, 'r');
  try {
    let left = bytes ?? fstatSync(fd).size;
    const head = Buffer.alloc(sealedHeadBytes);
    left -= head.length;
    if (left < 0 || readFully(fd, head) !== head.length) throw new AppError('MALFORMED', 'not a sealed backup');
    const open = opener(head, key);
    const frame = Buffer.alloc(sealedFrameBytes);
    for (;;) {
      const length = readFully(fd, frame.subarray(0, Math.min(left, frame.length)));
      if (length === 0) throw new AppError('MALFORMED', 'the backup was cut');
      left -= length;
      const { bytes: plain, final } = open.open(frame.subarray(0, length));
      yield plain;
      if (!final) continue;
      if (left !== 0) throw new AppError('MALFORMED', 'bytes after the end of the backup');
      return;
    }
  } finally {
    closeSync(fd);
  }
}

/** Takes counted bytes off pieces of any size. */
const taking = (pieces: Generator<Uint8Array>) => {
  let held = Buffer.alloc(0);
  const more = (): boolean => {
    const next = pieces.next();
    if (next.done) return false;
    held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, next.value]);
    return true;
  };
  const upTo = (length: number): Buffer => {
    while (held.length === 0) if (!more()) throw new AppError('MALFORMED', 'the backup ends inside a file');
    const bytes = held.subarray(0, length);
    held = held.subarray(bytes.length);
    return bytes;
  };
  return {
    /** At least one byte. */
    upTo,
    exactly: (length: number): Buffer => {
      while (held.length < length) if (!more()) throw new AppError('MALFORMED', 'the backup ends inside a file');
      return length === 0 ? Buffer.alloc(0) : upTo(length);
    },
    hasMore: (): boolean => {
      while (held.length === 0) if (!more()) return false;
      return true;
    },
  };
};

function* unpacked(frames: Generator<Uint8Array>): Generator<Uint8Array> {
  const from = taking(frames);
  while (from.hasMore()) {
    const length = from.exactly(4).readUInt32BE();
    if (length > maxPackedBytes) throw new AppError('MALFORMED', 'a block is too long');
    const block = from.exactly(length);
    let bytes: Buffer;
    try {
      bytes = zstdDecompressSync(block, { maxOutputLength: blockBytes });
    } catch (cause) {
      throw new AppError('MALFORMED', 'a block cannot be unpacked', {}, { cause });
    }
    yield bytes;
  }
}

export type BackupSink = {
  begin(path: string, sizeBytes: number): void;
  write(bytes: Uint8Array): void;
  end(): void;
};

const readEntries = (blocks: Generator<Uint8Array>, sink: BackupSink): number => {
  const from = taking(blocks);
  const seen = new Set<string>();
  for (;;) {
    const length = from.exactly(4).readUInt32BE();
    if (length > maxHeaderBytes) throw new AppError('MALFORMED', 'a header is too long');
    const header = parseHeader(from.exactly(length));
    const end = endHeader.safeParse(header);
    if (end.success) {
      if (end.data.files !== seen.size || from.hasMore())
        throw new AppError('MALFORMED', 'the backup does not end where it says');
      return seen.size;
    }
    const { data: file } = fileHeader.safeParse(header);
    if (file === undefined) throw new AppError('MALFORMED', 'a header is not one of a file');
    if (!pathPattern.test(file.path) || seen.has(file.path))
      throw new AppError('MALFORMED', `unexpected file ${file.path}`);
    seen.add(file.path);
    sink.begin(file.path, file.size);
    for (let left = file.size; left > 0; ) {
      const bytes = from.upTo(left);
      sink.write(bytes);
      left -= bytes.length;
    }
    sink.end();
  }
};

/** Reads what is sealed in the first bytes of a file into a sink; throws KEY or MALFORMED. Returns the number of files. */
export const readSealedFiles = (path: string, key: BackupKey, sink: BackupSink, bytes?: number): number => {
  const frames = openSealed(path, key, bytes);
  try {
    return readEntries(unpacked(frames), sink);
  } finally {
    // A refusal in the middle leaves the generator where it is; only this closes the file.
    frames.return(undefined);
  }
};
