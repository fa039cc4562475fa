import { z } from 'zod';
import type { PatchState } from './states.ts';

// What a move rests on. Times are milliseconds. Files are objects of the store, by SHA-256.

export const TESTED_ON = ['bench', 'spare', 'simulation', 'vendor-statement', 'none'] as const;
export type TestedOn = (typeof TESTED_ON)[number];

const line = z.string().min(1).max(500);
const ms = z.int().min(0);

export const moveEvidenceSchema = z.strictObject({
  /** Number of a document, a work order, an address of a statement. */
  reference: line.optional(),
  files: z
    .array(z.string().regex(/^[0-9a-f]{64}$/))
    .max(32)
    .optional(),
  testedOn: z.enum(TESTED_ON).optional(),
  /** Deferred, mitigated, accepted: when that ends. */
  until: ms.optional(),
  /** Id of a mitigation, or the plan in words. */
  plan: line.optional(),
  /** Who answers for it: `account:<id>` or a name. */
  owner: line.optional(),
  /** Id of a window and the beginning of the occurrence that is meant. */
  window: z.string().min(1).max(512).optional(),
  windowFrom: ms.optional(),
  installedAt: ms.optional(),
  supersededBy: line.optional(),
});
export type MoveEvidence = z.infer<typeof moveEvidenceSchema>;

export type EvidenceName = keyof MoveEvidence | 'reference-or-file';

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
