import { Readable } from 'node:stream';
import type { AtHead, BodySource } from '../../../platform/http/body.ts';

// A batch of log lines that is refused comes again for ever, and everything behind it waits; answers that are refused stay in
// the client's memory and come again with all that follow. So an oversized body is taken to its end and dropped.

export type Taken = {
  bytes: Buffer;
  /** The end of one that was cut: there the client says who it is, and what it answered. */
  tail: Buffer;
  totalBytes: number;
  isCut: boolean;
};

const tailBytes = 64 << 10;

/** Reads all of a body and keeps at most `keepBytes`; undefined when it is longer than `maxBytes` or breaks off. */
export const takeBody = (
  source: BodySource,
  limits: { keepBytes: number; maxBytes: number; atHead?: AtHead },
): Promise<Taken | undefined> => {
  const { atHead } = limits;
  if (source.stream === null)
    return Promise.resolve({ bytes: Buffer.alloc(0), tail: Buffer.alloc(0), totalBytes: 0, isCut: false });
  if (Number(source.contentLength ?? 0) > limits.maxBytes) return Promise.resolve(undefined);
  const stream = source.stream instanceof ReadableStream ? Readable.fromWeb(source.stream) : source.stream;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let isAsked = atHead === undefined;
    let kept = 0;
    let total = 0;
    let tail = Buffer.alloc(0);
    stream.on('error', () => undefined);
    const settle = (): void => {
      stream.off('data', onData);
      stream.off('end', onEnd);
      stream.off('close', onClose);
    };
    const end = (taken: Taken | undefined): void => {
      settle();
      resolve(taken);
    };
    const ask = (): void => {
      if (isAsked || atHead === undefined || total <= atHead.bytes) return;
      isAsked = true;
      try {
        atHead.ask(Buffer.concat(chunks));
      } catch (error) {
        stream.pause();
        settle();
        reject(error);
      }
    };
    const onData = (chunk: Buffer): void => {
      total += chunk.length;
      if (total > limits.maxBytes) {
        stream.pause();
        end(undefined);
      } else if (kept + chunk.length <= limits.keepBytes) {
        chunks.push(chunk);
        kept += chunk.length;
      } else {
        // What comes after it is not kept either, however short.
        kept = limits.keepBytes;
        tail = Buffer.concat([tail, chunk]).subarray(-tailBytes);
      }
      ask();
    };
    const onEnd = (): void => end({ bytes: Buffer.concat(chunks), tail, totalBytes: total, isCut: tail.length > 0 });
    const onClose = (): void => end(undefined);
    stream.on('data', onData);
    stream.on('end', onEnd);
    stream.on('close', onClose);
  });
};
