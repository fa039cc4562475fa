// The states of a patch (OT 6). A state belongs to a patch for one product, version and site, never to the patch alone.
//
// The lifecycle names follow the patch lifecycle that IEC 62443-2-3 describes. They have to be checked against a licensed
// copy of the standard; until then they are labels beside our own states and nothing claims conformance.

import { type PatchState, VENDOR_STATES, type VendorState } from './types.ts';

/** States that end by themselves: then the patch falls back to where it was. */
const EXPIRING_STATES = ['deferred', 'mitigated', 'accepted'] as const satisfies readonly PatchState[];
type ExpiringState = (typeof EXPIRING_STATES)[number];

const vendorStates: ReadonlySet<string> = new Set(VENDOR_STATES);
const expiringStates: ReadonlySet<string> = new Set(EXPIRING_STATES);
export const isVendorState = (state: string): state is VendorState => vendorStates.has(state);
export const isExpiring = (state: PatchState): state is ExpiringState => expiringStates.has(state);

/**
 * Where a patch comes to lie when a state with an end is over. A window that was planned before may be long gone, so a
 * planned patch is authorized again and not planned.
 */
export const fallbackOf = (state: PatchState, held: PatchState | null): PatchState => {
  if (isExpiring(state)) return held ?? 'imported';
  return state === 'scheduled' ? 'authorized' : state;
};
