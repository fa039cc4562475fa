import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { time, timeOf } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { type TwoPersonAct, twoPersonActs } from '../accounts/types.ts';

const acts = Object.keys(twoPersonActs) as [TwoPersonAct, ...TwoPersonAct[]];

const waitingSchema = z.object({
  act: z.enum(acts),
  id: z.string(),
  what: z.string().describe('Its name'),
  reason: z.string(),
  by: z.string().describe('Who asked; empty where it is not one actor'),
  askedAt: time,
  path: z.string().describe('The page of the console where it is decided'),
});

/** What waits for a second person; it is decided by people in the console or at the command line. */
export const waitingRoutes = ({ waiting }: ApiParts, names: SchemaNames): ApiRoute[] => {
  names.add(waitingSchema, { id: 'Waiting' });
  return [
    jsonRoute({
      method: 'get',
      path: '/waiting',
      tag: 'accounts',
      right: 'any',
      summary: 'Everything that waits for a second person, of kinds that the token may read, the oldest first',
      response: z.object({ rows: z.array(waitingSchema) }),
      handle: ({ actor }) => ({
        rows: waiting.list(actor).map(({ at, hindrance: _own, ...one }) => ({ ...one, askedAt: timeOf(at) })),
      }),
    }),
  ];
};
