// What the server counts while it runs, for monitoring: calls by entry point and class of status, and how long they took.

/** Where calls come in. */
const ENTRY_POINTS = ['native', 'osquery', 'glpi', 'api', 'console'] as const;
export type EntryPoint = (typeof ENTRY_POINTS)[number];

/** Upper bounds in seconds; one call more than the last is in none but the total. */
export const DURATION_BOUNDS = [0.005, 0.025, 0.1, 0.5, 2, 10] as const;

type Calls = { byStatus: Map<string, number>; within: number[]; seconds: number; total: number };

export type Meter = {
  count(entryPoint: EntryPoint, status: number, tookMs: number): void;
  calls(): ReadonlyMap<EntryPoint, Readonly<Calls>>;
};

/** A meter that starts at nothing. */
export function newMeter(): Meter {
  const all = new Map(
    ENTRY_POINTS.map((entryPoint): [EntryPoint, Calls] => [
      entryPoint,
      { byStatus: new Map(), within: DURATION_BOUNDS.map(() => 0), seconds: 0, total: 0 },
    ]),
  );
  return {
    count: (entryPoint, status, tookMs) => {
      const calls = all.get(entryPoint) as Calls;
      const byClass = `${Math.floor(status / 100)}xx`;
      const seconds = tookMs / 1_000;
      calls.byStatus.set(byClass, (calls.byStatus.get(byClass) ?? 0) + 1);
      calls.total += 1;
      calls.seconds += seconds;
      for (const [index, bound] of DURATION_BOUNDS.entries())
        if (seconds <= bound) calls.within[index] = (calls.within[index] ?? 0) + 1;
    },
    calls: () => all,
  };
}
