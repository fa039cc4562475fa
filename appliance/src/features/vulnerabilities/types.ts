// A finding is derived: a component (ecosystem with release, package, version) that an advisory's range covers, fanned
// out to the devices whose inventory holds it. None is entered by hand; one is closed only by the next inventory, a
// withdrawn advisory, or a decision that lies in an object of its own.

import type { CsafBody } from '@sallyport/bundle-tools/advisories/csaf/normal';
import { z } from 'zod';
import type { Filter } from '../../platform/filter/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { deviceReference, type Shape, textTime } from '../../platform/shapes.ts';

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'unknown';
export type Decision = 'act' | 'attend' | 'track-star' | 'track';
/** `review`: it could not be compared, so a person must look; never silently "not affected". */
export type Verdict = 'affected' | 'review';
export type FixState = 'available' | 'none' | 'undetermined';
/** `fixed` is what earlier inventories showed and the present one no longer does. */
export type WorkState = 'open' | 'planned' | 'fixed';

export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'unknown'];
export const DECISIONS: readonly Decision[] = ['act', 'attend', 'track-star', 'track'];
export const VERDICTS = ['affected', 'review'] as const satisfies readonly Verdict[];
export const FIX_STATES: readonly FixState[] = ['available', 'none', 'undetermined'];
export const WORK_STATES: readonly WorkState[] = ['open', 'planned', 'fixed'];

export const severitySchema = z.enum(SEVERITIES);
export const decisionSchema = z.enum(DECISIONS);

export const COVERAGE_STATES = ['not-judged', 'partly', 'judged'] as const;

/**
 * Why components are not judged. `pending`: what changed has not been compared yet. `no-inventory`: the device has not reported its
 * software. `no-release`: its system does not say
 * which release it is, or none that advisories are written for. `no-reader`: nothing here reads advisories about such a system.
 * `no-feed`: no feed that is here covers the ecosystem. `no-scheme`: no rule orders its versions. `not-comparable`: a version
 * that its scheme does not read. `other-publisher`: the distribution does not publish it, and no record here is about it.
 * `no-source-name`: its source package is not known. `not-named`: in no way that advisories use.
 * `fixes-only`: judged only for what has a fix, by security suites; what has none yet they do not say.
 * `few-records`: judged by fewer records than the site asks for, and the curator does not call them all that there are.
 * `support-ended`: judged only until the day on which support of the release ended. `support-paid`: the same, and an edition that is
 * paid for goes on. `list-not-read`: the newest report could not read the list, what is known of it is from before. `list-never-read`: no
 * report had the packages of the system itself. `list-source-gone`: the source that they come from was not heard for 30 days, another one was.
 * `list-not-whole`: of a kind of packages beside the system's own some could not be read. `not-managed`: a snap, a flatpak or an image of
 * a container, which no source writes about and no update here reaches. `not-looked-at`: no agent of the device looks for the kind; alone
 * it leaves the state as it is.
 */
const COVERAGE_CODES = [
  'pending',
  'no-inventory',
  'no-release',
  'no-reader',
  'no-feed',
  'no-scheme',
  'not-comparable',
  'other-publisher',
  'no-source-name',
  'not-named',
  'fixes-only',
  'few-records',
  'support-ended',
  'support-paid',
  'list-not-read',
  'list-never-read',
  'list-source-gone',
  'list-not-whole',
  'not-managed',
  'not-looked-at',
] as const;

export const coverageSchema = z.object({
  state: z.enum(COVERAGE_STATES).describe('`judged`: all of its components; without findings there are none'),
  reasons: z.array(
    z.object({
      code: z.enum(COVERAGE_CODES),
      ecosystem: z.string().describe('Empty where it is not known'),
      components: z.int().describe('Packages that are not judged for this reason'),
      until: z.string().optional().describe('The last day of support for everybody; judged only until then'),
      records: z.int().optional().describe('Of `few-records`: how many records there are about the ecosystem'),
      edition: z.string().optional().describe('An edition that is paid for and supported for longer'),
      paidUntil: z.string().optional().describe('The last day of support of that edition'),
      publisher: z
        .string()
        .optional()
        .describe('Who publishes them, of `other-publisher`; empty where it is not known'),
      list: z
        .string()
        .optional()
        .describe('Of codes that begin with `list-`, and of `not-looked-at`: the lists, by the type of their packages'),
      source: z.string().optional().describe('Of `list-source-gone`: the source of inventory'),
      since: z
        .string()
        .optional()
        .describe('The day of the first report that lacked the list, or on which its source was last heard'),
    }),
  ),
  judgedBy: z
    .array(
      z.object({
        ecosystem: z.string(),
        components: z.int(),
        feeds: z.array(z.string()),
        until: z
          .string()
          .optional()
          .describe('The last day on which everybody gets fixes of the release; absent: not known'),
      }),
    )
    .describe('The feeds that the components of each ecosystem were compared with'),
});

