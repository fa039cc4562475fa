// Orders about one device that install nothing: the newest lines of its own log, another address of the appliance, lists of packages that are
// closed here, and what a
// security product is asked to do with a file that it keeps. A log comes at once and is kept for a while; a file is asked for, confirmed a second time (to be
// given back by another person, since it may be an attack), and only then handed to the device.

import type { PermitReply, PermitRequest } from '@sallyport/bundle-tools/controllers/identification/permit';
import type { ActPermitReply, ActPermitRequest } from '@sallyport/bundle-tools/protocol/act-permit';
import { keptFileActs, logBounds } from '@sallyport/bundle-tools/protocol/device-tasks';
import type { Task } from '@sallyport/bundle-tools/protocol/task';
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { z } from 'zod';
import type { Scope } from '../../platform/scope.ts';
import { deviceReference, type Shape, time } from '../../platform/shapes.ts';

export const logWanted = z.strictObject({
  kind: z.literal('show-log'),
  lines: z.int().min(1).max(logBounds.lines).describe('How many lines'),
});
export const fileWanted = z.strictObject({
  kind: z.literal('kept-file'),
  product: z.string().max(256).describe('The product, as the list of its files has it'),
  number: z.string().max(200).describe("The product's own number of the file"),
  act: z.enum(keptFileActs),
  list: z.enum(['quarantine', 'backup']),
});
/** The lists of packages that came from a source of inventory which is gone. */
export const closeWanted = z.strictObject({
  kind: z.literal('close-list'),
  source: z.string().max(32).describe('The source, as the reason `list-source-gone` of the coverage names it'),
});
/** What a call asks for; the name of a kept file, and what a source told, are looked up. */
export type Ask = Shape<typeof logWanted | typeof fileWanted | typeof closeWanted>;

/** Another address of the appliance; the old one stays until the new one answered. */
const moveWanted = z.strictObject({
  kind: z.literal('move-server'),
  server: z.string(),
  answers: z
    .string()
    .optional()
    .describe(
      "`proven`: this site's own authority answered there when it was asked for; else the code of what went wrong",
    ),
  although: z.string().optional().describe('Why it is ordered although nothing of this site answered there'),
});

const closedWanted = closeWanted.extend({
  heardAt: z.int().describe('When it was last heard, ms'),
  packages: z.int().describe('How many are known from it alone'),
});

/** A task as it is sent; what was asked for and why are null once its key was forgotten. */
export const deviceTask = z.object({
  id: z.string(),
  device: deviceReference,
  wanted: z
    .discriminatedUnion('kind', [logWanted, fileWanted.extend({ name: z.string() }), moveWanted, closedWanted])
    .nullable(),
  reason: z.string().nullable(),
  state: z.enum(['asked', 'held', 'queued', 'running', 'completed', 'failed', 'timed-out', 'cancelled']),
  code: z.string().nullable().describe('Why it failed'),
  output: z.string().nullable().describe('Lines of the log, or the product’s output'),
  askedAt: time,
  askedBy: z.string(),
  confirmedAt: time.nullable(),
  confirmedBy: z.string().nullable(),
  endedAt: time.nullable(),
  deadlineAt: time,
});
export type DeviceTask = Omit<Shape<typeof deviceTask>, 'device'> & { readonly device: number };
export type DeviceTaskState = DeviceTask['state'];
export type Wanted = NonNullable<DeviceTask['wanted']>;

/** Of one device, or of all in reach. */
export type TaskQuery = {
  scope: Scope;
  device?: number;
  limit: number;
  /** Only those of a kind that wait for a confirmation. */
  waits?: 'kept-file' | 'close-list';
};

/** One order to many agents: all of its tasks were asked for at the same moment. */
export type MoveOrder = {
  id: string;
  askedAt: number;
  askedBy: string;
  /** Null once its key was forgotten. */
  server: string | null;
  reason: string | null;
  /** `proven`, or why nothing of this site answered at the address when it was asked for; null for orders of before. */
  answers: string | null;
  although: string | null;
  /** The second person. */
  agreedAt: number | null;
  agreedBy: string | null;
  /** The device for which the others wait. */
  first: number | null;
  states: Readonly<Partial<Record<DeviceTaskState, number>>>;
  /** Those that have not moved, as many as were asked for. */
  open: readonly DeviceTask[];
};

