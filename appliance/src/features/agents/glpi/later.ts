import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { failureReply } from './answers.ts';

// Reports of the JSON dialect that came while the intake was full. The client is told to ask again; meanwhile its report
// waits here, in bounds, and goes in as the intake empties. What a crash takes was never acknowledged: the client gets an
// error for its question and sends the report again at its next turn.

const maxWaiting = 256;
const maxWaitingBytes = 32 << 20;
const maxAnswers = 2_048;
const keptMs = 15 * 60_000;
const lookMs = 200;

type Entry = { at: number; bytes: number; answer: Response | undefined };

type Later = {
  /** Takes a report for later; the number to ask with, or undefined when nothing more fits. */
  put(owner: string, bytes: number, work: () => Promise<Response>): string | undefined;
  /** The answer; `waiting` until there is one; undefined for a number that this client was not given. */
  ask(owner: string, number: string): Response | 'waiting' | undefined;
};

/** `isFree`: whether the intake takes more. */
export const laterReports = ({ isFree, clock }: { isFree: () => boolean; clock: () => number }): Later => {
  const entries = new Map<string, Entry>();
  const queue: Array<{ entry: Entry; work: () => Promise<Response> }> = [];
  let waitingBytes = 0;
  let isRunning = false;

  const dropOld = (): void => {
    for (const [key, entry] of entries) {
      const isDone = entry.answer !== undefined;
      if (isDone && (entries.size > maxAnswers || clock() - entry.at > keptMs)) entries.delete(key);
    }
  };

  const run = (): void => {
    const next = isFree() ? queue.shift() : undefined;
    if (next === undefined) {
      isRunning = queue.length > 0;
      if (isRunning) setTimeout(run, lookMs).unref();
      return;
    }
    const { entry, work } = next;
    const settle = (answer: Response): void => {
      entry.answer = answer;
      entry.at = clock();
      waitingBytes -= entry.bytes;
      run();
    };
    work().then(settle, () => settle(failureReply('json', 500, 'internal error')));
  };

  return {
    put: (owner, bytes, work) => {
      dropOld();
      if (queue.length >= maxWaiting || waitingBytes + bytes > maxWaitingBytes || entries.size >= maxAnswers) {
        return undefined;
      }
      const number = Buffer.from(randomBytes(4)).toString('hex').toUpperCase();
      const entry: Entry = { at: clock(), bytes, answer: undefined };
      entries.set(`${owner} ${number}`, entry);
      queue.push({ entry, work });
      waitingBytes += bytes;
      if (!isRunning) {
        isRunning = true;
        setTimeout(run, lookMs).unref();
      }
      return number;
    },
    ask: (owner, number) => {
      const entry = entries.get(`${owner} ${number}`);
      return entry === undefined ? undefined : (entry.answer?.clone() ?? 'waiting');
    },
  };
};
