// The one module that starts and stops what is done again and again (`ticks.ts` lists it). What the listener does with its
// own connections, and a job's look at its row, end with the connection and the job and stay theirs.

type Turn = {
  /** How often in a row it asked to come back since its time. */
  readonly again: number;
  /** Aborted when everything stops. */
  readonly signal: AbortSignal;
};

export type Tick = {
  /** For the log, as in "rules were not run". */
  readonly failed: string;
  readonly everyMs: number;
  /** Once more so soon after the start. */
  readonly firstMs?: number;
  /** A number is after how many ms it wants to come back, if its time is not before. It never runs beside itself. */
  readonly run: (turn: Turn) => unknown;
};

type OnError = (error: unknown, failed: string) => void;

const begin = ({ failed, everyMs, firstMs, run }: Tick, signal: AbortSignal, onError: OnError): void => {
  let isAtWork = false;
  let back: NodeJS.Timeout | undefined;
  const turn = async (again: number): Promise<void> => {
    if (isAtWork || signal.aborted) return;
    isAtWork = true;
    try {
      const result = run({ again, signal });
      const afterMs = result instanceof Promise ? await result : result;
      if (typeof afterMs === 'number' && !signal.aborted) back = setTimeout(turn, afterMs, again + 1).unref();
    } catch (error) {
      if (!signal.aborted) onError(error, failed);
    } finally {
      isAtWork = false;
    }
  };
  const regular = (): void => {
    clearTimeout(back);
    void turn(0);
  };
  const first = firstMs === undefined ? undefined : setTimeout(regular, firstMs).unref();
  const timer = setInterval(regular, everyMs).unref();
  signal.addEventListener('abort', () => {
    clearTimeout(first);
    clearTimeout(back);
    clearInterval(timer);
  });
};

/** Starts every entry; they end when the returned function is called. Nothing here keeps the process alive. */
export function startTicking(ticks: readonly Tick[], onError: OnError): () => void {
  const stop = new AbortController();
  for (const tick of ticks) begin(tick, stop.signal, onError);
  return () => stop.abort();
}
