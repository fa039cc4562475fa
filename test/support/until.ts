import { setTimeout as pause } from 'node:timers/promises';

// Tests wait for states, never for a time: what a fixed pause would hide on a quick machine it breaks on a slow one. This is
// where a test lets time pass (test/architecture/pauses.test.ts), and it is an error when the state does not come.

const lookEveryMs = 20;
const limitSeconds = 60;

/** Looks until something is there, and gives it; an error that names it after a minute, or after `seconds`. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  options: { readonly seconds?: number } = {},
): Promise<NonNullable<T>> {
  const seconds = options.seconds ?? limitSeconds;
  const latest = performance.now() + seconds * 1_000;
  for (;;) {
    const found = await look();
    if (found !== false && found !== undefined && found !== null) return found;
    if (performance.now() > latest) throw new Error(`${what}: not so after ${seconds} s`);
    await pause(lookEveryMs);
  }
}
