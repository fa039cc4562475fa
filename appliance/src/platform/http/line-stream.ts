import { setImmediate } from 'node:timers/promises';

// Lists are written out while they are read: by the console and by the API.

const chunkLength = 64 * 1024;

/** So long the thread is held at once; a reader of the lines should need less for one step. */
const turnMs = 10;

/** Sends lines as they are made, in short turns, since the same thread answers everybody; `lines` is ended when the reader goes. */
export function lineStream(lines: Generator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      await setImmediate();
      const until = performance.now() + turnMs;
      let chunk = '';
      do {
        const next = lines.next();
        if (next.done === true) {
          if (chunk !== '') controller.enqueue(encoder.encode(chunk));
          controller.close();
          return;
        }
        chunk += next.value;
      } while (chunk.length < chunkLength && performance.now() < until);
      controller.enqueue(encoder.encode(chunk));
    },
    cancel: () => void lines.return(undefined),
  });
}
