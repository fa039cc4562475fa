import { z } from 'zod';
import type { Actor } from '../../engine/objects/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { type Shape, time } from '../../platform/shapes.ts';
import type { ControllerFacts } from '../controllers/types.ts';
import type { HardeningResult } from '../hardening/types.ts';
import type { ControllerHealth, ZoneHealthCount } from '../zones/types.ts';

// Program integrity (OT 2.2, DATA-MAP P2): whether a controller runs its approved program. Sallyport reads
// checksums that the controller keeps itself, and never the program. Unknown stays unknown: what was not read is not OK.

/** Where the facts come from: the record. */
export type FactsSource = {
  /** By public id; undefined for what is not in use. */
  find(publicId: string, scope: Scope): ControllerFacts | undefined;
  byId(controller: number): ControllerFacts | undefined;
  all(): Iterable<ControllerFacts>;
};

export const STATES = ['changed', 'unreachable', 'no-reference', 'ok'] as const;
export type ProgramState = (typeof STATES)[number];

type UnknownWhy = 'not-read' | 'failed' | 'stale';

/** By field of FIELDS. */
export const content = z.record(z.string(), z.string()).describe('By field: checksums, blocks, project');
export type ProgramContent = Shape<typeof content>;

export type Difference = {
  field: string;
  approved: string;
  found: string;
  /** Of a list of blocks: which of them differ. */
  blocks?: readonly string[];
};

export type Comparison = {
  state: ProgramState;
  why: UnknownWhy | null;
  differences: readonly Difference[];
};

export const approvalSchema = z.object({
  content,
  contentHash: z.string(),
  reason: z.string(),
  workOrder: z.string().nullable(),
  approvedAt: time,
  approvedBy: z.string(),
  secondBy: z.string().nullable(),
  revision: z.int(),
});
export type Approval = Shape<typeof approvalSchema>;

export const proposalSchema = z.object({
  contentHash: z.string(),
  reason: z.string(),
  workOrder: z.string().nullable(),
  by: z.string(),
  at: time,
});
export type Proposal = Shape<typeof proposalSchema> & { readonly content: ProgramContent };

/** One controller in the list. */
export type ProgramRow = Comparison & {
  controller: number;
  publicId: string;
  name: string;
  zone: string | null;
  since: number;
  checkedAt: number;
  /** When the program was read last. */
  readAt: number | null;
  isProposed: boolean;
  /** Hardening rules that found something, and those that know too little to say. */
  hardening: { found: number; unknown: number };
};

type ProgramChange = {
  id: number;
  at: number;
  before: ProgramState | null;
  after: ProgramState;
  differences: readonly Difference[];
};

export type Snapshot = {
  id: number;
  at: number;
  actor: string;
  moment: 'before' | 'after';
  workOrder: string;
  content: ProgramContent;
  contentHash: string;
};

export type ProgramDetail = ProgramRow & {
  /** What is known now. */
  current: ProgramContent;
  currentHash: string;
  approval: Approval | null;
  proposal: Proposal | null;
  /** Newest first. */
  approvals: readonly Approval[];
  changes: readonly ProgramChange[];
  snapshots: readonly Snapshot[];
  rules: readonly HardeningResult[];
};

export type ApproveProgram = {
  reason: string;
  workOrder?: string;
  /** Hash of what the person saw; CONFLICT when it is another by now. */
  contentHash?: string;
};

export type StateOfProgram = { state: ProgramState; since: number; differences: readonly Difference[] };

export type IntegrityService = {
  /** What waits for a second person. */
  proposals(): { publicId: string; name: string; proposal: Proposal }[];
  /** Worst first. */
  list(query: { state?: readonly ProgramState[]; search?: string }, scope: Scope): ProgramRow[];
  counts(scope: Scope): Record<ProgramState, number>;
  /** NOT_FOUND. */
  get(publicId: string, scope: Scope): ProgramDetail;
  /** Approves the present readings as the program, or proposes it where the site wants two people. */
  approve(actor: Actor, publicId: string, given: ApproveProgram): ProgramDetail;
  /** The second person; FORBIDDEN for the one who proposed. */
  confirm(actor: Actor, publicId: string, decision: 'approve' | 'decline'): ProgramDetail;
  /** Keeps the present readings, before or after work; INVALID where there are none. */
  snapshot(actor: Actor, publicId: string, moment: 'before' | 'after', workOrder: string): Snapshot;
  /** What differs between before and after one piece of work; undefined while one of the two is missing. */
  workDifference(controller: number, workOrder: string): readonly Difference[] | undefined;
  /** Compares anew; called when facts changed, and daily. */
  check(controllers?: Iterable<number>): void;
  /** One row of the list; undefined for what is not in use. */
  rowOf(controller: number): ProgramRow | undefined;
  stateOf(controller: number): StateOfProgram | undefined;
  /** Every controller in use and in reach, as far as drawings and the overview ask. */
  healths(scope: Scope): (ControllerHealth & { controller: number })[];
  /** The same by zone as sources name it. `first`: the number of the first such controller. */
  zoneHealths(scope: Scope): readonly ZoneHealthCount[];
  /** Of one that is in use. */
  healthOf(controller: number): Pick<ControllerHealth, 'health' | 'reasons'> | undefined;
};

/** Read from the controller: two over its hardware configuration, two over the user program; and its blocks with dates. */
export const PROGRAM_FIELDS = [
  'hardwareChecksum1',
  'hardwareChecksum2',
  'programChecksum1',
  'programChecksum2',
  'programBlocks',
] as const;

/** From a project: the file's hash decides, the rest says which file it was. */
export const PROJECT_FIELDS = [
  'projectSha256',
  'projectFile',
  'projectName',
  'projectTool',
  'projectToolVersion',
] as const;

/** Whether there is anything that could be compared later. */
export const isComparable = (content: ProgramContent): boolean =>
  content['projectSha256'] !== undefined || PROGRAM_FIELDS.some((field) => content[field] !== undefined);

/** Exactly one proposal. */
export function approvableOf(publicId: string, { contentHash, at }: Pick<Proposal, 'contentHash' | 'at'>) {
  return { act: 'program-approve', thing: `${publicId} ${contentHash} ${at}`, controllers: [publicId] } as const;
}
