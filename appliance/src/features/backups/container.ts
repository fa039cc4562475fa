import { closeSync, createReadStream, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseStrictJson } from '@sallyport/bundle-tools/documents/strict-json';
import { syncDir } from '@sallyport/bundle-tools/platform/files';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { opener, sealedFrameBytes, sealedHeadBytes, sealer } from '../../platform/sealed-stream.ts';

// Inside the seal: per file a length, a header in JSON, then the bytes; last a header that counts the files.

export type BackupEntry = { path: string; sizeBytes: number; content: string | Uint8Array };

const fileHeader = z.strictObject({ path: z.string().min(1).max(300), size: z.int().min(0) });
const endHeader = z.strictObject({ end: z.literal(true), files: z.int().min(1) });
const maxHeaderBytes = 1_024;
const readBytes = 1 << 20;

const parseHeader = (bytes: Uint8Array): unknown => {
  try {
    return parseStrictJson(bytes, { maxBytes: maxHeaderBytes });
  } catch (cause) {
    throw new AppError('MALFORMED', 'a header is not JSON', {}, { cause });
  }
};

/** Where a file of a backup may lie; anything else is refused. */
const pathPattern =
  /^(?:config\.json|state\.db|keys\/[a-z0-9][a-z0-9.-]{0,63}|advisories\/[0-9]{1,12}\.db|objects\/sha256\/[0-9a-f]{2}\/[0-9a-f]{64})$/;

const headerOf = (value: unknown): Buffer => {
  const json = Buffer.from(JSON.stringify(value));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json]);
};

const writeAll = (fd: number, bytes: Uint8Array): number => {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  return bytes.length;
};

/** Writes a sealed backup; after a crash the name is absent or the file complete. Returns its size. */
export const writeBackup = async (
  path: string,
  recipient: Uint8Array,
  entries: Iterable<BackupEntry>,
  onProgress: (files: number, bytes: number) => void,
): Promise<number> => {
  const temporary = `${path}.part`;
  const fd = openSync(temporary, 'wx', 0o600);
  try {
    const seal = sealer(recipient);
    let written = writeAll(fd, seal.head);
    let files = 0;
    const add = (bytes: Uint8Array): void => {
      for (const frame of seal.push(bytes)) written += writeAll(fd, frame);
    };
    for (const entry of entries) {
      add(headerOf({ path: entry.path, size: entry.sizeBytes }));
      let got = 0;
      if (typeof entry.content === 'string') {
        for await (const chunk of createReadStream(entry.content, { highWaterMark: readBytes })) {
          add(chunk as Buffer);
          got += (chunk as Buffer).length;
        }
      } else {
        add(entry.content);
        got = entry.content.length;
      }
      if (got !== entry.sizeBytes) throw new AppError('CONFLICT', `${entry.path} changed while it was read`);
      files += 1;
      onProgress(files, written);
    }
    add(headerOf({ end: true, files }));
    written += writeAll(fd, seal.end());
    fsyncSync(fd);
    renameSync(temporary, path);
    syncDir(dirname(path));
    return written;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
};

const readFully = (fd: number, bytes: Buffer): number => {
  let got = 0;
  for (let n = -1; n !== 0 && got < bytes.length; got += n) n = readSync(fd, bytes, got, bytes.length - got, null);
  return got;
};

/** The plaintext of a sealed backup, frame by frame; ends only after the final tag. */
function* plaintext(path: string, key: { publicKey: Uint8Array; secretKey: Uint8Array }): Generator<Uint8Array> {
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(sealedHeadBytes);
    if (readFully(fd, head) !== sealedHeadBytes) throw new AppError('MALFORMED', 'not a sealed backup');
    const open = opener(head, key);
    const frame = Buffer.alloc(sealedFrameBytes);
    for (;;) {
      const length = readFully(fd, frame);
      if (length === 0) throw new AppError('MALFORMED', 'the backup was cut');
      const { bytes, final } = open.open(frame.subarray(0, length));
      yield bytes;
      if (!final) continue;
      if (readFully(fd, Buffer.alloc(1)) !== 0) throw new AppError('MALFORMED', 'bytes after the end of the backup');
      return;
    }
  } finally {
    closeSync(fd);
  }
}

export type BackupSink = {
  begin(path: string, sizeBytes: number): void;
  write(bytes: Uint8Array): void;
  end(): void;
};

const readFrames = (frames: Generator<Uint8Array>, sink: BackupSink): number => {
  let held = Buffer.alloc(0);
  const more = (): boolean => {
    const next = frames.next();
    if (next.done) return false;
    held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, next.value]);
    return true;
  };
  const take = (length: number): Buffer => {
    while (held.length < length) if (!more()) throw new AppError('MALFORMED', 'the backup ends inside a file');
    const bytes = held.subarray(0, length);
    held = held.subarray(length);
    return bytes;
  };
  const seen = new Set<string>();
  for (;;) {
    const length = take(4).readUInt32BE();
    if (length > maxHeaderBytes) throw new AppError('MALFORMED', 'a header is too long');
    const header = parseHeader(take(length));
    const end = endHeader.safeParse(header);
    if (end.success) {
      if (end.data.files !== seen.size || held.length > 0 || more())
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
      if (held.length === 0 && !more()) throw new AppError('MALFORMED', 'the backup ends inside a file');
      const bytes = held.subarray(0, left);
      sink.write(bytes);
      held = held.subarray(bytes.length);
      left -= bytes.length;
    }
    sink.end();
  }
};

/** Reads a whole backup into a sink; throws KEY or MALFORMED. Returns the number of files. */
export const readBackup = (
  path: string,
  key: { publicKey: Uint8Array; secretKey: Uint8Array },
  sink: BackupSink,
): number => {
  const frames = plaintext(path, key);
  try {
    return readFrames(frames, sink);
  } finally {
    // A refusal in the middle leaves the generator where it is; only this closes the file.
    frames.return(undefined);
  }
};
