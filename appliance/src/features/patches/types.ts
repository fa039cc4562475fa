import { z } from 'zod';
import type { Actor } from '../../engine/objects/types.ts';
import type { Scope } from '../../platform/scope.ts';
import type { Urgency } from '../controller-findings/types.ts';

// Patches of controllers (OT 6, 7): a patch is one for a product in a version at a site. Sallyport writes to no controller:
// it says where a patch stands, who may say what next, and keeps the evidence. Every move has who, when, why and on what
// it rests, and is vouched for by the audit chain.

/** What the patch process asks of the record of controllers. */
export type ControllerView = {
  readonly id: string;
  readonly name: string;
  readonly vendor: string | null;
  readonly product: string | null;
  /** Its zone by id and by name. */
  readonly zones: readonly string[];
  /** Observed, never configured: what a project says was not read from the device. */
  readonly firmware: string | null;
  readonly readAt: number | null;
  /** Hash over the program as it was read. */
  readonly integrity: string | null;
};

export type ControllerPort = {
  find(id: string): ControllerView | undefined;
  list(query: { search?: string; limit: number }): readonly ControllerView[];
  /** Those of some that are in reach. */
  reached(ids: readonly string[], scope: Scope): readonly string[];
  /** The ids and names of the zones in reach; undefined: all there are. */
  zones(scope: Scope): ReadonlySet<string> | undefined;
};

/** What protects a controller that cannot be patched. */
export const MEASURES = ['segment', 'acl', 'key-switch', 'protection-level', 'service-off', 'monitor'] as const;

export type NewPatch = {
  readonly patchId: string;
  readonly vendor: string;
  readonly product: string;
  readonly productVersion: string;
  readonly targetVersion?: string;
  readonly sha256?: string;
  readonly supersedes?: string;
  readonly vulnerabilities?: readonly string[];
  readonly publishedAt?: number;
  readonly remarks?: string;
};

export type PlannedAt = { readonly id: string; readonly from: number; readonly until: number };

export type Patch = MachinePatch & {
  readonly id: number;
  readonly site: string;
  readonly patchId: string;
  readonly vendor: string;
  readonly product: string;
  readonly productVersion: string;
  readonly targetVersion: string | null;
  readonly sha256: string | null;
  readonly supersedes: string | null;
  readonly vulnerabilities: readonly string[];
  readonly remarks: string | null;
  /** The day that the vendor names, and the list that brought it. */
  readonly verdictOn: number | null;
  readonly verdictImport: number | null;
  readonly window: PlannedAt | null;
  readonly times: DeadlineTimes;
  readonly createdAt: number;
  readonly createdBy: string;
};

export type PatchSummary = Patch & {
  readonly deadlines: readonly DeadlineView[];
  readonly overdue: readonly Deadline[];
  /** What its vulnerabilities come to in its controllers, or in all where none are named yet. */
  readonly urgency: Urgency;
  readonly targets: number;
  /** Requests that wait for a signature. */
  readonly waiting: number;
};

export type Move = {
  readonly id: number;
  readonly patch: number;
  readonly at: number;
  readonly type: 'move' | 'verdict' | 'expiry' | 'extension' | 'undo';
  readonly from: PatchState;
  readonly to: string;
  readonly actor: string;
  readonly signed: readonly { readonly actor: string; readonly at: number; readonly roles: readonly PatchRole[] }[];
  readonly reason: string;
  readonly evidence: MoveEvidence;
  readonly import: number | null;
  /** What was known of the hurry then; null where it was not kept. */
  readonly urgency: Urgency | null;
};

export type PatchRequest = {
  readonly id: number;
  readonly patch: number;
  readonly type: 'move' | 'extension' | 'verdict';
  readonly from: PatchState;
  /** A state, or a deadline. */
  readonly target: string;
  readonly askedAt: number;
  readonly askedBy: string;
  readonly person: string;
  readonly reason: string;
  readonly evidence: MoveEvidence;
  /** What an unsigned list proposes. */
  readonly verdict: AskedVerdict | null;
  readonly state: 'open' | 'done' | 'declined' | 'void';
  readonly signatures: readonly Signature[];
  /** What is still to be signed. */
  readonly open: readonly Slot[];
};

