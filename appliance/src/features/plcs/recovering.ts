import type { PlcService } from './service.ts';

const tickMs = 30_000;

/** Ends what a crash or a stop cut off of taking and undoing readings, in this process or another. */
export const startRecovering = (parts: {
  plcs: Pick<PlcService, 'recover'>;
  onError: (error: unknown) => void;
}): (() => void) => {
  let isAtWork = false;
  const timer = setInterval(() => {
    if (isAtWork) return;
    isAtWork = true;
    parts.plcs
      .recover()
      .catch(parts.onError)
      .finally(() => {
        isAtWork = false;
      });
  }, tickMs);
  timer.unref();
  return () => clearInterval(timer);
};
