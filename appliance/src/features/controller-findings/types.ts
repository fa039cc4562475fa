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
import { type Shape, textTime, time } from '../../platform/shapes.ts';
import { COVERAGE_STATES, DECISIONS, type Decision, type KnownThreat, SEVERITIES } from '../vulnerabilities/types.ts';

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
) => Pick<ControllerIndex, 'match' | 'matchDocuments' | 'documents' | 'spokenOf'>;

export const controllerVerdicts = ['affected', 'review', 'not-affected'] as const satisfies readonly Verdict[];

const levels = ['M1', 'M2', 'M3', 'M4', 'M5'] as const;

const verdictShape = {
  verdict: z.enum(controllerVerdicts),
  reason: z.string().describe('Why it is for review; empty where it is certain'),
  level: z.enum(levels).describe('Order number, CIP tuple, vendor and model, family, likeness'),
  path: z.array(z.string()).describe('Names on the way to the leaf of the document'),
  versionText: z.string().describe('As the document writes it'),
};

/** What another document says of the same vulnerability in the same part. */
const otherVerdict = z.object({ document: z.string(), leaf: z.string(), ...verdictShape });
export type OtherVerdict = Shape<typeof otherVerdict>;

export const exploitations = ['active', 'poc', 'none', 'unknown'] as const;
type Exploitation = (typeof exploitations)[number];

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

/**
 * Why parts of a controller are not judged. `no-advisories`: none about any controller is here. `no-maker`: none of its maker.
 * `no-family`: the maker is named, neither it nor its family. `maker-unknown`: nothing says who made it. `too-little`: no order number, model
 * or family is known. `waiting`: not compared yet.
 */
const CONTROLLER_COVERAGE_CODES = [
  'no-advisories',
  'no-maker',
  'no-family',
  'maker-unknown',
  'too-little',
  'waiting',
] as const;

export const controllerCoverageSchema = z.object({
  state: z.enum(COVERAGE_STATES).describe('`judged`: every part; without findings there are none'),
  reasons: z.array(
    z.object({
      code: z.enum(CONTROLLER_COVERAGE_CODES),
      vendor: z.string().describe('As the record names the maker; empty where it is not known'),
      parts: z.int().describe('The controller itself and its modules, as far as they are not judged for this reason'),
      documents: z.int().describe('Advisories that are here and name the maker'),
      newest: z.string().describe('When the newest of them was changed; empty without one'),
    }),
  ),
});

/** By what a controller is judged, and what of it is not. */
export type ControllerCoverage = z.infer<typeof controllerCoverageSchema>;

/** What holds a finding back on one controller, and until when. */
const heldBack = z.object({
  kind: z.enum(['risk-acceptance', 'mitigation']),
  measure: z.string(),
  name: z.string(),
  until: time,
});
export type HeldBack = Shape<typeof heldBack>;

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

/** What a controller or a module of one goes by, as acceptances name it. */
export type NamedPart = {
  readonly vendor: string | null;
  /** Names by which the product goes: model, family, order number. */
  readonly products: readonly string[];
  /** Zones of the controllers that have it, by id and by name. */
  readonly zones: () => readonly string[];
};

/** Measures in force, for one piece of work. */
export type Holding = {
  /** What they are about; nothing else can be held back. */
  readonly vulnerabilities: readonly string[];
  of(finding: MeasuredFinding): HeldBack | undefined;
};

/** One line of the list: a vulnerability in one product and version, with the controllers that have it. */
export const controllerFindingSchema = z.object({
  /** `<identity>.<vulnerability>` */
  id: z.string(),
  vulnerability: z.string(),
  product: z.string(),
  vendor: z.string(),
  family: z.string(),
  firmware: z.string(),
  firmwareSide: z.enum(['observed', 'configured', '']),
  ...verdictShape,
  matched: z.enum(controllerVerdicts).describe('What comparing alone gave, where a person has answered'),
  confidence: z.number(),
  decision: z.enum(DECISIONS),
  exploitation: z
    .enum(exploitations)
    .describe('Whether attacks are known: from catalogues, and the vector of the document'),
  exploitedSince: z
    .string()
    .describe('Day on which it came into the catalogue of known exploited ones; empty where it is not in it'),
  severity: z.enum(SEVERITIES),
  score: z.number().nullable(),
  fixState: z.enum(controllerFixStates),
  fixedVersion: z.string(),
  advisory: z.string().describe('Namespace of the publisher and id of the document that decided'),
  publisher: z.string(),
  status: z.string(),
  title: z.string(),
  leaf: z.string(),
  others: z.array(otherVerdict).describe('What other documents say of the same'),
  answer: z.string().describe('Id of the answer in force'),
  former: z.string().describe('Id of an answer about another revision or version'),
  controllers: z.int(),
  held: z.int().describe('On how many of them an accepted risk or a mitigation holds it back'),
  heldBy: z.array(heldBack),
  since: time,
  until: time.nullable(),
});
export type ControllerFinding = Shape<typeof controllerFindingSchema> & { readonly identity: number };

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
export const urgencySchema = z.object({
  decision: z.enum(DECISIONS).nullable().describe('The worst; null where no controller is certainly affected'),
  findings: z.int(),
  exploited: z.array(z.string()).describe('Which of them are known to be exploited'),
  due: z.string().describe('Day by which the catalogue wants the first of them gone; empty without one'),
});
export type Urgency = Shape<typeof urgencySchema>;

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

const remediation = z.object({
  category: z.string(),
  details: z.string(),
  url: z.string().optional(),
  date: z.string().optional(),
});
export type WhyRemediation = Shape<typeof remediation>;

/** A document about the finding: the one that decided, or another about the same. */
export const whyDocument = z.object({
  key: z.string(),
  title: z.string(),
  publisher: z.string(),
  category: z.enum(['vendor', 'coordinator', 'other']),
  revision: z.string(),
  status: z.enum(['draft', 'interim', 'final']),
  modified: textTime,
  feed: z.string(),
  disclaimer: z.string().optional(),
  says: z.object(verdictShape),
  remediations: z.array(remediation),
  cvss: z.string().optional(),
  score: z.number().optional(),
});
export type WhyDocument = Shape<typeof whyDocument>;

export type Threat = {
  /** `active`: known to be exploited. */
  readonly exploitation: Exploitation;
  readonly automatable: 'yes' | 'no' | 'unknown';
  readonly impact: 'total' | 'partial' | 'unknown';
};

/** An answer in force, for people. */
export const heldAnswer = z.object({
  id: z.string(),
  verdict: z.enum(['affected', 'not-affected']),
  justification: z.string().describe('Class of the reason, as in OpenVEX; empty for answers to questions'),
  reason: z.string(),
  evidence: z.string(),
  who: z.string(),
  at: time,
});
export type HeldAnswer = Shape<typeof heldAnswer>;

export type AnswerVerdict = HeldAnswer['verdict'];

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
