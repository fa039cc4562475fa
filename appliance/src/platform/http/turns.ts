import { AppError } from '../errors.ts';

// Pages are made one after the other on one thread. Who asks for hundreds at once waits behind their own, and not the others: each
// round of the event loop begins one page of each who waits.

/** More than any browser has open at once; what one sender has waiting holds its connection's memory. */
const mostWaiting = 256;

type Turns = {
  /** Resolves when a page of `key` may begin; OVERLOADED where too many of the same key wait. */
  take(key: string): Promise<void>;
};

/** `soon` calls back in a later round of the event loop, once what came meanwhile was read. */
export const fairTurns = (soon: (round: () => void) => void = setImmediate): Turns => {
  const waiting = new Map<string, Array<() => void>>();
  /** Who began a page in this round; undefined: no round is under way. */
  let begun: Set<string> | undefined;

  const round = (): void => {
    begun = waiting.size === 0 ? undefined : new Set();
    for (const [key, starts] of waiting) {
      begun?.add(key);
      starts.shift()?.();
      if (starts.length === 0) waiting.delete(key);
    }
    if (begun !== undefined) soon(round);
  };

  return {
    take: async (key) => {
      if (begun === undefined) {
        begun = new Set();
        soon(round);
      }
      const starts = waiting.get(key) ?? [];
      if (starts.length === 0 && !begun.has(key)) {
        begun.add(key);
        return;
      }
      if (starts.length >= mostWaiting)
        throw new AppError('OVERLOADED', 'this session asks for too many pages at once; repeat it in a moment');
      await new Promise<void>((start) => {
        starts.push(start);
        waiting.set(key, starts);
      });
    },
  };
};
