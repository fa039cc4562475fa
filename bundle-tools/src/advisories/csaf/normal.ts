import { z } from 'zod';

// A CSAF document as it crosses the gap: what matching needs, in one shape for 2.0 and 2.1. The texts stay as the vendor
// wrote them, so that a better reading of them needs no new document.

const MAX_LEAVES = 20_000;
const text = (max: number) => z.string().max(max);
const places = z.array(z.int().min(0)).max(MAX_LEAVES);

/** One branch leaf, or a product that a relationship makes: what the statuses below speak of. */
const csafLeafSchema = z.strictObject({
  /** `product_id`: the key; names repeat. */
  id: text(500),
  vendor: text(500),
  /** Names of the branches from below the vendor down to the leaf's parent: families, product names. */
  names: z.array(text(1_000)).max(16),
  /** The name of the version node as written; '' where there is none. */
  version: text(4_000),
  category: z.enum(['product_version', 'product_version_range', 'other']),
  /** Model numbers of the identification helper, and order numbers that stand in the names. */
  models: z.array(text(200)).max(500),
  purls: z.array(text(1_000)).max(50).optional(),
  cpe: text(1_000).optional(),
});

export const REMEDIATIONS = [
  'vendor_fix',
  'workaround',
  'mitigation',
  'no_fix_planned',
  'none_available',
  'fix_planned',
  'optional_patch',
] as const;

const csafVulnerabilitySchema = z.strictObject({
  /** The CVE, or the first id that the document gives. */
  id: text(200),
  title: text(1_000).optional(),
  cwe: text(32).optional(),
  /** The vector that the severity comes from: the newest version there is. */
  cvss: text(300).optional(),
  score: z.number().min(0).max(10).optional(),
  /** Places in `leaves`. */
  affected: places,
  notAffected: places,
  fixed: places,
  investigating: places,
  unknown: places,
  remediations: z
    .array(
      z.strictObject({
        category: z.enum(REMEDIATIONS),
        details: text(10_000),
        url: text(2_000).optional(),
        date: text(40).optional(),
        /** Places in `leaves`. */
        leaves: places,
      }),
    )
    .max(2_000),
});

export const csafBodySchema = z.strictObject({
  csaf: z.enum(['2.0', '2.1']),
  /** Publisher's namespace and tracking id are the key of a document; the highest revision wins. */
  publisher: text(500),
  publisherName: text(500),
  category: z.enum(['vendor', 'coordinator', 'other']),
  trackingId: text(200),
  revision: text(100),
  status: z.enum(['draft', 'interim', 'final']),
  /** How far the document may be passed on; WHITE of 2.0 is CLEAR. */
  tlp: z.enum(['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED']).optional(),
  /** Ids of other documents that it says it copies or refers to: `SSA-054046`. */
  refersTo: z.array(text(200)).max(50),
  /** The legal disclaimer, which goes with the document. */
  disclaimer: text(10_000).optional(),
  leaves: z.array(csafLeafSchema).max(MAX_LEAVES),
  vulnerabilities: z.array(csafVulnerabilitySchema).max(5_000),
});

export type CsafLeaf = z.infer<typeof csafLeafSchema>;
export type CsafVulnerability = z.infer<typeof csafVulnerabilitySchema>;
export type CsafBody = z.infer<typeof csafBodySchema>;
