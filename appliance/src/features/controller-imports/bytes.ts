import { createHash } from 'node:crypto';
import { createReadStream, open } from '@sallyport/bundle-tools/person/files';
import { AppError } from '../../platform/errors.ts';
import { headBytes } from './detect.ts';

const chunkBytes = 1 << 18;

/** The first bytes of a file, and how many it has. */
export const fileHead = async (path: string): Promise<{ head: Buffer; sizeBytes: number }> => {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(Math.min(headBytes, size)),
      0,
      Math.min(headBytes, size),
      0,
    );
    return { head: buffer.subarray(0, bytesRead), sizeBytes: size };
  } finally {
    await file.close();
  }
};

type HashedBytes = {
  chunks: AsyncIterable<Uint8Array>;
  /** Of what was passed; once, when all was. */
  sha256(): string;
};

/** A file's bytes as they come, with their hash and with word of how far it is. */
export const hashedFile = (
  path: string,
  onBytes: (done: number) => void = () => undefined,
  signal?: AbortSignal,
): HashedBytes => {
  const hash = createHash('sha256');
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    let done = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes, ...(signal ? { signal } : {}) })) {
      const bytes = chunk as Buffer;
      hash.update(bytes);
      yield bytes;
      done += bytes.length;
      onBytes(done);
    }
  };
  return { chunks: chunks(), sha256: () => hash.digest('hex') };
};

/** All bytes; TOO_LARGE beyond a bound. */
export const wholeBytes = async (chunks: AsyncIterable<Uint8Array>, mostBytes: number): Promise<Buffer> => {
  const held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > mostBytes) throw new AppError('TOO_LARGE', `a file of this form has at most ${mostBytes} bytes`);
    held.push(chunk);
  }
  return Buffer.concat(held);
};
