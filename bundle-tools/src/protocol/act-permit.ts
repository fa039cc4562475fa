import * as z from 'zod';
import { count, time } from './common.ts';

// POST /tasks/:id/permit, of an order that changes the computer: whether its irreversible step may begin now. The agent asks right before the
// step. No answer within the time, or one that it does not understand, is a no. An attempt gets one permit; a later one is refused.

/** So long the agent waits for the answer. */
export const actPermitTimeoutMs = 5_000;
/** So long a permit is good, by a clock of the agent that is never set. */
export const actPermitMs = 60_000;

export const actPermitRequest = z.object({
  attempt: count.min(1).max(1000),
  /** The irreversible step. */
  step: z.literal('install'),
});
export type ActPermitRequest = z.infer<typeof actPermitRequest>;

export const actPermitReply = z.union([
  /** The window's end: what has not begun by then is left. */
  z.object({ go: z.literal(true), mustEndBy: time }),
  z.object({ go: z.literal(false), why: z.string().max(32) }),
]);
export type ActPermitReply = z.infer<typeof actPermitReply>;
