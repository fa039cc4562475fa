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
