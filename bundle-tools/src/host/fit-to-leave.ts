import { BundleError } from '../errors.ts';
import { daysUntil, rootReserveDays } from './lifetimes.ts';
import type { HostState } from './state.ts';
import { getNewest } from './trust-files.ts';

/** Refuses to sign a bundle that a site could not take, or not for long; says who must sign first. */
export const checkFitToLeave = (state: HostState, nowMs: number): void => {
  const root = getNewest(state, 'root').described;
  if (daysUntil(root.expires, nowMs) < rootReserveDays)
    throw new BundleError(
      'ROOT_TOO_SHORT',
      `the root expires at ${root.expires}; bundles need ${rootReserveDays} days more`,
    );
  const targets = getNewest(state, 'targets').described;
  if (daysUntil(targets.expires, nowMs) < 0)
    throw new BundleError(
      'EXPIRED',
      `the targets expired at ${targets.expires}: catalog build makes the next, and a curator signs it`,
    );
};
