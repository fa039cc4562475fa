import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { time, timeOf } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import type { Return } from './types.ts';

const said = z.object({ at: time, by: z.string(), reason: z.string() });

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
  asked: said.optional().describe('One person has seen it, and a second one has to agree'),
  acknowledged: said.optional(),
});

const toSaid = <T extends { at: number }>(one: T) => ({ ...one, at: timeOf(one.at) });

const toReturn = ({ at, was, found, asked, acknowledged, ...back }: Return) => ({
  ...back,
  at: timeOf(at),
  found: found.entries,
  ...(was === undefined ? {} : { was: was.entries }),
  ...(asked === undefined ? {} : { asked: toSaid(asked) }),
  ...(acknowledged === undefined ? {} : { acknowledged: toSaid(acknowledged) }),
});

/** Returns of the database to an older state. */
export const rollbackRoutes = ({ witness }: ApiParts, names: SchemaNames): ApiRoute[] => {
  names.add(returnSchema, { id: 'ReturnToOlderState' });
  const tag = 'settings' as const;
  const params = z.strictObject({ id: z.string().min(1).max(64) });
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
      right: 'safety:write',
      summary: 'Asks for a return to an older state to be noted as seen; a second person agrees in the console',
      params,
      body: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
      response: returnSchema,
      handle: ({ actor, params: { id }, body }) => toReturn(witness.acknowledge(actor, id, body.reason)),
    }),
    jsonRoute({
      method: 'post',
      path: '/rollback/{id}/decision',
      tag,
      right: 'safety:write',
      summary: 'Refuses what another one asked for; agreeing is for people',
      params,
      body: z.strictObject({ agree: z.boolean() }),
      response: returnSchema,
      handle: ({ actor, params: { id }, body }) => toReturn(witness.decide(actor, id, body.agree)),
    }),
  ];
};
