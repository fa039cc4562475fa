import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
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
const maxFields = 50;
const maxNameLength = 1_000;
/** All that may come before the file: fields, and of each a head, which has at most as many bytes. */
const maxHeadBytes = 2 * (maxFields + 1) * maxFieldBytes;
/** The closing boundary and what a browser may add; a file that goes on for ever would hold the connection. */
const maxTailBytes = 64 * 1024;

const formType = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"[^"]{1,70}"|[^;\s"]{1,70})(?:;|$)/i;

const malformed = (reason: string, cause?: unknown): AppError =>
  new AppError('MALFORMED', `upload: ${reason}`, {}, { cause });

/** Reads an upload; the file is on disk and synced when it returns. TOO_LARGE, MALFORMED, UNSUPPORTED_TYPE. */
export const readUpload = async (body: AsyncIterable<Uint8Array> | null, options: UploadOptions): Promise<Upload> => {
  if (body === null) throw malformed('it is empty');
  if (!formType.test(options.contentType))
    throw new AppError('UNSUPPORTED_TYPE', 'the upload is not multipart/form-data');
  // A limit is reached by the byte that makes it full.
  const form = busboy({
    headers: { 'content-type': options.contentType },
    limits: { fieldSize: maxFieldBytes + 1, fields: maxFields, fileSize: options.maxFileBytes + 1 },
    preservePath: true,
    defParamCharset: 'utf8',
  });
  const fields = new Map<string, string>();
  const stop = new AbortController();
  let failure: unknown;
  let file: { name: string; sizeBytes: number; isWhole: boolean } | undefined;
  let saved: Promise<void> = Promise.resolve();

  const fail = (error: unknown): void => {
    failure ??= error;
    stop.abort();
  };

  const save = async (part: Readable, name: string): Promise<void> => {
    try {
      options.onFields(fields);
      const sink = createWriteStream(options.path, { flags: 'wx', mode: 0o600, flush: true });
      file = { name, sizeBytes: 0, isWhole: false };
      await pipeline(part, sink, { signal: stop.signal });
      file = { name, sizeBytes: sink.bytesWritten, isWhole: true };
    } catch (error) {
      fail(error);
    }
  };

  form.on('error', (cause) => fail(malformed('it is cut or garbled', cause)));
  form.on('fieldsLimit', () => fail(malformed('it has too many fields')));
  form.on('field', (name: string | undefined, value, { valueTruncated }) => {
    if (name === undefined) fail(malformed('a part without a name'));
    else if (valueTruncated) fail(malformed('a field is too long'));
    else if (file === undefined) fields.set(name, value);
  });
  form.on('file', (name, part, { filename }) => {
    part.once('error', () => undefined);
    part.once('limit', () => fail(new AppError('TOO_LARGE', `the file is larger than ${options.maxFileBytes} bytes`)));
    if (name !== options.fileField || file !== undefined) fail(malformed('it has another file'));
    else saved = save(part, (filename as string | undefined)?.slice(0, maxNameLength) ?? '');
  });

  /** The body, as long as it is not too much before the file or after it. */
  const bounded = async function* (): AsyncGenerator<Uint8Array> {
    let headBytes = 0;
    let tailBytes = 0;
    for await (const piece of body) {
      if (file?.isWhole === true) tailBytes += piece.length;
      yield piece;
      if (file === undefined) headBytes += piece.length;
      if (headBytes > maxHeadBytes) throw malformed('too much comes before the file');
      if (tailBytes > maxTailBytes) throw malformed('too much follows the file');
    }
  };

  try {
    await pipeline(bounded(), form, { signal: stop.signal });
  } catch (error) {
    fail(error instanceof AppError ? error : malformed('it broke off', error));
  }
  await saved;
  if (failure !== undefined) throw failure;
  if (file === undefined) throw malformed('it has no file');
  return { fields, fileName: file.name, sizeBytes: file.sizeBytes };
};
