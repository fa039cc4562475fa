import type { Actor } from '../../objects/types.ts';
import type { Urgency } from '../findings/urgency-queries.ts';
import type { CheckItem, CheckState } from './checklist.ts';
import type { Clock, ClockTimes, ClockView } from './clocks.ts';
import type { EvidenceName, MoveEvidence } from './evidence.ts';
import type { GateResult } from './gates.ts';
import type { MachinePatch } from './machine.ts';
import type { Duty, Slot } from './people.ts';
import type { PatchState, VendorState } from './states.ts';

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
};

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
  readonly times: ClockTimes;
  readonly createdAt: number;
  readonly createdBy: string;
};

export type PatchSummary = Patch & {
  readonly clocks: readonly ClockView[];
  readonly overdue: readonly Clock[];
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
  readonly sort: 'move' | 'verdict' | 'expiry' | 'extension' | 'undo';
  readonly from: PatchState;
  readonly to: string;
  readonly actor: string;
  readonly signed: readonly { readonly actor: string; readonly at: number; readonly duties: readonly Duty[] }[];
  readonly reason: string;
  readonly evidence: MoveEvidence;
  readonly import: number | null;
  /** What was known of the hurry then; null where it was not kept. */
  readonly urgency: Urgency | null;
};

export type PatchRequest = {
  readonly id: number;
  readonly patch: number;
  readonly sort: 'move' | 'extension' | 'verdict';
  readonly from: PatchState;
  /** A state, or a clock. */
  readonly target: string;
  readonly askedAt: number;
  readonly askedBy: string;
  readonly person: string;
  readonly reason: string;
  readonly evidence: MoveEvidence;
  /** What a list proposes that nobody signed. */
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
  readonly duties: readonly Duty[];
};

/** What somebody may do next, or why not. */
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
  readonly plc: string;
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
  readonly controller: ControllerView | undefined;
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
  readonly plc: string;
  readonly actor: string;
  readonly at: number;
};

export type PatchQuery = {
  readonly state?: readonly PatchState[];
  readonly overdue?: boolean;
  readonly plc?: string;
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
  dutiesOf(person: string): Duty[];
};