/** By what a device is judged, and what of it is not; a fact of its inventory and of the feeds that are here. */
export type Coverage = z.infer<typeof coverageSchema> & {
  /** Whether the packages of the system itself are judged. */
  readonly system: boolean;
  /** When it becomes another by itself, in ms: support of something ends; absent: of nothing that is known. */
  readonly turnsAt?: number;
};
/** What of packages beside the system's own is not judged on a device: the kinds that nothing manages, and that no agent looks. */
export const BESIDE = ['snap', 'flatpak', 'container', 'not-looked-at'] as const;

/** What no feed judges: packages of one ecosystem, and on how many devices. */
export type Uncovered = { ecosystem: string; components: number; devices: number };
/** What advisories here are about and no rule reads, with the feeds that they are in. */
export type UnreadEcosystem = { ecosystem: string; feeds: string[] };

export type CoverageState = (typeof COVERAGE_STATES)[number];

/** A finding as it is sent. */
export const findingSchema = z.object({
  /** `<component>.<advisory>`, stable for as long as the finding is open. */
  id: z.string(),
  advisory: z.string(),
  aliases: z.array(z.string()),
  feed: z.string(),
  summary: z.string(),
  severity: severitySchema,
  cvss: z.string().optional(),
  decision: decisionSchema,
  exploited: z.boolean().describe('Attacks that use it are known'),
  verdict: z.enum(['affected', 'review']).describe('`review`: it could not be compared, so a person must look'),
  fixState: z.enum(FIX_STATES),
  state: z.enum(WORK_STATES),
  ecosystem: z.string(),
  package: z.string(),
  version: z.string(),
  fixed: z.string().optional().describe('The version that fixes it'),
  edition: z
    .string()
    .optional()
    .describe('The edition that is paid for in which alone `fixed` is; `fixState` is then `none`'),
  devices: z.int(),
  since: textTime,
  until: textTime.optional(),
  agedSince: textTime
    .optional()
    .describe('Since when no bundle brings what it is known from; it stays open, as of then'),
});
/** One line of the list: an advisory on one component, with the number of devices that have it. */
export type Finding = Shape<typeof findingSchema> & { readonly component: number; readonly adv: number };

/** A finding on one device. */
export type DeviceFinding = Finding & { readonly device: number; readonly firstSeen: string };

/** Open findings of a device: all of them, and those that certainly apply by their decision; `worst` is a place in DECISIONS. */
export type FindingLoad = {
  readonly findings: number;
  readonly act: number;
  readonly attend: number;
  readonly worst: number | null;
};

export type FindingQuery = {
  /** Only what devices in reach have, or had, is there, and only they are counted. */
  readonly scope: Scope;
  readonly filter?: Filter | undefined;
  /** Of one device alone. */
  readonly device?: number;
  readonly sort?: 'decision' | 'severity' | 'package' | 'advisory' | 'devices' | 'since';
  readonly descending?: boolean;
  readonly after?: string | undefined;
  readonly limit: number;
};

export const countsSchema = z.object({
  open: z.int(),
  affected: z.int(),
  /** Of which undecided: versions or ranges that cannot be compared, module streams. */
  review: z.int(),
  fixAvailable: z.int(),
  /** Devices with at least one open finding. */
  devices: z.int(),
  bySeverity: z.record(severitySchema, z.int()),
  /** Decision × fix state, for the matrix of the page. */
  matrix: z.record(decisionSchema, z.record(z.enum(FIX_STATES), z.int())),
});
export type FindingCounts = z.infer<typeof countsSchema>;

/** Why an advisory matches a component: the record, the range, both keys, the source and its age. */
export const findingWhy = z.object({
  finding: findingSchema,
  document: z.unknown().describe('The advisory as it was imported'),
  key: z.string().optional().describe('Comparison key of the version, hex'),
  ranges: z.array(
    z.object({
      lo: z.string(),
      hi: z.string(),
      fixed: z.string().optional(),
      covers: z.boolean(),
      qualifier: z
        .object({ arch: z.string().optional(), module: z.string().optional(), channel: z.string().optional() })
        .optional(),
    }),
  ),
  exact: z.boolean(),
  review: z.array(z.object({ introduced: z.string(), fixed: z.string(), lastAffected: z.string() })),
  source: z.object({ name: z.string(), newest: textTime.optional(), importedAt: textTime.optional() }),
  inputs: z.unknown().describe('What the decision was made from'),
  confidence: z.enum(['high', 'low']),
  devices: z.array(z.object({ device: deviceReference, firstSeen: textTime })),
});
export type FindingWhy = Omit<Shape<typeof findingWhy>, 'finding' | 'devices'> & {
  readonly finding: Finding;
  readonly devices: readonly { readonly device: number; readonly firstSeen: string }[];
};

/** What is kept of an advisory beside its matches. `aliases` is JSON; `names` are all other names, for searches. */
export type AdvisoryFacts = {
  readonly osv_id: string;
  readonly feed: string;
  readonly severity: Severity;
  readonly cvss: string | null;
  readonly summary: string;
  readonly aliases: string;
  readonly names: string;
};

