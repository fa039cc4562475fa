// A bucket per address; the table is bounded, so that a flood of addresses costs memory of a fixed size.

export type RateLimit = {
  /** Takes one; false when the address has used up its share. */
  take(address: string): boolean;
  /** Whether one is left, without taking it. */
  allows(address: string): boolean;
};

type Bucket = { left: number; at: number };

const maxKeys = 10_000;

/** `perMinute` calls per address, as many at once. */
export const rateLimit = (options: { perMinute: number; clock: () => number }): RateLimit => {
  const buckets = new Map<string, Bucket>();
  const perMs = options.perMinute / 60_000;
  const current = (address: string): Bucket => {
    const now = options.clock();
    const held = buckets.get(address);
    if (held === undefined) return { left: options.perMinute, at: now };
    const gained = Math.max(0, now - held.at) * perMs;
    return { left: Math.min(options.perMinute, held.left + gained), at: now };
  };
  return {
    allows: (address) => current(address).left >= 1,
    take: (address) => {
      const bucket = current(address);
      const allowed = bucket.left >= 1;
      if (allowed) bucket.left -= 1;
      // Re-inserting keeps the map in order of use; the longest unused goes first.
      buckets.delete(address);
      buckets.set(address, bucket);
      dropOldest(buckets);
      return allowed;
    },
  };
};

type FirstIn = {
  /** True at most once per key and time. */
  first(key: string): boolean;
};

/** Keeps a flood of one and the same thing from flooding the journal. */
export const firstIn = (options: { ms: number; clock: () => number }): FirstIn => {
  const seen = new Map<string, number>();
  return {
    first: (key) => {
      const now = options.clock();
      if (now - (seen.get(key) ?? Number.NEGATIVE_INFINITY) < options.ms) return false;
      seen.delete(key);
      seen.set(key, now);
      dropOldest(seen);
      return true;
    },
  };
};

const dropOldest = (map: Map<string, unknown>): void => {
  if (map.size <= maxKeys) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
};