/** What another person than who asked has to confirm. */
export const secondPersonsAct = (wanted: Wanted | null): 'device-task-confirm' | 'list-close' | undefined =>
  wanted?.kind === 'close-list'
    ? 'list-close'
    : wanted?.kind === 'kept-file' && wanted.act === 'restore'
      ? 'device-task-confirm'
      : undefined;

/** The devices' queues. */
export type TaskQueue<T extends Task = Task> = {
  /** Whether `next` may have a task: a look that writes nothing. */
  isWaiting(device: number): boolean;
  /**
   * The task to work on now; the same one until its result came. `asksPermit`: the agent asks before it changes the computer; for one that
   * does not, handing out is that step.
   */
  next(device: number, asksPermit?: boolean): T | null;
  /** Which of these are cancelled. */
  cancelled(device: number, ids: readonly string[]): string[];
  /** `host`: what the call that brings it names the appliance (RFC 9110 7.2). */
  result(
    device: number,
    taskId: string,
    result: TaskResult,
    host?: string,
  ): 'ok' | 'repeat' | 'not-found' | 'cancelled';
  state(device: number, taskId: string, state: 'received' | 'running' | 'restarting'): void;
  /** Whether it is not known yet that the device works on a task, so that `state` would write: a look. */
  isNews(device: number, taskId: string): boolean;
  /** Whether a task that the device may still work on names the object. */
  mayFetch(device: number, sha256: string): boolean;
  /** Whether the next step of a task may be done, where a task asks before each; undefined for one that is not the device's. */
  permit?(device: number, taskId: string, asked: PermitRequest): PermitReply | undefined;
  /** Whether the irreversible step of a task may begin, which then counts as begun; undefined for one that is not the device's. */
  mayAct?(device: number, taskId: string, asked: ActPermitRequest): ActPermitReply | undefined;
  /** The task that was handed to the device and has no result yet, in a window or not. */
  inHand?(device: number): { id: string; attempt: number } | undefined;
  /** The server to which an open task takes the device's agent; undefined where it takes it nowhere. */
  leadsTo?(device: number, taskId: string): string | undefined;
};

/** Several queues as one: what one does not know, the next may. */
export const joinedQueues = (
  queues: readonly TaskQueue[],
): TaskQueue & Required<Pick<TaskQueue, 'permit' | 'mayAct' | 'leadsTo'>> => ({
  isWaiting: (device) => queues.some((queue) => queue.isWaiting(device)),
  next: (device, asksPermit) => {
    for (const queue of queues) {
      const task = queue.next(device, asksPermit);
      if (task !== null) return task;
    }
    return null;
  },
  cancelled: (device, ids) => queues.flatMap((queue) => queue.cancelled(device, ids)),
  result: (device, task, result, host) => {
    for (const queue of queues) {
      const answer = queue.result(device, task, result, host);
      if (answer !== 'not-found') return answer;
    }
    return 'not-found';
  },
  state: (device, task, state) => {
    for (const queue of queues) queue.state(device, task, state);
  },
  isNews: (device, task) => queues.some((queue) => queue.isNews(device, task)),
  mayFetch: (device, sha256) => queues.some((queue) => queue.mayFetch(device, sha256)),
  permit: (device, task, asked) => {
    for (const queue of queues) {
      const answer = queue.permit?.(device, task, asked);
      if (answer !== undefined) return answer;
    }
    return undefined;
  },
  mayAct: (device, task, asked) => {
    for (const queue of queues) {
      const answer = queue.mayAct?.(device, task, asked);
      if (answer !== undefined) return answer;
    }
    return undefined;
  },
  leadsTo: (device, task) => {
    for (const queue of queues) {
      const server = queue.leadsTo?.(device, task);
      if (server !== undefined) return server;
    }
    return undefined;
  },
});
