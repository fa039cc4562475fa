// Deployments: approved updates ordered to devices. The object of kind `deployment` is what was decided; a task per device
// and update is what came of it. An order is handed out while it is queued or running, the same one until its result came;
// its files are chosen when it is handed out first, dependencies first, from what the device has then. `installed` is
// what an installer reports; `verified` is what the next inventory shows. Nothing else ends a task well.
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';

export type TaskState = 'queued' | 'running' | 'installed' | 'verified' | 'failed' | 'skipped' | 'cancelled';

export const TASK_STATES: readonly TaskState[] = [
  'queued',
  'running',
  'installed',
  'verified',
  'failed',
  'skipped',
  'cancelled',
];

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

type DeploymentState = 'running' | 'finished' | 'cancelled';

export type Deployment = {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  /** `type:id` of who created it. */
  readonly createdBy: string;
  readonly updates: readonly string[];
  readonly timeoutMinutes: number;
  readonly state: DeploymentState;
  /** Tasks per state, and the devices that got one, of those in reach. */
  readonly counts: Readonly<Record<TaskState, number>>;
  readonly devices: number;
};

export type NewDeployment = {
  readonly name?: string;
  readonly updates: readonly string[];
  /** Public ids. */
  readonly devices?: readonly string[];
  /** Id of a group: its devices at this moment. */
  readonly group?: string;
  readonly timeoutMinutes?: number;
  readonly comment?: string;
};

/** What a deployment would do, before it is created. */
export type DeploymentPreview = {
  readonly tasks: readonly { readonly device: number; readonly updateId: string; readonly skipped?: string }[];
  readonly devices: number;
  readonly orders: number;
};
