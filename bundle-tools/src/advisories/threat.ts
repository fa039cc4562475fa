import { z } from 'zod';

// What catalogues of exploitation say of a vulnerability: an attribute of the CVE, never of a document about it. It crosses
// the gap in feeds of its own, so that a day's change of a catalogue touches no advisory.

const day = z.string().regex(/^\d{4}-\d\d-\d\d$/);

export const EXPLOITATIONS = ['active', 'poc', 'none'] as const;

export const threatSchema = z.strictObject({
  /** It stands in the catalogue of known exploited vulnerabilities. */
  exploited: z.strictObject({ since: day, due: day.optional(), ransomware: z.boolean() }).optional(),
  /** The points of the SSVC decision that do not depend on the site. */
  ssvc: z
    .strictObject({
      exploitation: z.enum(EXPLOITATIONS),
      automatable: z.enum(['yes', 'no']),
      impact: z.enum(['total', 'partial']),
    })
    .optional(),
});

/** What one catalogue says of one CVE. */
export type CatalogueThreat = z.infer<typeof threatSchema>;
