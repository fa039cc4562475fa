import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../../platform/errors.ts';

// multipart/form-data as a stream (RFC 7578): small fields first, then one file that goes straight to disk, so that a
// bundle of many gigabytes takes no memory. The little that may come after the file is read and dropped.

export type Upload = { fields: ReadonlyMap<string, string>; fileName: string; sizeBytes: number };

type UploadOptions = {
  contentType: string;
  /** Called with the fields before the file's first byte is written; throws to refuse. */
  onFields: (fields: ReadonlyMap<string, string>) => void;
  /** Name of the file's field. */
  fileField: string;
  path: string;
  maxFileBytes: number;
};

const maxFieldBytes = 16 * 1024;
const maxHeaderBytes = 8 * 1024;
const maxFields = 50;
/** The closing boundary and what a browser may add; a file that goes on for ever would hold the connection. */
const maxTailBytes = 64 * 1024;

const malformed = (reason: string): AppError => new AppError('MALFORMED', `upload: ${reason}`);

const boundaryOf = (contentType: string): string => {
  const match = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^;\s]{1,70}))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw new AppError('UNSUPPORTED_TYPE', 'the upload is not multipart/form-data');
  return boundary;
};

type Part = { name: string; fileName: string | undefined };

const partOf = (head: string): Part => {
  const line = head.split('\r\n').find((entry) => /^content-disposition\s*:/i.test(entry)) ?? '';
  const name = /;\s*name="([^"]{0,1000})"/i.exec(line)?.[1];
  if (name === undefined) throw malformed('a part without a name');
  return { name, fileName: /;\s*filename="([^"]{0,1000})"/i.exec(line)?.[1] };
};

/** Bytes of a stream with look-ahead. */
const reader = (body: AsyncIterable<Uint8Array>) => {
  const source = body[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  let ended = false;
  const fill = async (): Promise<boolean> => {
    if (ended) return false;
    const next = await source.next().catch((cause: unknown) => {
      throw new AppError('MALFORMED', 'upload: it broke off', {}, { cause });
    });
    if (next.done) {
      ended = true;
      return false;
    }
    held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, next.value]);
    return true;
  };
  return {
    /** Bytes up to a mark that must come within a bound; the mark is consumed. */
    until: async (mark: Buffer, maxBytes: number): Promise<Buffer> => {
      for (;;) {
        const at = held.indexOf(mark);
        if (at !== -1) {
          const found = held.subarray(0, at);
          if (found.length > maxBytes) throw malformed('a field or head is too long');
          held = held.subarray(at + mark.length);
          return found;
        }
        if (held.length > maxBytes + mark.length) throw malformed('a field or head is too long');
        if (!(await fill())) throw malformed('it ends too early');
      }
    },
    /** Hands over everything up to a mark in pieces; the mark is consumed. */
    drainUntil: async (mark: Buffer, take: (piece: Buffer) => Promise<void>): Promise<void> => {
      for (;;) {
        const at = held.indexOf(mark);
        if (at !== -1) {
          if (at > 0) await take(held.subarray(0, at));
          held = held.subarray(at + mark.length);
          return;
        }
        // The mark may begin in the last bytes.
        const safe = held.length - (mark.length - 1);
        if (safe > 0) {
          await take(held.subarray(0, safe));
          held = held.subarray(safe);
        }
        if (!(await fill())) throw malformed('it ends too early');
      }
    },
    exactly: async (count: number): Promise<Buffer> => {
      while (held.length < count) if (!(await fill())) throw malformed('it ends too early');
      const found = held.subarray(0, count);
      held = held.subarray(count);
      return found;
    },
    /** Reads to the end, which must come within a bound. */
    drop: async (maxBytes: number): Promise<void> => {
      for (let bytes = held.length; !ended; bytes += held.length) {
        if (bytes > maxBytes) throw malformed('too much follows the file');
        held = Buffer.alloc(0);
        await fill();
      }
    },
  };
};

const writeAll = async (file: FileHandle, piece: Buffer): Promise<void> => {
  for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten;
};

/** Reads an upload; the file is on disk and synced when it returns. TOO_LARGE, MALFORMED, UNSUPPORTED_TYPE. */
export const readUpload = async (body: AsyncIterable<Uint8Array> | null, options: UploadOptions): Promise<Upload> => {
  if (body === null) throw malformed('it is empty');
  const mark = Buffer.from(`\r\n--${boundaryOf(options.contentType)}`);
  const input = reader(body);
  const fields = new Map<string, string>();
  // The first delimiter has no line break before it.
  const first = await input.exactly(mark.length - 2);
  if (!first.equals(mark.subarray(2))) throw malformed('it does not begin with its boundary');
  for (let count = 0; ; count += 1) {
    const after = (await input.exactly(2)).toString('latin1');
    if (after === '--') throw malformed('it has no file');
    if (after !== '\r\n' || count > maxFields) throw malformed('a boundary is not followed by a part');
    const part = partOf((await input.until(Buffer.from('\r\n\r\n'), maxHeaderBytes)).toString('utf8'));
    if (part.name !== options.fileField) {
      fields.set(part.name, (await input.until(mark, maxFieldBytes)).toString('utf8'));
      continue;
    }
    options.onFields(fields);
    let sizeBytes = 0;
    const file = await open(options.path, 'wx', 0o600);
    try {
      await input.drainUntil(mark, async (piece) => {
        sizeBytes += piece.length;
        if (sizeBytes > options.maxFileBytes)
          throw new AppError('TOO_LARGE', `the file is larger than ${options.maxFileBytes} bytes`);
        await writeAll(file, piece);
      });
      await file.sync();
    } finally {
      await file.close();
    }
    await input.drop(maxTailBytes);
    return { fields, fileName: part.fileName ?? '', sizeBytes };
  }
};
