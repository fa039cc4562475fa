import { z } from 'zod';
import type { Return } from '../../witness/types.ts';
import type { SchemaNames } from '../openapi.ts';
import { type ApiRoute, jsonRoute } from '../route.ts';
import { time, timeOf } from '../schemas.ts';
import type { ApiParts } from '../types.ts';

const returnSchema = z.object({
  id: z.string(),
  at: time,
  cause: z.enum(['restored', 'unknown', 'no-witness']).describe('unknown: no restore was recorded'),
  file: z.string().optional().describe('The backup that was restored'),
  was: z.int().optional().describe('Entries of the journal that had been seen'),
  found: z.int().describe('Entries of the journal that were found'),
  applied: z
    .object({ devices: z.int(), accounts: z.int(), rights: z.int(), persons: z.int() })
    .describe('What was taken away since, and was taken away again'),
  isCovered: z.boolean().describe('Everything that was taken away since is known and was taken away again'),
  failed: z.array(z.string()),
  acknowledged: z.object({ at: time, by: z.string(), reason: z.string() }).optional(),
});

const toReturn = ({ at, was, found, acknowledged, ...back }: Return) => ({
  ...back,
  at: timeOf(at),
  found: found.entries,
  ...(was === undefined ? {} : { was: was.entries }),
  ...(acknowledged === undefined ? {} : { acknowledged: { ...acknowledged, at: timeOf(acknowledged.at) } }),
});

/** Returns of the database to an older state. */
export const rollbackRoutes = ({ witness }: ApiParts, names: SchemaNames): ApiRoute[] => {
  names.add(returnSchema, { id: 'ReturnToOlderState' });
  const tag = 'settings' as const;
  return [
    jsonRoute({
      method: 'get',
      path: '/rollback',
      tag,
      right: 'settings:read',
      summary: 'Returns of the database to an older state, the newest first',
      response: z.object({ rows: z.array(returnSchema) }),
      handle: () => ({ rows: witness.returns().map(toReturn) }),
    }),
    jsonRoute({
      method: 'post',
      path: '/rollback/{id}/acknowledge',
      tag,
      right: 'settings:write',
      summary: 'Says that an administrator has seen a return to an older state; it goes into the journal',
      params: z.strictObject({ id: z.string().min(1).max(64) }),
      body: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
      response: returnSchema,
      handle: ({ actor, params, body }) => toReturn(witness.acknowledge(actor, params.id, body.reason)),
    }),
  ];
};
