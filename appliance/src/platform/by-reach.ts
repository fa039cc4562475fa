import type { Scope } from './scope.ts';

// What is counted over a part of the site is kept for the parts that were asked for last.

/** Some megabytes each. */
const mostReaches = 6;

/** One thing for each reach; `close` ends the one that was not asked for longest. */
export function byReach<T>(make: (scope: Scope) => T, close: (one: T) => void = () => undefined) {
  const reaches = new Map<string, T>();
  return {
    of: (scope: Scope): T => {
      const key = JSON.stringify([...scope.roots].sort());
      const found = reaches.get(key) ?? make(scope);
      reaches.delete(key);
      reaches.set(key, found);
      const [oldest] = reaches;
      if (reaches.size > mostReaches && oldest !== undefined) {
        close(oldest[1]);
        reaches.delete(oldest[0]);
      }
      return found;
    },
    close: (): void => {
      for (const one of reaches.values()) close(one);
      reaches.clear();
    },
  };
}
