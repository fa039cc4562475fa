import type { CsafBody } from '@sallyport/bundle-tools/advisories/csaf/normal';
import type {
  ControllerIndex,
  FixState,
  IndexedDocument,
  Level,
  MatchReason,
  PartIdentity,
  Synonym,
  Verdict,
} from '@sallyport/bundle-tools/controllers/match-types';
import { z } from 'zod';
import type { Filter } from '../../platform/filter/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { DECISIONS, type Decision, type KnownThreat, type Severity } from '../vulnerabilities/types.ts';

// Findings on controllers (ADVISORIES 5 and 6): what CSAF documents say of what a part is, in three values. None is
// entered by hand; none is closed but by a newer reading, a newer document, or a person's answer that is an object of its own.

/** What a controller is for, as far as it decides how urgent a finding is. */
export type ControllerContext = {
  readonly exposure: 'direct' | 'indirect' | 'small' | 'unknown';
  readonly criticality: 'high' | 'medium' | 'low' | 'unknown';
  readonly safety: 'yes' | 'no' | 'unknown';
};

/** A controller or one of its modules, as the record has it. */
export type Subject = {
  readonly controller: number;
  readonly part: number;
  /** '' is the controller itself, else the place of the module. */
  readonly key: string;
  readonly identity: PartIdentity;
  readonly context: ControllerContext;
};

/** What findings need of the record. */
export type ControllerRecord = {
  /** The parts that can have firmware, of live controllers; all of them without `controllers`. */
  subjects(controllers?: readonly number[]): Iterable<Subject>;
};

/** Makes an index; documents come one at a time. */
export type IndexBuilder = (
  documents: readonly IndexedDocument[],
  synonyms: readonly Synonym[],
) => Pick<ControllerIndex, 'match' | 'matchDocuments' | 'documents'>;

/** What another document says of the same vulnerability in the same part. */
export type OtherVerdict = {
  readonly document: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly level: Level;
  readonly leaf: string;
  readonly path: readonly string[];
  readonly versionText: string;
};

export const exploitations = ['active', 'poc', 'none', 'unknown'] as const;
type Exploitation = (typeof exploitations)[number];

export const controllerVerdicts = ['affected', 'review', 'not-affected'] as const satisfies readonly Verdict[];
export const controllerFixStates = [
  'available',
  'planned',
  'none-planned',
  'none',
  'mitigation',
] as const satisfies readonly FixState[];

/** What holds of one part and one vulnerability, over all documents. */
export type Judgement = {
  readonly vulnerability: string;
  readonly verdict: Verdict;
  readonly reason: MatchReason | '';
  readonly level: Level;
  readonly confidence: number;
  readonly document: string;
  readonly leaf: string;
  readonly path: readonly string[];
  readonly versionText: string;
  readonly fixState: FixState;
  readonly fixedVersion: string;
  readonly others: readonly OtherVerdict[];
};

/** Open findings of a controller; `worst` is a place in DECISIONS, null when none certainly applies. */
export type ControllerFindingLoad = {
  readonly findings: number;
  readonly review: number;
  /** Held back by accepted risks and compensating controls; counted nowhere else. */
  readonly held: number;
  readonly act: number;
  readonly attend: number;
  readonly worst: number | null;
  /** Parts that wait for their first match, or of which too little is known to be matched. */
  readonly waiting: number;
};

/** What holds a finding back on one controller, and until when. */
export type HeldBack = {
  readonly kind: 'risk-acceptance' | 'mitigation';
  /** Id of the object. */
  readonly measure: string;
  readonly name: string;
  readonly until: number;
};

/** A finding as compensating controls name it: names by which the product goes, and the controller with its zone. */
export type MeasuredFinding = {
  readonly vulnerability: string;
  readonly vendor: string | null;
  readonly products: readonly string[];
  readonly version: string | null;
  /** Public id of the controller. */
  readonly controller: string;
  /** Its zone by id and by name. */
  readonly zones: readonly string[];
};

/** Measures in force, for one piece of work. */
export type Holding = {
  /** What they are about; nothing else can be held back. */
  readonly vulnerabilities: readonly string[];
  of(finding: MeasuredFinding): HeldBack | undefined;
};

/** One line of the list: a vulnerability in one product and version, with the controllers that have it. */
export type ControllerFinding = {
  /** `<identity>.<vulnerability>` */
  readonly id: string;
  readonly identity: number;
  readonly vulnerability: string;
  readonly product: string;
  readonly vendor: string;
  readonly family: string;
  readonly firmware: string;
  readonly firmwareSide: 'observed' | 'configured' | '';
  readonly verdict: Verdict;
  readonly matched: Verdict;
  readonly reason: string;
  readonly level: Level;
  readonly confidence: number;
  readonly decision: Decision;
  /** Whether attacks are known; from catalogues, and from what the document's vector says. */
  readonly exploitation: Exploitation;
  /** Day on which it came into the catalogue of known exploited vulnerabilities; '' where it is not in it. */
  readonly exploitedSince: string;
  readonly severity: Severity;
  readonly score: number | null;
  readonly fixState: FixState;
  readonly fixedVersion: string;
  readonly advisory: string;
  readonly publisher: string;
  readonly status: string;
  readonly title: string;
  readonly leaf: string;
  readonly path: readonly string[];
  readonly versionText: string;
  readonly others: readonly OtherVerdict[];
  /** The answer in force, and one that holds no more. */
  readonly answer: string;
  readonly former: string;
  readonly controllers: number;
  /** On how many of them it is held back, and by what. */
  readonly held: number;
  readonly heldBy: readonly HeldBack[];
  readonly since: number;
  readonly until: number | null;
};

