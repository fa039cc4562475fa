import { isExpiring, isVendorState } from './states.ts';
import { type PatchState, VENDOR_STATES, type VendorState } from './types.ts';

// Which state may follow which, as a table. What else a move needs (evidence, gates, people) is in needs.ts.

/** Ways out that the site always has while a patch is not installed. */
const aside: readonly PatchState[] = ['deferred', 'mitigated', 'accepted', 'superseded'];

const otherVendorStates = (own: PatchState): PatchState[] => VENDOR_STATES.filter((state) => state !== own);

const table: Readonly<Record<PatchState, readonly PatchState[]>> = {
  imported: [...otherVendorStates('imported'), 'site_testing', ...aside],
  vendor_testing: [...otherVendorStates('vendor_testing'), 'site_testing', ...aside],
  // Only two named roles pass this one (OT 6).
  vendor_rejected: [...otherVendorStates('vendor_rejected'), 'site_testing', ...aside],
  not_applicable: [...otherVendorStates('not_applicable'), 'superseded'],
  vendor_approved: [...otherVendorStates('vendor_approved'), 'site_testing', ...aside],
  vendor_released: [...otherVendorStates('vendor_released'), 'site_testing', ...aside],
  site_testing: ['authorized', 'site_rejected', 'vendor_rejected', 'not_applicable', ...aside],
  site_rejected: ['site_testing', 'vendor_rejected', 'not_applicable', ...aside],
  authorized: ['scheduled', 'site_testing', 'site_rejected', 'vendor_rejected', 'not_applicable', ...aside],
  scheduled: ['installed', 'authorized', 'site_rejected', 'vendor_rejected', 'not_applicable', ...aside],
  installed: ['verified', 'rolled_back'],
  verified: ['rolled_back', 'superseded'],
  deferred: ['vendor_rejected', 'not_applicable', 'mitigated', 'accepted', 'superseded'],
  mitigated: ['vendor_rejected', 'not_applicable', 'deferred', 'accepted', 'superseded'],
  accepted: ['vendor_rejected', 'not_applicable', 'deferred', 'mitigated', 'superseded'],
  superseded: [],
  rolled_back: ['site_testing', 'site_rejected', 'vendor_rejected', ...aside],
};

/** The states that may follow one, in the order of the table. */
export const nextStates = (from: PatchState): readonly PatchState[] => table[from];

export const isMove = (from: PatchState, to: PatchState): boolean => table[from].includes(to);

/** What happens when the vendor says something new: to the state, and to where a state with an end falls back to. */
type VendorEffect = { readonly state?: PatchState; readonly fallback?: PatchState };

/**
 * A new verdict of the vendor about a patch in a state. While the vendor's verdict is the state it is replaced. A refusal pulls
 * back what the site has gone on with; a state with an end lasts, and falls back to the refusal. What is installed stays
 * installed: the word is kept beside it, and closes the gate of whatever comes next.
 */
export const vendorEffect = (state: PatchState, fallback: PatchState | null, word: VendorState): VendorEffect => {
  if (isVendorState(state)) return { state: word };
  if (state === 'installed' || state === 'verified' || state === 'superseded') return {};
  const isRefusal = word === 'vendor_rejected' || word === 'not_applicable';
  if (!isExpiring(state)) return isRefusal ? { state: word } : {};
  return isRefusal || fallback === null || isVendorState(fallback) ? { fallback: word } : {};
};
