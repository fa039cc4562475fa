// The states of a patch (OT 6). A state belongs to a patch for one product, version and site, never to the patch alone.
//
// The lifecycle names follow the patch lifecycle that IEC 62443-2-3 describes. They have to be checked against a licensed
// copy of the standard; until somebody did, they are labels beside our own states and nothing claims conformance.

export const PATCH_STATES = [
  'imported',
  'vendor_testing',
  'vendor_rejected',
  'not_applicable',
  'vendor_approved',
  'vendor_released',
  'site_testing',
  'site_rejected',
  'authorized',
  'scheduled',
  'installed',
  'verified',
  'deferred',
  'mitigated',
  'accepted',
  'superseded',
  'rolled_back',
] as const;
export type PatchState = (typeof PATCH_STATES)[number];

/** What the vendor of the product says about the patch. */
export const VENDOR_STATES = [
  'imported',
  'vendor_testing',
  'vendor_rejected',
  'not_applicable',
  'vendor_approved',
  'vendor_released',
] as const satisfies readonly PatchState[];
export type VendorState = (typeof VENDOR_STATES)[number];

/** States that end by themselves: then the patch falls back to where it was. */
export const EXPIRING_STATES = ['deferred', 'mitigated', 'accepted'] as const satisfies readonly PatchState[];
export type ExpiringState = (typeof EXPIRING_STATES)[number];

export type SetBy = 'supplier' | 'vendor' | 'site';

/** Name in the lifecycle, to be checked against the standard; states of our own have none. */
export const LIFECYCLE_NAMES: Readonly<Partial<Record<PatchState, string>>> = {
  imported: 'Available',
  vendor_testing: 'In Test',
  vendor_rejected: 'Not Approved',
  not_applicable: 'Not Applicable',
  vendor_approved: 'Approved',
  vendor_released: 'Released',
  site_testing: 'In Internal Test',
  site_rejected: 'Not Authorized',
  authorized: 'Authorized',
  scheduled: 'Effective',
  installed: 'Installed',
  verified: 'Installed',
};

const vendorStates: ReadonlySet<string> = new Set(VENDOR_STATES);
const expiringStates: ReadonlySet<string> = new Set(EXPIRING_STATES);
const states: ReadonlySet<string> = new Set(PATCH_STATES);

export const isPatchState = (text: string): text is PatchState => states.has(text);
export const isVendorState = (state: string): state is VendorState => vendorStates.has(state);
export const isExpiring = (state: PatchState): state is ExpiringState => expiringStates.has(state);

/** Who sets a state (OT 6, column 2). */
export const setBy = (state: PatchState): SetBy =>
  state === 'imported' ? 'supplier' : isVendorState(state) ? 'vendor' : 'site';

/**
 * Where a patch comes to lie when a state with an end is over. A window that was planned before may be long gone, so a
 * planned patch is authorized again and not planned.
 */
export const fallbackOf = (state: PatchState, held: PatchState | null): PatchState => {
  if (isExpiring(state)) return held ?? 'imported';
  return state === 'scheduled' ? 'authorized' : state;
};
