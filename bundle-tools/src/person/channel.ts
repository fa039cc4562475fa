import { readSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { BundleError, type BundleErrorCode } from '../errors.ts';
import { env } from '../platform/ambient.ts';
import { once } from '../platform/once.ts';
import { frame, headBytes, type Question } from './frames.ts';
import type { Place } from './kinds.ts';

// The command's side: questions and answers over a pipe that it inherited, each waited for.

/** Names the pipe and the places, as JSON. */
export const channelVariable = 'SALLYPORT_PERSON';
/** The pipe that a command hands to the process that reads a medium. */
export const secondChannel = 4;

const schema = z.strictObject({
  fd: z.int().min(3).max(64),
  places: z.array(
    z.strictObject({
      path: z.string(),
      kind: z.enum(['input', 'key', 'output', 'medium']),
      beside: z.array(z.string()).optional(),
      isStream: z.literal(true).optional(),
    }),
  ),
});

export type Channel = {
  readonly places: readonly Place[];
  ask(question: Question, bytes?: Uint8Array): { answer: unknown; bytes: Uint8Array };
};

const pauseMs = 2;
const patiently = (act: () => number): number => {
  for (;;) {
    try {
      return act();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
};

const openChannel = (given: string): Channel => {
  const { fd, places } = schema.parse(JSON.parse(given));
  const receive = (count: number): Buffer => {
    const bytes = Buffer.alloc(count);
    for (let at = 0; at < count; ) {
      const got = patiently(() => readSync(fd, bytes, at, count - at, null));
      if (got === 0) throw new BundleError('INTERNAL', 'the part of this command that opens files has ended');
      at += got;
    }
    return bytes;
  };
  return {
    places: places as readonly Place[],
    ask: (question, bytes) => {
      const sent = frame(question, bytes);
      for (let at = 0; at < sent.length; ) at += patiently(() => writeSync(fd, sent, at));
      const head = receive(headBytes);
      const line = JSON.parse(receive(head.readUInt32LE(0)).toString('utf8')) as {
        answer?: unknown;
        error?: { code: string; message: string; path?: string; isOurs?: boolean };
      };
      const body = receive(head.readUInt32LE(4));
      if (line.error === undefined) return { answer: line.answer, bytes: body };
      const { code, message, path, isOurs } = line.error;
      if (isOurs) throw new BundleError(code as BundleErrorCode, message);
      throw Object.assign(new Error(message), { code, ...(path === undefined ? {} : { path }) });
    },
  };
};

/** The channel of this process; undefined where a person runs it as himself. */
export const personChannel = once((): Channel | undefined => {
  const given = env(channelVariable);
  return given === undefined ? undefined : openChannel(given);
});
