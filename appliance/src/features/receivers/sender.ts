import { randomBytes, steadyMs } from '@sallyport/bundle-tools/platform/ambient';
import { toFailure } from '../../platform/errors.ts';
import type { Session } from './session.ts';

// One receiver's way through the events. What was sent over a transport that acknowledges nothing counts as taken once it is a minute
// or fifty thousand lines old; what is younger is sent again over the next connection. After a break that is noticed later a
// receiver sees by the numbers what it lacks.

/** How often it is written down how far a receiver is; what came after is sent again where this program is killed. */
const writtenEveryMs = 1_000;
/** Lines of one turn: some ms of the thread that answers. */
export const batchLines = 200;
const againMs = 60_000;
const againLines = 50_000;
const firstBackOffMs = 1_000;
const mostBackOffMs = 300_000;

/** A batch of lines and the event up to which they go; `lines` may be none where a filter leaves all out. */
export type Batch = { readonly upTo: number; readonly lines: readonly string[] };

type Sent = { readonly upTo: number; readonly atMs: number; readonly lines: number };

export type Sender = {
  /** Sends what waits. Returns when all is sent, or the receiver is to be tried later. It never runs beside itself. */
  run(): Promise<void>;
  stop(): Promise<void>;
};

type Parts = {
  /** What was sent lately is sent again over the next connection. */
  isSentAgain: boolean;
  connect(): Promise<Session>;
  /** The event up to which all was taken. */
  taken(): number;
  /** The next events behind one; undefined: there are none. */
  batch(after: number): Batch | undefined;
  /** All up to an event was taken; `lines` were handed over for it. */
  move(upTo: number, lines: number): void;
  fail(message: string): void;
  /** Before what is written, so that others are answered and write meanwhile. */
  pause(): Promise<void>;
};

/** Sends in order, at least once, and tries again later and later. */
export function sender(parts: Parts): Sender {
  let session: Session | undefined;
  let isAtWork = false;
  let isStopped = false;
  let sentTo = 0;
  let notBeforeMs = 0;
  let backOffMs = firstBackOffMs;
  /** What went over this connection and may be sent again, the oldest first. */
  const young: Sent[] = [];
  /** What was taken and is not written down yet. */
  let unwritten: { upTo: number; lines: number } | undefined;
  let writtenMs = 0;

  const writeDown = (): void => {
    if (unwritten === undefined) return;
    parts.move(unwritten.upTo, unwritten.lines);
    unwritten = undefined;
    writtenMs = steadyMs();
  };
  const take = (upTo: number, lines: number): void => {
    unwritten = { upTo, lines: (unwritten?.lines ?? 0) + lines };
    if (steadyMs() - writtenMs >= writtenEveryMs) writeDown();
  };

  const drop = async (): Promise<void> => {
    const held = session;
    session = undefined;
    await held?.close();
  };

  /** What is old enough counts as taken. */
  const countOld = (): void => {
    const nowMs = steadyMs();
    let behind = young.reduce((sum, { lines }) => sum + lines, 0);
    let old: number | undefined;
    let lines = 0;
    for (;;) {
      const [first] = young;
      if (first === undefined || (nowMs - first.atMs < againMs && behind <= againLines)) break;
      young.shift();
      behind -= first.lines;
      lines += first.lines;
      old = first.upTo;
    }
    if (old !== undefined) take(old, lines);
  };

  /** Sent anew it is as old as it was, so what a receiver ends at once is not sent for ever. */
  const note = ({ upTo, lines }: Batch): void => {
    if (!parts.isSentAgain) take(upTo, lines.length);
    else if (upTo > (young.at(-1)?.upTo ?? 0)) young.push({ upTo, atMs: steadyMs(), lines: lines.length });
    countOld();
  };

  const send = async (): Promise<void> => {
    if (session === undefined || session.isOver()) {
      await drop();
      session = await parts.connect();
      sentTo = parts.taken();
    }
    for (let batch = parts.batch(sentTo); batch !== undefined && !isStopped; batch = parts.batch(sentTo)) {
      if (batch.lines.length > 0) await session.send(batch.lines);
      sentTo = batch.upTo;
      await parts.pause();
      if (isStopped) return;
      note(batch);
      backOffMs = firstBackOffMs;
    }
  };

  /** Without a connection one is made only for what waits. */
  const isIdle = (): boolean => (session === undefined || session.isOver()) && parts.batch(parts.taken()) === undefined;

  const work = async (): Promise<void> => {
    if (young.length > 0) {
      await parts.pause();
      countOld();
      writeDown();
    }
    if (isIdle()) await drop();
    else await send();
  };

  return {
    run: async () => {
      if (isAtWork || isStopped || steadyMs() < notBeforeMs) return;
      isAtWork = true;
      try {
        await work();
      } catch (error) {
        await drop();
        const share = 0.5 + (randomBytes(1)[0] ?? 0) / 512;
        notBeforeMs = steadyMs() + backOffMs * share;
        backOffMs = Math.min(backOffMs * 2, mostBackOffMs);
        await parts.pause();
        // What was taken before it is written first, or the receiver would seem to have answered since.
        if (!isStopped) writeDown();
        if (!isStopped) parts.fail(toFailure(error).message);
      } finally {
        if (!isStopped) writeDown();
        isAtWork = false;
      }
    },
    stop: async () => {
      isStopped = true;
      await drop();
    },
  };
}
