import type { ControllerService } from './service.ts';

const tickMs = 30_000;

/** The first answers after a start come before this. */
const firstMs = 2_000;

/**
 * Ends what a crash or a stop cut off of taking and undoing readings, in this process or another; after an upgrade, works out
 * again what is derived.
 */
export const startRecovering = (parts: {
  controllers: Pick<ControllerService, 'recover' | 'rebuild'>;
  onError: (error: unknown) => void;
}): (() => void) => {
  const stop = new AbortController();
  let isAtWork = false;
  const look = async (): Promise<void> => {
    if (isAtWork) return;
    isAtWork = true;
    try {
      await parts.controllers.recover();
      await parts.controllers.rebuild(stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) parts.onError(error);
    } finally {
      isAtWork = false;
    }
  };
  const first = setTimeout(look, firstMs);
  const timer = setInterval(look, tickMs);
  first.unref();
  timer.unref();
  return () => {
    stop.abort();
    clearTimeout(first);
    clearInterval(timer);
  };
};
