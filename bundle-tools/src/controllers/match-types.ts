import type { ReviewReason } from '../advisories/csaf/bounds.ts';
import type { CsafBody } from '../advisories/csaf/normal.ts';

// Matching of controllers and their modules against CSAF documents (ADVISORIES 6). Pure: what a part is, what documents
// say, what people decided before; out comes one answer per vulnerability, never silently "not affected".

/** How a leaf names what it speaks of: order number, CIP tuple, vendor and model, family, likeness. */
export type Level = 'M1' | 'M2' | 'M3' | 'M4' | 'M5';

/** A controller or one of its modules, as the record has it. Unknown stays absent. */
export type PartIdentity = {
  vendor?: string;
  orderNumber?: string;
  /** `vendor/type/code` */
  cipTuple?: string;
  model?: string;
  productFamily?: string;
  /** The observed firmware, else the configured one, which has fewer parts. */
  firmware?: string;
  firmwareSide?: 'observed' | 'configured';
  hwVersion?: string;
  serial?: string;
  /** Date of manufacture or of the build, `YYYY-MM-DD`. */
  date?: string;
  bios?: string;
};

export type Verdict = 'affected' | 'not-affected' | 'review';

export type MatchReason =
  | ReviewReason
  | 'version-unknown'
  | 'version-coarse'
  | 'version-form'
  /** Only a likeness: a person confirms. */
  | 'fuzzy'
  /** The document itself says that it is being looked into, or unknown. */
  | 'under-investigation'
  /** Two leaves of the same rank say different things. */
  | 'conflict'
  /** The hardware version decides and is not known. */
  | 'hardware';

export type FixState = 'available' | 'planned' | 'none-planned' | 'none' | 'mitigation';

/** One answer about one part, by one document, for one vulnerability. */
export type ControllerMatch = {
  /** Place of the document in the index, and its key. */
  doc: number;
  docKey: string;
  vulnerability: string;
  verdict: Verdict;
  reason?: MatchReason;
  level: Level;
  /** Product of the factors; 1 is exact. */
  confidence: number;
  /** `product_id` of the leaf that decided, and how it reads. */
  leaf: string;
  path: readonly string[];
  versionText: string;
  fixState: FixState;
  /** The version that "Update to …" names, where one does. */
  fixedVersion?: string;
  /** Places in the vulnerability's remediations that speak of the leaf. */
  remediations: readonly number[];
  /** Place of the vendor's own document, which decides instead: this answer is a coordinator's copy, kept and linked. */
  outrankedBy?: number;
};

/** A person's answer about a likeness: these names mean the same product, or do not. */
export type Synonym = { vendor: string; name: string; means: string; same: boolean };

export type IndexedDocument = { key: string; body: CsafBody };

export type ControllerIndex = {
  /** All answers about one part; documents that say nothing about it give none. */
  match(part: PartIdentity): ControllerMatch[];
  /** The same against the given documents alone. */
  matchDocuments(part: PartIdentity, docs: ReadonlySet<number>): ControllerMatch[];
  documents: readonly IndexedDocument[];
  /** The makers and families that a document names, as makersOf and familiesOfPart in spoken-of.ts name those of a part. */
  spokenOf(doc: number): readonly string[];
};
