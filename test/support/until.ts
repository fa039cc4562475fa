import { setTimeout as pause } from 'node:timers/promises';

// Tests wait for states, never for a time: what a fixed pause would hide on a quick machine it breaks on a slow one. This is
// where a test lets time pass (test/architecture/pauses.test.ts), and it is an error when the state does not come.

const lookEveryMs = 20;
const limitSeconds = 120;

/** Looks until something is there, and gives it; an error that shows what was looked for after two minutes, or `seconds`. A look that costs is taken less often. */
export async function until<T>(
  look: () => T | Promise<T>,
  { seconds = limitSeconds, everyMs = lookEveryMs }: { readonly seconds?: number; readonly everyMs?: number } = {},
): Promise<Exclude<T, false | null | undefined>> {
  const latest = performance.now() + seconds * 1_000;
  for (;;) {
    const found = await look();
    if (found !== false && found !== undefined && found !== null) return found as Exclude<T, false | null | undefined>;
    if (performance.now() > latest) throw new Error(`not so after ${seconds} s: ${String(look)}`);
    await pause(everyMs);
  }
}
