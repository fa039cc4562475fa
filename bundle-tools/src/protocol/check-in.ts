import * as z from 'zod';
import { collectionName, count, opaqueId, sectionDigests, text, time, wireLimits } from './common.ts';
import { agentPolicy } from './policy.ts';
import { deliveredTask } from './task.ts';

// POST /check-in: the poll. It says what the device holds by hash; the reply says what the appliance lacks and what to do.

export const checkInRequest = z.object({
  /** Changes when the device starts anew. */
  bootId: z.string().regex(/^[0-9A-Za-z-]{1,64}$/, 'not a boot id'),
  /** Rises with each check-in of one run of the agent. */
  seq: count,
  version: text(32),
  sections: sectionDigests,
  /** The etag of the policy that the agent holds. */
  policy: z.string().max(128).optional(),
  /** It asks for a permit before it connects to an address of an order; an agent that does not gets no such order. */
  permits: z.literal(true).optional(),
  /** It asks for a permit before it changes the computer; for one that does not, the handing out is that step. */
  actPermits: z.literal(true).optional(),
  /** The task in work. */
  task: z.object({ id: opaqueId, state: z.enum(['received', 'running', 'restarting']) }).optional(),
});
export type CheckInRequest = z.infer<typeof checkInRequest>;

export const checkInReply = z.object({
  now: time,
  /** Seconds until the next check-in, already jittered. */
  next: count.max(86_400),
  want: z.array(collectionName).max(wireLimits.sections),
  /** Another policy than the agent holds. */
  policy: agentPolicy.optional(),
  task: deliveredTask.optional(),
  /** Tasks that were cancelled after delivery. */
  cancel: z.array(opaqueId).max(100).default([]),
  /** Live queries; none for this agent yet. */
  live: z.array(z.unknown()).max(100).default([]),
});
export type CheckInReply = z.infer<typeof checkInReply>;