export type Signature = {
  readonly person: string;
  readonly actor: string;
  readonly at: number;
  readonly agrees: boolean;
  readonly comment: string;
  readonly roles: readonly PatchRole[];
};

/** The next moves, or why not. */
export type MoveOption = {
  readonly to: PatchState;
  /** Nothing but the evidence and the signatures are missing. */
  readonly possible: boolean;
  readonly gates: readonly GateResult[];
  readonly evidence: readonly EvidenceName[];
  readonly slots: readonly Slot[];
};

export type Target = {
  readonly patch: number;
  readonly controller: string;
  readonly addedAt: number;
  readonly addedBy: string;
  readonly before: Snapshot | null;
  readonly after: Snapshot | null;
  readonly installedAt: number | null;
  readonly verifiedAt: number | null;
};

/** A controller as it was known at a moment: the baseline before and after. */
export type Snapshot = {
  readonly firmware: string | null;
  readonly readAt: number | null;
  readonly integrity: string | null;
};

export type TargetView = Target & {
  readonly record: ControllerView | undefined;
  readonly checks: readonly CheckState[];
};

export type CheckAnswer = {
  readonly item: CheckItem;
  readonly answer: 'yes' | 'no' | 'not-applicable';
  readonly note: string;
  readonly value: string | null;
};

export type GivenCheck = CheckAnswer & {
  readonly patch: number;
  readonly controller: string;
  readonly actor: string;
  readonly at: number;
};

export type PatchQuery = {
  readonly state?: readonly PatchState[];
  readonly overdue?: boolean;
  readonly controller?: string;
  readonly search?: string;
  readonly after?: number;
  readonly limit: number;
};

export type VerdictRow = {
  readonly line: number;
  readonly patch: NewPatch;
  readonly verdict: VendorState;
  readonly testedOn: number | null;
};

/** A line of a list that would open the gate of the vendor. */
export type AskedVerdict = { readonly import: number; readonly list: string; readonly row: VerdictRow };

export type AskedMove = { readonly to: PatchState; readonly reason: string; readonly evidence: MoveEvidence };

export type MoveResult = {
  readonly patch: Patch;
  /** It waits for signatures under this number; none: it is done. */
  readonly request: number | null;
};

/** Who stands behind an actor: a token acts for an account, and is not a second person. */
export type People = {
  personOf(actor: Actor): string;
  rolesOf(person: string): PatchRole[];
};

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

const states: ReadonlySet<string> = new Set(PATCH_STATES);

export const isPatchState = (text: string): text is PatchState => states.has(text);

export const DEADLINES = ['received', 'evaluated', 'due'] as const;

export type Deadline = (typeof DEADLINES)[number];

export type DeadlineTimes = {
  /** When the supplier gave it out; null: not known, so the day it was known here. */
  readonly publishedAt: number | null;
  readonly receivedAt: number;
  readonly evaluatedAt: number | null;
  /** From when the last deadline runs: evaluated, or fallen back. */
  readonly dueFrom: number | null;
  readonly doneAt: number | null;
  /** Signed extensions: until when. */
  readonly extended: Readonly<Partial<Record<Deadline, number>>>;
};

export type DeadlineView = {
  readonly deadline: Deadline;
  /** Null: it does not run yet. */
  readonly from: number | null;
  readonly limit: number | null;
  readonly doneAt: number | null;
  readonly overdue: boolean;
  readonly extended: boolean;
};

export const TESTED_ON = ['bench', 'spare', 'simulation', 'vendor-statement', 'none'] as const;

type TestedOn = (typeof TESTED_ON)[number];

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
  /** Id of a compensating control, or the plan in words. */
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

const GATES = ['vendor', 'tested', 'targets', 'window', 'checklist', 'read-again'] as const;

export type Gate = (typeof GATES)[number];

export type GateReason =
  | 'vendor-refused'
  | 'vendor-silent'
  | 'not-tested'
  | 'no-controllers'
  | 'no-window'
  | 'window-past'
  | 'window-blackout'
  | 'window-not-yet'
  | 'checklist-open'
  | 'no-target-version'
  | 'not-read-again'
  | 'version-differs'
  | 'version-unknown';

