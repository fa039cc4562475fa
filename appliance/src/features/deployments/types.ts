// Deployments: approved updates ordered to devices. The object of kind `deployment` is what was decided; a task per device
// and update is what came of it. An order is handed out while it is queued or running, the same one until its result came;
// its files are chosen when it is handed out first, dependencies first, from what the device has then. `installed` is
// what an installer reports; `verified` is what the next inventory shows. Nothing else ends a task well.
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { z } from 'zod';
import type { Actor, WriteGuard } from '../../engine/objects/types.ts';
import { comment, deviceId, type Shape, textTime } from '../../platform/shapes.ts';
import type { Approvable, Hindrance } from '../accounts/types.ts';

export const TASK_STATES = ['queued', 'running', 'installed', 'verified', 'failed', 'skipped', 'cancelled'] as const;
export type TaskState = (typeof TASK_STATES)[number];

export type DeploymentTask = {
  readonly id: string;
  readonly deployment: string;
  readonly device: number;
  readonly updateId: string;
  readonly state: TaskState;
  /** Why it failed, was skipped or cancelled: a failure code, `NOT_NEEDED`, `NOT_MANAGED` or `OUT_OF_REACH`. */
  readonly reason: string | null;
  readonly attempt: number;
  readonly queuedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly verifiedAt: string | null;
  readonly result: TaskResult | null;
};

export const deploymentSchema = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: textTime,
  createdBy: z.string().describe('`type:id` of who created it'),
  updates: z.array(z.string()),
  timeoutMinutes: z.int(),
  state: z.enum(['running', 'finished', 'cancelled']),
  counts: z.record(z.enum(TASK_STATES), z.int()).describe('Orders per state'),
});
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

export const newDeployment = z.strictObject({
  updates: z.array(z.string().min(1).max(64)).min(1).max(1_000).describe('An approved update that is here; may repeat'),
  devices: z
    .array(deviceId)
    .max(100_000)
    .optional()
    .describe('Absent, with no group either: every device that needs it'),
  group: z.string().max(512).optional().describe('The devices of a group (id or name)'),
  name: z.string().max(200).optional().describe('What the deployment is called'),
  timeoutMinutes: z.int().min(1).max(1_440).optional().describe('How long one installation may take (30)'),
  comment: comment.optional(),
});
export type NewDeployment = Shape<typeof newDeployment>;

/** What a deployment would do, before it is created. */
export type DeploymentPreview = {
  readonly tasks: readonly { readonly device: number; readonly updateId: string; readonly skipped?: string }[];
  readonly devices: number;
  readonly orders: number;
};
