import { closeSync, createReadStream, fstatSync, openSync } from 'node:fs';
import { Readable } from 'node:stream';

const headersOf = (type: string, sizeBytes: number) => ({
  'Content-Type': type,
  'Content-Length': String(sizeBytes),
});

/** A small file from memory. */
export const sendBytes = (bytes: Uint8Array, type: string): Response =>
  new Response(Uint8Array.from(bytes), { headers: headersOf(type, bytes.length) });

/** A file as a stream. It is opened before its size is taken, so that a swap in between changes nothing. */
export const sendFile = (path: string, type: string): Response => {
  const fd = openSync(path, 'r');
  try {
    const stream = createReadStream('', { fd, autoClose: true });
    return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, {
      headers: headersOf(type, fstatSync(fd).size),
    });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};
