// Deployments: approved updates ordered to devices. The object of kind `deployment` is what was decided; a task per device
// and update is what came of it. An order is handed out while it is queued or running, the same one until its result came;
// its files are chosen when it is handed out first, dependencies first, from what the device has then. `installed` is
// what an installer reports; `verified` is what the next inventory shows. Nothing else ends a task well.
import type { InstallPackageTask } from '@sallyport/bundle-tools/protocol/task';
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { z } from 'zod';
import type { Actor, WriteGuard } from '../../engine/objects/types.ts';
import { comment, deviceId, type Shape, textTime, time, where } from '../../platform/shapes.ts';
import type { Approvable, Hindrance } from '../accounts/types.ts';
import type { TaskQueue } from '../device-tasks/types.ts';

export const TASK_STATES = ['queued', 'running', 'installed', 'verified', 'failed', 'skipped', 'cancelled'] as const;
export type TaskState = (typeof TASK_STATES)[number];

export type DeploymentTask = {
  readonly id: string;
  readonly deployment: string;
  readonly device: number;
  readonly updateId: string;
  readonly state: TaskState;
  /**
   * Why it failed, was skipped or cancelled: a failure code, `NOT_NEEDED`, `NOT_MANAGED`, `BY_HAND`, `EXCLUDED`, `OUT_OF_REACH`, `NOT_APPROVED`; `NOT_TAKEN`:
   * no device took it in time; `SILENT`: it was begun, and no result came.
   */
  readonly reason: string | null;
  readonly attempt: number;
  /** Of its rollout, from 1; 0 where all go at once. */
  readonly ring: number;
  readonly queuedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly verifiedAt: string | null;
  /** When the irreversible step was permitted, or the order handed to an agent that asks no permit; null: not begun. */
  readonly actingAt: string | null;
  /** Of the agent that it was handed to; null: it was not. */
  readonly asksPermit: boolean | null;
  readonly result: TaskResult | null;
};

/** Orders to install, which are begun in a window alone. */
export type DeploymentQueue = TaskQueue<InstallPackageTask> & Required<Pick<TaskQueue, 'mayAct' | 'inHand'>>;

export const deploymentSchema = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: textTime,
  createdBy: z.string().describe('`type:id` of who created it'),
  updates: z.array(z.string()),
  timeoutMinutes: z.int(),
  state: z.enum(['running', 'held', 'finished', 'cancelled']).describe('`held`: a ring waits for a person'),
  counts: z.record(z.enum(TASK_STATES), z.int()).describe('Orders per state'),
  lateAt: textTime
    .nullable()
    .describe('When an order that has not ended is late: deadline and grace; null: no deadline'),
  late: z.int().describe('Orders that have not ended by then'),
});
/** What needs a person comes before what passes by itself. */
export const HOLDS = [
  'NO_WINDOW',
  'CLOCK_HELD',
  'RING_CLOSED',
  'BY_HAND',
  'PAIR_DOWN',
  'PAIR_ORDER',
  'PAIR_BUSY',
  'WINDOW_CLOSED',
  'WINDOW_SHORT',
] as const;

/** What holds a change of a computer back. */
export const holdSchema = z.object({
  code: z
    .enum(HOLDS)
    .describe(
      '`NO_WINDOW`: no window is meant for the device; `CLOCK_HELD`: the clock of the appliance was set lately; `RING_CLOSED`: its ring is not open, or the rollout is held; `PAIR_DOWN`: too few other members of its redundancy group are healthy; `PAIR_ORDER`: a member that goes before it waits; `PAIR_BUSY`: another member is being worked on, or still watched; `BY_HAND`: it stands in for another, and its agent asks no permit; `WINDOW_SHORT`: too little of the window is left',
    ),
  opensAt: textTime.nullable().describe('When its window opens; null: none opens within a year and a month'),
  expectedMinutes: z.int().describe('So much of the window has to be left'),
});