export type GateResult = {
  readonly gate: Gate;
  readonly open: boolean;
  readonly reason?: GateReason;
  /** Controllers that keep it closed. */
  readonly controllers?: readonly string[];
};

/** What is known of a patch that the gates look at. */
export type GatedPatch = {
  readonly state: PatchState;
  readonly verdict: VendorState;
  /** When the verdict of the vendor became known here. */
  readonly verdictAt: number;
  /** When two named roles passed the vendor's gate. */
  readonly overriddenAt: number | null;
  readonly testedOn: string | null;
};

export const PATCH_ROLES = ['ot-owner', 'security', 'senior-approver'] as const;

export type PatchRole = (typeof PATCH_ROLES)[number];

export type Slot = {
  /** Who may sign: an account with the role, or any with the right to write. */
  readonly role: PatchRole | 'anyone';
  /** Not the person who asks. */
  readonly other: boolean;
};

export const CHECK_ITEMS = [
  'backup-present',
  'restore-tested',
  'tool-version',
  'spare',
  'rollback-firmware',
  'key-switch',
  'memory-card',
] as const;

export type CheckItem = (typeof CHECK_ITEMS)[number];

export const ANSWERS = ['yes', 'no', 'not-applicable'] as const;

export type Answer = (typeof ANSWERS)[number];

export type Answered = {
  readonly item: CheckItem;
  readonly answer: Answer;
  readonly note: string;
  readonly value: string | null;
  readonly actor: string;
  readonly at: number;
};

export type CheckFault = 'unanswered' | 'no' | 'note-missing' | 'value-missing' | 'not-in-store' | 'tool-differs';

export type CheckState = {
  readonly item: CheckItem;
  readonly answered: Answered | null;
  /** Why it keeps the gate closed; undefined: it does not. */
  readonly fault: CheckFault | undefined;
};

/** What an item asks for beside the answer. */
export const wantedValue: Readonly<Partial<Record<CheckItem, 'version' | 'sha256' | 'text'>>> = {
  'tool-version': 'version',
  'rollback-firmware': 'sha256',
  'key-switch': 'text',
};

export type MachinePatch = GatedPatch & {
  readonly testedOn: TestedOn | null;
  /** Where a state with an end falls back to. */
  readonly fallback: PatchState | null;
  readonly until: number | null;
  /** Declined by the OT owner, who alone can reopen it (OT 7). */
  readonly vetoed: boolean;
};

export const APPROVAL_PRESETS = ['neutral', 'rockwell', 'siemens', 'emerson'] as const;

export type ApprovalPreset = (typeof APPROVAL_PRESETS)[number];

export const maxListBytes = 16 * 1024 * 1024;

export type ApprovalResult = {
  readonly import: number | null;
  readonly name: string;
  readonly sha256: string;
  readonly preset: ApprovalPreset;
  readonly rows: readonly RowOutcome[];
  readonly faults: readonly RowFault[];
  readonly changed: number;
  /** Lines that wait for two roles. */
  readonly proposed: number;
};

export type RowOutcome = {
  readonly line: number;
  readonly patchId: string;
  readonly product: string;
  readonly productVersion: string;
  readonly vendor: string;
  /** `older`: the known one is newer. `pulls-back`: the site had gone on with it. `proposed`: two roles have to agree. */
  readonly outcome: 'new' | 'changed' | 'pulls-back' | 'proposed' | 'unchanged' | 'older';
  readonly before: PatchState | null;
  readonly after: PatchState;
  readonly verdict: VendorState;
};

export type RowFault = { readonly line: number; readonly field: ApprovalField; readonly code: RowFaultCode };

export type ApprovalField = (typeof APPROVAL_FIELDS)[number];

export type RowFaultCode = 'missing' | 'too-long' | 'unknown-word' | 'not-a-day' | 'not-a-hash' | 'twice';

export const APPROVAL_FIELDS = [
  'vendor',
  'product',
  'productVersion',
  'patchId',
  'supersedes',
  'vendorState',
  'testedDate',
  'remarks',
  'sha256',
] as const;
