/** The long form of a test: `make soak` asks for it. */
export const isLong = process.env['SALLYPORT_LONG'] === '1';

/** Runs `work` on each item, two at a time; after the first failure no other begins, and it is thrown at the end. */
export const twoAtATime = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  const queue = [...items];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        await work(item);
      } catch (error) {
        queue.length = 0;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled([lane(), lane()]);
  for (const result of ended) if (result.status === 'rejected') throw result.reason;
};