/** What holds back the orders that were not begun. */
export const gateFields = {
  gate: z
    .enum(HOLDS)
    .nullable()
    .describe('The worst of what holds orders back that were not begun; null: nothing does'),
  held: z.record(z.enum(HOLDS), z.int()).describe('Devices held back, by what'),
  expectedMinutes: z
    .int()
    .describe('What one order is expected to take: what nine of ten of the last 50 of its update took, else 15'),
};

/** Fields of a consent to packages by agents of others that its second person agreed to. */
export const CONSENTED_FIELDS = ['group', 'reason'] as const;

export const consentSchema = z.object({
  id: z.string(),
  name: z.string(),
  group: z.string(),
  reason: z.string(),
  by: z.string().describe('`type:id` of who saved it last'),
  at: textTime,
  agreedBy: z
    .string()
    .nullable()
    .describe('`type:id` of who agreed to what it says now; null: it waits for a second person, and no package goes'),
});
export type Consent = Shape<typeof consentSchema>;

/** Consents to packages by agents of others: who asked, who agreed, where they are in force. */
export type DeployConsents = {
  /** Of every write of the kind: none puts a consent in force past the gate. */
  guards: Readonly<Record<string, WriteGuard>>;
  approvable(id: string): Approvable;
  /** Why a person cannot agree, for pages. */
  hindrance(actor: Actor, id: string): Hindrance | undefined;
  list(): Consent[];
  get(id: string): Consent;
  /** Whether two people want this channel for one of some groups. */
  isInForce(groups: readonly string[]): boolean;
  /** Another person agrees. CONFLICT where it is in force already, and what the gate says. */
  agree(actor: Actor, id: string): Consent;
  /** Saying no to what waits removes it. CONFLICT where it is in force: that is taken back by deleting it. */
  refuse(actor: Actor, id: string): void;
};

/** Its counts, and the devices that got an order, are those in reach. */
export type Deployment = Shape<typeof deploymentSchema> & { readonly devices: number };

const RING_STATES = ['closed', 'open', 'soaking', 'passed', 'failed', 'held', 'stopped'] as const;
export type RingState = (typeof RING_STATES)[number];

