import { createWriteStream, statfsSync } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../platform/errors.ts';

const reading = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'ABORT_ERR']);

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Room below `folder` beyond what the site keeps free. */
export const roomBytes = (folder: string, reserveBytes: number): number => {
  const { bavail, bsize } = statfsSync(folder);
  return Math.max(0, bavail * bsize - reserveBytes);
};

/** Writes a request's body to a new file as it comes; TOO_LARGE, DISK_FULL, MALFORMED. The caller removes what a refusal leaves. */
export const receiveFile = async (
  request: Request | undefined,
  options: { path: string; maxBytes: number; roomBytes: number },
): Promise<{ sizeBytes: number }> => {
  if (request === undefined) throw new AppError('INTERNAL', 'nothing was sent');
  const announced = Number(request.headers.get('content-length') ?? 0);
  const full = (): AppError => new AppError('DISK_FULL', 'the data disk has no room for this file');
  const tooLarge = (): AppError => new AppError('TOO_LARGE', `a bundle has at most ${options.maxBytes} bytes`);
  if (announced > options.maxBytes) throw tooLarge();
  if (announced > options.roomBytes) throw full();
  if (request.body === null) throw new AppError('MALFORMED', 'there is no body');
  let sizeBytes = 0;
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      sizeBytes += chunk.length;
      if (sizeBytes > options.maxBytes) done(tooLarge());
      else if (sizeBytes > options.roomBytes) done(full());
      else done(null, chunk);
    },
  });
  try {
    await pipeline(
      Readable.fromWeb(request.body),
      counted,
      createWriteStream(options.path, { flags: 'wx', mode: 0o600 }),
    );
  } catch (cause) {
    if (reading.has(codeOf(cause))) throw new AppError('MALFORMED', 'the body ended early', {}, { cause });
    throw cause;
  }
  if (sizeBytes === 0) throw new AppError('MALFORMED', 'there is no body');
  return { sizeBytes };
};

/** The call that brings a file: an operation with an upload has no command. */
export function bodyOf(request: Request | undefined): Request {
  if (request === undefined) throw new AppError('USAGE', 'the file comes with a call of the API');
  return request;
}
