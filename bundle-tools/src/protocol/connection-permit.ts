import * as z from 'zod';

// POST /tasks/:id/connection-permit: whether the agent may open a connection to an address and port to which an order of this appliance leads.
// It asks before each one; no answer, or one that it does not understand, is a no. Why is not said: where controllers are stays here.

export const connectionPermitRequest = z.object({ address: z.string().max(64), port: z.int().min(1).max(65_535) });
export type ConnectionPermitRequest = z.infer<typeof connectionPermitRequest>;

export const connectionPermitReply = z.object({ go: z.boolean() });
export type ConnectionPermitReply = z.infer<typeof connectionPermitReply>;
