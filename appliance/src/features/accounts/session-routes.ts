import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { time, timeOf } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { type Session, sessionId } from './types.ts';

const sessionSchema = z.object({
  id: z.string(),
  account: z.string(),
  startedAt: time,
  lastAt: time,
  from: z.string().nullable(),
  way: z.enum(['password', 'two-step', 'link']).describe('How the person logged in'),
});

const ended = z.object({ ended: z.int() });

/** Who is logged in, and the end of a session. */
export const sessionRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { sessions } = parts.accounts;
  names.add(sessionSchema, { id: 'Session' });
  const tag = 'accounts' as const;
  const account = z.string().min(1).max(512);
  const shown = (session: Session) => ({
    id: sessionId(session),
    account: session.account,
    startedAt: timeOf(session.createdAt),
    lastAt: timeOf(session.usedAt),
    from: session.from,
    way: session.way,
  });
  return [
    jsonRoute({
      method: 'get',
      path: '/sessions',
      tag,
      right: 'accounts:read',
      summary: 'Who is logged in, the last used first',
      query: z.strictObject({ account: account.optional() }),
      response: z.object({ rows: z.array(sessionSchema) }),
      handle: ({ query }) => ({ rows: sessions.list(query.account).map(shown) }),
    }),
    jsonRoute({
      method: 'post',
      path: '/sessions/{session}/end',
      tag,
      right: 'accounts:write',
      summary: 'Ends a session',
      params: z.strictObject({ session: z.string().regex(/^[0-9a-f]{24}$/) }),
      response: ended,
      handle: ({ actor, params }) => {
        sessions.end(actor, params.session);
        return { ended: 1 };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/accounts/{account}/sessions/end',
      tag,
      right: 'accounts:write',
      summary: 'Ends every session of an account',
      params: z.strictObject({ account }),
      response: ended,
      handle: ({ actor, params }) => {
        const { id } = parts.objects.get('account', params.account);
        return { ended: sessions.endAll(actor, id) };
      },
    }),
  ];
};
