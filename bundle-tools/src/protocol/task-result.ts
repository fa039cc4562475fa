import * as z from 'zod';
import { count, text } from './common.ts';
import { identificationReport } from './identify-controllers.ts';

// POST /tasks/:id/result. Delivery is at least once by id and attempt, so a repeat is answered like the first.

/** Longest captured output of one step, in characters; what is cut is marked by the agent. */
export const maxOutputLength = 64 * 1024;

/**
 * One step as it was run. A column is null when that did not happen: a null exit is "not run", never "succeeded".
 * Output keeps its line breaks and loses every other control character.
 */
export const taskStep = z.object({
  name: text(64),
  exit: z.int().min(-255).max(65_535).nullable(),
  output: z
    .string()
    .max(maxOutputLength)
    .transform((output) => output.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '').toWellFormed())
    .nullable(),
  ms: count.nullable(),
});
export type TaskStep = z.infer<typeof taskStep>;

/** `restarting` is not an end: the check after the restart sends the same attempt's final state. */
const resultState = z.enum(['completed', 'failed', 'timed-out', 'restarting']);

/** Why an agent refused or failed; stable. */
export const failureCode = z.enum([
  'SIGNATURE',
  'ROOT_CHAIN',
  'ROLLBACK',
  'EXPIRED',
  'METADATA',
  'MISSING',
  'MIX',
  'LIMIT',
  'HASH',
  'NOT_LISTED',
  'WRONG_PACKAGE',
  'DOWNGRADE',
  'OBSERVE_ONLY',
  'UNKNOWN_ACTION',
  'NO_SPACE',
  'FETCH_FAILED',
  'EXIT',
  'TIMEOUT',
  'CANCELLED',
  'AGENT_RESTARTED',
  'NOT_INSTALLED',
  /** The new address did not answer as this appliance: the old one stays. */
  'NOT_MOVED',
  /** The order is for another time, or asks what no order may. */
  'OUT_OF_BOUNDS',
  /** There was no permit for the irreversible step: it was not begun. */
  'WINDOW_CLOSED',
  /** A controller answered as it should not: everything stopped. */
  'ANOMALY',
  'INTERNAL',
]);
export type FailureCode = z.infer<typeof failureCode>;

export const taskResult = z.object({
  attempt: count.min(1).max(1000),
  steps: z.array(taskStep).max(32),
  state: resultState,
  code: failureCode.optional(),
  /** Of an identification of controllers. */
  identification: identificationReport.optional(),
});
export type TaskResult = z.infer<typeof taskResult>;
