import { addAbortListener } from 'node:events';
import { AppError } from './errors.ts';

const stopCheckMs = 500;

/**
 * Runs a job's work until it ends, the server stops or a person asks to end it: CANCELLED. Who asks may be in another
 * thread, so it is looked up in the row.
 */
export async function untilStopped<T>(
  server: AbortSignal,
  isStopped: () => boolean,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const stopped = addAbortListener(server, () => stop.abort());
  const timer = setInterval(() => {
    if (isStopped()) stop.abort();
  }, stopCheckMs);
  try {
    return await work(stop.signal);
  } catch (error) {
    if (stop.signal.aborted && !server.aborted)
      throw new AppError('CANCELLED', 'stopped by a person', {}, { cause: error });
    throw error;
  } finally {
    clearInterval(timer);
    stopped[Symbol.dispose]();
  }
}
