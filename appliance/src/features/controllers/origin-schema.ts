import { z } from 'zod';
import { time, timeOf, timeOrNull } from '../../server/api/schemas.ts';
import type { Origin } from './types.ts';

// An origin of readings of controllers, as the routes of controllers and of their imports show it.

export const takeSummarySchema = z.object({
  readings: z.int().describe('Controllers that the file speaks of'),
  created: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  replaced: z.int(),
  conflicts: z.int(),
  refused: z.int(),
  facts: z.int(),
});

export const originSchema = z.object({
  id: z.int(),
  sort: z.string(),
  name: z.string(),
  sha256: z.string().nullable(),
  at: time,
  actor: z.string(),
  summary: takeSummarySchema,
  undoneAt: time.nullable(),
  undoneBy: z.string().nullable(),
});

/** The origin in the shape of `originSchema`. */
export const toOrigin = ({ sha256, at, undoneAt, ...origin }: Origin): z.input<typeof originSchema> => ({
  ...origin,
  sha256: sha256 ?? null,
  at: timeOf(at),
  undoneAt: timeOrNull(undoneAt),
});