/** The age of one feed's knowledge. Stale is a warning, never a refusal to work. */
export const knowledgeSchema = z.object({
  feed: z.string(),
  newest: textTime.optional(),
  importedAt: textTime,
  ageDays: z.int().optional(),
  goneSince: textTime.optional().describe('Since when no bundle has it; what it said is kept and closes nothing'),
  limitDays: z.int(),
  stale: z.boolean(),
});
export type Knowledge = Shape<typeof knowledgeSchema>;

/** How much one feed says of one ecosystem: a feed may be young and its newest record about one release old. */
export const ecosystemKnowledgeSchema = z.object({
  ecosystem: z.string().describe('With its release: `Debian:13`'),
  feed: z.string(),
  records: z.int().describe('Advisories about it that are not withdrawn'),
  newest: textTime.describe('When the newest of them changed'),
});
export type EcosystemKnowledge = Shape<typeof ecosystemKnowledgeSchema>;
export type EcosystemReads = {
  /** Ecosystems that advisories here are about and that no rule reads: they judge nothing. */
  unreadEcosystems(): UnreadEcosystem[];
  /** How much each feed says of each ecosystem. */
  known(): readonly EcosystemKnowledge[];
};

/** One part as its inventory line names it; `from` '' is a full one, which replaces the feed. */
export type FeedPart = {
  readonly feed: string;
  readonly from: string;
  readonly to: string;
  readonly open: () => AsyncIterable<Uint8Array>;
};

/** A feed after the parts; `newest` is the newest advisory's date that is not after the capture. */
export type FeedState = {
  readonly feed: string;
  readonly cursor: string;
  readonly digest: string;
  readonly newest?: string;
};

/** What a new match wrote. */
export type RematchResult = { readonly opened: number; readonly closed: number; readonly changed: number };

/** What is derived of one device, as it is kept while its record is part of another one. */
export type KeptDevice = {
  since: string;
  /** base64 */
  components: string;
  nameless: number;
  log: { component: number; added: string; removed: string | null }[];
};

/** A package of a device that cannot be judged, since its source package is unknown. */
export type UnjudgedPackage = { item: number; name: string; version: string };

/** A document without its body. `key` is the publisher's namespace and the tracking id; several feeds may carry one. */
export type ControllerDocument = {
  readonly adv: number;
  readonly key: string;
  readonly revision: string;
  readonly category: CsafBody['category'];
  readonly status: CsafBody['status'];
  readonly publisher: string;
  readonly digest: string;
  readonly feed: string;
  readonly modified: string;
  readonly title: string;
};

export type ControllerDocuments = {
  documents(): ControllerDocument[];
  /** Every document that speaks of one of the vulnerabilities. */
  about(vulnerabilities: readonly string[]): ControllerDocument[];
  byKey(keys: readonly string[]): ControllerDocument[];
  vulnerabilitiesOf(adv: number): string[];
  /** As it was written; the digest of its part vouched for it when the snapshot was built. Throws NOT_FOUND. */
  body(adv: number): CsafBody;
  close(): void;
};

/** What all catalogues together say of one CVE; days as `YYYY-MM-DD`. */
export type KnownThreat = {
  readonly vulnerability: string;
  readonly exploitedSince: string | null;
  readonly exploitedDue: string | null;
  /** Known to be used for extortion; null where it is not known to be exploited. */
  readonly ransomware: number | null;
  readonly exploitation: string | null;
  readonly automatable: string | null;
  readonly impact: string | null;
};

/** Fixes of these packages; or of those whose name or version has a text in ASCII, and of these names. */
export type FixesAbout =
  | ReadonlyArray<{ readonly ecosystem: string; readonly source: string }>
  | { readonly text: string; readonly packages: readonly string[] };

/** What the newest needed version of a source package closes on devices. */
export type SourceFix = {
  /** The number of the package. */
  readonly number: number;
  readonly ecosystem: string;
  readonly source: string;
  /** The highest version that an open finding names. */
  readonly fixed: string;
  readonly findings: number;
  /** Of them those whose version cannot be compared. */
  readonly unkeyed: number;
  /** The worst decision, and the worst severity of those findings. */
  readonly decision: Decision;
  readonly severity: Severity;
};

/** Findings of one package that name the same version and are judged alike. */
export type FixNeeded = {
  readonly fixed: string;
  readonly severity: Severity;
  readonly decision: Decision;
  readonly findings: number;
};

/** What snapshots say of controllers. */
export type ControllerKnowledge = {
  /** Opens a snapshot for one piece of work; null where there is none. */
  open(snapshot: number): ControllerDocuments | null;
  /** The feeds of a snapshot that hold documents. */
  feeds(snapshot: number): string[];
  /** What a snapshot knows of exploitation, ordered by CVE. */
  threats(snapshot: number): KnownThreat[];
};