/** A finding on one part of one controller. */
export type ControllerPartFinding = ControllerFinding & {
  readonly controller: number;
  readonly part: number;
  readonly partKey: string;
  readonly firstSeen: number;
};

export type ControllerFindingQuery = {
  readonly scope: Scope;
  /** Without `held` in it, what is held back on every controller is left out. */
  readonly filter?: Filter | undefined;
  readonly sort?: 'decision' | 'vulnerability' | 'product' | 'controllers' | 'severity' | 'since' | 'exploitation';
  readonly descending?: boolean;
  readonly after?: string | undefined;
  readonly limit: number;
};

export type ControllerRematch = {
  readonly opened: number;
  readonly closed: number;
  readonly changed: number;
  readonly identities: number;
};

/** How much hurry some vulnerabilities make, over the controllers that have them. */
export type Urgency = {
  /** The worst; null where no controller is certainly affected. */
  readonly decision: Decision | null;
  readonly findings: number;
  /** Which of them are known to be exploited. */
  readonly exploited: readonly string[];
  /** The earliest day by which the catalogue wants them gone; '' without one. */
  readonly due: string;
};

export const JUSTIFICATIONS = [
  'component-not-present',
  'vulnerable-code-not-present',
  'vulnerable-code-not-in-execute-path',
  'vulnerable-code-cannot-be-controlled-by-adversary',
  'inline-mitigations-already-exist',
] as const;

export type Justification = (typeof JUSTIFICATIONS)[number];

export type GroupBy = 'family' | 'vendor';

export type ReviewItem = {
  readonly identity: number;
  readonly vulnerability: string;
  readonly document: string;
  readonly revision: string;
  readonly title: string;
  readonly publisher: string;
  readonly path: readonly string[];
  readonly versionText: string;
  readonly decision: Decision;
  readonly former: string;
};

/** Why a finding is one: what was read, what the document says, by whom, and what was made of it. */
export type FindingWhy = {
  readonly finding: ControllerFinding;
  readonly identity: PartIdentity;
  readonly documents: readonly WhyDocument[];
  readonly rule: string;
  readonly threat: Threat;
  /** A person's answer in force. */
  readonly answer: HeldAnswer | undefined;
  /** What catalogues of exploitation say of it. */
  readonly known: KnownThreat | undefined;
  readonly contexts: readonly ControllerContext[];
  readonly parts: readonly { controller: number; part: number; part_key: string; since: number }[];
};

/** A document about the finding: the one that decided, or another about the same. */
export type WhyDocument = {
  readonly key: string;
  readonly title: string;
  readonly publisher: string;
  readonly category: CsafBody['category'];
  readonly revision: string;
  readonly status: CsafBody['status'];
  readonly modified: string;
  readonly feed: string;
  readonly disclaimer?: string;
  readonly says: Pick<OtherVerdict, 'verdict' | 'reason' | 'level' | 'path' | 'versionText'>;
  readonly remediations: readonly WhyRemediation[];
  readonly cvss?: string;
  readonly score?: number;
};

export type WhyRemediation = {
  readonly category: string;
  readonly details: string;
  readonly url?: string;
  readonly date?: string;
};

export type Threat = {
  /** `active`: known to be exploited. */
  readonly exploitation: Exploitation;
  readonly automatable: 'yes' | 'no' | 'unknown';
  readonly impact: 'total' | 'partial' | 'unknown';
};

/** An answer in force, for people. */
export type HeldAnswer = {
  readonly id: string;
  readonly verdict: AnswerVerdict;
  readonly justification: string;
  readonly reason: string;
  readonly evidence: string;
  readonly who: string;
  readonly at: number;
};

export type AnswerVerdict = 'affected' | 'not-affected';

export const questionSchema = z.object({
  id: z.string(),
  /** `names`: is it the product that the document means; `version`: is this version of the product affected. */
  question: z.enum(['names', 'version']),
  reason: z.string(),
  label: z.string(),
  vendor: z.string(),
  firmware: z.string(),
  /** `names`: the record's name and the document's. */
  name: z.string(),
  means: z.string(),
  findings: z.int(),
  documents: z.int(),
  controllers: z.int(),
  decision: z.enum(DECISIONS),
  /** Answered before, for another revision or another version. */
  isReopened: z.boolean(),
});
export type ReviewGroup = z.infer<typeof questionSchema>;
