import type { SiteClock } from '../../appliance/src/platform/site-clock.ts';

const dayMs = 86_400_000;

/**
 * Runs `work` with this process's clock set back, so that a made site has a history. Only for making data: everything
 * that is measured or waited for runs outside it.
 */
export const daysAgo = async <T>(days: number, work: () => T | Promise<T>): Promise<T> => {
  const present = Date.now;
  Date.now = () => present() - Math.round(days * dayMs);
  try {
    return await work();
  } finally {
    Date.now = present;
  }
};

/** `daysAgo` over an open appliance: what counts as the time there goes back as well, and is that of now afterwards. */
export const pastOf =
  (time: Pick<SiteClock, 'setFloor'>) =>
  async <T>(days: number, work: () => T | Promise<T>): Promise<T> => {
    try {
      return await daysAgo(days, () => {
        time.setFloor(Date.now(), true);
        return work();
      });
    } finally {
      time.setFloor(Date.now(), true);
    }
  };
