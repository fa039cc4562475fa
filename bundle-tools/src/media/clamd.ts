import { open } from 'node:fs/promises';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { BundleError } from '../errors.ts';
import { unixExchange } from '../platform/connect.ts';
import { type Findings, isLimit, type ScanFile, signatureName } from './scan-types.ts';

// clamd(8), commands VERSION and INSTREAM: length (4 bytes, big endian) and bytes, again and again, a length of 0 ends.
// Files are handed over as bytes: the daemon has an account of its own, which may not read the store.

const chunkBytes = 256 * 1024;
const maxAnswerBytes = 4_096;
const versionTimeoutMs = 30_000;

/** A daemon that has read enough may hang up before its answer is read; asked again, with rests, it says why. */
const maxHangUps = 3;
const restMs = 20;

const hungUp = (error: unknown): boolean =>
  error instanceof BundleError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EPIPE';

const command = (name: string): Uint8Array => Buffer.from(`z${name}\0`);

const answerText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1').replace(/\0+$/, '').trim();

/** What the daemon says it is. */
export const clamdVersion = async (socket: string, signal?: AbortSignal): Promise<string> =>
  answerText(
    await unixExchange(socket, { send: [command('VERSION')], maxAnswerBytes, timeoutMs: versionTimeoutMs, signal }),
  );

const stream = async function* (path: string, isResting: boolean): AsyncGenerator<Uint8Array> {
  yield command('INSTREAM');
  const handle = await open(path);
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(4 + chunkBytes);
      const { bytesRead } = await handle.read(chunk, 4, chunkBytes, null);
      if (bytesRead === 0) break;
      chunk.writeUInt32BE(bytesRead, 0);
      yield chunk.subarray(0, 4 + bytesRead);
      // An answer that came meanwhile is read between the two; the next piece would be refused and the answer lost with it.
      if (isResting) await sleep(restMs).then(() => nextTurn());
    }
  } finally {
    await handle.close();
  }
  yield Buffer.alloc(4);
};

/** What the daemon says about each file, one after the other. */
export const clamdScan = async (
  socket: string,
  files: readonly ScanFile[],
  options: { timeoutMs: number; clock: () => number; signal?: AbortSignal | undefined },
): Promise<Findings> => {
  const infected: { path: string; name: string }[] = [];
  const faults: { path: string; reason: string }[] = [];
  const end = options.clock() + options.timeoutMs;
  for (const { path } of files) {
    const ask = async (hangUps = 0): Promise<string> => {
      const timeoutMs = Math.max(1, end - options.clock());
      try {
        return answerText(
          await unixExchange(socket, {
            send: stream(path, hangUps > 0),
            maxAnswerBytes,
            timeoutMs,
            signal: options.signal,
          }),
        );
      } catch (error) {
        if (hangUps + 1 >= maxHangUps || !hungUp(error)) throw error;
        return ask(hangUps + 1);
      }
    };
    let answer: string;
    try {
      answer = await ask();
    } catch (error) {
      options.signal?.throwIfAborted();
      // The daemon is away, or the file cannot be read: either way it was not scanned.
      if (!(error instanceof BundleError) && !(error instanceof Error && 'code' in error)) throw error;
      faults.push({ path, reason: error.message });
      continue;
    }
    const found = /^stream: (\S+) FOUND$/.exec(answer)?.[1];
    if (answer === 'stream: OK') continue;
    if (found === undefined) faults.push({ path, reason: `clamd says ${answer.slice(0, 200) || 'nothing'}` });
    else if (isLimit(found)) faults.push({ path, reason: `a limit of the engine: ${signatureName(found)}` });
    else infected.push({ path, name: signatureName(found) });
  }
  return { infected, faults };
};
