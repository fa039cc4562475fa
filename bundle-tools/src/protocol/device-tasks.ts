import * as z from 'zod';
import { count, opaqueId, text } from './common.ts';
import { isServerAddress } from './site.ts';

// Orders about one device that install nothing: its own log, the files that a security product keeps, the address of its appliance.

export const logBounds = { lines: 500, length: 48 * 1024 } as const;

/** Shows the newest lines of the agent's own log, redacted. */
export const showLogTask = z.object({
  id: opaqueId,
  attempt: count.min(1).max(1000),
  action: z.literal('show-log'),
  lines: count.min(1).max(logBounds.lines),
  timeoutMs: count.min(1000).max(24 * 3600 * 1000),
});
export type ShowLogTask = z.infer<typeof showLogTask>;

export const keptFileActs = ['restore', 'delete', 'rescan'] as const;

/** Hands a request about one kept file to the product that keeps it; the agent itself touches no file. */
export const keptFileTask = z.object({
  id: opaqueId,
  attempt: count.min(1).max(1000),
  action: z.literal('kept-file'),
  list: z.enum(['quarantine', 'backup']),
  product: text(256),
  /** The product's own number of the file. */
  number: text(200),
  act: z.enum(keptFileActs),
  timeoutMs: count.min(1000).max(24 * 3600 * 1000),
});
export type KeptFileTask = z.infer<typeof keptFileTask>;

/** Goes over to another address of the same appliance, once it has answered a check-in there; until then the old one stays. */
export const moveServerTask = z.object({
  id: opaqueId,
  attempt: count.min(1).max(1000),
  action: z.literal('move-server'),
  server: z.string().refine(isServerAddress, 'not an https address of a server'),
  timeoutMs: count.min(1000).max(24 * 3600 * 1000),
});
export type MoveServerTask = z.infer<typeof moveServerTask>;

/** What the agent leaves for a product, and what the product answers; files in `products/orders`. */
const productOrder = z.strictObject({
  format: z.literal('sallyport-order/1'),
  id: opaqueId,
  product: z.string().max(256),
  list: z.enum(['quarantine', 'backup']),
  number: z.string().max(200),
  act: z.enum(keptFileActs),
});
export type ProductOrder = z.infer<typeof productOrder>;

export const productAnswer = z.object({
  state: z.enum(['done', 'failed']),
  message: text(2_000).optional(),
});
export type ProductAnswer = z.infer<typeof productAnswer>;
