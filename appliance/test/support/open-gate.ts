import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { GateParts } from '../../src/features/deployments/gate.ts';

/** For tests of what is inside a window: each computer may be changed at any time. */
export const openGate: GateParts = {
  openAt: () => () => ({ state: 'open', minutesLeft: 24 * 60 }),
  pairs: () => () => undefined,
  time: () => ({ believedMs: nowMs(), heldForMs: 0 }),
};
