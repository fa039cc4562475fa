import * as z from 'zod';
import { opaqueId, text, time, wireLimits } from './common.ts';

// POST /events: what happened on the device. Ids make a repeat harmless; a type that the appliance does not know is
// counted and dropped.

export const agentEvent = z.object({
  id: opaqueId,
  type: z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/, 'not an event type'),
  at: time,
  params: z
    .record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,31}$/), z.union([text(1000), z.int()]))
    .refine((params) => Object.keys(params).length <= 16, 'too many parameters'),
});
export type AgentEvent = z.infer<typeof agentEvent>;

export const eventsRequest = z.object({ events: z.array(agentEvent).max(wireLimits.eventsPerCall) });
