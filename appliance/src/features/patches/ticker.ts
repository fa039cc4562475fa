import type { PatchService } from './service.ts';

const tickMs = 60_000;

/** Ends what is over and says what is due, once a minute, until the returned function is called. */
export const startPatchClock = (
  patches: Pick<PatchService, 'tick'>,
  onError: (error: unknown) => void,
): (() => void) => {
  const timer = setInterval(() => {
    try {
      patches.tick();
    } catch (error) {
      onError(error);
    }
  }, tickMs);
  timer.unref();
  return () => clearInterval(timer);
};
