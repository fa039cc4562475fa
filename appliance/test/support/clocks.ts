import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { ClockSources } from '../../src/platform/site-clock.ts';

/** A test that sets the date lets so much time pass: every clock goes on by it. */
export const passingClocks: ClockSources = {
  wallMs: nowMs,
  bootMs: nowMs,
  bootId: () => 'the boot of the test',
  steadyMs: nowMs,
};

/** A test that sets the date sets the wall clock alone; the boot clock stands. */
export const setClocks: ClockSources = { wallMs: nowMs, bootMs: () => 5_000, bootId: () => 'set', steadyMs: () => 0 };
