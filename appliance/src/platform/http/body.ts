import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { constants, gunzip, gunzipSync, inflate, inflateSync } from 'node:zlib';
import { wireLimits } from '@sallyport/bundle-tools/protocol/common';
import { AppError } from '../errors.ts';

// Bodies of unknown senders: caps before and after inflation, the encoding told by the first bytes and not by a header.

export type BodySource = { stream: Readable | ReadableStream<Uint8Array> | null; contentLength: string | undefined };

const tooLarge = () => new AppError('TOO_LARGE', 'the body is too large');
const malformed = (cause?: unknown) => new AppError('MALFORMED', 'the body is not what this call takes', {}, { cause });

/** What is asked once, when so many bytes of a body have come and more is to come; throws to refuse it. */
export type AtHead = { bytes: number; ask: (head: Buffer) => void };

/** Reads at most `maxBytes`; a sender that says or sends more is refused at once. The listener ends one that is too slow. */
export const readWire = async (source: BodySource, maxBytes: number, atHead?: AtHead): Promise<Buffer> => {
  if (Number(source.contentLength ?? 0) > maxBytes) throw tooLarge();
  if (source.stream === null) return Buffer.alloc(0);
  const stream = source.stream instanceof ReadableStream ? Readable.fromWeb(source.stream) : source.stream;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isAsked = atHead === undefined;
    // Stays: an error of the connection after the answer is of no interest, and must not be uncaught.
    stream.on('error', () => undefined);
    const settle = (): void => {
      stream.off('data', onData);
      stream.off('end', onEnd);
      stream.off('error', onError);
      stream.off('close', onClose);
    };
    const refuse = (error: unknown): void => {
      stream.pause();
      settle();
      reject(error);
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        refuse(tooLarge());
        return;
      }
      chunks.push(chunk);
      if (isAsked || atHead === undefined || bytes <= atHead.bytes) return;
      isAsked = true;
      try {
        atHead.ask(Buffer.concat(chunks));
      } catch (error) {
        refuse(error);
      }
    };
    const onEnd = (): void => {
      settle();
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    };
    const onError = (error: unknown): void => {
      settle();
      reject(malformed(error));
    };
    // A sender that goes away in the middle ends neither with `end` nor with `error`.
    const onClose = (): void => onError(undefined);
    stream.on('data', onData);
    stream.on('end', onEnd);
    stream.on('error', onError);
    stream.on('close', onClose);
  });
};

const gunzipAsync = promisify(gunzip);
const inflateAsync = promisify(inflate);

/**
 * Mostly one piece, since each costs this thread an event and a copy, and memory that has to be found again. gzip ends with
 * the length of what was packed, which is only a claim; reports shrink to a fifteenth in XML, to a twenty-fifth in JSON.
 */
const pieceBytes = (packed: Buffer, gzip: boolean): number => {
  const claimed = gzip && packed.length > 4 ? packed.readUInt32LE(packed.length - 4) + 1 : packed.length * 32;
  return Math.max(1024, Math.min(512 * 1024, packed.length * 32, claimed));
};

/** Less is unpacked at once: handing it to another thread and back costs more. */
const smallBytes = 4 * 1024;

const inflateBody = async (bytes: Buffer, gzip: boolean): Promise<Buffer> => {
  const maxOutputLength = Math.min(wireLimits.inflatedBytes, bytes.length * wireLimits.inflationRatio);
  const options = { maxOutputLength, chunkSize: pieceBytes(bytes, gzip) };
  try {
    if (bytes.length <= smallBytes) return (gzip ? gunzipSync : inflateSync)(bytes, options);
    return await (gzip ? gunzipAsync : inflateAsync)(bytes, options);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : malformed(error);
  }
};

/** The bytes of a body as they were before they were packed: what does not begin as zlib or gzip was not. */
export const unpackBody = async (bytes: Buffer): Promise<Buffer> => {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return inflateBody(bytes, true);
  return bytes[0] === 0x78 ? inflateBody(bytes, false) : bytes;
};

/** The plain bytes of a body in JSON. */
export const decodeBody = async (bytes: Buffer): Promise<Buffer> => {
  if (bytes[0] === 0x1f || bytes[0] === 0x78) return unpackBody(bytes);
  if (bytes[0] === 0x7b) return bytes;
  if (bytes[0] === 0x3c) throw new AppError('UNSUPPORTED_TYPE', 'this call takes JSON');
  throw malformed();
};

/** More than enough for the tables of the packing and a hash. */
const headBytes = 384;

/** The first bytes of a body, unpacked; empty where they cannot be. The rest is not checked. */
export const headOfBody = (bytes: Buffer): Buffer => {
  const maxOutputLength = headBytes * wireLimits.inflationRatio;
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength, chunkSize: 4 * headBytes };
  const first = bytes.subarray(0, headBytes);
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(first, options);
    return bytes[0] === 0x78 ? inflateSync(first, options) : first;
  } catch {
    // The reader of the whole reports the fault.
    return Buffer.alloc(0);
  }
};

const maxDepth = 16;

/** Deep nesting would overflow the stack of later readers of the value. */
export const assertShallow = (bytes: Buffer): void => {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > maxDepth) throw malformed();
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
};

/** The JSON object in the plain bytes of a body; invalid UTF-8 becomes U+FFFD. */
export const parsePlain = (bytes: Buffer): unknown => {
  assertShallow(bytes);
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (error) {
    throw malformed(error);
  }
};

/** The JSON object in a body. */
export const parseBody = async (wire: Buffer): Promise<unknown> => parsePlain(await decodeBody(wire));
