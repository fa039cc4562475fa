import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';

/** Between 0 and 1. */
const share = (): number => Buffer.from(randomBytes(4)).readUInt32BE(0) / 0xffffffff;

/** Half to one and a half times, so that devices that failed together do not come back together. */
export const jittered = (ms: number): number => Math.round(ms * (0.5 + share()));

const firstBackoffMs = 2000;
const maxBackoffMs = 15 * 60_000;

/** How long to stay away after so many failures in a row. */
export const backoffMs = (failures: number): number =>
  jittered(Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.min(20, Math.max(0, failures - 1))));

export type Sleeper = {
  /** Ends after `ms`, or at once when woken. */
  sleep(ms: number): Promise<void>;
  wake(): void;
};

export const sleeper = (): Sleeper => {
  const waiting: { resolve: (() => void) | undefined; woken: boolean } = { resolve: undefined, woken: false };
  return {
    sleep: (ms) =>
      new Promise((resolve) => {
        if (waiting.woken) {
          waiting.woken = false;
          resolve();
          return;
        }
        const timer = setTimeout(() => waiting.resolve?.(), ms);
        waiting.resolve = () => {
          clearTimeout(timer);
          waiting.resolve = undefined;
          resolve();
        };
      }),
    wake: () => {
      if (waiting.resolve === undefined) waiting.woken = true;
      else waiting.resolve();
    },
  };
};

/** Waits without a way to be woken. */
export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
