import type { EvidenceName, MoveEvidence, PatchState } from './types.ts';

// What a move rests on. Times are milliseconds. Files are objects of the store, by SHA-256.

const wanted: Readonly<Partial<Record<PatchState, readonly EvidenceName[]>>> = {
  site_testing: ['testedOn'],
  authorized: ['reference-or-file'],
  scheduled: ['window', 'windowFrom'],
  installed: ['installedAt'],
  deferred: ['until'],
  mitigated: ['plan', 'owner', 'until'],
  accepted: ['owner', 'until'],
  superseded: ['supersededBy'],
  rolled_back: ['reference-or-file'],
  vendor_testing: ['reference-or-file'],
  vendor_rejected: ['reference-or-file'],
  not_applicable: ['reference-or-file'],
  vendor_approved: ['reference-or-file'],
  vendor_released: ['reference-or-file'],
};

/** What a move to a state has to bring. */
export const wantedEvidence = (to: PatchState): readonly EvidenceName[] => wanted[to] ?? [];

/** What of it is missing. A statement of the vendor instead of a test has to be named. */
export const missingEvidence = (to: PatchState, given: MoveEvidence): EvidenceName[] => {
  const hasDocument = given.reference !== undefined || (given.files?.length ?? 0) > 0;
  const missing = wantedEvidence(to).filter((name) =>
    name === 'reference-or-file' ? !hasDocument : given[name] === undefined,
  );
  if (to === 'site_testing' && given.testedOn === 'vendor-statement' && !hasDocument) missing.push('reference-or-file');
  return missing;
};