/** Why a ring does not go on; `PERSON`: somebody held it. */
const HOLD_REASONS = ['FAILURES', 'LOST', 'NOT_REACHED', 'NOT_VERIFIED', 'EMPTY', 'PERSON', 'RETURNED'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/** Limits of every ring of a rollout. Percentages are of the ring's devices, those of `minVerified` of the reached ones. */
export type RingLimits = {
  /** The next ring opens no earlier than this many days after the one before was due. */
  readonly daysBetween: number;
  readonly soakHours: number;
  readonly minReachedPercent: number;
  readonly minVerifiedPercent: number;
  /** More failures than this many hold the rollout; null: the percentage alone counts. */
  readonly maxFailures: number | null;
  readonly maxFailuresPercent: number;
  /** Devices that fell silent at work or vanished after it: what a bad update looks like. */
  readonly maxLost: number;
  /** How long a ring waits for its devices to be reached. */
  readonly patienceDays: number;
  /** An order that has not ended so many days after the first ring was due is late, after the grace; null: none is. */
  readonly deadlineDays: number | null;
  readonly graceDays: number;
};

/** `12`: devices; `10%`: of all; `group:ID`; `device:ID`. What no ring names is the last ring. */
export const ringPattern = /^(?:[1-9]\d{0,5}|(?:100|[1-9]\d?)%|group:.{1,200}|device:.{1,64})$/;

/** The plan that is there without an object of its own: one device, then the rest. */
export const ONE_DEVICE_FIRST = 'one-device-first';

const percent = z.int().min(0).max(100).optional();
/** Limits of every ring; what is absent has its default (ring.ts). */
const limits = {
  daysBetween: z.int().min(0).max(365).optional().describe('Days from one ring to the next, at least (0)'),
  soakHours: z
    .int()
    .min(0)
    .max(2_160)
    .optional()
    .describe(
      'How long a ring is watched after its last result (24), and on until each of its devices was heard once more or counts as lost, and the inventory shows what was installed',
    ),
  minReachedPercent: percent.describe('Of the devices of a ring (80)'),
  minVerifiedPercent: percent.describe('Of the reached devices of a ring (95)'),
  maxFailures: z.int().min(0).max(1_000_000).optional().describe('More failures hold the rollout'),
  maxFailuresPercent: percent.describe('More failures of a ring hold the rollout (5)'),
  maxLost: z.int().min(0).max(1_000_000).optional().describe('More devices that fell silent hold the rollout (0)'),
  patienceDays: z.int().min(1).max(365).optional().describe('How long a ring waits for its devices (14)'),
  deadlineDays: z
    .int()
    .min(0)
    .max(365)
    .optional()
    .describe('Days after its creation by which every order has ended; what has not is late, and nothing is forced'),
  graceDays: z
    .int()
    .min(0)
    .max(90)
    .optional()
    .describe('Days after the deadline in which an order is not late yet (0)'),
};
export type RingPlan = { readonly rings: readonly string[] } & Partial<RingLimits>;

export const ringSchema = z.object({
  ring: z.int(),
  state: z.enum(RING_STATES),
  reason: z.enum(HOLD_REASONS).nullable().describe('Why it waits for a person'),
  comment: z.string().nullable(),
  decidedBy: z.string().nullable().describe('`type:id` of who held, resumed or passed it'),
  dueAt: time.describe('It opens no earlier'),
  openedAt: time.nullable(),
  soakUntil: time.nullable(),
  changedAt: time,
  members: z.int(),
  reached: z.int(),
  ended: z.int(),
  verified: z.int(),
  failed: z.int(),
  lost: z.int(),
  unconfirmed: z.int().describe('Installed, and no inventory shows it yet'),
  unheard: z
    .int()
    .describe('Done, and not heard since its soak was over: the ring waits until it is heard, or is lost'),
  powerPercent: z.int().describe('How surely it is held by an update that silences 5 % of the devices'),
});
export type RingView = Shape<typeof ringSchema>;

const newDeployment = z.strictObject({
  updates: z.array(z.string().min(1).max(64)).min(1).max(1_000).describe('An approved update that is here; may repeat'),
  devices: z
    .array(deviceId)
    .max(100_000)
    .optional()
    .describe('Absent, with no group either: every device that needs it'),
  group: z.string().max(512).optional().describe('The devices of a group (id or name)'),
  name: z.string().max(200).optional().describe('What the deployment is called'),
  timeoutMinutes: z.int().min(1).max(1_440).optional().describe('How long one installation may take (30)'),
  rings: z
    .array(z.string().regex(ringPattern))
    .max(11)
    .optional()
    .describe('Who goes first: `5`, `10%`, `group:ID`, `device:ID`, one ring each; the last ring is the rest'),
  ringPlan: z.string().max(64).optional().describe('A ring plan by its id, or `one-device-first`'),
  ...limits,
  comment: comment.optional(),
  digest: z
    .string()
    .max(100)
    .optional()
    .describe('Of a preview: where other orders would be given by now, none is (`CONFLICT`)'),
});
export type NewDeployment = Shape<typeof newDeployment>;

/** How many devices are held back by what, and the worst of it. */
export type Held = Shape<z.ZodObject<typeof gateFields>>;

/** The same with devices that are found when it is asked. */
export const askedDeployment = newDeployment.extend({
  where: where.describe('The devices that a filter finds: `os = debian and not tag = spare`'),
  view: z.string().min(1).max(60).optional().describe('The devices of a saved view of the caller (its number or name)'),
});

/** What a deployment would do, before it is created. */
export type DeploymentPreview = Held & {
  readonly tasks: readonly { readonly device: number; readonly updateId: string; readonly skipped?: string }[];
  readonly devices: number;
  readonly orders: number;
  /** Members of redundancy groups whose agent asks no permit: people change these. */
  readonly byHand: number;
  /** Devices whose group does not take a package. */
  readonly excluded: number;
  /** Of a plan with rings: each with its devices, and how surely it notices a bad update. */
  readonly rings: readonly { readonly members: number; readonly powerPercent: number }[];
  /** Of which device would get which update, and which are left out: what `digest` of an order is compared with. */
  readonly digest: string;
};
